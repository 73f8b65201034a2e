"""Cubic B-splines on a knot axis: the few basis functions that are not zero, and their slopes.

Cox's and de Boor's recursion (de Boor, A Practical Guide to Splines (1978), chapter X).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEGREE: Final = 3


def clamped_knots(breaks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the knot vector of cubic splines over increasing breakpoints.

    Examples
    --------
    >>> clamped_knots(np.array([0.0, 0.5, 1.0]))
    array([0. , 0. , 0. , 0. , 0.5, 1. , 1. , 1. , 1. ])
    """
    return np.concatenate([np.repeat(breaks[0], DEGREE), breaks, np.repeat(breaks[-1], DEGREE)])


def basis_count(knots: NDArray[np.float64]) -> int:
    """Return how many basis functions a knot vector has."""
    return int(knots.size) - DEGREE - 1


def local_basis(
    knots: NDArray[np.float64], x: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the basis functions that are not zero at some places.

    Parameters
    ----------
    knots : numpy.ndarray of float
        From `clamped_knots`.
    x : numpy.ndarray of float
        Places, shape (n,); outside the knots the outermost polynomial goes on.

    Returns
    -------
    first, values, slopes
        Number of the first of four basis functions, shape (n,); their values and their
        derivatives, shape (n, 4).
    """
    last = knots.size - DEGREE - 2
    span = np.clip(np.searchsorted(knots, x, side="right") - 1, DEGREE, last)
    values = np.ones((x.size, 1))
    for degree in range(1, DEGREE + 1):
        lower, values = values, _raised(knots, x, span, values, degree)
    slopes = _slopes(knots, span, lower)
    return span - DEGREE, values, slopes


def _raised(
    knots: NDArray[np.float64],
    x: NDArray[np.float64],
    span: NDArray[np.int64],
    lower: NDArray[np.float64],
    degree: int,
) -> NDArray[np.float64]:
    """Return the basis of one degree from that of the degree below."""
    raised = np.zeros((x.size, degree + 1))
    for i in range(degree):
        left, right = knots[span + i + 1 - degree], knots[span + i + 1]
        share = lower[:, i] / (right - left)
        raised[:, i] += share * (right - x)
        raised[:, i + 1] += share * (x - left)
    return raised


def _slopes(
    knots: NDArray[np.float64], span: NDArray[np.int64], lower: NDArray[np.float64]
) -> NDArray[np.float64]:
    slopes = np.zeros((span.size, DEGREE + 1))
    for i in range(DEGREE):
        width = knots[span + i + 1] - knots[span + i + 1 - DEGREE]
        slopes[:, i] -= DEGREE * lower[:, i] / width
        slopes[:, i + 1] += DEGREE * lower[:, i] / width
    return slopes
