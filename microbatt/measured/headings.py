"""Columns by their headings: which quantity, in which unit, and which of several is taken."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from microbatt.checks import check_choice
from microbatt.constants import ZERO_CELSIUS
from microbatt.errors import MeasurementError, ParameterError
from microbatt.measured.vocabulary import NAMES, SPELLED, WARM, WARM_PLACES
from microbatt.units import Unit, parse_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

QUANTITIES: Final = ("time", "voltage", "current", "capacity", "temperature")
"""What a column may be mapped to."""
WORDS: Final = ("state", "step", "cycle", "date", "cell")
"""What else is of use in a column: words, counters and dates, which have no unit."""

_DIMENSIONS: Final = {
    "time": ("s",),
    "step time": ("s",),
    "voltage": ("V",),
    "counter voltage": ("V",),
    "current": ("A m-2", "A"),
    "discharge current": ("A m-2", "A"),
    "charge current": ("A m-2", "A"),
    "discharge capacity": ("A h m-2", "A h"),
    "capacity": ("A h m-2", "A h"),
}
"""Units that a quantity may come in; the first is the one used."""
_TEMPERATURES: Final = ("degC", "C", "c", "K", "degF", "F", "f")
"""Units of a temperature, in which C is no coulomb; one without is taken for degrees Celsius."""
_LAYOUTS: Final = (
    ("datapoint", "testtime", "steptime", "stepindex", "cycleindex", "current", "voltage"),
    ("rec", "cyc", "step", "testtime", "steptime", "amps", "volts", "state"),
    ("voltagemeasured", "currentmeasured", "temperaturemeasured", "time"),
)
"""Headings that only the files of one maker, or of one archive, have together, in s, V, A and A h:
Arbin's, Maccor's, those of NASA's prognostics archive."""
_FIXED: Final = {
    "time": "s",
    "step time": "s",
    "voltage": "V",
    "current": "A",
    "discharge capacity": "Ah",
    "capacity": "Ah",
}
_UNIT_NAMES: Final = {"time": "s min h", "voltage": "V mV", "current": "A mA", "capacity": "Ah mAh"}
"""Units that stand for the quantity where the whole heading is a unit: `Volts`, `Amps`, `hrs`."""
_LONGEST: Final = 200
_COPIED: Final = re.compile(r"^(.*\S)\.(\d{1,3})$")
"""What pandas writes for a heading that stands before already: ``Voltage (V).1``."""
_AGAINST: Final = re.compile(r"\s+(vs|gegen|against)\b.*$", re.IGNORECASE)
"""What a potential is measured against, behind its unit."""
_FULL_WIDTH: Final = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
"""Letters and brackets as wide as a Chinese character."""
_BRACKETS: Final = re.compile(r"^(.*?)\s*[(\[{<]\s*([^)\]}>]*?)\s*[)\]}>]$")
_NUMBERED: Final = re.compile(r"^(.*\S)\s*\(([^()]*)\)_(\d{1,3})$")
"""A unit before the number of a channel, as Arbin writes ``Aux_Temperature(C)_1``."""
_COMMA: Final = re.compile(r"^([^,]*\S)\s*,\s*(\S+)$")
_TAIL: Final = re.compile(r"^(.*\S)[_\s]([A-Za-zµ]+|[°º]\s?[CK]|℃)$")
_RUN_TOGETHER: Final = re.compile(
    r"^(?P<name>.{2,}?[^\W_A-Z]\.?)"
    r"(?P<unit>m?Ah?|m?V|S|Secs?|Hrs?|[Dd]eg[CF]|[CFK])(?:_(?P<number>\d{1,3}))?$"
)
"""A small letter or a digit, and a unit that begins with a capital: ``CellTempC_1``."""
_RUN_TOGETHER_ALIKE: Final = re.compile(
    r"^(?P<name>temp|temperatur|temperature)(?P<unit>[cfk])(?:_(?P<number>\d{1,3}))?$",
    re.IGNORECASE,
)
"""The same, all in capitals or all in small letters: ``TEMPC``."""
_LETTERED: Final = re.compile(r"^(.*[^\W_A-Z])([A-Z])$")
"""A word and a capital, which may also number channels: ``TempA``, ``TempB`` and ``TempC``."""
_DOUBLE_TAIL: Final = re.compile(r"^(.*\S)[_\s](ampere[_ ]hour)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a heading says.

    Attributes
    ----------
    text : str
        As it stands in the file.
    quantity : str or None
        Of the columns of use; None if it is not one of them.
    unit : str
        As written, spelled out where cyclers use words; empty if there is none.
    rank : int
        Place of the name among those of its quantity, the best being 0.
    """

    text: str
    quantity: str | None
    unit: str
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that is taken.

    Attributes
    ----------
    index : int
        Which one, from 0.
    heading : str
        As it stands in the file.
    factor : float
        Multiplies its numbers: to s, V, A (m⁻²) or A h (m⁻²).
    per_area : bool
        Whether a current or a capacity is per area already.
    unit : str
        In which the file has it; empty for words and counters.
    minus : int or None
        Another column that is to be taken off: the counter electrode's potential.
    minus_factor : float
        Multiplies the numbers of that one.
    counts_discharge : bool
        Whether a capacity counts discharge only.
    sizes : bool
        Whether the sign of the numbers says nothing: one column counts discharge, one charge.
    offset : float
        Added to the numbers: 273.15 for degrees Celsius.
    """

    index: int
    heading: str
    factor: float
    per_area: bool = False
    unit: str = ""
    minus: int | None = None
    minus_factor: float = 1.0
    counts_discharge: bool = False
    sizes: bool = False
    offset: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns that are taken from a table.

    Attributes
    ----------
    taken : dict of str to Column
        Quantity → column: voltage, and whichever of time, step time, current, capacity, state,
        step, cycle and date there are.
    remarks : tuple of str
        Columns that cannot be used, and why.
    others : dict of str to tuple of str
        Quantity → other columns that could be mapped to it.
    doubles : dict of str to tuple of Column
        Quantity → other columns of the same name in another unit: they must say the same.
    """

    taken: Mapping[str, Column]
    remarks: tuple[str, ...] = ()
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubles: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)


SCALES: Final = {
    "degC": (1.0, ZERO_CELSIUS, "°C"),
    "K": (1.0, 0.0, "K"),
    "degF": (5.0 / 9.0, ZERO_CELSIUS - 32.0 * 5.0 / 9.0, "°F"),
}
"""Unit of a temperature → factor to kelvin, what is added then, and how it is written."""


@lru_cache(maxsize=4096)
def read_heading(text: str) -> Heading:
    """Read a heading.

    Parameters
    ----------
    text : str
        ``"Voltage / V"``, ``"Curr den (A/m^2)"``, ``"I/mA"``, ``"voltage_volt"``, ``"time [s]"``,
        ``"Spannung in V"``, ``"Volts"``.

    Returns
    -------
    Heading
        Its quantity and unit.

    Examples
    --------
    >>> read_heading("Cell pot(V)").quantity, read_heading("Cell pot(V)").unit
    ('voltage', 'V')
    >>> read_heading("Ewe/V").quantity, read_heading("test_time_second").unit
    ('voltage', 's')
    """
    plain = _plain(text)
    for name, unit, sure in _split(plain):
        spelled = _spelled(unit)
        named = _named(name, spelled)
        if (named is None or named[0] != "temperature") and _is_temperature(name, spelled):
            named = ("temperature", _BY_WORD)
        if named is not None and (sure or _measures(named[0], spelled)):
            return Heading(text=text, quantity=named[0], unit=spelled, rank=named[1])
    named = _named(plain, "")
    alone = _spelled(plain)
    for quantity, units in _UNIT_NAMES.items():
        if alone in units.split() and len(plain) > 1:
            rank = named[1] if named is not None and named[0] == quantity else 90
            return Heading(text=text, quantity=quantity, unit=alone, rank=rank)
    if named is not None:
        return Heading(text=text, quantity=named[0], unit="", rank=named[1])
    return _run_together(text, plain) or Heading(text=text, quantity=None, unit="")


def _run_together(text: str, plain: str) -> Heading | None:
    """Read a heading that is a word and a unit without anything between, such as ``TempF``."""
    match = _RUN_TOGETHER.match(plain) or _RUN_TOGETHER_ALIKE.match(plain)
    if match is None:
        return None
    name = f"{match['name']} {match['number'] or ''}".strip()
    unit = _spelled(match["unit"])
    named = _named(name, unit)
    if named is None and _is_temperature(name, unit):
        named = ("temperature", _BY_WORD)
    if named is None or not _measures(named[0], unit):
        return None
    return Heading(text=text, quantity=named[0], unit=unit, rank=named[1])


def without_numbers(headings: Sequence[str], mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Return headings without the numbers that pandas adds to those that stand twice.

    Parameters
    ----------
    headings : sequence of str
        Of a table.
    mapping : mapping of str to str
        Quantity → heading; those that it names stay as they are.

    Returns
    -------
    tuple of str
        Of the same length.

    Examples
    --------
    >>> without_numbers(["U [V]", "U [V].1", "Aux.1"], {})
    ('U [V]', 'U [V]', 'Aux.1')
    """
    there = set(headings)
    mapped = {one.rpartition(":")[0] for one in mapping.values()} | set(mapping.values())
    found = []
    for text in headings:
        match = None if text in mapped else _COPIED.match(text[:_LONGEST])
        found.append(match[1] if match is not None and match[1] in there else text)
    return tuple(found)


def is_unit(text: str) -> bool:
    """Tell whether a cell of a table is a unit by itself, as in a row of units.

    Parameters
    ----------
    text : str
        With or without brackets.

    Returns
    -------
    bool
        Whether it is one of a quantity of use.
    """
    return any(_measures(quantity, _spelled(text.strip(" ()[]/"))) for quantity in _DIMENSIONS)


def find_columns(
    source: str,
    headings: Sequence[str],
    mapping: Mapping[str, str],
    units: Mapping[int, str] | None = None,
) -> Columns:
    """Find the columns of use.

    Parameters
    ----------
    source : str
        The file, for messages.
    headings : sequence of str
        Of its columns.
    mapping : mapping of str to str
        Quantity → heading, or ``"heading:unit"``, for columns that are to be taken whatever their
        names say.
    units : mapping of int to str, optional
        Units that the numbers themselves have: seconds, where a column holds hours, minutes and
        seconds.

    Returns
    -------
    Columns
        With a voltage at least.

    Raises
    ------
    MeasurementError
        If there is no voltage, a heading of the mapping is missing, or a needed column has no unit
        or the wrong one.
    ParameterError
        If the mapping names something that is not a quantity.
    """
    for name in mapping:
        check_choice("column", name, QUANTITIES)
    known = _read_all(headings, units or {})
    taken: dict[str, Column] = {}
    remarks: list[str] = []
    for quantity in ("voltage", "current", "time", "step time"):
        column = _mapped_or_best(source, headings, quantity, mapping, known, remarks)
        if column is not None:
            taken[quantity] = column
    if "voltage" not in taken:
        raise MeasurementError(
            f"{source}: no column is a voltage; the columns are {_listed(headings)}. Name one "
            "`voltage [V]`, or map it: `--column voltage='NAME:V'`."
        )
    taken["voltage"] = _cell_voltage(taken["voltage"], known, mapping, remarks)
    halves = None if "current" in taken else _current_of_halves(known, remarks)
    optional = {
        "current": taken.get("current", halves),
        "capacity": _capacity(source, headings, mapping, known, remarks),
        "temperature": _temperature(source, headings, mapping, known, remarks),
    }
    taken |= {quantity: column for quantity, column in optional.items() if column is not None}
    for quantity in WORDS:
        for index, heading in _ranked(known, quantity):
            taken.setdefault(quantity, Column(index=index, heading=heading.text, factor=1.0))
    remarks += _unused(headings, taken, remarks)
    return Columns(
        taken=taken,
        remarks=tuple(remarks),
        others=_others(taken, known),
        doubles={} if set(mapping) - {"temperature"} else _doubles(taken, known),
    )


def useful(
    headings: Sequence[str], mapping: Mapping[str, str], units: Mapping[int, str]
) -> dict[int, str]:
    """Return which columns are worth reading, as index → quantity."""
    names = {one.rpartition(":")[0] for one in mapping.values()} | set(mapping.values())
    mapped = {i: "mapped" for i, one in enumerate(headings) if one in names}
    found = {i: one.quantity for i, one in _read_all(headings, units).items() if one.quantity}
    if any(one == "time" for one in found.values()) or "time" in mapping:
        found = {i: one for i, one in found.items() if one != "date"}
    return found | mapped


def _read_all(headings: Sequence[str], units: Mapping[int, str]) -> dict[int, Heading]:
    """Read all headings, with the units that a maker's layout fixes."""
    known = {i: read_heading(one) for i, one in enumerate(headings)}
    known |= {i: Heading(text=headings[i], quantity=None, unit="") for i in _lettered(headings)}
    for i, unit in units.items():
        one = known[i]
        known[i] = Heading(text=one.text, quantity=one.quantity, unit=unit, rank=one.rank)
    keys = {_key(one) for one in headings}
    if any(len(keys & set(layout)) > len(layout) // 2 for layout in _LAYOUTS):
        for i, one in known.items():
            if one.quantity in _FIXED and not one.unit:
                unit = _FIXED[one.quantity]
                known[i] = Heading(text=one.text, quantity=one.quantity, unit=unit, rank=one.rank)
    return known


def _lettered(headings: Sequence[str]) -> list[int]:
    """Return the columns whose last letter tells channels apart, and is no unit.

    There is another of the same word whose letter is none of its units.
    """
    words: dict[str, dict[str, int]] = {}
    for i, text in enumerate(headings):
        match = _LETTERED.match(_plain(text))
        if match is not None:
            words.setdefault(match[1], {})[match[2]] = i
    channels = (
        columns
        for columns in words.values()
        if any(read_heading(headings[i]).quantity is None for i in columns.values())
    )
    return [i for columns in channels if len(columns) > 1 for i in columns.values()]


def _mapped_or_best(
    source: str,
    headings: Sequence[str],
    quantity: str,
    mapping: Mapping[str, str],
    known: Mapping[int, Heading],
    remarks: list[str],
) -> Column | None:
    if quantity in mapping:
        return _mapped(source, headings, quantity, mapping[quantity])
    ranked = _ranked(known, quantity)
    for index, heading in ranked:
        column = _column(index, heading, quantity)
        if column is not None:
            return column
    if not ranked or quantity == "step time":
        return None
    if quantity == "time" and _ranked(known, "date"):
        remarks.append(f"column `{ranked[0][1].text}` ignored: {_why(ranked[0][1], quantity)}")
        return None
    raise MeasurementError(_unusable(source, ranked[0][1], quantity))


def _capacity(
    source: str,
    headings: Sequence[str],
    mapping: Mapping[str, str],
    known: Mapping[int, Heading],
    remarks: list[str],
) -> Column | None:
    """Return the best usable capacity; one that cannot be used is told of and ignored."""
    if "capacity" in mapping:
        return _mapped(source, headings, "capacity", mapping["capacity"])
    for quantity in ("discharge capacity", "capacity"):
        for index, heading in _ranked(known, quantity):
            column = _column(index, heading, quantity)
            if column is not None:
                return column
            remarks.append(f"column `{heading.text}` ignored: {_why(heading, quantity)}")
    return None


def _temperature(
    source: str,
    headings: Sequence[str],
    mapping: Mapping[str, str],
    known: Mapping[int, Heading],
    remarks: list[str],
) -> Column | None:
    """Return the best temperature in kelvins; one of another unit is told of and ignored.

    The cell's, or its surface's, comes before one that names no place, and that before one of the
    surroundings.  Of several at one kind of place under other names than usual the first is taken.
    """
    if "temperature" in mapping:
        return _mapped(source, headings, "temperature", mapping["temperature"])
    usable = []
    for index, heading in _ranked(known, "temperature"):
        if heading.unit and heading.unit not in _TEMPERATURES:
            remarks.append(f"column `{heading.text}` ignored: `{heading.unit}` is not °C, K or °F")
            continue
        usable.append((_warm_place(heading.text), index, heading))
    usable.sort(key=lambda one: (not one[2].unit, one[0]))  # else as ranked
    if not usable:
        return None
    place, index, heading = usable[0]
    alike = [one for at, _, one in usable[1:] if at == place and one.rank == heading.rank]
    if alike and heading.rank == _BY_WORD:
        remarks.append(
            f"temperature taken as `{heading.text}`; there is also "
            f"{_listed([one.text for one in alike])}, to be taken by "
            f"`--column temperature='{alike[0].text}'`"
        )
    return _temperature_column(index, heading)


def _temperature_column(index: int, heading: Heading) -> Column:
    """Return a column of temperatures."""
    unit = heading.unit if heading.unit in SCALES else "degC"
    if heading.unit in ("F", "f"):  # no farads in a column of temperatures
        unit = "degF"
    factor, offset, written = SCALES[unit]
    return Column(index=index, heading=heading.text, factor=factor, offset=offset, unit=written)


def _unused(
    headings: Sequence[str], taken: Mapping[str, Column], remarks: Sequence[str]
) -> list[str]:
    """Return a remark that names the columns that were not used, but for those told of already.

    Where no temperature is taken, one in °C under an unknown name may be the cell's.
    """
    used = {i for column in taken.values() for i in (column.index, column.minus)}
    names = {headings[i] for i in used if i is not None}
    told = " ".join(remarks)
    left = [
        one
        for one in dict.fromkeys(headings)
        if one.strip() and one not in names and f"`{one}`" not in told
    ]
    if not left:
        return []
    warm = [one for one in left if _unit_in(one, "temperature") in ("degC", "degF")]
    hint = ""
    if warm and "temperature" not in taken:
        hint = (
            f"; if `{warm[0]}` is the cell's temperature, `--column temperature='{warm[0]}'` "
            "takes it"
        )
    return [f"not used: {_listed(left)}{hint}"]


def _others(
    taken: Mapping[str, Column], known: Mapping[int, Heading]
) -> dict[str, tuple[str, ...]]:
    """Return the columns that could be mapped to a quantity in place of the one taken."""
    kinds = {
        "time": ("time", "step time"),
        "voltage": ("voltage", "counter voltage"),
        "current": ("current", "discharge current", "charge current"),
        "capacity": ("discharge capacity", "capacity"),
        "temperature": ("temperature",),
    }
    used = {i for column in taken.values() for i in (column.index, column.minus)}
    found: dict[str, tuple[str, ...]] = {}
    for quantity, those in kinds.items():
        texts = [
            _mappable(i, one) for i, one in known.items() if one.quantity in those and i not in used
        ]
        found[quantity] = tuple(one for one in texts if one)
    return {quantity: texts for quantity, texts in found.items() if texts}


def _current_of_halves(known: Mapping[int, Heading], remarks: list[str]) -> Column | None:
    """Return the current of a file that has it in two columns, of discharge and of charge."""
    found: dict[str, Column] = {}
    for quantity in ("discharge current", "charge current"):
        columns = [_column(i, one, quantity) for i, one in _ranked(known, quantity)]
        usable = [one for one in columns if one is not None]
        if usable:
            found[quantity] = usable[0]
    discharge, charge = found.get("discharge current"), found.get("charge current")
    if discharge is None or charge is None:
        return discharge if charge is None else None
    if discharge.per_area != charge.per_area:
        return None
    remarks.append(
        f"current taken as `{discharge.heading}` where there is one, else as `{charge.heading}` of "
        "the other sign"
    )
    return replace(
        discharge,
        heading=f"{discharge.heading} − {charge.heading}",
        minus=charge.index,
        minus_factor=charge.factor,
        sizes=True,
    )


def _doubles(
    taken: Mapping[str, Column], known: Mapping[int, Heading]
) -> dict[str, tuple[Column, ...]]:
    """Return columns of voltage and current that stand there twice, in two units."""
    found: dict[str, tuple[Column, ...]] = {}
    for quantity in ("voltage", "current"):
        column = taken.get(quantity)
        if column is None or column.minus is not None:
            continue
        mine = known[column.index]
        same = [
            _column(i, one, quantity)
            for i, one in _ranked(known, quantity)
            if i != column.index and one.rank == mine.rank and one.unit != mine.unit
        ]
        usable = [one for one in same if one is not None and one.per_area == column.per_area]
        if usable:
            found[quantity] = tuple(usable)
    return found


def _mappable(index: int, heading: Heading) -> str:
    """Return what to map a column by; empty if its unit cannot be used."""
    quantity = heading.quantity or ""
    if quantity == "temperature":
        return heading.text if not heading.unit or heading.unit in _TEMPERATURES else ""
    if quantity not in _DIMENSIONS:
        return ""
    if heading.unit:
        return heading.text if _column(index, heading, quantity) is not None else ""
    return f"{heading.text}:{_DIMENSIONS[quantity][-1]}"


def _cell_voltage(
    column: Column, known: Mapping[int, Heading], mapping: Mapping[str, str], remarks: list[str]
) -> Column:
    """Return the cell's voltage: an electrode's against a reference needs the other one's."""
    if "voltage" in mapping or _key(read_name(column.heading)) != "ewe":
        return column
    columns = [_column(i, one, "counter voltage") for i, one in _ranked(known, "counter voltage")]
    counter = next((one for one in columns if one is not None), None)
    if counter is None:
        return column
    remarks.append(
        f"cell voltage taken as `{column.heading}` − `{counter.heading}`, both against a "
        "reference electrode"
    )
    return Column(
        index=column.index,
        heading=f"{column.heading} − {counter.heading}",
        factor=column.factor,
        unit=column.unit,
        minus=counter.index,
        minus_factor=counter.factor,
    )


def read_name(text: str) -> str:
    """Return the name in a heading, without its unit."""
    return next((name for name, unit, _ in _split(text.strip()) if _unit(_spelled(unit))), text)


def _mapped(source: str, headings: Sequence[str], quantity: str, wanted: str) -> Column:
    """Return the column that the mapping names, with its unit."""
    name, colon, unit = wanted.rpartition(":")
    if wanted in headings:
        name, unit = wanted, _unit_in(wanted, quantity)
    elif not colon or name not in headings:
        raise MeasurementError(
            f"{source}: `{wanted}`, wanted as {quantity}, is not a column; the columns are "
            f"{_listed(headings)}. Write NAME or NAME:UNIT."
        )
    heading = Heading(text=name, quantity=quantity, unit=_spelled(unit))
    index = list(headings).index(name)
    if quantity == "temperature":
        other = not heading.unit and any(mark in name for mark in "([{/")  # a unit unknown here
        if other or (heading.unit and heading.unit not in _TEMPERATURES):
            raise MeasurementError(_unusable(source, heading, quantity))
        return _temperature_column(index, heading)
    column = _column(index, heading, quantity)
    if column is None:
        raise MeasurementError(_unusable(source, heading, quantity))
    return column


def _unit_in(text: str, quantity: str) -> str:
    """Return the unit in a heading whose name may be unknown: one of the quantity, if there is."""
    ways = [(_spelled(unit), sure) for _, unit, sure in _split(_plain(text))]
    fitting = [unit for unit, _ in ways if _measures(quantity, unit)]
    others = [unit for unit, sure in ways if sure and _unit(unit) is not None]
    return next(iter([*fitting, *others]), read_heading(text).unit)


def _ranked(known: Mapping[int, Heading], quantity: str) -> list[tuple[int, Heading]]:
    """Return the headings of a quantity: those with a unit first, then by their names."""
    of_it = [(i, one) for i, one in known.items() if one.quantity == quantity]
    return sorted(of_it, key=lambda pair: (not pair[1].unit, pair[1].rank, pair[0]))


def _column(index: int, heading: Heading, quantity: str) -> Column | None:
    """Return the column of a heading; None if its unit is missing or not one of the quantity."""
    unit = _unit(heading.unit) if heading.unit else None
    for number, one in enumerate(_DIMENSIONS[quantity]):
        wanted = parse_unit(one)
        if unit is not None and unit.dimension == wanted.dimension:
            return Column(
                index=index,
                heading=heading.text,
                factor=unit.factor / wanted.factor,
                per_area=number == 0 and len(_DIMENSIONS[quantity]) > 1,
                unit=heading.unit,
                counts_discharge=quantity == "discharge capacity",
            )
    return None


def _why(heading: Heading, quantity: str) -> str:
    if not heading.unit:
        return "it has no unit"
    return f"`{heading.unit}` is not a unit of {quantity} known here"


def _unusable(source: str, heading: Heading, quantity: str) -> str:
    allowed = _DIMENSIONS.get(quantity, tuple(SCALES))
    if not heading.unit:
        return (
            f"{source}: column `{heading.text}` has no unit. Write `{heading.text} [{allowed[-1]}]`"
            f" in the file, or map it: `--column {quantity}='{heading.text}:{allowed[-1]}'`."
        )
    return (
        f"{source}: column `{heading.text}` is in `{heading.unit}`, which is not a unit of "
        f"{quantity}; it must be {' or '.join(f'`{one}`' for one in allowed)}"
        f"{'' if quantity == 'temperature' else ', or a multiple'}. Map "
        f"the right column: `--column {quantity}='NAME:UNIT'`."
    )


def _split(text: str) -> list[tuple[str, str, bool]]:
    """Return the ways to take a heading as a name and a unit, and whether the form is sure."""
    ways = []
    match = _BRACKETS.match(text)
    if match is not None and match[1]:
        ways.append((match[1], match[2], True))
    numbered = _NUMBERED.match(text)
    if numbered is not None:
        ways.append((f"{numbered[1]} {numbered[3]}", numbered[2], True))
    slashes = [i for i, one in enumerate(text) if one == "/"]
    ways += [(text[:i].strip(), text[i + 1 :].strip(), True) for i in slashes if text[:i].strip()]
    ways.sort(key=lambda way: not way[2])
    comma = _COMMA.match(text)
    if comma is not None:
        ways.append((comma[1], comma[2].strip("()[]"), True))
    for pattern in (_DOUBLE_TAIL, _TAIL):
        match = pattern.match(text)
        if match is not None:
            ways.append((re.sub(r"[_\s]in$", "", match[1]), match[2], False))
    return [(name, unit, sure and bool(unit)) for name, unit, sure in ways]


def _named(name: str, unit: str) -> tuple[str, int] | None:
    """Return the quantity that a name stands for, and the name's rank."""
    key = _key(name)
    found = [(quantity, ranks[key]) for quantity, ranks in _RANKS.items() if key in ranks]
    if not found:
        return None
    timely = [one for one in found if one[0] in ("time", "step time")]
    if unit and _measures("time", unit) and timely:
        return timely[0]
    return next((one for one in found if bool(unit) == (one[0] in _DIMENSIONS)), found[0])


def _key(text: str) -> str:
    """Return the letters and digits of a name, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", "".join(one for one in plain if not unicodedata.combining(one)))


_BY_WORD: Final = 1000
"""Rank of a name that is none of those known, but holds a word for a temperature."""
_WARM: Final = tuple(_key(one) for one in WARM.split(","))
_PLACES: Final = {
    place: tuple(_key(one) for one in words.split(",")) for place, words in WARM_PLACES.items()
}
_NOT_WARM: Final = re.compile(r"template|temper(?!at)|attempt|contempor")
"""Words in which that for a temperature stands by chance."""
_SYMBOL: Final = re.compile(r"t|tc?\d{1,3}|t(cell|surf|surface|zelle|case|can|skin)\d*")


def _is_temperature(name: str, unit: str) -> bool:
    """Tell whether a name that is not known is a temperature's, by its words and its unit."""
    if unit not in _TEMPERATURES:
        return False
    key = _key(name)
    if any(word in key for word in _PLACES["none"]):
        return False
    if any(word in _NOT_WARM.sub("", key) for word in _WARM) or _SYMBOL.fullmatch(key):
        return True
    return unit in SCALES and any(word in key for word in _PLACES["cell"])


def _warm_place(name: str) -> int:
    """Return how near to the cell a temperature is: 0 of it, 1 of no place, 2 around it."""
    key = _key(name)
    if any(word in key for word in _PLACES["around"]):
        return 2
    return 0 if any(word in key for word in _PLACES["cell"]) else 1


def _plain(text: str) -> str:
    """Return a heading without what stands around it."""
    narrow = text[:_LONGEST].translate(_FULL_WIDTH)
    return re.sub(r"\s+", " ", narrow).strip().strip("\ufeff#*~\"'").strip()


_RANKS: Final = {
    quantity: {_key(name): rank for rank, name in enumerate(names.split(","))}
    for quantity, names in NAMES.items()
}


def _spelled(unit: str) -> str:
    plain = _AGAINST.sub("", unit.strip())
    word = plain.lower()
    return SPELLED.get(word) or SPELLED.get(word.rstrip("."), plain.replace(".", " "))


def _measures(quantity: str, unit: str) -> bool:
    if quantity == "temperature":
        return unit in _TEMPERATURES
    found = _unit(unit)
    allowed = [parse_unit(one).dimension for one in _DIMENSIONS.get(quantity, ())]
    return found is not None and found.dimension in allowed


def _unit(text: str) -> Unit | None:
    try:
        return parse_unit(text)
    except ParameterError:
        return None


def _listed(headings: Sequence[str]) -> str:
    shown = [f"`{one}`" for one in headings[:30]]
    return ", ".join(shown) + (f" and {len(headings) - 30} more" if len(headings) > 30 else "")
