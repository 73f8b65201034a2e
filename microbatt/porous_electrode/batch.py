"""Many discharges in one call."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from microbatt.porous_electrode.batch_output import (
    Batch,
    append_curve,
    empty_batch,
    write_ending,
)
from microbatt.porous_electrode.bundle import march_lanes
from microbatt.porous_electrode.compilation import entry_kernel, source_digest
from microbatt.porous_electrode.discharge import curve_with_room, simulate
from microbatt.porous_electrode.equations import FIXED_TRANSFERENCE
from microbatt.porous_electrode.ownership import hold, unowned
from microbatt.porous_electrode.parameters import CellParameters, Numerics, at_point

Array = NDArray[np.float64]


def fits_lanes(cell: CellParameters) -> bool:
    """Whether discharges of a cell can march in lanes.

    They can with particles whose D_s is constant, in standard kinetics, with one t₊, and with an
    electrolyte that depends on temperature by Arrhenius factors alone.
    """
    electrodes = (cell.negative, cell.positive)
    plain = cell.electrolyte.shape[1] == FIXED_TRANSFERENCE and not len(cell.electrolyte_levels)
    return plain and all(e.standard and not e.planar and not len(e.diffusion) for e in electrodes)


def with_curves(batch: Batch, rows: NDArray[np.bool_], others: Batch) -> Batch:
    """Return a batch whose `rows` are those of another one, in the same order."""
    lengths = np.diff(batch.offsets)
    lengths[rows] = np.diff(others.offsets)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    starts = np.where(rows, 0, batch.offsets[:-1])
    starts[rows] = others.offsets[:-1]
    parts = [
        (others if row else batch).curves[:, start : start + length]
        for row, start, length in zip(rows, starts, lengths, strict=True)
    ]
    for ours, theirs in (
        (batch.outcome, others.outcome),
        (batch.scalars, others.scalars),
        (batch.counters, others.counters),
    ):
        ours[rows] = theirs
    curves = np.ascontiguousarray(np.concatenate(parts, axis=1))
    return batch._replace(offsets=offsets, curves=curves)


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
        curve = curve_with_room(numerics)
        batch = empty_batch(n)
        curves, used = batch.curves, 0
        for i in range(n):
            alpha, S, current = points[i]
            p = unowned(at_point(cell, alpha, S, conserving))
            end, _, _ = simulate(p, unowned(numerics), current, cutoff, unowned(curve))
            curves = append_curve(curves, used, curve, end.points)
            used += end.points
            batch.offsets[i + 1] = used
            write_ending(batch, i, end, curve, current, p.mass)
        hold(cell)
        hold(numerics)
        hold(curve)
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


def _make_simulate_bundles(digest: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - numba's type
    @entry_kernel
    def simulate_bundles(
        cell: CellParameters,
        numerics: Numerics,
        points: Array,
        conserving: bool,
        cutoff: float,
    ) -> tuple[Batch, NDArray[np.bool_], int]:
        """Discharge `cell` at each row (alpha, S, current) of `points`, as many at once as lanes.

        Second come the curves that are still to be done, alone: what stands for them is void.
        """
        batch = empty_batch(points.shape[0])
        # The negative electrode too is one in a balance; alpha and S are those of each lane
        balanced = unowned(at_point(cell, 0.0, 3.0, conserving))
        curves, first, alone = march_lanes(
            balanced, unowned(numerics), points, conserving, cutoff, batch
        )
        total = batch.offsets[-1]
        ordered = np.empty((3, total))
        for i in range(points.shape[0]):
            start, stop = batch.offsets[i], batch.offsets[i + 1]
            for row in range(3):
                for k in range(stop - start):
                    ordered[row, start + k] = curves[row, first[i] + k]
        hold(cell)
        hold(numerics)
        whole = Batch(batch.offsets, ordered, batch.outcome, batch.scalars, batch.counters)
        return whole, alone, digest

    return simulate_bundles


simulate_bundles = _make_simulate_bundles(source_digest())
