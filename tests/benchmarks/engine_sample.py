"""Which curves are timed, and how far two curves lie apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Array = NDArray[np.float64]

CURRENTS: Final = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
"""The published currents [A m⁻²]."""
LARGEST_ALPHA: Final = 10.0
S_RANGE: Final = (0.3, 40.0)
COMPARED_SHARE: Final = 0.97
COMPARED_POINTS: Final = 200


def sample_points(microstructures: int, seed: int) -> Array:
    """Rows (alpha, S, current): uniformly random (alpha, S), each at every published current."""
    rng = np.random.default_rng(seed)
    alpha = rng.uniform(0.0, LARGEST_ALPHA, microstructures)
    S = rng.uniform(*S_RANGE, microstructures)
    n = len(CURRENTS)
    return np.column_stack(
        [np.repeat(alpha, n), np.repeat(S, n), np.tile(CURRENTS, microstructures)]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Voltage [V] against capacity [A h m⁻²], of one engine."""

    capacity: Array
    voltage: Array

    def at(self, capacity: Array) -> Array:
        """Voltage there, by monotone cubic interpolation."""
        # A vertical last step leaves two points at one capacity, to rounding
        fresh = np.diff(self.capacity, prepend=-1.0) > 0.0
        return np.asarray(PchipInterpolator(self.capacity[fresh], self.voltage[fresh])(capacity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far a curve is from its reference: voltage, rms [mV]; end capacity [%]."""

    voltage: float
    capacity: float


def common_capacity(*curves: Curve) -> Array:
    """Capacities up to a share of the smallest end capacity [A h m⁻²]."""
    end = min(float(curve.capacity[-1]) for curve in curves)
    return np.linspace(0.0, COMPARED_SHARE * end, COMPARED_POINTS)


def rms(gap: Array) -> float:
    """Root mean square of a voltage difference [V], in mV."""
    return 1e3 * float(np.sqrt(np.mean(gap**2)))


def distance(curve: Curve, reference: Curve) -> Distance:
    """Compare at equal capacity."""
    common = common_capacity(curve, reference)
    return Distance(
        voltage=rms(curve.at(common) - reference.at(common)),
        capacity=100.0 * abs(float(curve.capacity[-1] / reference.capacity[-1]) - 1.0),
    )
