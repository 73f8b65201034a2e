"""The one wording of argument checks: what came, what is allowed, what to do."""

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Final, TypeGuard

import numpy as np

from microbatt.errors import MissingExtraError, ParameterError
from microbatt.shadowing import check_unshadowed, is_installed


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of allowed values; NaN lies in none.

    Examples
    --------
    >>> str(Interval(0.0, 1.0, low_open=True))
    '(0, 1]'
    >>> float("nan") in Interval(0.0, 1.0)
    False
    """

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: float) -> bool:
        above = self.low < value if self.low_open else self.low <= value
        below = value < self.high if self.high_open else value <= self.high
        return above and below and math.isfinite(value)

    def __str__(self) -> str:
        left = "(" if self.low_open or math.isinf(self.low) else "["
        right = ")" if self.high_open or math.isinf(self.high) else "]"
        return f"{left}{self.low:.6g}, {self.high:.6g}{right}"

    def scaled(self, factor: float) -> "Interval":
        """Return the same range in another unit, `factor` of which make one of this one."""
        return Interval(self.low * factor, self.high * factor, self.low_open, self.high_open)

    def shifted(self, by: float) -> "Interval":
        """Return the same range on a scale whose zero lies elsewhere."""
        return Interval(self.low + by, self.high + by, self.low_open, self.high_open)


FINITE = Interval()
POSITIVE = Interval(0.0, low_open=True)
NOT_NEGATIVE = Interval(0.0)
FRACTION = Interval(0.0, 1.0)


def check_number(
    name: str, value: object, allowed: Interval = FINITE, *, unit: str = "1", remedy: str = ""
) -> float:
    """Return `value` as a float if it is a number in the allowed range.

    Parameters
    ----------
    name
        What the caller calls it.
    value
        What came.
    allowed
        The range it must lie in.
    unit
        Its unit, for the message; ``"1"`` is a plain number.
    remedy
        A sentence on what to do, for the message.

    Raises
    ------
    ParameterError
        If `value` is not a number, is NaN or infinite, or lies outside `allowed`.

    Examples
    --------
    >>> check_number("porosity", 30, FRACTION, remedy="Use a fraction.")
    Traceback (most recent call last):
    microbatt.errors.ParameterError: `porosity` is 30; it must lie in [0, 1]. Use a fraction.
    """
    if not _is_number(value):
        raise ParameterError(
            _sentence(f"`{name}` is {shown(value)}; it must be a number in {allowed}", unit, remedy)
        )
    number = _as_float(value)
    if number not in allowed:
        given = f"{number:.6g}" if unit == "1" else f"{number:.6g} {unit}"
        raise ParameterError(
            _sentence(f"`{name}` is {given}; it must lie in {allowed}", unit, remedy)
        )
    return number


def check_integer(name: str, value: object, *, low: int, high: int | None = None) -> int:
    """Return `value` as an int if it is a whole number from `low` to `high`.

    Raises
    ------
    ParameterError
        If `value` is not an integer, or lies outside the range.

    Examples
    --------
    >>> check_integer("shells", 20, low=3)
    20
    """
    allowed = f"at least {low}" if high is None else f"from {low} to {high}"
    if (
        not _is_number(value)
        or _as_float(value) not in Interval(low, math.inf if high is None else high)
        or value % 1 != 0
    ):
        raise ParameterError(f"`{name}` is {shown(value)}; it must be a whole number {allowed}.")
    return int(value)


def check_choice(name: str, value: object, known: Iterable[str]) -> str:
    """Return `value` if it is one of the known names.

    Raises
    ------
    ParameterError
        If it is not; the message offers the nearest known names.

    Examples
    --------
    >>> check_choice("engine", "native", ["native", "dualfoil"])
    'native'
    """
    names = list(known)
    if isinstance(value, str) and value in names:
        return value
    raise ParameterError(
        f"`{name}` is {shown(value)}, which is not known. {suggestion(value, names)}"
    )


def check_extra(module: str, *, extra: str) -> None:
    """Refuse to go on without an optional dependency.

    Parameters
    ----------
    module
        What must be importable.
    extra
        The extra of microbatt that brings it.

    Raises
    ------
    MissingExtraError
        If `module` is not installed.
    ShadowedError
        If a file has its name, and is imported in its place.
    """
    check_unshadowed(module)
    if not is_installed(module):
        raise MissingExtraError(
            f"this needs `{module}`, which is not installed. "
            f"Install it with: pip install 'microbatt[{extra}]'"
        )


def suggestion(value: object, known: Iterable[str], *, listed: bool = True) -> str:
    """Return a sentence offering the nearest known names, then all of them if they are listed.

    Examples
    --------
    >>> suggestion("volage", ["voltage", "time"])
    "Nearest: 'voltage'. Known: 'time', 'voltage'."
    >>> suggestion("volage", ["voltage", "time"], listed=False)
    "Nearest: 'voltage'."
    """
    names = sorted(known)
    text = shown(value) if not isinstance(value, str) else value[:_MOST_SHOWN]
    nearest = difflib.get_close_matches(text, names, n=3, cutoff=0.5)
    nearest += [name for name in names if text and text in name and name not in nearest]
    all_names = (f"Known: {_listed(names)}." if names else "None is known.") if listed else ""
    return f"Nearest: {_listed(nearest)}. {all_names}".rstrip() if nearest else all_names


_MOST_SHOWN: Final = 200
"""Characters of a value in a message."""


def shown(value: object) -> str:
    """Return a value as a message shows it, in one line of some length at most.

    Examples
    --------
    >>> shown("a" * 1000)[-5:]
    'aaa …'
    """
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # too many digits, or too deep
        return f"a {type(value).__name__} that is too long to show"
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]} …"


def _as_float(value: float) -> float:
    """Return a number as a float; an integer beyond all floats is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool | np.timedelta64)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _sentence(start: str, unit: str, remedy: str) -> str:
    with_unit = start if unit == "1" else f"{start} {unit}"
    return f"{with_unit}. {remedy}".strip()
