"""Cells as TOML files: every number with its value, unit and source."""

import json
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from microbatt.cells.cell import LABELS, PARTS, Cell, check_parts, part_kind
from microbatt.cells.electrolyte_fits import SALT_TOP
from microbatt.cells.functions import material_function
from microbatt.cells.records import FitSpec, NumberSpec, Spec, check_keys, specs
from microbatt.cells.stoichiometry_functions import split_diffusivity
from microbatt.checks import Interval, check_choice, check_number, suggestion
from microbatt.errors import CellFileError, ParameterError
from microbatt.units import to_si

FORMAT = 1
"""Version of the file format that this reader understands."""

_NUMBER_KEYS = frozenset({"value", "unit", "source", "note"})
_FIT_KEYS = frozenset({"fit", "source", "note"})
_OWN_KEYS = {
    "value": frozenset({"value"}),
    "expression": frozenset({"expression", "range"}),
    "table": frozenset({"table"}),
    "x": frozenset({"x", "y"}),
}
"""What may stand in place of `fit` → the keys that go with it."""
_FUNCTION_KEYS = frozenset(_OWN_KEYS) - {"value"}
"""What tells a function from a number."""
_OPTIONAL = frozenset({"note", "range", "material"})
_ELECTROLYTE = {
    "conductivity": "S m-1",
    "diffusivity": "m2 s-1",
    "thermodynamic_factor": "1",
}
"""Functions that stand in `[electrolyte]` in place of a fit → their SI units."""
_TRANSFERENCE = NumberSpec(
    unit="1",
    allowed=Interval(0.0, 1.0, high_open=True),
    remedy="It is a fraction.",
    optional=False,
    uncertainty=None,
    step=0.01,
)
_LARGEST_FILE = 2**24
"""Of a table [byte]."""


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
        text = path.read_text(encoding="utf-8")
        # what may name a file beside it cannot be remembered by its text
        return parse_cell(text, path.parent) if "table" in text else _parsed(text)
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


def parse_cell(text: str, folder: Path | None = None) -> Cell:
    """Make a cell from the text of a cell file, whose tables may lie in a folder.

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
    kinds: dict[str, type[Any]] = {
        "cell": Cell,
        **{part: part_kind(part, document[part]) for part in PARTS},
    }
    words = {name: document[name] for name in LABELS if name in document}
    return Cell.from_dict(
        words | {name: _read_part(name, kinds[name], document[name], folder) for name in kinds}
    )


def _read_part(
    part: str, kind: type[Any], table: Mapping[str, Any], folder: Path | None
) -> dict[str, Any]:
    declared = specs(kind)
    if part == "electrolyte":
        own = _read_electrolyte(table, folder)
        entries = {key: entry for key, entry in table.items() if not own or key not in _OF_OWN}
    else:
        own = _read_diffusivity(part, table, folder)
        entries = {key: entry for key, entry in table.items() if key not in own}
    try:
        check_keys(entries | own, declared)
    except ParameterError as error:
        raise ParameterError(f"in [{part}], {error}") from error
    return own | {
        key: _read_entry(f"{part}.{key}", declared[key][1], entry, folder)
        for key, entry in entries.items()
    }


def _read_entry(key: str, spec: Spec, entry: object, folder: Path | None) -> Any:  # noqa: ANN401 - plain
    if isinstance(spec, NumberSpec):
        example = f'{{ value = ..., unit = "{spec.unit}", source = "..." }}'
        return _read_number(key, spec, _checked_entry(key, entry, _NUMBER_KEYS, example))
    if spec.unit and isinstance(entry, Mapping) and any(name in entry for name in _OWN_KEYS):
        material = {"material": str(entry["material"])} if "material" in entry else {}
        given = {name: value for name, value in entry.items() if name != "material"}
        return _read_function(key, spec.unit, given, folder, upper=1.0) | material
    table = _checked_entry(key, entry, _FIT_KEYS, '{ fit = "...", source = "..." }')
    return check_choice(key, table["fit"], spec.known)


def _read_diffusivity(part: str, table: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """Read a solid diffusivity that is a function of the stoichiometry, where it is one."""
    entry = table.get("solid_diffusivity")
    if not isinstance(entry, Mapping) or not any(kind in entry for kind in _FUNCTION_KEYS):
        return {}
    key = f"{part}.solid_diffusivity"
    if "solid_diffusivity_shape" in table:
        raise ParameterError(
            f"`{key}` is a function of the stoichiometry and `{key}_shape` is given beside it. "
            "Give the one, or a number and the other."
        )
    return split_diffusivity(key, _read_function(key, "m2 s-1", entry, folder, upper=1.0))


_OF_OWN = frozenset({*_ELECTROLYTE, "transference_number", "description"})


def _read_electrolyte(table: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """Gather functions of the salt concentration that stand in place of a fit."""
    if "fit" in table or not any(name in table for name in _OF_OWN):
        return {}
    plain: dict[str, Any] = {}
    for name, unit in _ELECTROLYTE.items():
        if name in table:
            key = f"electrolyte.{name}"
            plain[name] = _read_function(key, unit, table[name], folder, upper=SALT_TOP)
    if "transference_number" in table:
        key, entry = "electrolyte.transference_number", table["transference_number"]
        if isinstance(entry, Mapping) and any(kind in entry for kind in _FUNCTION_KEYS):
            plain["transference"] = _read_function(key, "1", entry, folder, upper=SALT_TOP)
        else:
            plain["transference"] = _read_entry(key, _TRANSFERENCE, entry, folder)
    if "description" in table:
        plain["description"] = str(table["description"])
    return {"fit": plain}


def _read_function(
    key: str, unit: str, entry: object, folder: Path | None, *, upper: float
) -> dict[str, Any]:
    """Read a constant, an expression or a table; return it in SI units, in JSON's terms."""
    example = f'{{ expression = "...", unit = "{unit}", source = "..." }}'
    kind = next((name for name in _OWN_KEYS if isinstance(entry, Mapping) and name in entry), "")
    allowed = _OWN_KEYS.get(kind, frozenset({"expression"})) | {"unit", "source", "note"}
    checked = _checked_entry(key, entry, allowed, example)
    try:
        factor = to_si(1.0, str(checked["unit"]), si_unit=unit)
    except ParameterError as error:
        raise ParameterError(f"`{key}`: {error}") from error
    match kind:
        case "table":
            described = {"table": _read_table(key, checked["table"], folder)}
        case "x":
            described = {"table": {"x": checked["x"], "y": checked["y"]}}
        case _:
            described = {name: checked[name] for name in _OWN_KEYS[kind] if name in checked}
    return material_function(key, described, lower=0.0, upper=upper, factor=factor).plain()


def _read_table(key: str, name: object, folder: Path | None) -> dict[str, list[float]]:
    """Read two columns of numbers from a text file beside the cell file."""
    if not isinstance(name, str):
        raise ParameterError(
            f"`{key}.table` is {name!r}; name a file of two columns, or give `x` and `y`."
        )
    path = (folder or Path()) / name
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ParameterError(
                f"`{key}.table`: {path} is larger than {_LARGEST_FILE // 2**20} MiB. Thin it out."
            )
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"`{key}.table`: {path} cannot be read ({error}).") from error
    rows = [
        re.split(r"[\s,;]+", line.strip()) for line in lines if line.strip()[:1] not in ("", "#")
    ]
    columns: dict[str, list[float]] = {"x": [], "y": []}
    for number, row in enumerate(rows):
        try:
            x, y = map(float, row)
        except ValueError as error:
            if number == 0:
                continue  # a heading
            raise ParameterError(
                f"`{key}.table`: {path} has {' '.join(row)[:40]!r} in row {number}; every row but "
                "a heading must be two numbers, with a comma, semicolon or space between them."
            ) from error
        columns["x"].append(x)
        columns["y"].append(y)
    return columns


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
    """Return the table of one entry, if it has every key that it needs, and no other."""
    if not isinstance(entry, Mapping):
        raise ParameterError(f"`{key}` is {entry!r}; write it as {example}.")
    for name in entry:
        if name not in allowed:
            raise ParameterError(
                f"`{key}.{name}` is not a key here. {suggestion(name, allowed)} "
                f"Write it as {example}."
            )
    for name in sorted(allowed - _OPTIONAL):
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
        if value is None or spec.left_out(value):
            continue
        if isinstance(spec, FitSpec):
            lines += _fit_lines(name, value, spec.unit, source)
        else:
            lines.append(
                f"{name} = {{ value = {value!r}, unit = {_text(spec.unit)}, "
                f"source = {_text(source)} }}"
            )
    return lines


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
        *(f"{key} = {_function(plain[key], of, source)}" for key, of in _ELECTROLYTE.items()),
    ]


def _function(plain: Mapping[str, Any], unit: str, source: str) -> str:
    """Write a function of one's own as an inline table."""
    entry = dict(plain)
    entry |= entry.pop("table", {})
    written = {
        key: _text(value) if isinstance(value, str) else repr(value) for key, value in entry.items()
    }
    written |= {"unit": _text(unit), "source": _text(source)}
    return f"{{ {', '.join(f'{key} = {value}' for key, value in written.items())} }}"


def _text(words: str) -> str:
    """Quote text as a TOML basic string, whose escapes are those of JSON."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
