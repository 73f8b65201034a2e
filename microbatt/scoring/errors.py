"""Errors of predictions against truth: arrays in, arrays or numbers out.

Each measure is taken along the last axis over the pairs that are both finite, and is NaN where
there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def relative_error(truth: ArrayLike, predicted: ArrayLike) -> NDArray[np.float64]:
    """Return the symmetric relative error of each prediction [%].

    ``L_s = |y − ŷ| / ½ (|y| + |ŷ|)``, from 0 to 200 %; the published score is its mean.  That has
    y + ŷ below the line, which is the same unless a prediction is negative.

    Parameters
    ----------
    truth, predicted : array_like
        Values of one shape, or of shapes that broadcast.

    Returns
    -------
    numpy.ndarray
        NaN where either is; 0 where both are 0.

    Examples
    --------
    >>> relative_error([2.0, 0.0, 0.0], [3.0, 0.0, 0.1])
    array([ 40.,   0., 200.])
    """
    y, guess = np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
    middle = 0.5 * (np.abs(y) + np.abs(guess))
    error = np.abs(y - guess)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(error == 0.0, 0.0, 100.0 * error / middle))


def mean_relative_error(truth: ArrayLike, predicted: ArrayLike) -> NDArray[np.float64]:
    """Return the mean of the symmetric relative errors [%].

    Parameters
    ----------
    truth, predicted : array_like
        Values of one shape, or of shapes that broadcast.

    Returns
    -------
    numpy.ndarray of float
        Along the last axis, over the pairs that are both finite [%].

    Examples
    --------
    >>> float(mean_relative_error([2.0, 1.0], [3.0, 1.0]))
    20.0
    """
    return _mean(relative_error(truth, predicted))


def worst_relative_error(truth: ArrayLike, predicted: ArrayLike) -> NDArray[np.float64]:
    """Return the largest of the symmetric relative errors [%]."""
    errors = relative_error(truth, predicted)
    known = np.isfinite(errors)
    worst = np.max(errors, axis=-1, where=known, initial=-np.inf)
    return np.where(known.any(axis=-1), worst, np.nan)


def r_squared(truth: ArrayLike, predicted: ArrayLike) -> NDArray[np.float64]:
    """Return the coefficient of determination, 1 − Σ(y − ŷ)² / Σ(y − ȳ)².

    Returns
    -------
    numpy.ndarray
        NaN where the truth does not vary.

    Examples
    --------
    >>> float(r_squared([1.0, 2.0, 3.0], [1.0, 2.0, 4.0]))
    0.5
    """
    y, guess = _pairs(truth, predicted)
    left = _mean((y - guess) ** 2)
    spread = _mean((y - _mean(y)[..., np.newaxis]) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0.0, 1.0 - left / spread, np.nan)


def rms_error(truth: ArrayLike, predicted: ArrayLike) -> NDArray[np.float64]:
    """Return the root of the mean squared error, in the unit of what was predicted.

    Examples
    --------
    >>> float(rms_error([0.0, 0.0], [3.0, -3.0]))
    3.0
    """
    y, guess = _pairs(truth, predicted)
    return np.sqrt(_mean((guess - y) ** 2))


def bias(truth: ArrayLike, predicted: ArrayLike) -> NDArray[np.float64]:
    """Return the mean of prediction less truth.

    Examples
    --------
    >>> float(bias([0.0, 0.0], [3.0, -1.0]))
    1.0
    """
    y, guess = _pairs(truth, predicted)
    return _mean(guess - y)


def pair_count(truth: ArrayLike, predicted: ArrayLike) -> NDArray[np.int64]:
    """Return how many pairs are finite."""
    y, _ = _pairs(truth, predicted)
    return np.asarray(np.isfinite(y).sum(axis=-1))


def _pairs(truth: ArrayLike, predicted: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both as floats of one shape, NaN where either is."""
    y, guess = np.broadcast_arrays(
        np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
    )
    known = np.isfinite(y) & np.isfinite(guess)
    return np.where(known, y, np.nan), np.where(known, guess, np.nan)


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over what is finite along the last axis; NaN, silently, if nothing is."""
    known = np.isfinite(values)
    total = np.sum(values, axis=-1, where=known)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(total / known.sum(axis=-1))
