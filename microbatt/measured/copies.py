"""Curves that stand twice: found by their content, whatever their files are called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.measured.numerals import rounding

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def without_copies(
    measurements: Sequence[Measurement],
) -> tuple[tuple[Measurement, ...], tuple[tuple[str, str], ...]]:
    """Leave out curves that are another one's copy within rounding.

    A repetition of a measurement is none: its noise is another one.

    Parameters
    ----------
    measurements : sequence of Measurement
        Of one experiment.

    Returns
    -------
    kept : tuple of Measurement
        The others; one that has a copy says so in its remarks.
    copies : tuple of tuple of str
        Source of each copy and that of its original.
    """
    kept: list[Measurement] = []
    copies: list[tuple[str, str]] = []
    for one in measurements:
        at = next((i for i, other in enumerate(kept) if is_copy(one, other)), None)
        if at is None:
            kept.append(one)
            continue
        original = kept[at]
        copies.append((one.source, original.source))
        told = f"{one.source} left out: a copy of {original.source}"
        if len(one) > len(original):
            kept[at] = replace(one, remarks=(*original.remarks, told))
        else:
            kept[at] = replace(original, remarks=(*original.remarks, told))
    return tuple(kept), tuple(copies)


def is_copy(one: Measurement, other: Measurement) -> bool:
    """Tell whether the samples of the shorter of two curves are all in the longer one."""
    rounded = max(one.charge_error, other.charge_error)
    same_current = abs(one.current / other.current - 1.0) <= _SAME_CURRENT + 3.0 * rounded
    if not same_current:
        return False
    short, long = sorted((one, other), key=len)
    end = float(long.capacity[-1])
    apart = (_SAME_CAPACITY + 3.0 * rounded) * end + one.capacity_step + other.capacity_step
    step = max(_step(short.voltage), _step(long.voltage))
    allowed = min(1.02 * step, _COARSEST) + 1e-9
    found = _held(short, long, apart, allowed)
    return float(np.mean(found)) >= _MOST


def _held(short: Measurement, long: Measurement, apart: float, allowed: float) -> NDArray[np.bool_]:
    """Tell of each sample of a curve whether the other has it, at about the same capacity."""
    near = np.clip(np.searchsorted(long.capacity, short.capacity), 1, len(long) - 1)
    left = short.capacity - long.capacity[near - 1] < long.capacity[near] - short.capacity
    nearest = near - left
    found = np.zeros(len(short), dtype=bool)
    for shift in (-1, 0, 1):
        i = np.clip(nearest + shift, 0, len(long) - 1)
        same = np.abs(short.voltage - long.voltage[i]) <= allowed
        found |= same & (np.abs(short.capacity - long.capacity[i]) <= apart)
    return found


def _step(voltage: NDArray[np.float64]) -> float:
    """Return to which step voltages are rounded; small where they are not."""
    return rounding(voltage, decimals=_DECIMALS) or 10.0**-_DECIMALS
