"""A map: any variable of a cube over alpha and S."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.plots.colours import DIFFERENCE_MAP, MISSING, colour_map
from microbatt.plots.endings import draw_endings
from microbatt.plots.labels import axis_label
from microbatt.plots.plane import check_plane, draw_plane

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize


def draw_map(
    axes: Axes,
    values: xr.DataArray,
    *,
    status: xr.DataArray | None = None,
    logarithmic: bool = False,
) -> Axes:
    """Draw one number for each microstructure, with a colour bar.

    Parameters
    ----------
    axes
        Where to draw.
    values
        With the dimensions ``alpha`` and ``S``, or ``point``; its name chooses the colours.
    status
        The endings of the same curves. Where there is no value, the ending's colour is shown and
        named; without, such places are grey.
    logarithmic
        Whether the colours follow the logarithm, as bounds over decades want it.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.

    Raises
    ------
    ParameterError
        If `values` has another dimension, such as the current.
    """
    check_plane(values)
    name = colour_map(str(values.name))
    axes.set_facecolor(MISSING)
    holes = ~np.isfinite(values)
    if status is not None and bool(holes.any()):
        draw_endings(axes, status.where(holes, drop=False))
    mesh = draw_plane(
        axes, values, cmap=name, norm=_norm(values, logarithmic=logarithmic, name=name)
    )
    colours = axes.figure.colorbar(mesh, ax=axes)
    colours.set_label(axis_label(values))
    return axes


def _norm(values: xr.DataArray, *, logarithmic: bool, name: str) -> Normalize:
    from matplotlib.colors import LogNorm, Normalize

    low, high = float(values.min()), float(values.max())
    if name == DIFFERENCE_MAP:
        widest = max(abs(low), abs(high))
        return Normalize(-widest, widest)
    if logarithmic:
        return LogNorm(float(values.where(values > 0).min()), high)
    return Normalize(low, high)
