"""The posterior where it is not normal: polynomial responses, sampled with emcee.

Over the plausible region the voltages are smooth functions of alpha and ln S: cliffs are compared
in capacity.  They are fitted by polynomials to engine curves at nodes all over the region, so the
sum of squares becomes a quadratic form of monomials, cheap enough to sample.  The nuisances enter
linearly and are integrated in closed form, then drawn from their normal distribution at each point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import check_extra
from microbatt.inference.response import voltages

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from microbatt.inference.gauss_newton import Minimum
    from microbatt.inference.response import Problem

    Array = NDArray[np.float64]

NODES: Final = 9
"""Nodes along each axis of the region."""
DEGREE: Final = 4
"""Of the polynomials."""
_REACH: Final = 4.0
_GROWTH: Final = 1.6
_GROWN: Final = 5
_EDGE: Final = 10.0
"""The region is wide enough if the sum of squares is this much higher all along its edge."""
_WALKERS, _STEPS, _BURN, _KEEP = 64, 1500, 500, 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """Sum of squares over the region, nuisances integrated.

    Attributes
    ----------
    centre, frame
        Unit coordinates u to (alpha, ln S): centre + frame @ u; u in [-1, 1]².
    gram
        The sum of squares is φᵀ gram φ with the monomials φ of u.
    nuisance_response
        Their conditional mean is that of the minimum plus nuisance_response @ φ.
    nuisance_factor
        Lower Cholesky factor of their conditional covariance.
    free
        Which nuisances do not rest on a bound; the others are held there.
    """

    centre: Array
    frame: Array
    gram: Array
    nuisance_response: Array
    nuisance_factor: Array
    free: NDArray[np.bool_]

    def point(self, u: Array) -> Array:
        """Return (alpha, ln S) of unit coordinates, shape (n, 2)."""
        points: Array = self.centre + u @ self.frame.T
        return points

    def chi_square(self, u: Array) -> Array:
        """Return the sum of squares at unit coordinates, shape (n,)."""
        phi = monomials(u)
        return np.asarray(np.einsum("ni,ij,nj->n", phi, self.gram, phi))


def sample(problem: Problem, minimum: Minimum, rng: np.random.Generator) -> Array:
    """Draw from the posterior.

    Parameters
    ----------
    problem, minimum, rng
        As for `microbatt.inference.posterior.posterior`.

    Returns
    -------
    ndarray, shape (n, p)
        Draws in the coordinates of the priors; all inside the bounds.

    Raises
    ------
    MissingExtraError
        If emcee is not installed.
    """
    check_extra("emcee", extra="infer")
    found = landscape(problem, minimum)
    u = _walk(found, problem, rng)
    nuisances = _nuisances(found, problem, minimum, u, rng)
    draws = np.column_stack([found.point(u), nuisances])
    inside = ((draws >= problem.priors.low) & (draws <= problem.priors.high)).all(axis=1)
    return draws[inside]


def landscape(problem: Problem, minimum: Minimum) -> Landscape:
    """Fit the responses over a region that holds all plausible points."""
    variance, axes = np.linalg.eigh(minimum.covariance[:2, :2])
    half = _REACH * np.sqrt(np.maximum(variance, 1e-12))
    for _ in range(_GROWN):
        found = _fitted(problem, minimum, axes * half)
        narrow = _too_narrow(found, problem)
        if not narrow.any():
            break
        half = half * np.where(narrow, _GROWTH, 1.0)
    return found


def monomials(u: Array) -> Array:
    """Return Chebyshev products of total degree up to `DEGREE`, shape (n, 15)."""
    x, y = (np.polynomial.chebyshev.chebvander(column, DEGREE) for column in u.T)
    pairs = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    return np.stack([x[:, i] * y[:, j] for i, j in pairs], axis=-1)


def _fitted(problem: Problem, minimum: Minimum, frame: Array) -> Landscape:
    """Fit the whitened residuals by polynomials over the nodes inside the bounds."""
    axis = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    u = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    points = minimum.x[:2] + u @ frame.T
    inside = ((points >= problem.priors.low[:2]) & (points <= problem.priors.high[:2])).all(axis=1)
    seen = voltages(problem, points[inside], minimum.x)
    known = np.isfinite(seen).all(axis=1)
    phi = monomials(u[inside][known])
    residuals = problem.whiten(problem.measured - seen[known])
    coefficients, *_ = np.linalg.lstsq(phi, residuals, rcond=1e-10)
    m = problem.measured.size
    prior_rows = np.zeros((phi.shape[1], minimum.residual.size - m))
    prior_rows[0] = minimum.residual[m:]
    rows = np.concatenate([coefficients, prior_rows], axis=1)
    return _integrated(rows, minimum, frame, _off_bounds(problem, minimum))


def _off_bounds(problem: Problem, minimum: Minimum) -> NDArray[np.bool_]:
    """Tell which nuisances do not rest on a bound at the minimum."""
    low, high, x = problem.priors.low[2:], problem.priors.high[2:], minimum.x[2:]
    return np.asarray((x > low) & (x < high))


def _nuisances(
    found: Landscape, problem: Problem, minimum: Minimum, u: Array, rng: np.random.Generator
) -> Array:
    """Draw the nuisances at given points; one that rests on a bound decays away from it."""
    nuisances = np.tile(minimum.x[2:], (len(u), 1))
    moved = monomials(u) @ found.nuisance_response.T
    moved += rng.standard_normal(moved.shape) @ found.nuisance_factor.T
    nuisances[:, found.free] += moved
    low, high = problem.priors.low[2:], problem.priors.high[2:]
    curvature = np.linalg.norm(minimum.jacobian[:, 2:], axis=0)
    for i in np.flatnonzero(~found.free):
        away = np.abs(rng.standard_normal(len(u))) / curvature[i]
        side = 1.0 if minimum.x[2 + i] <= low[i] else -1.0
        nuisances[:, i] = np.clip(minimum.x[2 + i] + side * away, low[i], high[i])
    return nuisances


def _integrated(rows: Array, minimum: Minimum, frame: Array, free: NDArray[np.bool_]) -> Landscape:
    """Integrate the free nuisances out of residuals that are linear in them."""
    nuisance = minimum.jacobian[:, 2:][:, free]
    q, r = np.linalg.qr(nuisance)
    inverse = np.linalg.inv(r)
    left = rows - (rows @ q) @ q.T
    return Landscape(
        centre=minimum.x[:2],
        frame=frame,
        gram=left @ left.T,
        nuisance_response=-(inverse @ q.T @ rows.T),
        nuisance_factor=np.linalg.cholesky(inverse @ inverse.T),
        free=free,
    )


def _too_narrow(found: Landscape, problem: Problem) -> NDArray[np.bool_]:
    """Tell which axes of the region end where points are still plausible."""
    line = np.linspace(-1.0, 1.0, 41)
    grid = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)
    flat = grid.reshape(-1, 2)
    points = found.point(flat)
    inside = ((points >= problem.priors.low[:2]) & (points <= problem.priors.high[:2])).all(axis=1)
    rise = np.where(inside, found.chi_square(flat), np.inf).reshape(41, 41)
    rise -= rise.min()
    return np.array([rise[[0, -1]].min() < _EDGE, rise[:, [0, -1]].min() < _EDGE])


def _walk(found: Landscape, problem: Problem, rng: np.random.Generator) -> Array:
    """Sample the region with emcee; returns unit coordinates, shape (n, 2)."""
    import emcee

    low, high = problem.priors.low[:2], problem.priors.high[:2]

    def log_density(u: Array) -> Array:
        points = found.point(u)
        inside = ((points >= low) & (points <= high)).all(axis=1) & (np.abs(u) <= 1.0).all(axis=1)
        return np.where(inside, -0.5 * found.chi_square(u), -np.inf)

    sampler = emcee.EnsembleSampler(_WALKERS, 2, log_density, vectorize=True)
    sampler.random_state = np.random.RandomState(int(rng.integers(2**31))).get_state()
    sampler.run_mcmc(_first_walkers(log_density, rng), _STEPS)
    chain: Array = sampler.get_chain(discard=_BURN, flat=True)
    return chain[:: max(1, len(chain) // _KEEP)]


def _first_walkers(log_density: Callable[[Array], Array], rng: np.random.Generator) -> Array:
    """Choose plausible, distinct points of the region to begin at."""
    u = rng.uniform(-1.0, 1.0, (20_000, 2))
    density = log_density(u)
    u, density = u[np.isfinite(density)], density[np.isfinite(density)]
    weights = np.exp(np.maximum(0.5 * (density - density.max()), -30.0))
    walkers: Array = rng.choice(u, _WALKERS, p=weights / weights.sum(), replace=False)
    return walkers
