"""A curve of one step of a protocol at shares of the time that it took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_FALL: Final = 1e-9
"""A vertical fall at the end of a step is drawn over this share of its time."""


def resample_points(time: ArrayLike, values: ArrayLike, shares: ArrayLike) -> NDArray[np.float64]:
    """Interpolate a curve at shares of the time that it takes.

    Monotone cubic (Fritsch & Butland, 1984) between the engine's points.

    Parameters
    ----------
    time : array_like, shape (n,)
        Of the points, from 0 on, never falling [s]; at least two.
    values : array_like, shape (n,)
        Of the curve.
    shares : array_like, shape (m,)
        Increasing shares of the whole time in [0, 1].

    Returns
    -------
    ndarray, shape (m,)
        The curve there.

    Examples
    --------
    >>> resample_points([0.0, 10.0], [4.0, 3.0], [0.0, 0.5, 1.0]).tolist()
    [4.0, 3.5, 3.0]
    """
    from microbatt.porous_electrode import resample

    t, curve = np.array(time, dtype=float), np.array(values, dtype=float)
    if t.size > 1 and t[-1] == t[-2]:
        t[-1] *= 1.0 + _FALL
    later = np.diff(t, prepend=-1.0) > 0.0
    t, curve = t[later], curve[later]
    wanted = np.ascontiguousarray(shares, dtype=float)
    if t.size < 2:
        return np.full(wanted.shape, curve[-1] if curve.size else np.nan)
    out = np.empty((1, wanted.size))
    resample(t, curve, np.array([0, t.size]), wanted, out)
    return out[0]
