"""How well the numbers of a cell are known: standard deviations by the names of the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from microbatt.checks import POSITIVE, check_number
from microbatt.errors import ParameterError
from microbatt.units import is_celsius, to_si

_WRITTEN: Final = re.compile(r"(?:±\s*)?((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?")
_HOW: Final = 'Give a standard deviation in the unit of the value, or text: "2 %", "3 µm".'


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
        return check_number(name, abs(value) * number / 100.0, POSITIVE, remedy=_HOW)
    scales = "K" if is_celsius(of) else of, "K" if is_celsius(unit) else unit
    try:
        return check_number(name, to_si(number, scales[0], si_unit=scales[1]), POSITIVE)
    except ParameterError as error:
        raise ParameterError(f"`{name}` is {given!r}: {error} {_HOW}") from error
