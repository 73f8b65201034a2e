"""The distribution of the unknowns after the data: by curvature where that is enough, else sampled.

Near its minimum the sum of squares is a paraboloid and the posterior a normal distribution, if the
curves respond linearly over the width of that distribution and no bound is near.  Both are checked
with the engine, not supposed.  Where they do not hold, the curves are fitted by polynomials in
alpha and ln S over the plausible region and the posterior is sampled with emcee.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.forward.forward_model import voltages
from microbatt.inference.result.estimate import Posterior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.gauss_newton import Minimum
    from microbatt.inference.forward.forward_model import Problem

    Array = NDArray[np.float64]

DRAWS: Final = 4000
"""Draws kept of a posterior."""
REACH: Final = 1.645
"""Standard deviations at which linearity is checked: those of a 90 % interval."""
BENT: Final = 0.1
"""Largest shift by nonlinearity there, in standard deviations, that still counts as linear."""
CLEAR: Final = 3.0
"""Standard deviations that must lie between the estimate and a bound."""


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
    """

    kind: Posterior
    sentence: str
    draws: Array


def posterior(problem: Problem, minimum: Minimum, rng: np.random.Generator) -> Drawn:
    """Draw from the posterior around a minimum.

    Parameters
    ----------
    problem
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
    reason = why_not_normal(problem, minimum)
    if reason is None:
        draws = rng.multivariate_normal(minimum.x, minimum.covariance, DRAWS, method="cholesky")
        sentence = (
            "Near-Gaussian: the curves respond linearly over the width of the intervals and no "
            "bound is near, so the intervals come from the curvature at the best fit."
        )
        return Drawn(kind=Posterior.CURVATURE, sentence=sentence, draws=draws)
    from microbatt.inference.fit.sampling import sample

    sentence = f"Not near-Gaussian: {reason}; the posterior was sampled."
    return Drawn(kind=Posterior.SAMPLING, sentence=sentence, draws=sample(problem, minimum, rng))


def why_not_normal(problem: Problem, minimum: Minimum) -> str | None:
    """Return why a normal distribution would not do; None if it would.

    Parameters
    ----------
    problem, minimum
        As for `posterior`.
    """
    std = np.sqrt(np.diag(minimum.covariance))
    near = (minimum.x - problem.priors.low < CLEAR * std) | (
        problem.priors.high - minimum.x < CLEAR * std
    )
    if near.any():
        name = problem.priors.names[int(np.argmax(near))].replace("_", " ")
        return f"{name} is within {CLEAR:g} standard deviations of a bound"
    shift = float(nonlinearity(problem, minimum).max())
    if not shift <= BENT:
        return (
            "at the ends of the intervals the curves bend away from a straight response, by "
            f"{shift:.2f} standard deviations"
        )
    return None


def nonlinearity(problem: Problem, minimum: Minimum) -> Array:
    """Return how far the response departs from a linear one on the way to the interval's ends.

    Four points on the principal axes of (alpha, ln S), nuisances following.  The departure is
    projected on what the unknowns can do, as in the relative curvature of Bates & Watts (1980).

    Returns
    -------
    ndarray, shape (4,)
        In standard deviations; NaN where the engine has no curve.
    """
    m = problem.measured.size
    jacobian = minimum.jacobian[:m]
    steps = axis_steps(minimum.covariance, REACH)
    seen = voltages(problem, minimum.x[:2] + steps, minimum.x)
    here = voltages(problem, minimum.x[None, :2], minimum.x)
    linear = steps @ jacobian[:, :2].T
    departure = -problem.whiten(seen - here) - linear
    basis, _ = np.linalg.qr(minimum.jacobian)
    return np.asarray(np.linalg.norm(departure @ basis[:m], axis=1))


def axis_steps(covariance: Array, reach: float) -> Array:
    """Return steps of `reach` standard deviations along the principal axes of (alpha, ln S)."""
    variance, axes = np.linalg.eigh(covariance[:2, :2])
    columns = reach * axes * np.sqrt(np.maximum(variance, 0.0))
    return np.concatenate([columns.T, -columns.T])
