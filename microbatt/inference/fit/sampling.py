"""The posterior where it is not normal: polynomial responses, sampled with emcee.

Over the plausible region the voltages are smooth functions of alpha and ln S: cliffs are compared
in capacity.  They are fitted by polynomials to engine curves at nodes all over the region.  The
nuisances enter linearly, so the sum of squares becomes a quadratic form of monomials and nuisances,
cheap enough to sample in all unknowns together, bounds included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import check_extra
from microbatt.inference.forward.forward_model import voltages

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.gauss_newton import Minimum
    from microbatt.inference.forward.forward_model import Problem
    from microbatt.inference.forward.priors import Priors

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
_WALKERS, _STEPS, _BURN, _THIN = 256, 1000, 250, 25
_TRIED: Final = 20_000
_BATCHES: Final = 50
_LIGHTEST: Final = -30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """Sum of squares over the region.

    Attributes
    ----------
    centre, frame
        Unit coordinates u to (alpha, ln S): centre + frame @ u; u in [-1, 1]².
    nuisances
        At the minimum, shape (p - 2,).
    gram
        The sum of squares is wᵀ gram w, w the monomials of u, then the nuisances less their values
        at the minimum.
    """

    centre: Array
    frame: Array
    nuisances: Array
    gram: Array

    def coordinates(self, u: Array, nuisances: Array) -> Array:
        """Return the coordinates of the priors, shape (n, p), of unit coordinates and nuisances."""
        return np.column_stack([self.centre + u @ self.frame.T, nuisances])

    def chi_square(self, u: Array, nuisances: Array) -> Array:
        """Return the sum of squares, shape (n,), at points of the region and nuisances there."""
        w = np.column_stack([monomials(u), nuisances - self.nuisances])
        return np.asarray(np.sum((w @ self.gram) * w, axis=1))

    def best_nuisances(self, u: Array) -> Array:
        """Return the nuisances that fit best at points of the region, whatever their bounds."""
        known = len(self.gram) - self.nuisances.size
        pull = self.gram[known:, :known] @ monomials(u).T
        return np.asarray(self.nuisances - np.linalg.solve(self.gram[known:, known:], pull).T)

    @property
    def nuisance_covariance(self) -> Array:
        """Of the nuisances at a point of the region, shape (p - 2, p - 2)."""
        known = len(self.gram) - self.nuisances.size
        return np.asarray(np.linalg.inv(self.gram[known:, known:]))


def sample(problem: Problem, minimum: Minimum, rng: np.random.Generator) -> Array:
    """Draw from the posterior.

    Parameters
    ----------
    problem, minimum, rng
        As for `microbatt.inference.fit.posterior.posterior`.

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
    return walk(landscape(problem, minimum), problem.priors, rng)


def landscape(problem: Problem, minimum: Minimum) -> Landscape:
    """Fit the responses over a region that holds all plausible points."""
    variance, axes = np.linalg.eigh(minimum.covariance[:2, :2])
    half = _REACH * np.sqrt(np.maximum(variance, 1e-12))
    for _ in range(_GROWN):
        found = _fitted(problem, minimum, axes * half)
        narrow = _too_narrow(found, problem.priors)
        if not narrow.any():
            break
        half = half * np.where(narrow, _GROWTH, 1.0)
    return found


def monomials(u: Array) -> Array:
    """Return Chebyshev products of total degree up to `DEGREE`, shape (n, 15)."""
    x, y = (np.polynomial.chebyshev.chebvander(column, DEGREE) for column in u.T)
    pairs = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    return np.stack([x[:, i] * y[:, j] for i, j in pairs], axis=-1)


def walk(found: Landscape, priors: Priors, rng: np.random.Generator) -> Array:
    """Sample a landscape with emcee, by differential evolution (ter Braak 2006).

    Steps of a walker are correlated over some fifteen steps with two nuisances and over some
    twenty-five with six; every twenty-fifth is kept.

    Parameters
    ----------
    found
        The sum of squares.
    priors
        Give the bounds; what is expected of the nuisances is in the sum of squares already.
    rng
        Source of randomness.

    Returns
    -------
    ndarray, shape (n, p)
        Draws in the coordinates of the priors.
    """
    import emcee

    def log_density(place: Array) -> Array:
        u, nuisances = place[:, :2], place[:, 2:]
        inside = _inside(priors, found.coordinates(u, nuisances))
        inside &= (np.abs(u) <= 1.0).all(axis=1)
        return np.where(inside, -0.5 * found.chi_square(u, nuisances), -np.inf)

    walkers = _first_walkers(found, priors, rng)
    sampler = emcee.EnsembleSampler(
        *walkers.shape, log_density, moves=emcee.moves.DEMove(), vectorize=True
    )
    sampler.random_state = np.random.RandomState(int(rng.integers(2**31))).get_state()
    sampler.run_mcmc(walkers, _STEPS)
    chain: Array = sampler.get_chain(discard=_BURN, thin=_THIN, flat=True)
    return found.coordinates(chain[:, :2], chain[:, 2:])


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
    expected = np.zeros((phi.shape[1], minimum.residual.size - m))
    expected[0] = minimum.residual[m:]
    rows = np.concatenate([np.concatenate([coefficients, expected], 1), minimum.jacobian[:, 2:].T])
    return Landscape(centre=minimum.x[:2], frame=frame, nuisances=minimum.x[2:], gram=rows @ rows.T)


def _too_narrow(found: Landscape, priors: Priors) -> NDArray[np.bool_]:
    """Tell which axes of the region end where points are still plausible."""
    line = np.linspace(-1.0, 1.0, 41)
    u = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    nuisances = found.best_nuisances(u)
    points = found.coordinates(u, nuisances)[:, :2]
    inside = ((points >= priors.low[:2]) & (points <= priors.high[:2])).all(axis=1)
    rise = np.where(inside, found.chi_square(u, nuisances), np.inf).reshape(41, 41)
    rise -= rise.min()
    return np.array([rise[[0, -1]].min() < _EDGE, rise[:, [0, -1]].min() < _EDGE])


def _inside(priors: Priors, x: Array) -> NDArray[np.bool_]:
    return np.asarray(((x >= priors.low) & (x <= priors.high)).all(axis=1))


def _first_walkers(found: Landscape, priors: Priors, rng: np.random.Generator) -> Array:
    """Choose plausible, distinct places inside the bounds to begin at, shape (walkers, p)."""
    tried = [_places_inside(found, priors, rng)]
    # In a corner of the bounds few places of the region lie inside.
    while sum(map(len, tried)) < _WALKERS and len(tried) < _BATCHES:
        tried.append(_places_inside(found, priors, rng))
    places = np.concatenate(tried)
    density = -0.5 * found.chi_square(places[:, :2], places[:, 2:])
    weights = np.exp(np.maximum(density - density.max(), _LIGHTEST))
    enough = len(places) >= _WALKERS
    return places[rng.choice(len(places), _WALKERS, p=weights / weights.sum(), replace=not enough)]


def _places_inside(found: Landscape, priors: Priors, rng: np.random.Generator) -> Array:
    """Try places all over the region; return those inside the bounds, shape (n, p).

    Nuisances beyond a bound are mirrored at it.
    """
    u = rng.uniform(-1.0, 1.0, (_TRIED, 2))
    spread = np.linalg.cholesky(found.nuisance_covariance)
    nuisances = found.best_nuisances(u) + rng.standard_normal((_TRIED, len(spread))) @ spread.T
    low, high = priors.low[2:], priors.high[2:]
    nuisances = np.where(nuisances < low, 2.0 * low - nuisances, nuisances)
    nuisances = np.where(nuisances > high, 2.0 * high - nuisances, nuisances)
    inside = _inside(priors, found.coordinates(u, nuisances))
    return np.column_stack([u[inside], nuisances[inside]])
