"""Cells as TOML files: every number with its value, unit and source."""

import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from microbatt.cells.cell import LABELS, PARTS, Cell, check_parts
from microbatt.cells.records import FitSpec, NumberSpec, Spec, check_keys, specs
from microbatt.checks import check_choice, check_number, suggestion
from microbatt.errors import CellFileError, ParameterError
from microbatt.units import to_si

FORMAT = 1
"""Version of the file format that this reader understands."""

_NUMBER_KEYS = frozenset({"value", "unit", "source", "note"})
_FIT_KEYS = frozenset({"fit", "source", "note"})


def read_cell(path: Path) -> Cell:
    """Read a cell file.

    Parameters
    ----------
    path : Path
        A TOML file in the format of the catalog.

    Returns
    -------
    Cell
        In SI units.

    Raises
    ------
    CellFileError
        See `load_cell`.
    """
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CellFileError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise CellFileError(f"{path}: is not UTF-8 text. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise CellFileError(f"{path}: is not valid TOML: {error}. Mend it there.") from error
    except ParameterError as error:
        raise CellFileError(f"{path}: {error}") from error


@lru_cache(maxsize=64)
def _parsed(text: str) -> Cell:
    """Remember cells by the text of their files, which cannot be stale as a time stamp can."""
    return parse_cell(text)


def parse_cell(text: str) -> Cell:
    """Make a cell from the text of a cell file.

    Raises
    ------
    ParameterError
        If it does not describe a cell.
    tomllib.TOMLDecodeError
        If it is not TOML.
    """
    document = tomllib.loads(text)
    version = document.pop("format", None)
    if version != FORMAT:
        raise ParameterError(f"`format` is {version!r}; this version reads `format = {FORMAT}`.")
    check_parts(document)
    kinds: dict[str, type[Any]] = {"cell": Cell, **PARTS}
    words = {name: document[name] for name in LABELS if name in document}
    return Cell.from_dict(
        words | {name: _read_part(name, kinds[name], document[name]) for name in kinds}
    )


def _read_part(part: str, kind: type[Any], table: Mapping[str, Any]) -> dict[str, Any]:
    declared = specs(kind)
    try:
        check_keys(table, declared)
    except ParameterError as error:
        raise ParameterError(f"in [{part}], {error}") from error
    return {key: _read_entry(f"{part}.{key}", declared[key][1], table[key]) for key in table}


def _read_entry(key: str, spec: Spec, entry: object) -> float | str:
    if isinstance(spec, FitSpec):
        table = _checked_entry(key, entry, _FIT_KEYS, '{ fit = "...", source = "..." }')
        return check_choice(key, table["fit"], spec.known)
    example = f'{{ value = ..., unit = "{spec.unit}", source = "..." }}'
    return _read_number(key, spec, _checked_entry(key, entry, _NUMBER_KEYS, example))


def _read_number(key: str, spec: NumberSpec, table: Mapping[str, Any]) -> float:
    unit = str(table["unit"])
    try:
        in_si = to_si(1.0, unit, si_unit=spec.unit)
    except ParameterError as error:
        raise ParameterError(f"`{key}`: {error}") from error
    allowed = spec.allowed.scaled(1.0 / in_si)
    value = check_number(key, table["value"], allowed, unit=unit, remedy=spec.remedy)
    return to_si(value, unit, si_unit=spec.unit)


def _checked_entry(
    key: str, entry: object, allowed: frozenset[str], example: str
) -> Mapping[str, Any]:
    """Return the table of one entry, if it has every key but `note`, and no other."""
    if not isinstance(entry, Mapping):
        raise ParameterError(f"`{key}` is {entry!r}; write it as {example}.")
    for name in entry:
        if name not in allowed:
            raise ParameterError(
                f"`{key}.{name}` is not a key here. {suggestion(name, allowed)} "
                f"Write it as {example}."
            )
    for name in sorted(allowed - {"note"}):
        if name not in entry:
            raise ParameterError(f"`{key}.{name}` is missing. Write it as {example}.")
    if not isinstance(entry["source"], str) or not entry["source"].strip():
        raise ParameterError(
            f"`{key}.source` is {entry['source']!r}; name where the value comes from, in words or "
            "by a reference's key."
        )
    return entry


def to_toml(cell: Cell, *, source: str) -> str:
    """Return the text of a cell file.

    Parameters
    ----------
    cell : Cell
        The cell to write.
    source : str
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
