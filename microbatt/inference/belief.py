"""Whether an estimate can be believed: misfit, range, and which curves carry the information."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import chi2

from microbatt.inference.estimate import Belief, Start
from microbatt.inference.shapes import SCAN_ALPHA, SCAN_LN_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.gauss_newton import Minimum
    from microbatt.inference.response import Problem

    Array = NDArray[np.float64]

BLOCKS: Final = 10
"""Stretches of each curve over which residuals are averaged, to tell systematic ones."""
UNLIKELY: Final = 1e-5
"""Probability of such residuals by chance below which the cell file is said not to fit."""
SMALL: Final = 2e-4
"""Systematic residuals smaller than this are never called a misfit [V]."""


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
    misfit, sentence = _misfit(problem, minimum, noise)
    outside, range_sentence = _range(minimum, starts)
    return Belief(
        misfit=misfit,
        reduced_chi_square=reduced_chi_square(problem, minimum),
        misfit_sentence=sentence,
        out_of_range=outside,
        range_sentence=range_sentence,
    )


def systematic(problem: Problem, minimum: Minimum) -> tuple[float, float]:
    """Return the size of the systematic residuals [V] and how probable they are by chance.

    Each curve is cut in ten; the mean residual of a tenth is compared with what its noise leaves.
    """
    residual = minimum.residual[: problem.measured.size]
    volts = problem.colour(residual)
    scores, sizes, allowed = [], [], []
    for rows in problem.rows:
        for block in np.array_split(np.arange(rows.start, rows.stop), BLOCKS):
            if block.size:
                scores.append(residual[block].sum() / np.sqrt(block.size))
                sizes.append(volts[block].mean())
                allowed.append(np.sqrt(np.sum(problem.sigma[block] ** 2)) / block.size)
    score, freedom = np.square(scores), max(1, len(scores) - minimum.x.size)
    excess = float(np.median(np.square(sizes))) - float(np.median(np.square(allowed))) * 0.455
    return float(np.sqrt(max(0.0, excess))), float(chi2.sf(score.sum(), freedom))


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


def _misfit(problem: Problem, minimum: Minimum, noise: float) -> tuple[bool, str]:
    residual = problem.colour(minimum.residual[: problem.measured.size])
    rms = float(np.sqrt(np.mean(residual[~_steep(problem)] ** 2)))
    size, chance = systematic(problem, minimum)
    told = f"the residuals are {rms * 1e3:.2g} mV rms where {noise * 1e3:.2g} mV of noise was "
    if chance < UNLIKELY and max(size, rms) > max(SMALL, 0.3 * noise):
        worst = _worst(problem, residual)
        return True, (
            f"The cell file cannot explain the data: {told}assumed, and they are systematic (most "
            f"of all at {worst:.4g} A m⁻²). Check the chemistry, the temperature and heat balance, "
            "the balance of the electrodes, the area and the contact resistance. The intervals "
            "only hold for a cell file that fits; they were widened to cover residuals of this "
            "size by chance, which is not the same."
        )
    return False, f"The cell file explains the data: {told}assumed, without a trend."


def _worst(problem: Problem, residual: Array) -> float:
    steep = _steep(problem)
    sizes = [
        np.sqrt(np.mean(residual[rows][~steep[rows]] ** 2)) if (~steep[rows]).any() else 0.0
        for rows in problem.rows
    ]
    return float(problem.currents[int(np.argmax(sizes))])


def _steep(problem: Problem) -> NDArray[np.bool_]:
    return np.concatenate([curve.steep for curve in problem.curves])


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
