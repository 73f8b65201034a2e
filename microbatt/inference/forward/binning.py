"""Many samples of a curve → at most a hundred averages that tell the same.

White noise leaves nothing to be learned from single samples that their average over a short
stretch does not hold, if the simulated curve is averaged over the same samples.  That is done
here: stretches of equal arc length, each with the capacities of its samples, so that the simulated
voltage can be averaged in the same way and no bend of the curve is mistaken for a residual.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.interpolate import PchipInterpolator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.measured import Measurement

    Array = NDArray[np.float64]

AVERAGES: Final = 100
"""At most this many averages of a curve."""
NODES: Final = 500
"""At most this many capacities at which the engine is asked for a curve's averages."""

CHARGE: Final = 1e-4
"""Relative standard deviation of the charge of a curve, where its file says nothing."""
STEEP: Final = 5.0
"""Steeper than this the curve is a cliff [V per capacity at the end]."""
SLOPING: Final = 0.5
"""Where a curve slopes by less, a voltage tells no capacity [V per capacity at the end]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BinnedCurve:
    """A measured curve as averages over stretches.

    Attributes
    ----------
    source, current, remarks
        As of the measurement.
    samples
        How many were measured.
    nodes, weights
        Capacities at which to ask for the simulated voltage [A h m⁻²], and how many samples each
        stands for, shape (n,).
    starts
        Where each average begins among the nodes, shape (m,).
    capacity, voltage, count
        Averages and how many samples each is of, shape (m,) [A h m⁻²], [V].
    slope, steepest
        dV/dQ at the averages, the lesser and the larger of both sides, shape (m,)
        [V m² A⁻¹ h⁻¹]: of the measured curve, or of a simulated one, see `beside`.
    steep
        Whether an average lies on a cliff or just before it, shape (m,); there capacities are
        compared.
    offset_effect
        What an offset of one does to each average: 1, and less on a cliff, shape (m,) [-].
    after_charge
        As of the measurement.
    charge_error, start_error
        As of the measurement: of one factor on the charge [-], and of the charge before the first
        sample [A h m⁻²].
    capacity_step
        To which the capacity of each sample is rounded [A h m⁻²].
    """

    source: str
    current: float
    samples: int
    nodes: Array
    weights: Array
    starts: NDArray[np.int64]
    capacity: Array
    voltage: Array
    count: Array
    slope: Array
    steepest: Array
    steep: NDArray[np.bool_]
    offset_effect: Array
    capacity_step: float = 0.0
    charge_error: float = 0.0
    start_error: float = 0.0
    after_charge: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def progress(self) -> Array:
        """How far the curve is at each average [A h m⁻²]."""
        return self.capacity

    @property
    def charge(self) -> float:
        """That was delivered [A h m⁻²]."""
        return float(self.capacity[-1])

    @property
    def rounded(self) -> Array:
        """What the rounding of the capacity does to each average, one std, shape (m,) [V]."""
        return np.asarray(
            np.abs(self.steepest) * self.capacity_step / np.sqrt(12.0 * self.count), float
        )

    def beside(self, capacity: Array, voltage: Array, near: float = 0.0) -> BinnedCurve:
        """Return the same averages, with slopes and cliffs of a smooth curve near them.

        A slope between noisy samples is noisy, and weights that follow the noise pull the fit with
        it: a sample that lies low by chance makes its own cliff steeper and counts more.

        Parameters
        ----------
        capacity, voltage
            Of a simulated curve as the tester would see it, capacities increasing, shape (n,)
            [A h m⁻²], [V]; it is stretched to end where the measured one does.
        near
            Averages before a cliff by no more than this share of the capacity count as on it.

        Returns
        -------
        BinnedCurve
            Unchanged if the smooth curve does not come down to the measured end.
        """
        lowest = float(self.voltage[-1])
        below = np.flatnonzero(voltage <= lowest)
        if not below.size or below[0] == 0:
            return self
        after = int(below[0])
        pair = slice(after - 1, after + 1)
        end = float(np.interp(-lowest, -voltage[pair], capacity[pair]))
        stretched = capacity * (self.capacity[-1] / end)
        if not (end > 0.0 and np.all(np.diff(stretched) > 0.0)):
            return self
        smooth = PchipInterpolator(stretched, voltage)
        last = float(stretched[-1])
        expected = self.average(smooth(np.minimum(self.nodes, last)))
        slope, steepest = _slopes(self.capacity, expected)
        steep = _steep(self.capacity, slope, near)
        local = smooth(np.minimum(self.capacity, last), 1)
        effect = np.divide(slope, local, out=np.ones_like(slope), where=steep & (local < 0.0))
        return replace(
            self,
            slope=slope,
            steepest=steepest,
            steep=steep,
            offset_effect=np.clip(effect, 0.0, 1.0),
        )

    def average(self, values: Array) -> Array:
        """Average values at the nodes, last axis, over the samples of each stretch."""
        sums = np.add.reduceat(values * self.weights, self.starts, axis=-1)
        averages: Array = sums / self.count
        return averages


def bin_measurement(measurement: Measurement, *, averages: int = AVERAGES) -> BinnedCurve:
    """Average a measured curve over stretches of equal arc length.

    Parameters
    ----------
    measurement
        The curve.
    averages
        At most how many.
    """
    q, v = measurement.capacity, measurement.voltage
    node_starts = _stretches(q, v, NODES)
    weights = np.diff(np.append(node_starts, q.size)).astype(float)
    nodes = np.add.reduceat(q, node_starts) / weights
    node_voltage = np.add.reduceat(v, node_starts) / weights
    starts = _stretches(nodes, node_voltage, averages)
    count = np.add.reduceat(weights, starts)
    capacity = np.add.reduceat(nodes * weights, starts) / count
    voltage = np.add.reduceat(node_voltage * weights, starts) / count
    slope, steepest = _slopes(capacity, voltage)
    return BinnedCurve(
        source=measurement.source,
        current=measurement.current,
        samples=len(measurement),
        nodes=nodes,
        weights=weights,
        starts=starts,
        capacity=capacity,
        voltage=voltage,
        count=count,
        slope=slope,
        steepest=steepest,
        steep=_steep(capacity, slope),
        offset_effect=np.ones_like(voltage),
        capacity_step=measurement.capacity_step,
        charge_error=measurement.charge_error,
        start_error=measurement.start_error,
        after_charge=measurement.after_charge,
        remarks=measurement.remarks,
    )


def _stretches(q: Array, v: Array, most: int) -> NDArray[np.int64]:
    """Return where stretches of equal arc length begin; each point its own if there are few."""
    if q.size <= most:
        return np.arange(q.size)
    steps = np.hypot(np.diff(q) / np.ptp(q), np.diff(v) / np.ptp(v))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    number = np.minimum((along / along[-1] * most).astype(int), most - 1)
    return np.flatnonzero(np.diff(number, prepend=-1))


def _steep(capacity: Array, slope: Array, near: float = 0.0) -> NDArray[np.bool_]:
    """Tell which averages lie on a cliff, or before it by no more than a share of the capacity.

    A cliff is steep and in the second half of the curve.  A simulated one that comes a little
    earlier ends before the averages that lie just before it, whose voltage is then off by a volt.
    """
    end = capacity[-1]
    late = capacity > 0.5 * end
    cliff = late & (np.abs(slope) * end > STEEP)
    if near > 0.0 and cliff.any():
        begins = capacity[int(np.argmax(cliff))]
        cliff |= late & (capacity > begins - near * end) & (np.abs(slope) * end > SLOPING)
    return np.asarray(cliff, dtype=bool)


def _slopes(q: Array, v: Array) -> tuple[Array, Array]:
    """Return dV/dQ to the left and to the right of each point, the lesser and the larger."""
    secant = np.diff(v) / np.diff(q)
    left, right = np.append(secant[:1], secant), np.append(secant, secant[-1:])
    lesser = np.abs(left) < np.abs(right)
    return np.where(lesser, left, right), np.where(lesser, right, left)
