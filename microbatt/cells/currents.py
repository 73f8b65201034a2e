"""Currents as people give them: per area, of the whole cell, or as a C-rate."""

from __future__ import annotations

import re
from typing import Final

from microbatt.checks import FINITE, check_number
from microbatt.errors import ParameterError
from microbatt.units import parse_unit, to_si

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_FRACTION: Final = re.compile(rf"C\s*/\s*({_NUMBER})")
_RATE: Final = re.compile(rf"({_NUMBER})\s*C")
_WITH_UNIT: Final = re.compile(rf"({_NUMBER})\s*(.*)")
_HOW: Final = 'Give A m⁻² as a number, or text: "1C", "C/20", "12.5 A" or "1.75 mA/cm2".'


def one_c_of(nominal_capacity: float, electrode_area: float, pairs: float) -> float:
    """Return the current that delivers the nominal capacity in one hour.

    Parameters
    ----------
    nominal_capacity : float
        Of the whole cell [A h].
    electrode_area : float
        Of one pair of electrodes [m²].
    pairs : float
        In parallel [-].

    Returns
    -------
    float
        Per area of separator [A m⁻²].

    Examples
    --------
    >>> one_c_of(5.0, 0.1, 2.0)
    25.0
    """
    return nominal_capacity / (electrode_area * pairs)


def current_density(current: float | str, *, one_c: float, area: float | None) -> float:
    """Return a current per area of separator [A m⁻²].

    Parameters
    ----------
    current : float or str
        See `microbatt.Cell.current_density`.
    one_c : float
        What counts as one C [A m⁻²].
    area : float or None
        Of the whole cell [m²]; None if nobody knows.

    Returns
    -------
    float
        Current density [A m⁻²].

    Raises
    ------
    ParameterError
        If it is no current.

    Examples
    --------
    >>> current_density("C/10", one_c=17.5, area=None)
    1.75
    """
    if not isinstance(current, str):
        return check_number("current", current, FINITE, unit="A m⁻²", remedy=_HOW)
    text = current.strip()
    if (match := _FRACTION.fullmatch(text)) and float(match[1]) != 0.0:
        return one_c / float(match[1])
    if match := _RATE.fullmatch(text):
        return one_c * float(match[1])
    if (match := _WITH_UNIT.fullmatch(text)) is None:
        raise ParameterError(f"`current` is {current!r}, which is no current. {_HOW}")
    return _with_unit(current, float(match[1]), match[2], area) if match[2] else float(match[1])


def _with_unit(current: str, value: float, unit: str, area: float | None) -> float:
    try:
        if parse_unit(unit).dimension != parse_unit("A").dimension:
            return to_si(value, unit, si_unit="A m-2")
    except ParameterError as error:
        raise ParameterError(f"`current` is {current!r}: {error} {_HOW}") from error
    if area is None:
        raise ParameterError(
            f"`current` is {current!r}, and the cell does not say how large it is. Add "
            "`electrode_area` to it, or give a C-rate or A m⁻²."
        )
    return to_si(value, unit, si_unit="A") / area
