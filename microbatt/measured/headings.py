"""Columns by their headings: which quantity, in which unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from microbatt.checks import check_choice
from microbatt.errors import MeasurementError, ParameterError
from microbatt.units import Unit, parse_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

QUANTITIES: Final = ("time", "voltage", "current", "capacity")
"""What a column may hold that is of use here."""

_NAMES: Final = {
    "time": (
        "time",
        "test time",
        "total time",
        "elapsed time",
        "run time",
        "testtime",
        "time since start",
        "t",
    ),
    "voltage": (
        "voltage",
        "cell voltage",
        "terminal voltage",
        "potential",
        "cell potential",
        "cell pot",
        "ewe",
        "ecell",
        "ewe ece",
        "v",
        "u",
    ),
    "current": ("current", "current density", "curr den", "curr", "control i", "i", "j"),
    "capacity": (
        "delivered capacity",
        "discharge capacity",
        "discharging capacity",
        "capacity",
        "areal capacity",
        "q discharge",
        "q qo",
        "q",
    ),
}
"""Names of each quantity, the best first."""

_SPELLED: Final = {
    "volt": "V",
    "volts": "V",
    "millivolt": "mV",
    "ampere": "A",
    "amps": "A",
    "amp": "A",
    "milliampere": "mA",
    "second": "s",
    "seconds": "s",
    "sec": "s",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "hr": "h",
    "ah": "Ah",
    "mah": "mAh",
    "ma": "mA",
    "mv": "mV",
}
"""Units as cyclers spell them."""

_DIMENSIONS: Final = {
    "time": ("s",),
    "voltage": ("V",),
    "current": ("A m-2", "A"),
    "capacity": ("A h m-2", "A h"),
}
"""Units that a quantity may come in; the first is the one used."""

_BRACKETS: Final = re.compile(r"^(.*?)\s*[(\[{<]\s*([^)\]}>]*?)\s*[)\]}>]\s*$")
_SLASH: Final = re.compile(r"^(.*\S)\s*/\s*(\S.*?)\s*$")
_TAIL: Final = re.compile(r"^(.*\S)[_\s]([A-Za-zµ]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a heading says.

    Attributes
    ----------
    text
        As it stands in the file.
    quantity
        One of `QUANTITIES`, or None.
    unit
        As written, spelled out where cyclers use words; empty if there is none.
    """

    text: str
    quantity: str | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of use.

    Attributes
    ----------
    index
        Which one, from 0.
    heading
        As it stands in the file.
    factor
        Multiplies its numbers: to s, V, A (m⁻²) or A h (m⁻²).
    per_area
        Whether a current or a capacity is per area already.
    """

    index: int
    heading: str
    factor: float
    per_area: bool


def read_heading(text: str) -> Heading:
    """Read a heading.

    Parameters
    ----------
    text
        ``"Voltage / V"``, ``"Curr den (A/m^2)"``, ``"I/mA"``, ``"voltage_volt"``, ``"time [s]"``.

    Examples
    --------
    >>> read_heading("Cell pot(V)")
    Heading(text='Cell pot(V)', quantity='voltage', unit='V')
    >>> read_heading("Ewe/V").quantity, read_heading("test_time_second").unit
    ('voltage', 's')
    """
    for pattern in (_BRACKETS, _SLASH, _TAIL):
        match = pattern.match(text.strip())
        if match is None:
            continue
        unit = _spelled(match[2])
        quantity = _quantity(match[1])
        if quantity is not None and (pattern is not _TAIL or _measures(quantity, unit)):
            return Heading(text=text, quantity=quantity, unit=unit)
    return Heading(text=text, quantity=_quantity(text), unit="")


def find_columns(
    source: str, headings: Sequence[str], mapping: Mapping[str, str]
) -> dict[str, Column]:
    """Find the columns of use.

    Parameters
    ----------
    source
        The file, for messages.
    headings
        Of its columns.
    mapping
        Quantity → heading, or ``"heading:unit"``, for columns that are to be taken whatever their
        names say.

    Returns
    -------
    dict
        Quantity → column; voltage, and whichever of the others there are.

    Raises
    ------
    MeasurementError
        If there is no voltage, a heading of the mapping is missing, or a column has no unit or the
        wrong one.
    ParameterError
        If the mapping names something that is not a quantity.
    """
    for name in mapping:
        check_choice("column", name, QUANTITIES)
    found = {}
    for quantity in QUANTITIES:
        heading = (
            _mapped(source, headings, quantity, mapping[quantity])
            if quantity in mapping
            else _best(headings, quantity)
        )
        if heading is not None:
            column = _column(source, headings, quantity, heading, asked=quantity in mapping)
            if column is not None:
                found[quantity] = column
    if "voltage" not in found:
        raise MeasurementError(
            f"{source}: no column is a voltage; the columns are {_listed(headings)}. Name one "
            "`voltage [V]`, or map it: `--column voltage='NAME:V'`."
        )
    return found


def _mapped(source: str, headings: Sequence[str], quantity: str, wanted: str) -> Heading:
    """Return the heading that the mapping names, with its unit."""
    name, colon, unit = wanted.rpartition(":")
    if wanted in headings:
        name, unit = wanted, read_heading(wanted).unit
    elif not colon or name not in headings:
        raise MeasurementError(
            f"{source}: `{wanted}`, wanted as {quantity}, is not a column; the columns are "
            f"{_listed(headings)}. Write NAME or NAME:UNIT."
        )
    return Heading(text=name, quantity=quantity, unit=_spelled(unit))


def _best(headings: Sequence[str], quantity: str) -> Heading | None:
    """Return the heading whose name comes first among those of the quantity."""
    read = [one for one in map(read_heading, headings) if one.quantity == quantity]
    with_unit = [one for one in read if one.unit] or read
    order = {name: rank for rank, name in enumerate(_NAMES[quantity])}
    return min(with_unit, key=lambda one: order.get(_words_of(one), len(order)), default=None)


def _words_of(heading: Heading) -> str:
    for pattern in (_BRACKETS, _SLASH, _TAIL):
        match = pattern.match(heading.text.strip())
        if match is not None and _quantity(match[1]) == heading.quantity:
            return _words(match[1])
    return _words(heading.text)


def _column(
    source: str, headings: Sequence[str], quantity: str, heading: Heading, *, asked: bool
) -> Column | None:
    """Return the column of a heading; None for a capacity without unit that nobody asked for."""
    allowed = _DIMENSIONS[quantity]
    if not heading.unit:
        if quantity == "capacity" and not asked:
            return None
        raise MeasurementError(
            f"{source}: column `{heading.text}` has no unit. Write `{heading.text} [{allowed[-1]}]`"
            f" in the file, or map it: `--column {quantity}='{heading.text}:{allowed[-1]}'`."
        )
    unit = _unit(heading.unit)
    for number, one in enumerate(allowed):
        wanted = parse_unit(one)
        if unit is not None and unit.dimension == wanted.dimension:
            return Column(
                index=list(headings).index(heading.text),
                heading=heading.text,
                factor=unit.factor / wanted.factor,
                per_area=number == 0 and len(allowed) > 1,
            )
    raise MeasurementError(
        f"{source}: column `{heading.text}` is in `{heading.unit}`, which is not a unit of "
        f"{quantity}; it must be {' or '.join(f'`{one}`' for one in allowed)}, or a multiple. Map "
        f"the right column: `--column {quantity}='NAME:UNIT'`."
    )


def _quantity(words: str) -> str | None:
    plain = _words(words)
    return next((name for name, known in _NAMES.items() if plain in known), None)


def _words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def _spelled(unit: str) -> str:
    plain = unit.strip()
    return _SPELLED.get(plain.lower(), plain.replace(".", " "))


def _measures(quantity: str, unit: str) -> bool:
    found = _unit(unit)
    allowed = [parse_unit(one).dimension for one in _DIMENSIONS[quantity]]
    return found is not None and found.dimension in allowed


def _unit(text: str) -> Unit | None:
    try:
        return parse_unit(text)
    except ParameterError:
        return None


def _listed(headings: Sequence[str]) -> str:
    return ", ".join(f"`{one}`" for one in headings)
