"""A sweep at a glance: curves of a few microstructures of a cube, a panel each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.errors import ParameterError
from microbatt.plots.curves import curves_in, draw_curves

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray


def draw_sweep(
    panels: np.ndarray[Any, np.dtype[np.object_]], cube: xr.Dataset
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw the curves of evenly spread microstructures, S down and alpha across.

    Parameters
    ----------
    panels
        Axes, shape (rows, columns), as `Figure.subplots(..., squeeze=False)` makes them.
    cube
        With dimensions ``alpha``, ``S``, ``current`` and ``depth``.

    Returns
    -------
    numpy.ndarray
        The same axes, with one legend, to the right of the first row.

    Raises
    ------
    ParameterError
        If the cube is not a grid of alpha and S.
    """
    for name in ("alpha", "S", "current", "depth"):
        if name not in cube["voltage"].dims:
            raise ParameterError(
                f"`{name}` is not a dimension of this cube, which has "
                f"{', '.join(map(str, cube['voltage'].dims))}; a picture of a sweep needs a grid "
                "of alpha and S. Choose another cube."
            )
    rows, columns = panels.shape
    for i, S in enumerate(spread(cube["S"].to_numpy(), rows)):
        for j, alpha in enumerate(spread(cube["alpha"].to_numpy(), columns)):
            axes = panels[i, j]
            draw_curves(axes, curves_in(cube.sel(alpha=alpha, S=S)))
            axes.set_title(f"alpha = {alpha:g}, S = {S:g}", fontsize="medium")
            axes.label_outer()
            axes.get_legend().remove()
    panels[0, -1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return panels


def spread(values: NDArray[np.floating], count: int) -> NDArray[np.floating]:
    """Choose values evenly by rank, both ends included.

    Parameters
    ----------
    values
        An axis, shape (n,).
    count
        How many to choose.

    Returns
    -------
    numpy.ndarray
        Shape (min(count, n),).

    Examples
    --------
    >>> spread(np.array([1.0, 2.0, 3.0, 5.0, 10.0]), 3)
    array([ 1.,  3., 10.])
    """
    chosen = np.linspace(0, values.size - 1, min(count, values.size)).round().astype(int)
    return np.asarray(values[chosen])
