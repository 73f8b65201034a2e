"""Cells from TOML files: every number with its value, unit and source."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from microbatt.cells.cell import Cell
from microbatt.cells.currents import one_c_of
from microbatt.cells.electrolyte_fits import SALT_TOP
from microbatt.cells.faults import Faults
from microbatt.cells.file_keys import (
    CONDUCTED,
    FIT_KEYS,
    MATERIAL,
    NUMBER_KEYS,
    OPTIONAL,
    OTHER_KEYS,
    OWN_KEYS,
    POROSITY,
    START,
    keys_of,
)
from microbatt.cells.functions import material_function
from microbatt.cells.parts import LABELS, PARTS, UNCERTAINTIES, part_faults, part_kind
from microbatt.cells.records import (
    NumberSpec,
    Spec,
    check_keys,
    example_of,
    from_mapping,
    missing_keys,
    remedy_of,
    specs,
)
from microbatt.cells.stoichiometry_functions import split_diffusivity
from microbatt.cells.synonyms import nearest_meaning, unknown_names
from microbatt.cells.thermal_functions import (
    TEMPERATURES,
    VARIABLES,
    is_thermal,
    thermal_function,
)
from microbatt.cells.toml_writing import ELECTROLYTE, FORMAT
from microbatt.cells.uncertainty import standard_deviation
from microbatt.checks import check_choice, check_number, shown
from microbatt.errors import CellFileError, ParameterError
from microbatt.units import is_celsius, parse_unit, to_si, value_in_si

_SAME = {POROSITY: "electrolyte_fraction"}
_FUNCTION_KEYS = frozenset(OWN_KEYS) - {"value"}
"""What tells a function from a number."""
_TRANSFERENCE = NumberSpec(
    unit="1",
    allowed=CONDUCTED,
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
        text = _text(path)
        # what may name a file beside it cannot be remembered by its text
        return parse_cell(text, path.parent) if "table" in text else _parsed(text)
    except OSError as error:
        raise CellFileError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise CellFileError(f"{path}: is not UTF-8 text. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise CellFileError(f"{path}: is not valid TOML: {error}. Mend it there.") from error
    except RecursionError as error:
        raise CellFileError(f"{path}: is not a cell file: it is nested too deeply.") from error
    except ParameterError as error:
        raise CellFileError(f"{path}: {error}") from error


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST_FILE:
        raise ParameterError(f"is larger than {_LARGEST_FILE // 2**20} MiB. Thin out its tables.")
    return path.read_text(encoding="utf-8")


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
    document = _document(text)
    version = document.pop("format", None)
    if version != FORMAT:
        raise ParameterError(f"`format` is {version!r}; this version reads `format = {FORMAT}`.")
    faults = Faults()
    if UNCERTAINTIES in document:
        faults.add(
            f"`{UNCERTAINTIES}` is not a part of a cell file. State each beside its value: "
            f'`thickness = {{ value = 100, unit = "µm", uncertainty = "2 %", source = "..." }}`.'
        )
    for fault in part_faults(document):
        faults.add(fault)
    document = {
        name: dict(given) if name in ("cell", *PARTS) else given
        for name, given in document.items()
        if name in LABELS or isinstance(given, Mapping)
    }
    start = None
    with faults.noted():
        start = _read_start(document)
    with faults.noted():
        _fill_one_c(document.get("cell", {}))
    if "initial_temperature" in document.get("cell", {}):  # a cell rests where it stands
        document["cell"].setdefault("ambient_temperature", document["cell"]["initial_temperature"])
    kinds: dict[str, type[Any]] = {"cell": Cell} | {
        part: part_kind(part, document.get(part, {})) for part in PARTS
    }
    kinds = {part: kind for part, kind in kinds.items() if part in document}
    _check_complete(document, kinds, faults)
    words = {name: document[name] for name in LABELS if name in document}
    parts = {
        name: _read_part(name, kind, document[name], folder, faults) for name, kind in kinds.items()
    }
    if faults.found:
        _check_records(parts, kinds, faults)
    faults.refuse()
    stated = {name: value for _, known in parts.values() for name, value in known.items()}
    cell = Cell.from_dict(
        words | {name: values for name, (values, _) in parts.items()} | {UNCERTAINTIES: stated}
    )
    return cell if start is None else cell.starting_at(start)


def _check_records(
    parts: Mapping[str, tuple[dict[str, Any], object]],
    kinds: Mapping[str, type[Any]],
    faults: Faults,
) -> None:
    """Note what the parts refuse that could be read whole, in a file with other faults."""
    for name, (values, _) in parts.items():
        if name == "cell" or missing_keys(values, specs(kinds[name])):
            continue
        try:
            from_mapping(kinds[name], values)
        except ParameterError as error:
            faults.add(f"in [{name}], {error}")


def _check_complete(
    document: Mapping[str, Any], kinds: Mapping[str, type[Any]], faults: Faults
) -> None:
    """Note what is no key of a part, and all that the others lack, in one sentence."""
    unknown = {
        part: [name for name in document[part] if name not in keys_of(part, kind)]
        for part, kind in kinds.items()
    }
    for fault in _unknown_keys(unknown, kinds):
        faults.add(fault)
    own = document.get("electrolyte", {})
    for name in sorted(_OF_OWN & set(own)) if "fit" in own else ():
        faults.add(f"in [electrolyte], `fit` and `{name}` are both given. Give one of them.")
    lacking: dict[str, list[str]] = {}
    for part, kind in kinds.items():
        given, declared = _with_what_they_stand_for(part, document[part]), specs(kind)
        # what is missing may have another name
        names = [] if unknown[part] else missing_keys(given, declared)
        if names:
            lacking[part] = [example_of(name, declared[name][1]) for name in names]
    count = sum(map(len, lacking.values()))
    if count > 1:
        told = "; ".join(f"to [{part}] {', '.join(those)}" for part, those in lacking.items())
        faults.add(f"{count} values are missing. Add {told}.")
    for part in lacking if count == 1 else ():
        with faults.noted():
            _check_keys(part, document[part], specs(kinds[part]))


def _with_what_they_stand_for(part: str, table: Mapping[str, Any]) -> set[str]:
    """Return the keys of a part, and those of its record for which they stand."""
    given = set(table)
    if part == "electrolyte" and _OF_OWN & given:
        given.add("fit")
    return given | {_SAME[name] for name in given & _SAME.keys()}


def _unknown_keys(
    unknown: Mapping[str, list[str]], kinds: Mapping[str, type[Any]]
) -> Iterator[str]:
    """Tell what is no key of a part; those of parts that are alike are listed once."""
    alike: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for part, names in unknown.items():
        told = alike.setdefault(keys_of(part, kinds[part]), [])
        told += [(name, f"in [{part}], `{name}` is not a key here.") for name in names]
    for known, words in alike.items():
        yield from unknown_names(words, known)


def _check_keys(part: str, given: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    entries = {_SAME.get(name, name): entry for name, entry in given.items()}
    if part == "electrolyte" and _OF_OWN & entries.keys():
        entries = {name: one for name, one in entries.items() if name not in _OF_OWN} | {"fit": {}}
    try:
        check_keys(entries, declared)
    except ParameterError as error:
        raise ParameterError(f"in [{part}], {error}") from error


def _document(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a whole number of more digits than Python converts
        raise ParameterError(f"a number in it cannot be read ({error}).") from error


def _fill_one_c(table: dict[str, Any]) -> None:
    """Let 1 C be the nominal capacity over the area, where the file says both and nothing else."""
    wanted = {"nominal_capacity": "A h", "electrode_area": "m2"}
    if "one_c_current" in table or not all(key in table for key in wanted):
        return
    declared = specs(Cell)
    said = {
        key: _read_entry(f"cell.{key}", declared[key][1], table[key], None)
        for key in (*wanted, "electrode_pairs")
        if key in table
    }
    pairs = said.get("electrode_pairs", 1.0)
    table["one_c_current"] = {
        "value": one_c_of(said["nominal_capacity"], said["electrode_area"], pairs),
        "unit": "A m-2",
        "source": "nominal capacity over area",
    }


def _read_start(document: dict[str, Any]) -> str | None:
    """Take the start out of `[cell]`; electrodes that say when they are full need no other."""
    if START not in document.get("cell", {}):
        return None
    entry = document["cell"].pop(START)
    example = '{ value = 80, unit = "%", source = "..." }'
    checked = _checked_entry(f"cell.{START}", entry, NUMBER_KEYS - {"uncertainty"}, example)
    number = check_number(f"cell.{START}", checked["value"])
    for part in ("negative", "positive"):
        table = document.get(part, {})
        if "initial_stoichiometry" not in table and "stoichiometry_full" in table:
            table["initial_stoichiometry"] = table["stoichiometry_full"]
    return f"{number!r} {checked['unit']}"


def _read_part(
    part: str, kind: type[Any], table: Mapping[str, Any], folder: Path | None, faults: Faults
) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the values of a part by their keys, and their uncertainties by their names."""
    declared = specs(kind)
    own: dict[str, Any] = {}
    entries = dict(table)
    with faults.noted():
        if part == "electrolyte":
            own = _read_electrolyte(table, folder)
            entries = {key: entry for key, entry in table.items() if not own or key not in _OF_OWN}
        else:
            own = _read_diffusivity(part, table, folder)
            entries = {key: entry for key, entry in table.items() if key not in own}
    with faults.noted():
        entries = _of_porosity(part, entries, declared)
    values, stated = own, {}
    for key, entry in entries.items():
        if key not in declared:
            continue
        spec = declared[key][1]
        with faults.noted():
            values[key] = _read_entry(f"{part}.{key}", spec, entry, folder)
            if isinstance(spec, NumberSpec) and "uncertainty" in entry:
                name = key if part == "cell" else f"{part}_{key}"
                stated[name] = _read_uncertainty(f"{part}.{key}", spec, entry)
    if POROSITY in table and "electrolyte_fraction" in values:
        values["electrolyte_fraction"] -= values.get("polymer_fraction", 0.0)
    return values, stated


def _of_porosity(part: str, entries: dict[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """Read the porosity as the fraction of the electrolyte, which the polymer is yet to leave."""
    if POROSITY not in entries or "electrolyte_fraction" not in declared:
        return entries
    if "electrolyte_fraction" in entries:
        raise ParameterError(
            f"in [{part}], `{POROSITY}` and `electrolyte_fraction` are both given; the porosity "
            "is the electrolyte with the polymer that it swells. Give one of them."
        )
    return {
        "electrolyte_fraction" if key == POROSITY else key: entry for key, entry in entries.items()
    }


def _read_entry(key: str, spec: Spec, entry: object, folder: Path | None) -> Any:  # noqa: ANN401 - plain
    if isinstance(spec, NumberSpec):
        example = f'{{ value = ..., unit = "{spec.unit}", source = "..." }}'
        return _read_number(key, spec, _checked_entry(key, entry, NUMBER_KEYS, example))
    if spec.unit and isinstance(entry, Mapping) and any(name in entry for name in OWN_KEYS):
        material = {MATERIAL: str(entry[MATERIAL])} if MATERIAL in entry else {}
        given = {name: value for name, value in entry.items() if name != MATERIAL}
        return _read_function(key, spec.unit, given, folder, upper=1.0) | material
    table = _checked_entry(key, entry, FIT_KEYS, '{ fit = "...", source = "..." }')
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


_OF_OWN = frozenset(OTHER_KEYS["electrolyte"])


def _read_electrolyte(table: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """Gather functions of the salt concentration that stand in place of a fit."""
    if "fit" in table or not any(name in table for name in _OF_OWN):
        return {}
    plain: dict[str, Any] = {}
    for name, unit in ELECTROLYTE.items():
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
    """Read a constant, an expression or tables; return it in SI units, in JSON's terms."""
    example = f'{{ expression = "...", unit = "{unit}", source = "..." }}'
    kind = next((name for name in OWN_KEYS if isinstance(entry, Mapping) and name in entry), "")
    allowed = OWN_KEYS.get(kind, frozenset({"expression"})) | {"unit", "source", "note"}
    checked = _checked_entry(key, entry, allowed, example)
    try:
        factor = to_si(1.0, str(checked["unit"]), si_unit=unit)
    except ParameterError as error:
        raise ParameterError(f"`{key}`: {error}") from error
    described: dict[str, Any]
    argument = "mol m-3" if upper > 1.0 else "1"
    match kind:
        case "table":
            described = {
                "table": _read_table(key, checked["table"], folder, argument, checked["unit"])
            }
        case "tables":
            described = {
                TEMPERATURES: checked.get(TEMPERATURES, []),
                "tables": _read_tables(key, checked["tables"], folder, argument, checked["unit"]),
            }
        case "x":
            described = {"table": {"x": checked["x"], "y": checked["y"]}}
        case _:
            described = {name: checked[name] for name in OWN_KEYS[kind] if name in checked}
    if upper == SALT_TOP and is_thermal(described):
        return thermal_function(key, described, lower=0.0, upper=upper, factor=factor).plain()
    variables = VARIABLES if upper == SALT_TOP else ("x",)
    return material_function(
        key, described, lower=0.0, upper=upper, factor=factor, variables=variables
    ).plain()


def _read_tables(
    key: str, given: object, folder: Path | None, argument: str, unit: str
) -> list[object]:
    """Read one table for each temperature: a file of two columns, or `x` and `y`."""
    if not isinstance(given, list):
        raise ParameterError(f"`{key}.tables` is {shown(given)}; it must be a list of tables.")
    return [
        _read_table(key, one, folder, argument, unit) if isinstance(one, str) else one
        for one in given
    ]


def _read_table(
    key: str, name: object, folder: Path | None, argument: str, unit: str
) -> dict[str, list[float]]:
    """Read two columns of numbers from a text file beside the cell file."""
    if not isinstance(name, str):
        raise ParameterError(
            f"`{key}.table` is {shown(name)}; name a file of two columns, or give `x` and `y`."
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
    lines = [line.strip() for line in lines if line.strip()[:1] not in ("", "#")]
    rows = [re.split(r"[\s,;]+", line) for line in lines]
    columns: dict[str, list[float]] = {"x": [], "y": []}
    for number, row in enumerate(rows):
        try:
            x, y = map(float, row)
        except ValueError as error:
            if number == 0:
                _check_heading(key, path, lines[0], argument, unit)
                continue
            raise ParameterError(
                f"`{key}.table`: {path} has {' '.join(row)[:40]!r} in row {number}; every row but "
                "a heading must be two numbers, with a comma, semicolon or space between them."
            ) from error
        columns["x"].append(x)
        columns["y"].append(y)
    return columns


def _check_heading(key: str, path: Path, line: str, argument: str, unit: str) -> None:
    """Refuse a table whose heading names other units than it is read in."""
    fields = re.split(r"[,;\t]|\s{2,}", line)
    names = fields if len(fields) == len(_COLUMNS) else ["", line]
    for column, name, wanted in zip(_COLUMNS, names, (argument, unit), strict=True):
        written = _IN_BRACKETS.search(name)
        if written is None:
            continue
        try:
            named, meant = parse_unit(written[1]), parse_unit(str(wanted))
        except ParameterError:  # words, and no unit
            continue
        if (named.dimension, named.factor) == (meant.dimension, meant.factor):
            continue
        remedy = f'Give `unit = "{written[1]}"` there' if column == "y" else "Convert the column"
        raise ParameterError(
            f"`{key}.table`: by its heading, `{line[:60]}`, {path} has {column} in `{written[1]}`; "
            f"the cell file reads it in `{wanted}`. {remedy}, or correct the heading."
        )


_COLUMNS = ("x", "y")
_IN_BRACKETS = re.compile(r"[\[(]([^\[\]()]+)[\])]\s*$")


def _read_number(key: str, spec: NumberSpec, table: Mapping[str, Any]) -> float:
    unit = str(table["unit"])
    try:
        _refuse_celsius(unit, spec)
        zero = value_in_si(0.0, unit, si_unit=spec.unit)
        in_si = 1.0 if zero else to_si(1.0, unit, si_unit=spec.unit)
    except ParameterError as error:
        raise ParameterError(f"`{key}`: {error}") from error
    allowed = spec.allowed.shifted(-zero).scaled(1.0 / in_si)
    remedy = remedy_of(spec.remedy, table["value"], unit)
    value = check_number(key, table["value"], allowed, unit=unit, remedy=remedy)
    return value_in_si(value, unit, si_unit=spec.unit)


def _refuse_celsius(unit: str, spec: NumberSpec) -> None:
    """Refuse degrees Celsius for what is no temperature, as an energy over R."""
    if is_celsius(unit) and spec.unit == "K" and not spec.allowed.low > 0.0:
        raise ParameterError(f"the unit is `{unit}`, and this is no temperature. Give it in K.")


def _read_uncertainty(key: str, spec: NumberSpec, table: Mapping[str, Any]) -> float:
    unit = str(table["unit"])
    value = check_number(key, table["value"])
    if is_celsius(unit):
        value, unit = value_in_si(value, unit, si_unit="K"), "K"
    given = standard_deviation(key, table["uncertainty"], value=value, unit=unit)
    return to_si(given, unit, si_unit=spec.unit)


def _checked_entry(
    key: str, entry: object, allowed: frozenset[str], example: str
) -> Mapping[str, Any]:
    """Return the table of one entry, if it has every key that it needs, and no other."""
    if not isinstance(entry, Mapping):
        raise ParameterError(f"`{key}` is {entry!r}; write it as {example}.")
    for name in entry:
        if name not in allowed:
            raise ParameterError(
                f"`{key}.{name}` is not a key here. {nearest_meaning(name, allowed)} "
                f"Write it as {example}."
            )
    for name in sorted(allowed - OPTIONAL):
        if name not in entry:
            raise ParameterError(f"`{key}.{name}` is missing. Write it as {example}.")
    if not isinstance(entry["source"], str) or not entry["source"].strip():
        raise ParameterError(
            f"`{key}.source` is {entry['source']!r}; name where the value comes from, in words or "
            "by a reference's key."
        )
    return entry
