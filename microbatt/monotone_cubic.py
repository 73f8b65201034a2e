"""Monotone cubic interpolation: the slopes that keep a curve from overshooting.

Piecewise cubic Hermite with the slopes of Fritsch & Butland (SIAM J. Sci. Stat. Comput. 5 (1984)
300).  Plain Python on floats, so that whoever has millions of curves compiles it, and whoever has
one table need not.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def inner_slope(h0: float, h1: float, d0: float, d1: float) -> float:
    """Slope between two intervals of widths h and secants d: their weighted harmonic mean."""
    if d0 * d1 <= 0.0:
        return 0.0
    w0, w1 = 2.0 * h1 + h0, h1 + 2.0 * h0
    return (w0 + w1) / (w0 / d0 + w1 / d1)


def end_slope(h0: float, h1: float, d0: float, d1: float) -> float:
    """Three-point slope at an end, kept monotone."""
    slope = ((2.0 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0.0:
        return 0.0
    if d0 * d1 <= 0.0 and abs(slope) > 3.0 * abs(d0):
        return 3.0 * d0
    return slope


def node_slopes(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slope of the interpolant at each of its points.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Increasing, n at least 2.
    y : ndarray, shape (n,)
        Values there.

    Returns
    -------
    ndarray, shape (n,)
        Slopes; zero at a local extremum.

    Examples
    --------
    >>> node_slopes(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0])).tolist()
    [1.5, 0.0, 0.0]
    """
    h = np.diff(x).tolist()
    d = (np.diff(y) / np.diff(x)).tolist()
    if len(h) == 1:
        return np.array([d[0], d[0]])
    inner = [inner_slope(*h[i - 1 : i + 1], *d[i - 1 : i + 1]) for i in range(1, len(h))]
    first, last = end_slope(h[0], h[1], d[0], d[1]), end_slope(h[-1], h[-2], d[-1], d[-2])
    return np.array([first, *inner, last])


def source_digest() -> int:
    """Return a number that changes with every line here, for caches of what is compiled from it."""
    return int.from_bytes(hashlib.sha256(Path(__file__).read_bytes()).digest()[:6])
