"""A posterior of many unknowns: normal around the best fit, and by profiles where it is not.

A profile is the sum of squares with one unknown held and all others fitted again (Venzon &
Moolgavkar 1988).  It follows a curved valley, in which an unknown and values of the cell file make
up for each other, where a straight step would climb its wall.  An unknown to which the curves
respond linearly along that way keeps its normal distribution, ended at its bounds; another one has
the density exp(-χ²/2) of its profile, times the volume that all others have there, without which a
place counts for too little where they are known less well (Cox & Reid 1987).  How unknowns go
together is that of the normal distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import rankdata, truncnorm

from microbatt.inference.fit.least_squares import Economy, minimise
from microbatt.inference.fit.refinement import sample_objective

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.least_squares import Evaluate, Minimum
    from microbatt.inference.forward.forward_model import ForwardModel
    from microbatt.inference.forward.priors import Priors

    Array = NDArray[np.float64]

REACH: Final = 1.645
"""Standard deviations at which linearity is checked: those of a 90 % interval."""
BENT: Final = 0.1
"""Largest shift of an estimate by nonlinearity there, in standard deviations."""
CLEAR: Final = 3.0
"""Standard deviations that must lie between the estimate and a bound."""
_FLAT: Final = 0.25
"""A rise of the sum of squares over all of a range that tells nothing of an unknown."""
_BETTER: Final = 1.0
"""A sum of squares lower by this is another best fit."""
_POINTS: Final = 4
"""Of a profile to each side, at most."""
_MOST: Final = 10
"""The same where some lie where there is no curve, or the sum of squares has risen far."""
_WALL: Final = 4.0
"""A place whose rise is so many times that of the interval's end says too little between."""
_STEPS: Final = 4
"""Of each fit of the other unknowns, at most."""
_ENOUGH: Final = 0.1
"""A gain in the sum of squares for which such a fit does not go on."""
_SWEEPS: Final = 100
_GRID: Final = 2001
_WIDE: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The sum of squares along one unknown, all others fitted.

    Attributes
    ----------
    index
        Which unknown.
    away
        Of the unknown from the best fit, increasing, shape (n,).
    rise
        Of the sum of squares there, shape (n,).
    better
        Coordinates of the best place found that fits better than the best fit, shape (p,); None
        where there is none.
    volume
        Logarithm of the volume of all other unknowns there over that at the best fit, shape (n,);
        zero where runs are among the data, whose derivatives cost too much.
    """

    index: int
    away: Array
    rise: Array
    better: Array | None
    volume: Array | float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiled:
    """Draws of a posterior, and how they were found.

    Attributes
    ----------
    draws
        In the coordinates of the priors, inside the bounds, shape (n, p).
    bent
        Unknowns to which the curves do not respond linearly.
    bounded
        Unknowns of which a bound is near.
    better
        Coordinates of a better fit that was met on the way, shape (p,); None without.
    """

    draws: Array
    bent: tuple[str, ...]
    bounded: tuple[str, ...]
    better: Array | None = None


def profiled(model: ForwardModel, minimum: Minimum, rng: np.random.Generator, n: int) -> Profiled:
    """Draw from the posterior around a minimum.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    minimum
        Of the residuals of the samples, with derivatives by all unknowns.
    rng
        Source of randomness.
    n
        How many draws.
    """
    priors = model.priors
    std = np.sqrt(np.diag(minimum.covariance))
    close = (minimum.x - priors.low < CLEAR * std) | (priors.high - minimum.x < CLEAR * std)
    close &= [name not in priors.held for name in priors.names]
    draws = bounded_draws(priors, minimum, np.flatnonzero(close), rng, n)
    for i in untold(priors, minimum):
        close[i] = True
        draws[:, i] = rng.uniform(priors.low[i], priors.high[i], n)
    bends = bending(model, minimum)
    profiles = [profile(model, minimum, i) for i, bend in bends.items() if not bend <= BENT]
    for one in profiles:
        draws[:, one.index] = by_rank(draws[:, one.index], one, priors, minimum)
    return Profiled(
        draws=draws,
        bent=tuple(priors.names[one.index] for one in profiles),
        bounded=tuple(priors.names[i] for i in priors.shown if close[i]),
        better=next((one.better for one in profiles if one.better is not None), None),
    )


def untold(priors: Priors, minimum: Minimum) -> list[int]:
    """Return which unknowns may be anything in their range, for all that curves and priors say.

    Their sum of squares would rise by less than `_FLAT` over all of it, and the inverse of a
    curvature that is nothing is no width.

    Parameters
    ----------
    priors, minimum
        The unknowns, and the best fit.
    """
    with np.errstate(invalid="ignore"):  # no range, and nothing moves
        rise = np.sum(minimum.jacobian**2, axis=0) * (priors.high - priors.low) ** 2
    return [i for i in priors.shown if priors.names[i] not in priors.held and rise[i] < _FLAT]


def bending(model: ForwardModel, minimum: Minimum) -> dict[int, float]:
    """Return how far each unknown's estimate shifts by nonlinearity, at the ends of its interval.

    All other unknowns follow, so that a way along the valley is looked at.

    Returns
    -------
    dict
        Which unknown → in standard deviations; NaN where the engine has no curve.
    """
    priors, m = model.priors, model.measured.size
    covariance, evaluate = minimum.covariance, sample_objective(model)
    pull = covariance @ minimum.jacobian[:m].T
    std, flat = np.sqrt(np.diag(covariance)), untold(priors, minimum)
    asked = [i for i in priors.shown if i not in flat]
    found = {}
    for i in asked:
        shifts = []
        for side in (-1.0, 1.0):
            x = np.clip(minimum.x + side * REACH * covariance[i] / std[i], priors.low, priors.high)
            there = evaluate(x)
            if there is None:
                shifts.append(np.nan)
                continue
            straight = minimum.residual + minimum.jacobian @ (x - minimum.x)
            shift = pull @ (there[0] - straight)[:m]
            shifts.append(float(np.max(np.abs(shift[asked] / std[asked]))))
        found[i] = float(np.max(shifts))
    return found


def profile(model: ForwardModel, minimum: Minimum, i: int) -> Profile:
    """Follow the sum of squares along unknown `i` to both ends of its interval and beyond.

    Parameters
    ----------
    model, minimum
        As for `profiled`.
    i
        Which unknown.
    """
    evaluate = sample_objective(model)
    here = _log_volume(minimum.jacobian, i)
    places, better, lowest = [(0.0, 0.0, 0.0)], None, -_BETTER
    for side in (-1.0, 1.0):
        for step, height, x in _one_side(model, minimum, i, side):
            if height < lowest:
                better, lowest = x, height
            there = here if model.runs else _volume_at(evaluate, x, i)
            places.append((step, height, 0.0 if there is None else there - here))
    away, heights, volume = np.array(sorted(places)).T
    return Profile(
        index=i,
        away=away,
        rise=np.maximum(heights, 0.0),
        better=better,
        volume=volume,
    )


def _volume_at(evaluate: Evaluate, x: Array, i: int) -> float | None:
    """Return the logarithm of the volume of all unknowns but `i`; None without derivatives."""
    there = evaluate(x)
    if there is None:
        return None
    rows = there[1]() if callable(there[1]) else there[1]
    return None if rows is None else _log_volume(rows, i)


def _log_volume(jacobian: Array, i: int) -> float:
    """Return the logarithm of the volume of all unknowns but `i`, of a paraboloid's curvature."""
    others = np.delete(jacobian, i, axis=1)
    return -0.5 * float(np.linalg.slogdet(others.T @ others)[1])


def _one_side(
    model: ForwardModel, minimum: Minimum, i: int, side: float
) -> list[tuple[float, float, Array]]:
    """Return how far places are, how much the sum of squares rises there, and where they are."""
    priors, evaluate = model.priors, sample_objective(model)
    covariance = minimum.covariance
    std = float(np.sqrt(covariance[i, i]))
    room = float(priors.high[i] - minimum.x[i] if side > 0.0 else minimum.x[i] - priors.low[i])
    way = side * covariance[i] / std  # of all unknowns, for one standard deviation
    economy = Economy(near=np.full(priors.mean.size, np.inf), last=False, first=minimum.jacobian)
    reach: float = REACH
    found: list[tuple[float, float, Array]] = []
    for _ in range(_MOST):
        step = min(reach * std, room)
        x = np.clip(minimum.x + way * (step / std), priors.low, priors.high)
        x[i] = minimum.x[i] + side * step
        low, high = priors.low.copy(), priors.high.copy()
        low[i] = high[i] = x[i]
        fitted = minimise(
            evaluate,
            x,
            low,
            high,
            gain=_ENOUGH,
            most=_STEPS,
            economy=economy,
        )
        if fitted is None:  # no curve there: nearer
            reach *= 0.5
            continue
        height = fitted.chi_square - minimum.chi_square
        found.append((side * step, height, fitted.x))
        if height > _WALL * REACH**2:  # over a wall: what lies before it decides
            reach = (step / std) * float(np.clip(REACH / np.sqrt(height), 0.3, 0.7))
            continue
        if height >= REACH**2 or step >= room or len(found) >= _POINTS:
            break
        way = (fitted.x - minimum.x) / step * std
        reach *= float(np.clip(1.2 * REACH / np.sqrt(max(height, 0.1)), 1.3, 2.5))
    return found


def bounded_draws(
    priors: Priors, minimum: Minimum, close: NDArray[np.int64], rng: np.random.Generator, n: int
) -> Array:
    """Draw from the normal distribution of a best fit inside the bounds that are near.

    Parameters
    ----------
    priors
        Give the bounds.
    minimum
        The best fit; where it is held at a bound, the distribution's centre lies beyond.
    close
        Which unknowns have a bound near, shape (b,).
    rng
        Source of randomness.
    n
        How many draws.

    Returns
    -------
    ndarray, shape (n, p)
        Of unknowns whose bounds are far, one beyond is drawn as on the bound.
    """
    covariance = minimum.covariance
    centre = minimum.x - covariance @ (minimum.jacobian.T @ minimum.residual)
    free = rng.multivariate_normal(
        centre, 0.5 * (covariance + covariance.T), n, method="eigh", check_valid="ignore"
    )
    if close.size:
        block = covariance[np.ix_(close, close)]
        inside = _truncated(centre[close], block, priors.low[close], priors.high[close], rng, n)
        follow = np.linalg.solve(block, covariance[close])
        free = free + (inside - free[:, close]) @ follow
    return np.clip(free, priors.low, priors.high)


def _truncated(
    centre: Array, covariance: Array, low: Array, high: Array, rng: np.random.Generator, n: int
) -> Array:
    """Draw from a normal distribution inside bounds, one coordinate after the other (Gibbs)."""
    precision = np.linalg.inv(covariance)
    draws = np.tile(np.clip(centre, low, high), (n, 1))
    for _ in range(_SWEEPS if centre.size > 1 else 1):
        for i in range(centre.size):
            others = np.delete(np.arange(centre.size), i)
            mean = (
                centre[i]
                - (draws[:, others] - centre[others]) @ precision[others, i] / (precision[i, i])
            )
            std = precision[i, i] ** -0.5
            draws[:, i] = truncnorm.rvs(
                (low[i] - mean) / std, (high[i] - mean) / std, mean, std, n, random_state=rng
            )
    return draws


def by_rank(draws: Array, one: Profile, priors: Priors, minimum: Minimum) -> Array:
    """Return draws of the density of a profile, in the order of given ones."""
    i = one.index
    variance = float(minimum.covariance[i, i])
    slope = 2.0 * float(minimum.jacobian[:, i] @ minimum.residual)

    def straight(away: Array) -> Array:
        """Return the rise that a linear response would have."""
        return np.maximum(slope * away, 0.0) + away**2 / variance

    width = _WIDE * max(float(np.sqrt(variance)), float(np.ptp(one.away)) / (2.0 * REACH))
    grid = np.linspace(
        max(priors.low[i] - minimum.x[i], -width), min(priors.high[i] - minimum.x[i], width), _GRID
    )
    expected = straight(one.away)
    known = expected > 0.0
    if not known.any():
        return draws
    # At the best fit itself, where both are nothing, the ratio is that of the places beside it.
    ratio = np.interp(grid, one.away[known], one.rise[known] / expected[known])
    volume = np.interp(grid, one.away, np.broadcast_to(one.volume, one.away.shape))
    logarithm = volume - 0.5 * ratio * straight(grid)
    density = np.exp(logarithm - logarithm.max())
    chance = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    shares = (rankdata(draws, method="ordinal") - 0.5) / draws.size
    return np.asarray(minimum.x[i] + np.interp(shares, chance / chance[-1], grid))
