"""The distribution of the unknowns after the data: by curvature where that is enough, else sampled.

Near its minimum the sum of squares is a paraboloid and the posterior a normal distribution, if the
curves respond linearly over the width of that distribution and no bound is near.  Both are checked
with the engine, not supposed.  Where they do not hold, the posterior of few unknowns is sampled;
that of many, with the values of the cell file among them, follows profiles.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.fit.profiles import BENT, CLEAR, REACH, profiled
from microbatt.inference.forward.forward_model import voltages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.fit.profiles import Profiled
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

DRAWS: Final = 4000
"""Draws kept of a posterior."""
_MOVING: Final = 0.25
"""A sum of squares that could still fall by more: half a standard deviation of an unknown."""
_NEAR_GAUSSIAN: Final = (
    "Near-Gaussian: the curves respond linearly over the width of the intervals and no bound is "
    "near, so the intervals come from the curvature at the best fit."
)
_STRAIGHT: Final = {"contact_resistance", "voltage_offset"}
"""Unknowns to which a curve responds linearly."""


class Posterior(enum.StrEnum):
    """How the uncertainty was found."""

    CURVATURE = "curvature"
    SAMPLING = "sampling"
    PROFILES = "profiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A posterior in the coordinates of the priors.

    Attributes
    ----------
    kind
        By curvature, by sampling or by profiles.
    sentence
        Why.
    draws
        Shape (n, p).
    settled
        Whether draws agree with the engine to the accuracy that intervals need.
    settled_sentence
        What was found; empty where nothing had to be sampled.
    further
        Coordinates from where a fit may go on, shape (p,), where they are not settled; None without
        such.
    """

    kind: Posterior
    sentence: str
    draws: Array
    settled: bool = True
    settled_sentence: str = ""
    further: Array | None = None


def posterior(model: ForwardModel, minimum: Minimum, rng: np.random.Generator) -> Drawn:
    """Draw from the posterior around a minimum.

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
    found = profiled(model, minimum, rng, DRAWS)
    reason, further = "", found.better
    if further is not None:
        reason = "beside the best fit lies a better one"
    elif minimum.promised > _MOVING and _shift(model, minimum) > np.sqrt(_MOVING):
        reason, further = "the fit was still moving when it was given up", minimum.x
    plain = not (found.bent or found.bounded)
    return Drawn(
        kind=Posterior.CURVATURE if plain else Posterior.PROFILES,
        sentence=_NEAR_GAUSSIAN if plain else _profile_sentence(found),
        draws=found.draws,
        settled=not reason,
        settled_sentence=f"The intervals are not settled: {reason}. Give other curves, or state "
        "how well values of the cell file are known."
        if reason
        else "",
        further=further,
    )


def _shift(model: ForwardModel, minimum: Minimum) -> float:
    """Return how far one more step would move an unknown that is told, in its deviations.

    A sum of squares may promise to fall along values of the cell file that make up for each other,
    where the engine's steps in time let it fall no further.
    """
    covariance, shown = minimum.covariance, list(model.priors.shown)
    step = covariance @ (minimum.jacobian.T @ minimum.residual)
    return float(np.max(np.abs(step[shown]) / np.sqrt(np.diag(covariance)[shown])))


def _profile_sentence(found: Profiled) -> str:
    """Say how the intervals were found where a normal distribution does not do."""
    told = []
    if found.bounded:
        told.append(f"{_listed(found.bounded)} can go no further than a bound nearby")
    if found.bent:
        told.append(f"the curves do not respond linearly to {_listed(found.bent)}")
    return (
        f"Not near-Gaussian: {' and '.join(told)}; so the interval follows how well the curves "
        "can be fitted with each value of it, everything else fitted again."
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _drawn(model: ForwardModel, minimum: Minimum, rng: np.random.Generator) -> Drawn:
    """Draw from the posterior of unknowns that are few."""
    reason = why_not_normal(model, minimum)
    if reason is None:
        draws = rng.multivariate_normal(minimum.x, minimum.covariance, DRAWS, method="cholesky")
        return Drawn(kind=Posterior.CURVATURE, sentence=_NEAR_GAUSSIAN, draws=draws)
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
