"""Many discharges in one call."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbatt.porous_electrode.compilation import entry_kernel, kernel, source_digest
from microbatt.porous_electrode.curves import integral
from microbatt.porous_electrode.discharge import Curve, Ending, simulate
from microbatt.porous_electrode.parameters import CellParameters, Numerics, at_point

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
def write_scalars(out: Array, end: Ending, energy: float, power: float) -> None:
    """Fill one row of ``Batch.scalars``."""
    out[0] = end.open_circuit_voltage
    out[1] = end.initial_voltage
    out[2] = end.end_temperature
    out[3] = end.min_salt_concentration
    out[4] = end.negative_surface
    out[5] = end.positive_surface
    out[6] = energy
    out[7] = power


def _make_simulate_many(digest: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - numba's type
    @entry_kernel
    def simulate_many(
        cell: CellParameters,
        numerics: Numerics,
        points: Array,
        conserving: bool,
        cutoff: float,
    ) -> tuple[Batch, int]:
        """Discharge `cell` at each row (alpha, S, current) of `points`, one after the other."""
        n = points.shape[0]
        room = numerics.max_steps + 3
        curve = Curve(np.empty(room), np.empty(room), np.empty(room))
        batch = Batch(
            np.zeros(n + 1, np.int64),
            np.empty((3, POINTS_A_CURVE * n)),
            np.zeros(n, np.int8),
            np.full((n, 8), np.nan),
            np.zeros((n, 3), np.int32),
        )
        curves, used = batch.curves, 0
        for i in range(n):
            alpha, S, current = points[i]
            p = at_point(cell, alpha, S, conserving)
            end, _, _ = simulate(p, numerics, current, cutoff, curve)
            m = end.points
            curves = grown(curves, used, m)
            for k in range(m):
                curves[0, used + k] = curve.time[k]
                curves[1, used + k] = curve.voltage[k]
                curves[2, used + k] = curve.temperature[k]
            used += m
            energy, power = np.nan, np.nan
            if m > 1:
                work = current * integral(curve.time[:m], curve.voltage[:m]) / p.mass
                energy, power = work / 3600.0, work / curve.time[m - 1]
            batch.offsets[i + 1] = used
            batch.outcome[i] = end.outcome
            write_scalars(batch.scalars[i], end, energy, power)
            batch.counters[i, 0] = end.steps
            batch.counters[i, 1] = end.newton_iterations
            batch.counters[i, 2] = end.rejected_steps
        whole = Batch(
            batch.offsets,
            curves[:, :used].copy(),
            batch.outcome,
            batch.scalars,
            batch.counters,
        )
        return whole, digest

    return simulate_many


simulate_many = _make_simulate_many(source_digest())
