"""Which points can be trained on; refusals before any epoch runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.bridge import select_points
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

LEAST_POINTS = 16
"""Fewer than this teach nothing."""


def training_points(
    cube: xr.Dataset, chosen: ArrayLike | None = None, *, complete: bool = True
) -> NDArray[np.int64]:
    """Return the numbers of the points to train on.

    Parameters
    ----------
    cube
        A grid or scattered points.
    chosen
        Numbers to choose from; None is all.
    complete
        Whether a point needs a whole curve at every current.

    Raises
    ------
    ParameterError
        If the cube has no whole curves, labels that are no numbers, or too few points.
    """
    usable = select_points(cube, complete=complete).usable
    points = usable if chosen is None else np.intersect1d(usable, np.asarray(chosen))
    if points.size < LEAST_POINTS:
        raise ParameterError(
            f"{points.size} points with whole curves are left to train on; at least "
            f"{LEAST_POINTS} are needed. Simulate more points, or choose more of them."
        )
    return points
