"""How well the numbers of a cell are known: standard deviations by the names of the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Final

from microbatt.checks import POSITIVE, check_number
from microbatt.errors import ParameterError
from microbatt.units import is_celsius, to_si

_WRITTEN: Final = re.compile(r"(?:±\s*)?((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?")
_HOW: Final = 'Give a standard deviation in the unit of the value, or text: "2 %", "3 µm".'
_SHORTEST: Final = range(1, 25)
"""Digits of a share that are tried, until it is that very number of the value."""
_LEAST_PLAIN: Final = Decimal("1e-4")
_MOST_PLAIN: Final = Decimal("1e6")
"""Between these per cents are written without a power of ten."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Uncertainties(Mapping[str, float]):
    """Standard deviations of a cell's numbers: a mapping that cannot be changed.

    Attributes
    ----------
    pairs : tuple of (str, float)
        Name of the number, and its standard deviation in SI units.
    """

    pairs: tuple[tuple[str, float], ...] = ()

    def __getitem__(self, name: str) -> float:
        return dict(self.pairs)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.pairs))

    def __len__(self) -> int:
        return len(self.pairs)

    def __hash__(self) -> int:
        return hash(frozenset(self.pairs))

    def __repr__(self) -> str:
        return repr(dict(self.pairs))


def standard_deviation(key: str, given: object, *, value: float | None, unit: str) -> float:
    """Return a standard deviation in the unit of its value.

    Parameters
    ----------
    key : str
        What the caller calls the value, for messages.
    given : object
        A number in that unit, or text: a number with per cent (of the value) or another unit.
    value : float or None
        The value, in that unit.
    unit : str
        Its unit.

    Returns
    -------
    float
        Positive, in that unit.

    Raises
    ------
    ParameterError
        If it is none, or a share of nothing.

    Examples
    --------
    >>> standard_deviation("thickness", "2 %", value=150.0, unit="µm")
    3.0
    """
    name = f"uncertainty of {key}"
    if not isinstance(given, str):
        return check_number(name, given, POSITIVE, unit=unit, remedy=_HOW)
    match = _WRITTEN.fullmatch(given.strip())
    if match is None:
        raise ParameterError(f"`{name}` is {given!r}, which is none. {_HOW}")
    number, of = float(match[1]), (match[2] or unit).strip()
    if of == "%":
        if not value:
            raise ParameterError(
                f"`{name}` is {given!r} of a value that is {value!r}. Give it in {unit}."
            )
        of_value = _share_of(value, match[1]) if isfinite(number) else number
        return check_number(name, of_value, POSITIVE, remedy=_HOW)
    scales = "K" if is_celsius(of) else of, "K" if is_celsius(unit) else unit
    try:
        return check_number(name, to_si(number, scales[0], si_unit=scales[1]), POSITIVE)
    except ParameterError as error:
        raise ParameterError(f"`{name}` is {given!r}: {error} {_HOW}") from error


def share_text(deviation: float, value: float) -> str:
    """Return a standard deviation as per cent of its value.

    Parameters
    ----------
    deviation : float
        Positive.
    value : float
        Not 0, in the same unit.

    Returns
    -------
    str
        With so many digits that `standard_deviation` returns the same number.

    Examples
    --------
    >>> share_text(3.48e-06, 174e-6)
    '2 %'
    """
    share = 100 * Decimal(deviation) / Decimal(abs(value))
    texts = (f"{share:.{digits}g}" for digits in _SHORTEST)
    text = next(text for text in texts if _share_of(value, text) == deviation)
    usual = _LEAST_PLAIN < share < _MOST_PLAIN
    return f"{Decimal(text):f} %" if usual else f"{text} %"


def _share_of(value: float, percent: str) -> float:
    """Return per cent of a value, as exactly as a number can be: what is written comes back."""
    return float(Decimal(abs(value)) * Decimal(percent) / 100)
