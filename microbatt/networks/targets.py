"""What networks are trained on in place of alpha and S, and the way back.

A relative error is what matters of S; of alpha too where it is large, but alpha may be 0.  So the
targets are u = ln(alpha + 1/2) and v = ln S, shifted and scaled to the training data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

OFFSET: Final = 0.5
"""Added to alpha before its logarithm is taken [-]."""


def to_targets(values: ArrayLike) -> NDArray[np.float64]:
    """Return ln(alpha + 1/2) and ln S.

    Parameters
    ----------
    values : array_like
        alpha and S, shape (..., 2).

    Examples
    --------
    >>> to_targets([[0.5, 1.0]])
    array([[0., 0.]])
    """
    alpha, S = np.moveaxis(np.asarray(values, dtype=float), -1, 0)
    return np.stack([np.log(alpha + OFFSET), np.log(S)], axis=-1)


def from_targets(
    mean: NDArray[Any], covariance: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return alpha and S with their covariance, to first order in the spread of the targets.

    Parameters
    ----------
    mean : numpy.ndarray
        Mean of u and v, shape (..., 2).
    covariance : numpy.ndarray
        Covariance of u and v, shape (..., 2, 2).

    Returns
    -------
    values, covariance
        Of alpha, at least 0, and S; shapes (..., 2) and (..., 2, 2).

    Examples
    --------
    >>> values, covariance = from_targets(np.zeros((1, 2)), np.eye(2)[np.newaxis])
    >>> values, float(covariance[0, 1, 1])
    (array([[0.5, 1. ]]), 1.0)
    """
    slopes = np.exp(np.asarray(mean, dtype=float))
    shifted_alpha, S = np.moveaxis(slopes, -1, 0)
    alpha = np.maximum(shifted_alpha - OFFSET, 0.0)
    spread = slopes[..., :, np.newaxis] * slopes[..., np.newaxis, :] * covariance
    return np.stack([alpha, S], axis=-1), spread
