"""Cells to TOML files that `microbatt.cells.reading` reads back to the same cell."""

import json
from typing import Any

from microbatt.cells.cell import PARTS, Cell
from microbatt.cells.reading import FORMAT
from microbatt.cells.records import FitSpec, specs


def to_toml(cell: Cell, *, source: str) -> str:
    """Return the text of a cell file.

    Parameters
    ----------
    cell
        The cell to write.
    source
        What to name as the source of every value.

    Returns
    -------
    str
        TOML in SI units; reading it gives an equal cell.
    """
    lines = [
        f"format = {FORMAT}",
        f"name = {_text(cell.name)}",
        f"description = {_text(cell.description)}",
        f"references = [{', '.join(_text(key) for key in cell.references)}]",
    ]
    for name in ("cell", *PARTS):
        lines += [
            "",
            f"[{name}]",
            *_entries(cell if name == "cell" else getattr(cell, name), source),
        ]
    return "\n".join(lines) + "\n"


def _entries(record: Any, source: str) -> list[str]:  # noqa: ANN401 - a cell or one of its parts
    lines = []
    for name, (_, spec) in specs(record).items():
        value = getattr(record, name)
        if isinstance(spec, FitSpec):
            lines.append(f"{name} = {{ fit = {_text(value.name)}, source = {_text(source)} }}")
        elif value is not None and not (spec.is_factor and value == 1.0):
            lines.append(
                f"{name} = {{ value = {value!r}, unit = {_text(spec.unit)}, "
                f"source = {_text(source)} }}"
            )
    return lines


def _text(words: str) -> str:
    """Quote text as a TOML basic string, whose escapes are those of JSON."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
