"""Are the stated uncertainties true? Coverage of intervals, and errors in standard deviations."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import Interval, check_number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LEVELS: Final = (0.5, 0.68, 0.9, 0.95, 0.99)
"""Probabilities at which coverage is looked at unless somebody asks for others."""
_LEVEL: Final = Interval(0.0, 1.0, low_open=True, high_open=True)


def interval_coverage(
    truth: ArrayLike, predicted: ArrayLike, std: ArrayLike, level: float
) -> NDArray[np.float64]:
    """Return the share of truths inside the central normal interval of a probability.

    Parameters
    ----------
    truth, predicted : array_like
        Shape (..., n).
    std : array_like
        Standard deviation stated, shape (..., n).
    level : float
        Probability of the interval, between 0 and 1; 0.9 is ŷ ± 1.645 σ.

    Returns
    -------
    numpy.ndarray
        Shape (...): equal to `level` if the uncertainties are true; NaN where no pair is finite.

    Raises
    ------
    ParameterError
        If `level` is not between 0 and 1.

    Examples
    --------
    >>> float(interval_coverage([0.0, 2.0], [0.0, 0.0], [1.0, 1.0], 0.9))
    0.5
    """
    check_number("level", level, _LEVEL, remedy="Give 0.9 for 90 %.")
    score = standard_scores(truth, predicted, std)
    known = np.isfinite(score)
    reach = NormalDist().inv_cdf(0.5 + 0.5 * level)
    inside = (np.abs(score) <= reach) & known
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(inside.sum(axis=-1) / known.sum(axis=-1))


def standard_scores(truth: ArrayLike, predicted: ArrayLike, std: ArrayLike) -> NDArray[np.float64]:
    """Return errors in units of the stated standard deviation, (ŷ − y) / σ.

    Returns
    -------
    numpy.ndarray
        Standard normal if the uncertainties are true; NaN where σ is not positive.

    Examples
    --------
    >>> standard_scores([1.0, 1.0], [1.5, 1.0], [0.25, 0.0])
    array([ 2., nan])
    """
    error = np.asarray(predicted, dtype=float) - np.asarray(truth, dtype=float)
    sigma = np.asarray(std, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(sigma > 0.0, error / sigma, np.nan))


def score_spread(truth: ArrayLike, predicted: ArrayLike, std: ArrayLike) -> NDArray[np.float64]:
    """Return the rms of the errors in standard deviations, 1 if the uncertainties are true.

    Examples
    --------
    >>> float(score_spread([1.0, 1.0], [1.5, 0.5], [0.25, 0.25]))
    2.0
    """
    score = standard_scores(truth, predicted, std)
    known = np.isfinite(score)
    total = np.sum(score**2, axis=-1, where=known)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sqrt(total / known.sum(axis=-1)))
