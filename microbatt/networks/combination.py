"""The published rule that makes one answer of two networks, one trained with L_w, one with L_M.

S comes from L_w.  alpha is cut into bins of three: where both networks see it in the same bin, L_M
answers below 6 and L_w above; where they differ, the one whose errors in the bin that it names were
smaller in cross-validation.  The released rule had no bin below 0 or from 15; ours clips to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

EDGES: Final = (0.0, 3.0, 6.0, 9.0, 12.0, 15.0)
"""Of the bins of alpha."""
_WEIGHTED_FROM: Final = 2
"""Number of the first bin in which L_w answers: alpha from 6."""
_LAST: Final = len(EDGES) - 2


def combined(weighted: ArrayLike, relative: ArrayLike, scores: ArrayLike) -> NDArray[np.float64]:
    """Combine the answers of the two networks.

    Parameters
    ----------
    weighted, relative : array_like
        alpha and S from the networks trained with L_w and L_M, shape (n, 2).
    scores : array_like
        From `bin_scores`, shape (2, 5); not a number where a bin had no points, which loses.

    Returns
    -------
    numpy.ndarray
        alpha, clipped to [0, 15), and S; shape (n, 2).

    Examples
    --------
    >>> scores = [[5.0, 1.0, 1.0, 1.0, 1.0], [2.0, 2.0, 2.0, 2.0, 2.0]]
    >>> combined([[1.0, 3.0], [3.1, 3.0]], [[1.2, 4.0], [2.9, 4.0]], scores)
    array([[1.2, 3. ],
           [3.1, 3. ]])
    """
    alpha_w, S_w = np.asarray(weighted, dtype=float).T
    alpha_m, _ = np.asarray(relative, dtype=float).T
    scores_w, scores_m = np.where(np.isnan(scores), np.inf, np.asarray(scores, dtype=float))
    bin_w, bin_m = alpha_bins(alpha_w), alpha_bins(alpha_m)
    same = np.where(bin_w >= _WEIGHTED_FROM, alpha_w, alpha_m)
    better = np.where(scores_w[bin_w] < scores_m[bin_m], alpha_w, alpha_m)
    alpha = np.where(bin_w == bin_m, same, better)
    highest = np.nextafter(EDGES[-1], 0.0)
    return np.stack([np.clip(alpha, EDGES[0], highest), S_w], axis=1)


def alpha_bins(alpha: ArrayLike) -> NDArray[np.int64]:
    """Return the bin of each alpha; those outside belong to the outermost."""
    number = np.searchsorted(np.array(EDGES), np.asarray(alpha, dtype=float), side="right") - 1
    return np.clip(number, 0, _LAST)


def bin_scores(truth: ArrayLike, answers: ArrayLike) -> NDArray[np.float64]:
    """Return the mean relative error of alpha of each network in each bin of the true alpha.

    Parameters
    ----------
    truth : array_like of float
        True alpha of n points, shape (n,).
    answers : array_like of float
        Values of alpha and S from the networks trained with L_w and with L_M, shape (2, n, 2).

    Returns
    -------
    numpy.ndarray of float
        Percent, shape (2, 5): L_w, then L_M; not a number in a bin without points.

    Examples
    --------
    >>> bin_scores([1.0], [[[3.0, 5.0]], [[1.0, 5.0]]])
    array([[100.,  nan,  nan,  nan,  nan],
           [  0.,  nan,  nan,  nan,  nan]])
    """
    true = np.asarray(truth, dtype=float)
    answered, _ = np.moveaxis(np.asarray(answers, dtype=float), -1, 0)
    size = np.maximum(0.5 * np.abs(true + answered), 1e-12)
    errors = 100.0 * np.abs(true - answered) / size
    return np.stack([bin_means(true, row) for row in errors])


def bin_means(truth: ArrayLike, errors: ArrayLike) -> NDArray[np.float64]:
    """Return the mean of errors in each bin of the true alpha, shape (5,); NaN in empty ones.

    Parameters
    ----------
    truth : array_like
        alpha, shape (n,).
    errors : array_like
        Shape (n,).
    """
    number, values = alpha_bins(truth), np.asarray(errors, dtype=float)
    counts = np.bincount(number, minlength=_LAST + 1)
    sums = np.bincount(number, weights=values, minlength=_LAST + 1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
