"""The depth axis of a cube, and a curve rebuilt from it: as voltage against delivered capacity.

A stored curve is its voltage at fixed fractions of the capacity that it delivers.  Between them
it is a monotone cubic (Fritsch & Butland, 1984), which has no overshoot at a cliff.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEPTH_POINTS: Final = 200
"""Length of the axis; see docs/guide/cube.md for the error that it leaves."""

CLIFF: Final = 1e-7
"""A vertical fall at the end takes this share of the capacity; a point lies at its top."""
_MIDDLE: Final = 10.0
"""Points per unit of depth, relative to those per unit of ln(depth) at the ends."""
_START: Final = 1e-7
"""Depth below which the axis is even: before the first step of any engine."""
_END: Final = 1e-8
"""The same, counted from the end."""


def depth_axis(points: int = DEPTH_POINTS) -> NDArray[np.float64]:
    """Return the depth axis of a cube.

    A curve bends most where it begins (concentrations relax like the square root of time) and
    where it ends (a cliff of salt or lithium), over many decades of depth.  So the density of
    points is uniform in the middle and per decade towards both ends.

    Parameters
    ----------
    points : int
        How many.

    Returns
    -------
    numpy.ndarray
        Increasing from exactly 0 to exactly 1, shape (points,).

    Examples
    --------
    >>> axis = depth_axis(50)
    >>> float(axis[0]), float(axis[-1]), axis.size
    (0.0, 1.0, 50)
    """
    fine = np.concatenate(
        [
            [0.0],
            np.geomspace(1e-10, 0.1, 20_001),
            np.linspace(0.1, 0.9, 20_001)[1:],
            1 - np.geomspace(0.1, 1e-10, 20_001)[1:],
            [1.0],
        ]
    )
    count = _MIDDLE * fine + np.log1p(fine / _START) + np.log((1 + _END) / (1 - fine + _END))
    axis: NDArray[np.float64] = np.interp(np.linspace(0, count[-1], points - 1), count, fine)
    axis[0], axis[-1] = 0.0, 1.0
    return np.sort(np.append(axis, 1 - CLIFF))


def rebuild_voltage(
    depth: NDArray[np.float64], voltage: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rebuild a curve between its stored depths.

    Parameters
    ----------
    depth : numpy.ndarray
        Depth axis, shape (n,); empty where there is no curve.
    voltage : numpy.ndarray
        Stored voltage [V], shape (n,).
    wanted : numpy.ndarray
        Depths at which it is wanted, shape (m,).

    Returns
    -------
    numpy.ndarray
        Voltage [V], shape (m,); NaN outside the curve.

    Examples
    --------
    >>> rebuild_voltage(np.array([0.0, 1.0]), np.array([4.0, 2.0]), np.array([0.5, 1.5]))
    array([ 3., nan])
    """
    from scipy.interpolate import PchipInterpolator

    if depth.size == 0:
        return np.full(wanted.shape, np.nan)
    rebuilt: NDArray[np.float64] = PchipInterpolator(depth, voltage, extrapolate=False)(wanted)
    return rebuilt
