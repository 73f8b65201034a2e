"""Where the curves of one call are written."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.curves import integral
from microbatt.porous_electrode.discharge import Curve, Ending

Array = NDArray[np.float64]

POINTS_A_CURVE = 128


class Batch(NamedTuple):
    """Curves end to end, and the scalars of each: see `microbatt.engines.result`."""

    offsets: NDArray[np.int64]
    curves: Array  # (3, points): time, voltage, temperature
    outcome: NDArray[np.int8]
    scalars: Array  # (n, 8)
    counters: NDArray[np.int32]  # (n, 3)


@kernel
def empty_batch(n: int) -> Batch:
    """Allocate for `n` curves of usual length."""
    return Batch(
        np.zeros(n + 1, np.int64),
        np.empty((3, POINTS_A_CURVE * n)),
        np.zeros(n, np.int8),
        np.full((n, 8), np.nan),
        np.zeros((n, 3), np.int32),
    )


@kernel
def grown(curves: Array, used: int, more: int) -> Array:
    """`curves` with room for `more` points after the `used` ones."""
    if used + more <= curves.shape[1]:
        return curves
    larger = np.empty((3, max(2 * curves.shape[1], used + more)))
    for k in range(used):
        for row in range(3):
            larger[row, k] = curves[row, k]
    return larger


@kernel
def append_curve(curves: Array, used: int, curve: Curve, points: int) -> Array:
    """Write a curve behind the `used` points of `curves`, which is larger then if it must be."""
    curves = grown(curves, used, points)
    for k in range(points):
        curves[0, used + k] = curve.time[k]
        curves[1, used + k] = curve.voltage[k]
        curves[2, used + k] = curve.temperature[k]
    return curves


@kernel
def write_ending(
    batch: Batch, i: int, end: Ending, curve: Curve, current: float, mass: float
) -> None:
    """Fill the row of curve `i` of all but ``offsets`` and ``curves``."""
    m, out = end.points, batch.scalars[i]
    energy, power = np.nan, np.nan
    if m > 1:
        work = current * integral(curve.time[:m], curve.voltage[:m]) / mass
        energy, power = work / 3600.0, work / curve.time[m - 1]
    out[0] = end.open_circuit_voltage
    out[1] = end.initial_voltage
    out[2] = end.end_temperature
    out[3] = end.min_salt_concentration
    out[4] = end.negative_surface
    out[5] = end.positive_surface
    out[6] = energy
    out[7] = power
    batch.outcome[i] = end.outcome
    batch.counters[i, 0] = end.steps
    batch.counters[i, 1] = end.newton_iterations
    batch.counters[i, 2] = end.rejected_steps


@kernel
def batch_of_one(end: Ending, curve: Curve, current: float, mass: float) -> Batch:
    """Write one curve."""
    batch = empty_batch(1)
    batch.offsets[1] = end.points
    write_ending(batch, 0, end, curve, current, mass)
    curves = append_curve(batch.curves, 0, curve, end.points)[:, : end.points].copy()
    return Batch(batch.offsets, curves, batch.outcome, batch.scalars, batch.counters)
