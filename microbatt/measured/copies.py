"""Curves that stand twice: found by their content, whatever their files are called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.measured.numerals import rounding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from microbatt.measured.measurement import Measurement

_SAME_CURRENT: Final = 2e-3
_SAME_CAPACITY: Final = 1e-3
"""Relative to the end of the curve; rounded times and currents of two exports differ by less."""
_MOST: Final = 0.98
"""So many of the samples of a copy must be found in the other curve."""
_COARSEST: Final = 1e-3
"""Voltages that are rounded more coarsely than this tell no copy from a repetition [V]."""
_DECIMALS: Final = 6
_PROBES: Final = (0.2, 0.5, 0.8)
"""Samples that are looked at before all of a curve are, as shares of their number."""


def without_copies(
    files: Iterable[Sequence[Measurement]],
) -> tuple[tuple[Measurement, ...], tuple[tuple[str, str], ...]]:
    """Leave out curves that are another one's copy within rounding.

    A repetition of a measurement is none: its noise is another one. Of one file a curve is a copy
    only where every voltage is the same.

    Parameters
    ----------
    files : iterable of sequence of Measurement
        Of one experiment: the curves of each file.

    Returns
    -------
    kept : tuple of Measurement
        The others; one that has a copy says so in its remarks.
    copies : tuple of tuple of str
        Source of each copy and that of its original.
    """
    kept: list[Measurement] = []
    copies: list[tuple[str, str]] = []
    known: dict[int, _Curve] = {}

    def prepared(one: Measurement) -> _Curve:
        if id(one) not in known:  # which keeps it, so that no other gets its number
            known[id(one)] = _Curve.of(one)
        return known[id(one)]

    for measurements in files:
        before, own = len(kept), dict[bytes, int]()
        for one in measurements:
            same = own.setdefault(one.voltage.tobytes(), len(kept))
            among = [*range(before), *([same] if same < len(kept) else [])]
            at = next((i for i in among if _are_copies(prepared(one), prepared(kept[i]))), None)
            if at is None:
                kept.append(one)
                continue
            original = kept[at]
            copies.append((one.source, original.source))
            told = f"{one.source} left out: a copy of {original.source}"
            longer = one if len(one) > len(original) else original
            kept[at] = replace(longer, remarks=(*original.remarks, told))
    return tuple(kept), tuple(copies)


def is_copy(one: Measurement, other: Measurement) -> bool:
    """Tell whether the samples of the shorter of two curves are all in the longer one."""
    return _are_copies(_Curve.of(one), _Curve.of(other))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """A measurement, the step to which its voltages are rounded, and some samples of it."""

    measurement: Measurement
    step: float
    capacity: NDArray[np.float64]
    voltage: NDArray[np.float64]

    @classmethod
    def of(cls, one: Measurement) -> _Curve:
        """Return it with all that is compared again and again."""
        some = (np.array(_PROBES) * (len(one) - 1)).astype(int)
        return cls(
            measurement=one,
            step=_step(one.voltage),
            capacity=one.capacity[some],
            voltage=one.voltage[some],
        )


def _are_copies(first: _Curve, second: _Curve) -> bool:
    one, other = first.measurement, second.measurement
    rounded = max(one.charge_error, other.charge_error)
    same_current = abs(one.current / other.current - 1.0) <= _SAME_CURRENT + 3.0 * rounded
    if not same_current:
        return False
    short, long = sorted((first, second), key=lambda curve: len(curve.measurement))
    end = float(long.measurement.capacity[-1])
    apart = (_SAME_CAPACITY + 3.0 * rounded) * end + one.capacity_step + other.capacity_step
    allowed = min(1.02 * max(first.step, second.step), _COARSEST) + 1e-9
    if not _held(short, long.measurement, apart, allowed).any():
        return False  # of so few samples of a copy all would be missing once in a hundred thousand
    found = _held(short.measurement, long.measurement, apart, allowed)
    return float(np.mean(found)) >= _MOST


def _held(
    short: Measurement | _Curve, long: Measurement, apart: float, allowed: float
) -> NDArray[np.bool_]:
    """Tell of each sample of a curve whether the other has it, at about the same capacity."""
    near = np.clip(np.searchsorted(long.capacity, short.capacity), 1, len(long) - 1)
    left = short.capacity - long.capacity[near - 1] < long.capacity[near] - short.capacity
    nearest = near - left
    found = np.zeros(short.voltage.size, dtype=bool)
    for shift in (-1, 0, 1):
        i = np.clip(nearest + shift, 0, len(long) - 1)
        same = np.abs(short.voltage - long.voltage[i]) <= allowed
        found |= same & (np.abs(short.capacity - long.capacity[i]) <= apart)
    return found


def _step(voltage: NDArray[np.float64]) -> float:
    """Return to which step voltages are rounded; small where they are not."""
    return rounding(voltage, decimals=_DECIMALS) or 10.0**-_DECIMALS
