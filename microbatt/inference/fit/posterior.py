"""The distribution of the unknowns after the data: by curvature where that is enough, else sampled.

Near its minimum the sum of squares is a paraboloid and the posterior a normal distribution, if the
curves respond linearly over the width of that distribution and no bound is near.  Both are checked
with the engine, not supposed.  Where they do not hold, the posterior is sampled.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.forward.forward_model import voltages

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

DRAWS: Final = 4000
"""Draws kept of a posterior."""
REACH: Final = 1.645
"""Standard deviations at which linearity is checked: those of a 90 % interval."""
BENT: Final = 0.1
"""Largest shift by nonlinearity there, in standard deviations, that still counts as linear."""
CLEAR: Final = 3.0
"""Standard deviations that must lie between the estimate and a bound."""
_STRAIGHT: Final = {"contact_resistance", "voltage_offset"}
"""Unknowns to which a curve responds linearly."""


class Posterior(enum.StrEnum):
    """How the uncertainty was found."""

    CURVATURE = "curvature"
    SAMPLING = "sampling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A posterior in the coordinates of the priors.

    Attributes
    ----------
    kind
        By curvature or by sampling.
    sentence
        Why.
    draws
        Shape (n, p).
    settled
        Whether draws agree with the engine to the accuracy that intervals need.
    settled_sentence
        What was found; empty where nothing had to be sampled.
    """

    kind: Posterior
    sentence: str
    draws: Array
    settled: bool = True
    settled_sentence: str = ""


def posterior(model: ForwardModel, minimum: Minimum, rng: np.random.Generator) -> Drawn:
    """Draw from the posterior around a minimum.

    Values of the cell file that are in doubt are integrated over as if the curves responded to
    them linearly around the minimum; so is drawn of them.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    minimum
        Of the residuals of the samples.
    rng
        Source of randomness.

    Raises
    ------
    MissingExtraError
        If sampling is needed and emcee is not installed.
    """
    if not model.priors.doubted:
        return _drawn(model, minimum, rng)
    found = _drawn(*without_doubted(model, minimum), rng)
    return replace(found, draws=with_doubted(model, minimum, found.draws, rng))


def without_doubted(model: ForwardModel, minimum: Minimum) -> tuple[ForwardModel, Minimum]:
    """Integrate over the doubted values of the cell file, to first order around a minimum.

    The voltage at their expected values is that at the minimum, moved along its derivatives; what
    they leave open is an error that all curves share.

    Returns
    -------
    model
        Of the other unknowns, with the cell of the minimum.
    minimum
        Of that model, at the same place.
    """
    m, n = model.measured.size, model.priors.asked
    volts = -model.colour(minimum.jacobian[:m].T).T
    expected, slope = _local_priors(model, minimum)
    moves = volts[:, n:] / slope
    shared = moves if model.shared is None else np.concatenate([model.shared, moves], axis=1)
    shift = volts[:, n:] @ (expected / slope)
    core = replace(model.of_file(minimum.x), shared=shared, shift=model.shift + shift)
    residual = core.whiten(model.colour(minimum.residual[:m]) + shift)
    jacobian = -core.whiten(volts[:, :n].T).T
    x = minimum.x[:n]
    return core, replace(
        minimum,
        x=x,
        residual=np.concatenate([residual, core.priors.deviation(x)]),
        jacobian=np.concatenate([jacobian, core.priors.rows(x)]),
    )


def _local_priors(model: ForwardModel, minimum: Minimum) -> tuple[Array, Array]:
    """Return residuals of the doubted values from what is expected, and their derivatives."""
    n = model.priors.asked
    known = np.isfinite(model.priors.std[:n]).sum()
    rows = model.priors.rows(minimum.x)[known:, n:]
    return model.priors.deviation(minimum.x)[known:], np.diag(rows)


def with_doubted(
    model: ForwardModel, minimum: Minimum, draws: Array, rng: np.random.Generator
) -> Array:
    """Draw the doubted values of the cell file beside draws of the other unknowns, (n, p)."""
    n, covariance = model.priors.asked, minimum.covariance
    follow = np.linalg.solve(covariance[:n, :n], covariance[:n, n:])
    rest = covariance[n:, n:] - covariance[n:, :n] @ follow
    noise = rng.multivariate_normal(
        np.zeros(len(rest)), 0.5 * (rest + rest.T), len(draws), method="eigh", check_valid="ignore"
    )
    doubted = minimum.x[n:] + (draws - minimum.x[:n]) @ follow + noise
    return np.concatenate(
        [draws, np.clip(doubted, model.priors.low[n:], model.priors.high[n:])], axis=1
    )


def _drawn(model: ForwardModel, minimum: Minimum, rng: np.random.Generator) -> Drawn:
    """Draw from the posterior of unknowns that are few."""
    reason = why_not_normal(model, minimum)
    if reason is None:
        draws = rng.multivariate_normal(minimum.x, minimum.covariance, DRAWS, method="cholesky")
        sentence = (
            "Near-Gaussian: the curves respond linearly over the width of the intervals and no "
            "bound is near, so the intervals come from the curvature at the best fit."
        )
        return Drawn(kind=Posterior.CURVATURE, sentence=sentence, draws=draws)
    from microbatt.inference.fit.sampling import sample

    found = sample(model, minimum, rng)
    return Drawn(
        kind=Posterior.SAMPLING,
        sentence=f"Not near-Gaussian: {reason}; the posterior was sampled.",
        draws=found.draws,
        settled=found.settled,
        settled_sentence=found.sentence,
    )


def why_not_normal(model: ForwardModel, minimum: Minimum) -> str | None:
    """Return why a normal distribution would not do; None if it would.

    Parameters
    ----------
    model, minimum
        As for `posterior`.
    """
    std = np.sqrt(np.diag(minimum.covariance))
    near = (minimum.x - model.priors.low < CLEAR * std) | (
        model.priors.high - minimum.x < CLEAR * std
    )
    near &= [name not in model.priors.held for name in model.priors.names]
    if near.any():
        name = model.priors.names[int(np.argmax(near))].replace("_", " ")
        return f"{name} is within {CLEAR:g} standard deviations of a bound"
    shift = float(nonlinearity(model, minimum).max())
    if not shift <= BENT:
        return (
            "at the ends of the intervals the curves bend away from a straight response, by "
            f"{shift:.2f} standard deviations"
        )
    return None


def nonlinearity(model: ForwardModel, minimum: Minimum) -> Array:
    """Return how far the response departs from a linear one on the way to the interval's ends.

    Two points on each principal axis of (alpha, ln S), the other unknowns following; and where an
    unknown moves the cell itself, on each principal axis of all of them.  The departure is
    projected on what the unknowns can do, as in the relative curvature of Bates & Watts (1980).

    Returns
    -------
    ndarray, shape (4,) or (2p,)
        In standard deviations; NaN where the engine has no curve.
    """
    m = model.measured.size
    steps = _steps(model, minimum)
    places = np.clip(minimum.x + steps, model.priors.low, model.priors.high)
    here, *there = voltages(model, np.concatenate([minimum.x[None], places]))
    departure = (
        -model.whiten(np.array(there) - here) - (places - minimum.x) @ minimum.jacobian[:m].T
    )
    basis, _ = np.linalg.qr(minimum.jacobian)
    return np.asarray(np.linalg.norm(departure @ basis[:m], axis=1))


def _steps(model: ForwardModel, minimum: Minimum) -> Array:
    """Return steps of `REACH` standard deviations, shape (4, p) or (2p, p)."""
    covariance = minimum.covariance
    if set(model.priors.free) - _STRAIGHT:
        return axis_steps(covariance, REACH)
    steps = axis_steps(covariance[:2, :2], REACH)
    follow = np.linalg.solve(covariance[:2, :2], covariance[:2, 2:])
    return np.column_stack([steps, steps @ follow])


def axis_steps(covariance: Array, reach: float) -> Array:
    """Return steps of `reach` standard deviations along the principal axes of a covariance."""
    variance, axes = np.linalg.eigh(covariance)
    columns = reach * axes * np.sqrt(np.maximum(variance, 0.0))
    return np.concatenate([columns.T, -columns.T])
