"""How far one curve is from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.interpolate import PchipInterpolator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.engines import Discharge

SHARE: Final = 0.97
"""Of the smaller end capacity; beyond it curves fall so steeply that capacity tells more."""
_SAMPLES: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Of a curve from its reference.

    Attributes
    ----------
    voltage : float
        Root mean square at equal capacity, evenly spaced up to `SHARE` [V].
    capacity : float
        End capacity over that of the reference, less one [-].
    """

    voltage: float
    capacity: float


def difference(curve: Discharge, reference: Discharge) -> Difference:
    """Compare two discharges; NaN where one of them has no whole curve."""
    if not (curve.outcome.is_whole and reference.outcome.is_whole):
        return Difference(voltage=float("nan"), capacity=float("nan"))
    ends = curve.discharge_capacity, reference.discharge_capacity
    capacity = np.linspace(0.0, SHARE, _SAMPLES) * min(ends)
    gap = _voltage_at(curve, capacity) - _voltage_at(reference, capacity)
    return Difference(
        voltage=float(np.sqrt(np.mean(gap**2))),
        capacity=ends[0] / ends[1] - 1.0,
    )


def _voltage_at(curve: Discharge, capacity: NDArray[np.float64]) -> NDArray[np.float64]:
    # A vertical last step leaves two points at one capacity, to rounding
    fresh = np.diff(curve.capacity, prepend=-1.0) > 0.0
    return np.asarray(PchipInterpolator(curve.capacity[fresh], curve.voltage[fresh])(capacity))
