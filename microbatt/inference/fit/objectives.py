"""Sums of squares whose minimum is the estimate: first of shapes, then of samples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from microbatt.engines import resample_curves
from microbatt.inference.fit.shapes import (
    CAPACITY,
    DEPTHS,
    SHARES,
    VOLTAGE,
    Terminals,
    measured_shape,
    seen_shapes,
    terminal_slopes,
)
from microbatt.inference.forward.finite_differences import end_capacity
from microbatt.inference.forward.forward_model import respond

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.engines import Settings
    from microbatt.inference.fit.gauss_newton import Evaluate
    from microbatt.inference.forward.forward_model import Problem

    Array = NDArray[np.float64]


def sample_objective(problem: Problem) -> Evaluate:
    """Return the residuals of the samples, and of the nuisances from what is expected of them."""

    def evaluate(x: Array) -> tuple[Array, Array] | None:
        response = respond(problem, x)
        if response is None:
            return None
        residual = problem.whiten(problem.measured - response.voltage)
        jacobian = -problem.whiten(response.jacobian.T).T
        return with_priors(problem, x, residual, jacobian)

    return evaluate


def shape_objective(problem: Problem, settings: Settings) -> Evaluate:
    """Return the residuals of the curves' shapes, and of the nuisances.

    Parameters
    ----------
    problem
        The measured curves and the unknowns.
    settings
        How finely to solve; shapes bear less than samples do.
    """
    problem = replace(problem, settings=settings)
    measured = measured_shape(problem).ravel()
    spread = np.tile([*np.full(DEPTHS.size, VOLTAGE), CAPACITY], len(problem.curves))

    def evaluate(x: Array) -> tuple[Array, Array] | None:
        found = _shapes_and_slopes(problem, x)
        if found is None:
            return None
        shape, slopes = found
        residual = (measured - shape) / spread
        return with_priors(problem, x, residual, -slopes / spread[:, None])

    return evaluate


def with_priors(
    problem: Problem, x: Array, residual: Array, jacobian: Array
) -> tuple[Array, Array]:
    """Append what is expected of the nuisances to residuals and their Jacobian."""
    known = np.isfinite(problem.priors.std)
    mean, std = problem.priors.mean[known], problem.priors.std[known]
    rows = np.eye(x.size)[known] / std[:, None]
    return (
        np.concatenate([residual, (x[known] - mean) / std]),
        np.concatenate([jacobian, rows]),
    )


def _shapes_and_slopes(problem: Problem, x: Array) -> tuple[Array, Array] | None:
    neighbours = problem.neighbours_at(x)
    voltage = neighbours.by_member(resample_curves(neighbours.curves, SHARES))[:, 0]
    ends = neighbours.by_member(end_capacity(neighbours.curves))[:, 0]
    through = Terminals(
        offset=problem.nuisance(x, "voltage_offset"), scale=problem.nuisance(x, "capacity_scale")
    )
    shapes = np.stack(
        [seen_shapes(problem, v, q, through) for v, q in zip(voltage, ends, strict=True)]
    )
    if not np.isfinite(shapes[0]).all():
        return None
    slopes = terminal_slopes(problem, voltage[0], ends[0], through)
    for name, stencil in neighbours.stencils.items():
        slopes[name] = stencil.weights[0] @ shapes[[0, *stencil.members]]
    slopes["S"] = slopes["S"] * neighbours.points[0, 1]  # per unit of ln S
    columns = [slopes[name] for name in problem.priors.names]
    return shapes[0], np.nan_to_num(np.stack(columns, axis=-1))
