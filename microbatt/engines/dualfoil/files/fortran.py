"""Numbers as Fortran reads and writes them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER: Final = re.compile(
    r"(?P<mantissa>[+-]?(?:\d+\.?\d*|\.\d+))(?:[eEdDqQ](?P<power>[+-]?\d+)|(?P<bare>[+-]\d+))?"
)
_SEPARATORS: Final = re.compile(r"[\s,]+")
_NOT_FINITE: Final = re.compile(r"[+-]?(?:nan(?:\(.*\))?|inf(?:inity)?)|\*+", re.IGNORECASE)


def read_number(text: str) -> float | None:
    """Return the number that Fortran would read, or None where it would read none.

    Exponents may be written with E, D or Q, or with their sign alone; a field of asterisks, which
    Fortran writes where a number does not fit, is NaN.

    Examples
    --------
    >>> read_number("1.0d-6"), read_number("3.5-2"), read_number("!")
    (1e-06, 0.035, None)
    """
    if _NOT_FINITE.fullmatch(text):
        return math.nan if text[-1] in "*nN)" else float(text)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    return float(f"{match['mantissa']}e{match['power'] or match['bare'] or 0}")


def leading_numbers(line: str) -> Iterator[float]:
    """Yield the numbers at the beginning of a line, up to the first word or comment.

    Examples
    --------
    >>> list(leading_numbers("20.0d0  60.0d0  1 ! discharge at 20"))
    [20.0, 60.0, 1.0]
    """
    for word in _SEPARATORS.split(line.partition("!")[0].strip()):
        number = read_number(word)
        if number is None:
            return
        yield number


def write_number(value: float) -> str:
    """Write a number so that Fortran reads the same double, whole numbers as such.

    Examples
    --------
    >>> write_number(7.5e-11), write_number(60), write_number(298.15)
    ('7.5d-11', '60', '298.15d0')
    """
    if isinstance(value, int):
        return str(value)
    mantissa, _, power = repr(float(value)).partition("e")
    return f"{mantissa}d{int(power or 0)}"
