"""Cells to TOML files: every number with its value, unit and source."""

import json
from collections.abc import Mapping
from typing import Any

from microbatt.cells.currents import one_c_of
from microbatt.cells.parts import PARTS, number_name
from microbatt.cells.records import FitSpec, NumberSpec, specs
from microbatt.cells.uncertainty import share_text

FORMAT = 1
"""Version of the file format."""
_ONE_C = "one_c_current"
ELECTROLYTE = {
    "conductivity": "S m-1",
    "diffusivity": "m2 s-1",
    "thermodynamic_factor": "1",
}
"""Functions that stand in `[electrolyte]` in place of a fit → their SI units."""


def to_toml(cell: Any, *, source: str) -> str:  # noqa: ANN401 - a cell, whose module imports this
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
        TOML in SI units; reading it gives an equal cell. The current of 1 C is left out where it
        is the nominal capacity over the area, so that it follows if one of these is edited.
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
            *_entries(
                name, cell if name == "cell" else getattr(cell, name), source, cell.uncertainties
            ),
        ]
    return "\n".join(lines) + "\n"


def _entries(part: str, record: Any, source: str, stated: Mapping[str, float]) -> list[str]:  # noqa: ANN401 - a cell or one of its parts
    lines = []
    for name, (_, spec) in specs(record).items():
        value = getattr(record, name)
        if value is None or spec.left_out(value) or (name == _ONE_C and _follows(record, stated)):
            continue
        if isinstance(spec, FitSpec):
            lines += _fit_lines(name, value, spec.unit, source)
        else:
            number = number_name(part, name)
            known = _uncertainty(spec, value, stated.get(number))
            lines.append(
                f"{name} = {{ value = {value!r}, unit = {_text(spec.unit)}, {known}"
                f"source = {_text(source)} }}"
            )
    return lines


def _uncertainty(spec: NumberSpec, value: float, stated: float | None) -> str:
    """Write a standard deviation, in per cent where the number counts by its logarithm."""
    if stated is None:
        return ""
    text = _text(share_text(stated, value)) if spec.logarithmic else repr(stated)
    return f"uncertainty = {text}, "


def _follows(cell: Any, stated: Mapping[str, float]) -> bool:  # noqa: ANN401 - a cell
    """Whether the current of 1 C is what a reader makes of the nominal capacity and the area."""
    if _ONE_C in stated or cell.nominal_capacity is None or cell.electrode_area is None:
        return False
    made = one_c_of(cell.nominal_capacity, cell.electrode_area, cell.electrode_pairs)
    return bool(made == cell.one_c_current)


def _fit_lines(name: str, fit: Any, unit: str, source: str) -> list[str]:  # noqa: ANN401 - a fit
    if fit.plain is None:
        return [f"{name} = {{ fit = {_text(fit.name)}, source = {_text(source)} }}"]
    if unit:
        return [f"{name} = {_function(fit.plain, unit, source)}"]
    plain = fit.plain
    given = plain["transference"]
    transference = given if isinstance(given, Mapping) else {"value": given}
    return [
        f"description = {_text(plain['description'])}",
        f"transference_number = {_function(transference, '1', source)}",
        *(f"{key} = {_function(plain[key], of, source)}" for key, of in ELECTROLYTE.items()),
    ]


def _function(plain: Mapping[str, Any], unit: str, source: str) -> str:
    """Write a function of one's own as an inline table."""
    entry = dict(plain)
    entry |= entry.pop("table", {})
    if "tables" in entry:
        pairs = (f"{{ x = {one['x']!r}, y = {one['y']!r} }}" for one in entry.pop("tables"))
        written = {"tables": f"[{', '.join(pairs)}]"}
    else:
        written = {}
    written |= {
        key: _text(value) if isinstance(value, str) else repr(value) for key, value in entry.items()
    }
    written |= {"unit": _text(unit), "source": _text(source)}
    return f"{{ {', '.join(f'{key} = {value}' for key, value in written.items())} }}"


def _text(words: str) -> str:
    """Quote text as a TOML basic string, whose escapes are those of JSON."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
