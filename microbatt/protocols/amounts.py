"""Powers and charges as people give them: per area, or of a whole cell whose size is known."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from microbatt.checks import FINITE, check_number
from microbatt.errors import ParameterError
from microbatt.units import parse_unit, to_si

if TYPE_CHECKING:
    from microbatt.cells import Cell

NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_AMOUNT: Final = re.compile(rf"({NUMBER})\s*(\S.*)")
_C_RATE: Final = re.compile(rf"(?:C\s*/\s*({NUMBER})|({NUMBER})\s*C)")
_TIMES: Final = {
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hour": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
}
CUTOFFS: Final = ("upper cut-off", "lower cut-off")
"""Voltages of the cell itself, by name."""
_CUTOFF: Final = re.compile(
    r"(?:the\s+)?(upper|lower)\s+(?:voltage\s+)?cut[-\s]?off(?:\s+voltage)?", re.IGNORECASE
)
_KINDS: Final = {
    "voltage": ("V",),
    "current": ("A", "A m-2"),
    "power": ("W", "W m-2"),
    "capacity": ("A h", "A h m-2"),
}


def seconds(text: str) -> float | None:
    """Return a time [s]; None if the text is none.

    Parameters
    ----------
    text : str
        A number and a unit of time, in letters or words.

    Examples
    --------
    >>> seconds("1.5 hours"), seconds("10 s"), seconds("4.2 V")
    (5400.0, 10.0, None)
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    unit = match[2].strip().lower()
    factor = _TIMES.get(unit) or _TIMES.get(unit.removesuffix("s"))
    return None if factor is None else float(match[1]) * factor


def kind_of(text: str) -> str | None:
    """Return what an amount measures: voltage, current, power or capacity; None if nothing known.

    Examples
    --------
    >>> kind_of("C/20"), kind_of("4.2V"), kind_of("5 A.h"), kind_of("3 bananas")
    ('current', 'voltage', 'capacity', None)
    """
    if _C_RATE.fullmatch(text.strip()):
        return "current"
    match = _AMOUNT.fullmatch(with_spaces(text))
    if match is None:
        return None
    try:
        dimension = parse_unit(match[2]).dimension
    except ParameterError:
        return None
    for kind, units in _KINDS.items():
        if any(parse_unit(unit).dimension == dimension for unit in units):
            return kind
    return None


def with_spaces(text: str) -> str:
    """Return the text with ``A.h`` and ``W.m-2`` as ``A h`` and ``W m-2``."""
    return re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", " ", text.strip())


def size_of(text: str) -> float:
    """Return the number in an amount; 0 for ``C/0``, which is none.

    Examples
    --------
    >>> size_of("C/20"), size_of("5 A"), size_of("C/0")
    (0.05, 5.0, 0.0)
    """
    rate = _C_RATE.fullmatch(text.strip())
    if rate is not None and rate[1] is not None:
        below = float(rate[1])
        return 1.0 / below if below != 0.0 else 0.0
    match = re.match(NUMBER, text.strip())
    return float(match[0]) if match else math.nan


def cutoff_of(text: str) -> str | None:
    """Return which of the cell's own voltages a text names; None if none.

    Examples
    --------
    >>> cutoff_of("the upper cutoff voltage"), cutoff_of("4.2 V")
    ('upper cut-off', None)
    """
    match = _CUTOFF.fullmatch(text.strip())
    return None if match is None else f"{match[1].lower()} cut-off"


def in_volts(text: str) -> float:
    """Return a voltage given as text [V]."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise ParameterError(f"{text!r} is no voltage; write, for instance, '4.2 V'.")
    return to_si(float(match[1]), match[2], si_unit="V")


def per_area(name: str, value: float | str, cell: Cell, *, unit: str) -> float:
    """Return an amount per area of separator.

    Parameters
    ----------
    name : str
        What the caller calls it.
    value : float or str
        A number per area in `unit` m⁻²; text with a unit, of the whole cell or per area.
    cell : Cell
        Whose area counts.
    unit : str
        Of the whole cell, ``"W"`` or ``"A h"``.

    Returns
    -------
    float
        In `unit` m⁻².

    Raises
    ------
    ParameterError
        If it is no such amount, or the cell does not say how large it is.
    """
    if not isinstance(value, str):
        return check_number(name, value, FINITE, unit=f"{unit} m⁻²")
    match = _AMOUNT.fullmatch(with_spaces(value))
    if match is None:
        raise ParameterError(f"`{name}` is {value!r}; give a number with a unit, as in '5 {unit}'.")
    number, given = float(match[1]), match[2]
    if parse_unit(given).dimension == parse_unit(f"{unit} m-2").dimension:
        return to_si(number, given, si_unit=f"{unit} m-2")
    total = to_si(number, given, si_unit=unit)
    if cell.area is None:
        raise ParameterError(
            f"`{name}` is {value!r}, and the cell does not say how large it is. Add "
            f"`electrode_area` to it, or give {unit} per m²."
        )
    return total / cell.area
