"""A fit of many cycles of one cell: what drifts is a random walk, the rest is the same throughout.

With θ_c what drifts at cycle c, η what is shared, and s the parts of a model error that all curves
share, the sum of squares is that of the curves of every cycle, of η and s about what is expected
of them, and of the steps of the walk,

    Σ_c |r_c(θ_c, η, s)|² + |d(η)|² + |s|² + Σ_c |(θ_{c+1} − θ_c) / (τ √(n_{c+1} − n_c))|² ,

with n_c the number of the cycle and τ the step, per root of a cycle, for each of what drifts.  It
is minimised by Gauss and Newton's steps.  τ is integrated over: at each value of a grid the
posterior is normal, and weighs by its evidence (MacKay, Neural Comput. 4 (1992) 415).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from microbatt.errors import SimulationError
from microbatt.inference.forward.derivatives import differentiated, simulated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

ITERATIONS: Final = 8
"""Gauss and Newton's steps, at most."""
GAIN: Final = 0.5
"""A promised gain in the sum of squares that ends them."""
DRIFT: Final = (3e-3, 3.0)
"""Least and largest drift over all cycles that is looked for, in the coordinate."""
_GRID: Final = 13
_MOST_COMBINED: Final = 2000
"""Combinations of the grid that are tried; with more unknowns it is coarser."""
_SHORTER: Final = 0.3
_TRIES: Final = 4


class Layout(NamedTuple):
    """Which unknowns drift, by number, and which are shared; and the numbers of the cycles."""

    drifting: tuple[int, ...]
    shared: tuple[int, ...]
    cycles: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where the joint fit stands.

    Attributes
    ----------
    x
        Coordinates of each cycle, shape (cycles, p); those of what is shared are all alike.
    error
        Amplitudes of the parts of a model error that all curves share, shape (r,).
    """

    x: Array
    error: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """The joint fit and its posterior.

    Attributes
    ----------
    point
        The best fit at the likeliest steps of the walk.
    draws
        Of what drifts, shape (n, cycles, drifting), and of what is shared, shape (n, shared).
    shared_draws
        The same of what is shared.
    steps
        Draws of the steps τ, shape (n, drifting), in the coordinate per root of a cycle.
    """

    point: Point
    draws: Array
    shared_draws: Array
    steps: Array


class _Local(NamedTuple):
    """Residuals of a cycle and their derivatives by what drifts, is shared, and by the error."""

    residual: Array
    drifting: Array
    shared: Array
    error: Array


class _Normal(NamedTuple):
    """A sum of squares around a point: its value, gradient/2 and curvature/2, in (θ, η, s)."""

    value: float
    gradient: Array
    curvature: Array


def fit_cycles(
    models: Sequence[ForwardModel],
    first: Array,
    layout: Layout,
    steps: Array | None,
    rng: np.random.Generator,
    *,
    count: int = 4000,
) -> Joint:
    """Fit all cycles together.

    Parameters
    ----------
    models
        Of each cycle, with the same unknowns.
    first
        Coordinates of each cycle to begin at, shape (cycles, p).
    layout
        What drifts and what is shared.
    steps
        Stated steps of the walk, shape (drifting,); NaN, or None, where they are to be found.
    rng
        Source of randomness.
    count
        Draws.

    Raises
    ------
    SimulationError
        If the engine has no curve of a cycle at the start.
    """
    given = np.full(len(layout.drifting), np.nan) if steps is None else steps
    first = first.copy()
    first[:, layout.shared] = first[:, layout.shared].mean(axis=0)
    error = np.zeros(0 if models[0].shared is None else models[0].shared.shape[1])
    point = Point(x=first, error=error)
    local = _locals(models, point, layout)
    if local is None:
        raise SimulationError(
            "the engine has no whole curve of one of the cycles near the fit of the first; fit "
            "that cycle by itself to see why, or leave it out."
        )
    for _ in range(ITERATIONS):
        tau = _likeliest(models, point, local, layout, given)
        normal = _normal(models, point, local, layout, tau)
        step = np.asarray(-np.linalg.solve(normal.curvature, normal.gradient), float)
        moved = _moved(models, point, layout, step, tau, normal.value)
        if moved is None:
            break
        point, local = moved
        if -float(normal.gradient @ step) < GAIN:
            break
    return _drawn(models, point, local, layout, given, rng, count)


def cycle_residuals(model: ForwardModel, x: Array) -> tuple[Array, Array] | None:
    """Return whitened residuals of a cycle and their derivatives, as a fit by itself has them.

    Parameters
    ----------
    model, x
        Of the cycle, and its coordinates, shape (p,).
    """
    found = _volts(model, x)
    if found is None:
        return None
    voltage, jacobian = found
    return model.whiten(model.measured - voltage), -model.whiten(jacobian.T).T


def _volts(model: ForwardModel, x: Array) -> tuple[Array, Array] | None:
    """Return voltages and their derivatives by all unknowns."""
    here = simulated(model, x)
    jacobian = None if here is None else differentiated(model, here)
    if here is None or jacobian is None:
        return None
    return here.voltage, jacobian


def _local(model: ForwardModel, x: Array, error: Array, layout: Layout) -> _Local | None:
    found = _volts(model, x)
    if found is None:
        return None
    voltage, jacobian = found
    off = model.measured - voltage
    common = np.zeros((off.size, 0))
    if model.shared is not None:
        off = off - model.shared @ error
        common = -model.whiten_own(model.shared.T).T
    jacobian = -model.whiten_own(jacobian.T).T
    return _Local(
        model.whiten_own(off), jacobian[:, layout.drifting], jacobian[:, layout.shared], common
    )


def _locals(models: Sequence[ForwardModel], point: Point, layout: Layout) -> list[_Local] | None:
    found = []
    for model, x in zip(models, point.x, strict=True):
        one = _local(model, x, point.error, layout)
        if one is None:
            return None
        found.append(one)
    return found


def _normal(
    models: Sequence[ForwardModel],
    point: Point,
    local: Sequence[_Local],
    layout: Layout,
    tau: Array,
) -> _Normal:
    """Return the sum of squares around a point."""
    k, h = len(layout.drifting), len(layout.shared)
    cycles = len(models)
    size = cycles * k + h + point.error.size
    curvature, gradient = np.zeros((size, size)), np.zeros(size)
    value = 0.0
    behind = np.arange(cycles * k, size)
    for c, one in enumerate(local):
        rows = np.concatenate([one.drifting, one.shared, one.error], axis=1)
        where = np.concatenate([np.arange(c * k, (c + 1) * k), behind])
        curvature[np.ix_(where, where)] += rows.T @ rows
        gradient[where] += rows.T @ one.residual
        value += float(one.residual @ one.residual)
    residual, rows = _expected(models[0], point, layout, tau)
    curvature += rows.T @ rows
    gradient += rows.T @ residual
    return _Normal(value + float(residual @ residual), gradient, curvature)


def _expected(model: ForwardModel, point: Point, layout: Layout, tau: Array) -> tuple[Array, Array]:
    """Return residuals from what is expected of all unknowns, and their derivatives."""
    k, h = len(layout.drifting), len(layout.shared)
    cycles, r = len(point.x), point.error.size
    size = cycles * k + h + r
    place = {i: j for j, i in enumerate(layout.drifting)}
    place |= {i: cycles * k + j for j, i in enumerate(layout.shared)}
    of_priors = model.priors.rows(point.x[0])
    priors = np.zeros((len(of_priors), size))
    for i in range(of_priors.shape[1]):
        priors[:, place[i]] = of_priors[:, i]
    error = np.zeros((r, size))
    error[np.arange(r), np.arange(size - r, size)] = 1.0
    theta = point.x[:, layout.drifting]
    walk = np.zeros(((cycles - 1) * k, size))
    scale = tau * np.sqrt(np.diff(layout.cycles))[:, None]
    number = np.arange((cycles - 1) * k)
    walk[number, number] = -1.0 / scale.ravel()
    walk[number, number + k] = 1.0 / scale.ravel()
    residual = np.concatenate(
        [model.priors.deviation(point.x[0]), point.error, (np.diff(theta, axis=0) / scale).ravel()]
    )
    return residual, np.concatenate([priors, error, walk])


def _moved(
    models: Sequence[ForwardModel],
    point: Point,
    layout: Layout,
    step: Array,
    tau: Array,
    value: float,
) -> tuple[Point, list[_Local]] | None:
    """Go along a step, less far where that does not lower the sum of squares; None if nowhere."""
    share = 1.0
    for _ in range(_TRIES):
        there = _stepped(models[0], point, layout, share * step)
        local = _locals(models, there, layout)
        if local is not None:
            residual, _ = _expected(models[0], there, layout, tau)
            found = sum(float(one.residual @ one.residual) for one in local)
            if found + float(residual @ residual) < value:
                return there, local
        share *= _SHORTER
    return None


def _stepped(model: ForwardModel, point: Point, layout: Layout, step: Array) -> Point:
    cycles, k, h = len(point.x), len(layout.drifting), len(layout.shared)
    x = point.x.copy()
    x[:, layout.drifting] += step[: cycles * k].reshape(cycles, k)
    x[:, layout.shared] += step[cycles * k : cycles * k + h]
    return Point(
        x=np.clip(x, model.priors.low, model.priors.high),
        error=point.error + step[cycles * k + h :],
    )


def _grid(layout: Layout, given: Array) -> list[tuple[float, ...]]:
    """Return the steps of the walk that are tried; those that are stated alone."""
    open_ones = max(1, int(np.isnan(given).sum()))
    points = max(3, min(_GRID, int(_MOST_COMBINED ** (1.0 / open_ones))))
    span = np.sqrt(max(float(layout.cycles[-1] - layout.cycles[0]), 1e-12))
    tried = np.geomspace(*DRIFT, points) / span
    return list(product(*(tried.tolist() if np.isnan(one) else [float(one)] for one in given)))


def _evidence(normal: _Normal, tau: Array, cycles: int) -> tuple[float, Array]:
    """Return the log evidence of steps, and the step to the mean of the unknowns."""
    sign, log = np.linalg.slogdet(normal.curvature)
    step = np.asarray(-np.linalg.solve(normal.curvature, normal.gradient), float)
    least = normal.value + float(normal.gradient @ step)
    walked = (cycles - 1) * float(np.log(tau).sum())
    return (float(-0.5 * (least + log) - walked) if sign > 0.0 else -np.inf), step


def _likeliest(
    models: Sequence[ForwardModel],
    point: Point,
    local: Sequence[_Local],
    layout: Layout,
    given: Array,
) -> Array:
    """Return the steps of the walk that are likeliest at a point."""
    tried = [np.array(one) for one in _grid(layout, given)]
    if len(tried) == 1:
        return tried[0]
    found = [
        _evidence(_normal(models, point, local, layout, tau), tau, len(models))[0] for tau in tried
    ]
    return tried[int(np.argmax(found))]


def _drawn(
    models: Sequence[ForwardModel],
    point: Point,
    local: Sequence[_Local],
    layout: Layout,
    given: Array,
    rng: np.random.Generator,
    count: int,
) -> Joint:
    """Draw from the mixture of the posteriors over the steps of the walk."""
    cycles, k, h = len(models), len(layout.drifting), len(layout.shared)
    tried = [np.array(one) for one in _grid(layout, given)]
    normals = [_normal(models, point, local, layout, tau) for tau in tried]
    found = [_evidence(one, tau, cycles) for one, tau in zip(normals, tried, strict=True)]
    logarithms = np.array([one for one, _ in found])
    weights = np.exp(logarithms - logarithms.max())
    number = rng.multinomial(count, weights / weights.sum())
    here = np.concatenate(
        [point.x[:, layout.drifting].ravel(), point.x[0, layout.shared], point.error]
    )
    parts, steps = [], []
    for many, normal, (_, step), tau in zip(number, normals, found, tried, strict=True):
        if not many:
            continue
        lower = np.linalg.cholesky(normal.curvature)
        noise = np.linalg.solve(lower.T, rng.standard_normal((here.size, many))).T
        parts.append(here + step + noise)
        steps.append(np.tile(tau, (many, 1)))
    draws = np.concatenate(parts)
    low, high = models[0].priors.low, models[0].priors.high
    drifting, shared = list(layout.drifting), list(layout.shared)
    theta = draws[:, : cycles * k].reshape(count, cycles, k)
    return Joint(
        point=point,
        draws=np.clip(theta, low[drifting], high[drifting]),
        shared_draws=np.clip(draws[:, cycles * k : cycles * k + h], low[shared], high[shared]),
        steps=np.concatenate(steps),
    )
