"""How two curves of one discharge are compared."""

from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.engines import Discharge

SHARE = 0.97
SAMPLES = 300
CAPACITY_SHARE = 2e-3
CAPACITY_FLOOR = 2e-3


class Difference(NamedTuple):
    """Of a curve from another one.

    Attributes
    ----------
    at_capacity
        Rms difference of voltage at equal capacity, up to 97 % of the smaller end capacity [V].
    at_depth
        The same at equal share of each curve's own capacity, from beginning to end [V].
    capacity
        Of end capacities [A h m⁻²].
    allowed
        What is allowed of that: the larger of 0.2 % and 0.002 A h m⁻².
    """

    at_capacity: float
    at_depth: float
    capacity: float
    allowed: float


def rms(values: np.ndarray) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


def difference(one: Discharge, other: Discharge) -> Difference:
    """Compare two whole curves."""
    first = PchipInterpolator(one.capacity, one.voltage)
    second = PchipInterpolator(other.capacity, other.voltage)
    ends = one.capacity[-1], other.capacity[-1]
    capacity = np.linspace(0.0, SHARE, SAMPLES) * min(ends)
    depth = np.linspace(0.0, 1.0, SAMPLES + 1)
    return Difference(
        rms(first(capacity) - second(capacity)),
        rms(first(depth * ends[0]) - second(depth * ends[1])),
        abs(ends[0] - ends[1]),
        max(CAPACITY_SHARE * ends[1], CAPACITY_FLOOR),
    )
