"""The posterior where it is not normal: sampled on a response surface that the engine keeps honest.

Whitened residuals are smooth functions of the unknowns: cliffs are compared in capacity.  They are
interpolated between engine curves by cubic radial basis functions and sampled with emcee.  Then
the engine is asked at draws of a flatter density; these join the curves between which is
interpolated, and it is sampled again, until engine and surface agree where the posterior is.  If
they do not come to agree, the posterior says that it is not settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial.distance import cdist

from microbatt.checks import check_extra
from microbatt.inference.fit.profiles import bounded_draws
from microbatt.inference.forward.forward_model import voltages

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.forward.forward_model import ForwardModel
    from microbatt.inference.forward.priors import Priors

    Array = NDArray[np.float64]

AGREES: Final = 0.3
"""Difference of log densities that is let pass, rms over the posterior."""
TEMPER: Final = 0.3
"""Power of the density at whose draws the engine is asked: they reach into its tails."""
ROUNDS: Final = 10
"""At most so often the surface is refined."""
CHECKED: Final = 40
"""Draws at which the engine is asked in each round."""
STATIONARY: Final = 0.2
"""Standard deviations by which quantiles of the two halves of a chain may differ."""
_NODES: Final = 7
_REACH: Final = 4.0
_PLAUSIBLE: Final = 2000.0
"""A sum of squares higher by this is as good as infinite."""
_RULED_OUT: Final = 20.0
_TRUSTED: Final = 2.0
"""How far from the nearest engine curve the surface is trusted, in standard deviations."""
_WALKERS, _THIN = 120, 10
_STRAIGHT = 4000
_FEW, _MANY, _BLOCKS = 150, 300, 6
_RANK: Final = 1e-4
_TRIED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """Draws of a posterior.

    Attributes
    ----------
    draws
        In the coordinates of the priors, inside the bounds, shape (n, p).
    settled
        Whether the surface agrees with the engine at the draws, and the chain with itself.
    sentence
        What was found.
    """

    draws: Array
    settled: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCurves:
    """Where the engine was asked, and what it answered.

    Attributes
    ----------
    x
        Coordinates, shape (n, p).
    residual
        Whitened, shape (n, m); NaN where there is no whole curve.
    """

    x: Array
    residual: Array

    def joined(self, others: EngineCurves) -> EngineCurves:
        """Return these and others."""
        return EngineCurves(
            x=np.concatenate([self.x, others.x]),
            residual=np.concatenate([self.residual, others.residual]),
        )

    @property
    def chi_square(self) -> Array:
        """Sum of the squared residuals of the samples, shape (n,); infinite without a curve."""
        return np.asarray(np.nan_to_num(np.sum(self.residual**2, axis=1), nan=np.inf))


def sample(model: ForwardModel, minimum: Minimum, rng: np.random.Generator) -> Sampled:
    """Draw from the posterior.

    Parameters
    ----------
    model, minimum, rng
        As for `microbatt.inference.fit.posterior.posterior`.

    Raises
    ------
    MissingExtraError
        If emcee is not installed.
    """
    check_extra("emcee", extra="infer")
    known, priors = first_curves(model, minimum), model.priors
    spread = _frame(minimum.covariance, priors)
    density = log_density(known, spread, priors)
    draws, agrees = _places(known, spread, priors, density, rng), False
    for _ in range(ROUNDS):
        if not np.isfinite(density(draws)).any():
            return _straight(minimum, priors, rng)
        draws = walk(_tempered(density), _chosen(draws, _tempered(density), rng), rng, steps=_FEW)
        asked = ask_engine(model, draws[rng.choice(len(draws), CHECKED, replace=False)])
        apart = disagreement(density(asked.x), engine_log_density(asked, priors))
        agrees = apart <= AGREES and not _presses(known, spread, draws)
        known = known.joined(asked)
        if not agrees:
            spread = _frame(np.cov(draws, rowvar=False), priors)
        density = log_density(known, spread, priors)
        if agrees:
            break
    weights = (1.0 - TEMPER) * density(draws)
    if not np.isfinite(weights).any():
        return _straight(minimum, priors, rng)
    draws, drift = _long_walk(density, _chosen(draws, density, rng, weights), rng)
    return Sampled(
        draws=draws,
        settled=agrees and drift <= STATIONARY,
        sentence=_sentence(len(known.x), apart, drift, agrees=agrees),
    )


def _straight(minimum: Minimum, priors: Priors, rng: np.random.Generator) -> Sampled:
    """Draw as if curves responded linearly, where there is no surface to walk on."""
    nowhere = np.array([], np.int64)  # no bound is near: draws beyond one are put on it
    return Sampled(
        draws=bounded_draws(priors, minimum, nowhere, rng, _STRAIGHT),
        settled=False,
        sentence="The intervals are not settled: around the best fit the engine has curves at too "
        "few places to sample them, and they are those of a straight response. Look at the misfit "
        "first; free fewer unknowns, or add curves at other currents.",
    )


def disagreement(surface: Array, engine: Array) -> float:
    """Return how far log densities of a surface and of the engine differ, rms over the posterior.

    Parameters
    ----------
    surface, engine
        Log densities at draws of the tempered surface, shape (n,); they weigh as the larger of the
        two densities has it, so that no place that either takes for plausible is passed over.
    """
    weights = np.maximum(surface, engine) - TEMPER * surface
    weights = np.exp(weights - weights.max())
    weights /= weights.sum()
    apart = np.maximum(surface - engine, -_RULED_OUT).clip(max=_RULED_OUT)
    apart -= weights @ apart
    return float(np.sqrt(weights @ apart**2))


def ask_engine(model: ForwardModel, x: Array) -> EngineCurves:
    """Return the engine's whitened residuals at coordinates, shape (n, p)."""
    return EngineCurves(x=x, residual=model.whiten(model.measured - voltages(model, x)))


def engine_log_density(curves: EngineCurves, priors: Priors) -> Array:
    """Return the log density of the posterior where the engine was asked, shape (n,)."""
    return -0.5 * (curves.chi_square + _expected(priors, curves.x))


def first_curves(model: ForwardModel, minimum: Minimum) -> EngineCurves:
    """Ask the engine all over the region that linear theory takes for plausible.

    Nodes in alpha and ln S, with the other unknowns at the best fit, and again with the other
    unknowns where they fit best there; then one displaced along each of them.
    """
    priors, m = model.priors, model.measured.size
    centre, others = minimum.x[:2], minimum.x[2:]
    axis = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
    u = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    points = centre + _REACH * u @ _frame(minimum.covariance[:2, :2], priors).T
    points = points[_inside(priors, points)]
    held = np.column_stack([points, np.tile(others, (len(points), 1))])
    known = ask_engine(model, np.concatenate([minimum.x[None], held]))
    if not others.size:
        return known
    response = minimum.jacobian[:m, 2:]
    expected = np.tile(minimum.residual[m:], (len(points), 1))
    whole = np.concatenate([known.residual[1:], expected], axis=1)
    alive = np.isfinite(whole).all(axis=1)
    pull = np.linalg.pinv(np.concatenate([response, minimum.jacobian[m:, 2:]]))
    best = np.clip(others - whole[alive] @ pull.T, priors.low[2:], priors.high[2:])
    followed = np.column_stack([points[alive], best])
    std = np.sqrt(np.diag(minimum.covariance))
    steps = np.concatenate([np.diag(std)[2:], -np.diag(std)[2:]])
    beside = np.clip(minimum.x + steps, priors.low, priors.high)
    return known.joined(ask_engine(model, np.concatenate([followed, beside])))


def log_density(known: EngineCurves, spread: Array, priors: Priors) -> Callable[[Array], Array]:
    """Return the log density of the posterior on the surface between the engine's curves.

    Parameters
    ----------
    known
        Where the engine was asked.
    spread
        Standard deviations along some axes, shape (p, p); distances are counted in them.
    priors
        Give the bounds and what is expected of the unknowns.

    Returns
    -------
    callable
        Coordinates (n, p) → log densities (n,), -inf out of bounds, further than `_TRUSTED` from
        every curve, or nearest to a place that the engine rules out.
    """
    inverse = np.linalg.inv(spread)
    z, unique = np.unique(np.round(known.x @ inverse.T, 9), axis=0, return_index=True)
    chi_square = known.chi_square[unique]
    alive = chi_square < chi_square.min() + _PLAUSIBLE
    reduced, dropped = _compressed(known.residual[unique][alive])
    weights, slopes = _radial(z[alive], reduced)
    degree, trusted = _degree(len(reduced), z.shape[1]), trust_radius(z.shape[1])

    def density(x: Array) -> Array:
        place = x @ inverse.T
        distance = cdist(place, z)
        rows = np.arange(len(x))
        nearest = np.argmin(distance, axis=1)
        inside = _inside(priors, x) & (distance[rows, nearest] <= trusted) & alive[nearest]
        near = distance[inside][:, alive] ** 3 @ weights
        residual = near + _monomials(place[inside], degree) @ slopes
        found = np.full(len(x), -np.inf)
        chi = np.sum(residual**2, axis=1) + dropped
        found[inside] = -0.5 * (chi + _expected(priors, x[inside]))
        return found

    return density


def _radial(z: Array, values: Array) -> tuple[Array, Array]:
    """Return the weights of cubic radial functions and of monomials that interpolate values."""
    monomials = _monomials(z, _degree(*z.shape))
    count = monomials.shape[1]
    system = np.block([[cdist(z, z) ** 3, monomials], [monomials.T, np.zeros((count, count))]])
    right = np.concatenate([values, np.zeros((count, values.shape[1]))])
    solved = np.linalg.lstsq(system, right, rcond=1e-14)[0]
    return solved[: len(z)], solved[len(z) :]


def _degree(count: int, p: int) -> int:
    """Return the degree of the monomials that so many curves bear."""
    return 2 if count >= (p + 1) * (p + 2) else 1


def _monomials(z: Array, degree: int) -> Array:
    """Return 1, each coordinate, and for degree 2 each product of two, shape (n, terms)."""
    terms = [np.ones((len(z), 1)), z]
    if degree == 2:
        first, second = np.triu_indices(z.shape[1])
        terms.append(z[:, first] * z[:, second])
    return np.concatenate(terms, axis=1)


def _tempered(density: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Return a flatter density, whose draws reach where the posterior may turn out to be."""
    return lambda x: TEMPER * density(x)


def trust_radius(p: int) -> float:
    """Return how far from the nearest curve a surface of p unknowns is trusted [std]."""
    return _TRUSTED + float(np.sqrt(p - 2))


def walk(
    density: Callable[[Array], Array], first: Array, rng: np.random.Generator, *, steps: int
) -> Array:
    """Sample a log density with emcee, by differential evolution (ter Braak 2006).

    One step in ten is a whole difference, which jumps between separate places; every tenth step
    is kept.

    Parameters
    ----------
    density
        Coordinates (n, p) → log densities (n,).
    first
        Where the walkers begin, shape (walkers, p).
    rng
        Source of randomness.
    steps
        Of each walker.

    Returns
    -------
    ndarray, shape (n, p)
        Draws, in the order of the steps.
    """
    import emcee

    sampler = emcee.EnsembleSampler(
        *first.shape,
        density,
        moves=[(emcee.moves.DEMove(), 0.9), (emcee.moves.DEMove(gamma0=1.0), 0.1)],
        vectorize=True,
    )
    sampler.random_state = np.random.RandomState(int(rng.integers(2**31))).get_state()
    sampler.run_mcmc(first, steps, skip_initial_state_check=True)
    chain: Array = sampler.get_chain(thin=_THIN, flat=True)
    return chain


def _long_walk(
    density: Callable[[Array], Array], first: Array, rng: np.random.Generator
) -> tuple[Array, float]:
    """Walk until quantiles stay; return the draws and how far they still move."""
    draws = walk(density, first, rng, steps=_MANY)[-len(first) :]
    parts: list[Array] = []
    for _ in range(_BLOCKS):
        parts.append(walk(density, draws[-len(first) :], rng, steps=_MANY))
        draws = np.concatenate(parts)
        drift = chain_drift(draws)
        if len(parts) > 1 and drift <= STATIONARY:
            break
    return draws, drift


def _chosen(
    draws: Array,
    density: Callable[[Array], Array],
    rng: np.random.Generator,
    weights: Array | None = None,
) -> Array:
    """Choose draws at which walkers begin, by logarithms of weights."""
    logarithms = np.where(np.isfinite(density(draws)), 0.0 if weights is None else weights, -np.inf)
    chances = np.exp(logarithms - logarithms.max())
    enough = np.count_nonzero(chances > 1e-12) >= _WALKERS
    number = rng.choice(len(draws), _WALKERS, p=chances / chances.sum(), replace=not enough)
    return draws[number]


def chain_drift(draws: Array) -> float:
    """Return how far quantiles of the two halves of a chain differ, in standard deviations."""
    half = len(draws) // 2
    ends = [0.05, 0.5, 0.95]
    first, second = (np.quantile(part, ends, axis=0) for part in (draws[:half], draws[half:]))
    return float(np.max(np.abs(first - second) / np.maximum(draws.std(axis=0), 1e-300)))


def _expected(priors: Priors, x: Array) -> Array:
    """Return the sum of squares of what is expected of the unknowns, shape (n,)."""
    return np.asarray(np.sum(priors.deviation(x) ** 2, axis=1))


def _compressed(residual: Array) -> tuple[Array, float]:
    """Return residuals in the few directions in which they vary, and the square of the others."""
    mean = residual.mean(axis=0)
    left, size, right = np.linalg.svd(residual - mean, full_matrices=False)
    kept = size > _RANK * max(1.0, size[0]) / 10.0
    axes = right[kept]
    along = axes @ mean
    constant = mean - along @ axes
    return left[:, kept] * size[kept] + along, float(constant @ constant)


def _frame(covariance: Array, priors: Priors) -> Array:
    """Return axes of a covariance, one standard deviation long, none longer than the box."""
    p = len(covariance)
    width = np.minimum(priors.high - priors.low, 2.0 * _REACH * _widest(priors))[:p]
    variance, axes = np.linalg.eigh(covariance)
    length = np.sqrt(np.maximum(variance, 1e-14))
    with np.errstate(divide="ignore"):
        longest = np.min(width[:, None] / (2.0 * _REACH * np.abs(axes)), axis=0)
    return np.asarray(axes * np.minimum(length, longest))


def _widest(priors: Priors) -> Array:
    """Return how far unknowns without bounds may go, in their own unit, shape (p,)."""
    return np.where(np.isfinite(priors.std), 4.0 * priors.std, np.inf)


def _inside(priors: Priors, x: Array) -> NDArray[np.bool_]:
    p = x.shape[1]
    return np.asarray(((x >= priors.low[:p]) & (x <= priors.high[:p])).all(axis=1))


def _places(
    known: EngineCurves,
    spread: Array,
    priors: Priors,
    density: Callable[[Array], Array],
    rng: np.random.Generator,
) -> Array:
    """Choose plausible, distinct places to begin at around the engine's curves.

    What lies beyond a bound is mirrored at it.
    """
    weights = engine_log_density(known, priors)
    weights = np.exp(0.25 * (weights - weights.max()))
    p = known.x.shape[1]
    places: list[Array] = []
    while sum(map(len, places)) < _WALKERS and len(places) < _TRIED:
        begun = known.x[rng.choice(len(known.x), 8 * _WALKERS, p=weights / weights.sum())]
        tried = begun + 0.5 * rng.standard_normal((len(begun), p)) @ spread.T
        tried = np.where(tried < priors.low, 2.0 * priors.low - tried, tried)
        tried = np.where(tried > priors.high, 2.0 * priors.high - tried, tried)
        found = density(tried)
        likely = np.log(rng.random(len(tried))) < 0.5 * (found - found.max())
        places.append(tried[likely & np.isfinite(found)])
    every = np.concatenate(places)
    return every[rng.choice(len(every), _WALKERS, replace=len(every) < _WALKERS)]


def _presses(known: EngineCurves, spread: Array, draws: Array) -> bool:
    """Tell whether draws crowd where the surface stops being trusted."""
    inverse = np.linalg.inv(spread)
    distance = cdist(draws @ inverse.T, known.x @ inverse.T).min(axis=1)
    return bool(np.mean(distance > 0.8 * trust_radius(draws.shape[1])) > 0.02)


def _sentence(count: int, apart: float, drift: float, *, agrees: bool) -> str:
    """Say whether the intervals are settled."""
    if agrees and drift <= STATIONARY:
        return (
            f"The sampled intervals were checked against {count} simulations and agree with them."
        )
    if not agrees:
        why = f"log densities are {apart:.2g} apart, {AGREES:g} would do"
        if apart <= AGREES:
            why = "draws go beyond the places that were simulated"
        return (
            f"The intervals are not settled: after {count} simulations they would still change "
            f"with more ({why}). Free fewer unknowns, add curves at other currents, or refine "
            "`settings`."
        )
    return (
        "The intervals are not settled: the first and the second half of the draws differ by "
        f"{drift:.2g} standard deviations. Free fewer unknowns, or add curves at other currents."
    )
