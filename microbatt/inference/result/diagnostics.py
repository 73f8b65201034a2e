"""Whether an estimate can be believed: misfit, range, and which curves carry the information."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.inference.fit.shapes import SCAN_ALPHA, SCAN_LN_S
from microbatt.inference.result.estimate import Belief, Start
from microbatt.inference.result.residuals import (
    is_misfit,
    misfit_sentence,
    residual_trend,
    rms_residual,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.gauss_newton import Minimum
    from microbatt.inference.forward.forward_model import Problem

    Array = NDArray[np.float64]


def reduced_chi_square(problem: Problem, minimum: Minimum) -> float:
    """Return the mean squared residual of the samples in units of what was allowed."""
    m = problem.measured.size
    return float(np.sum(minimum.residual[:m] ** 2) / max(1, m - minimum.x.size))


def inflation(problem: Problem, minimum: Minimum) -> float:
    """Return the factor on every allowed standard deviation that makes the residuals plausible.

    The square root of the reduced chi square where that is beyond chance, by four standard
    deviations of its own, and 1 otherwise.
    """
    freedom = max(1, problem.measured.size - minimum.x.size)
    reduced = reduced_chi_square(problem, minimum)
    return float(np.sqrt(reduced)) if reduced > 1.0 + 4.0 * np.sqrt(2.0 / freedom) else 1.0


def judge(problem: Problem, minimum: Minimum, starts: tuple[Start, ...], noise: float) -> Belief:
    """Say whether the cell file explains the data, and whether the estimate is in range.

    Parameters
    ----------
    problem, minimum
        The measured curves and the best fit to them.
    starts
        Where the fit began.
    noise
        Standard deviation of a single sample [V].
    """
    trend = residual_trend(problem, minimum)
    outside, range_sentence = _range(minimum, starts)
    return Belief(
        misfit=is_misfit(trend, noise),
        reduced_chi_square=reduced_chi_square(problem, minimum),
        misfit_sentence=misfit_sentence(trend, noise, rms_residual(problem, minimum)),
        out_of_range=outside,
        range_sentence=range_sentence,
    )


def information(problem: Problem, minimum: Minimum) -> list[tuple[float, float]]:
    """Return the share of each curve in the estimates of alpha and of S, summing to 1.

    The variance of an estimate is a sum over the samples that it rests on; a curve's share is that
    of its samples.
    """
    covariance = minimum.covariance
    found = []
    for rows in problem.rows:
        weight = covariance @ minimum.jacobian[rows].T
        found.append(np.sum(weight[:2] ** 2, axis=1))
    shares = np.array(found) / np.maximum(np.sum(found, axis=0), 1e-300)
    return [(float(a), float(s)) for a, s in shares]


def _range(minimum: Minimum, starts: tuple[Start, ...]) -> tuple[bool, str]:
    alpha, ln_s = minimum.x[:2]
    if not SCAN_ALPHA[0] <= alpha <= SCAN_ALPHA[1]:
        return True, (
            f"alpha {alpha:.3g} lies outside {SCAN_ALPHA[0]:g} to {SCAN_ALPHA[1]:g}, where starts "
            "are looked for; there may be a better fit elsewhere."
        )
    if not SCAN_LN_S[0] <= ln_s <= SCAN_LN_S[1]:
        low, high = np.exp(SCAN_LN_S)
        return True, (
            f"S {np.exp(ln_s):.3g} lies outside {low:.3g} to {high:.3g}, where starts are looked "
            "for; there may be a better fit elsewhere."
        )
    network = next((start for start in starts if start.origin == "network"), None)
    if network is not None and not network.in_range:
        return True, (
            "The curves lie where the shipped network was not trained; its estimate is an "
            "extrapolation. The refined estimate rests on the engine and does not need it."
        )
    return False, "The estimate lies inside the range that was looked at."
