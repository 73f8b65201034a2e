"""The plane of alpha and S: a colour for each microstructure, on a grid or at points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.errors import ParameterError
from microbatt.plots.labels import axis_label

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Colormap, Normalize

_MARKER = 14.0
"""Area of a scattered point [pt²]."""


def draw_plane(
    axes: Axes, values: xr.DataArray, *, cmap: str | Colormap, norm: Normalize
) -> ScalarMappable:
    """Colour the plane of alpha and S by one value for each microstructure.

    Parameters
    ----------
    axes
        Where to draw; its axes are labelled.
    values
        With the dimensions ``alpha`` and ``S``, or ``point``.
    cmap, norm
        Colour map, and which value has which of its colours.

    Returns
    -------
    matplotlib.cm.ScalarMappable
        What a colour bar wants.

    Raises
    ------
    ParameterError
        If there is another dimension, such as the current.
    """
    check_plane(values)
    if "point" in values.dims:
        x, y = values["alpha"].to_numpy(), values["S"].to_numpy()
        drawn: ScalarMappable = axes.scatter(
            x, y, c=values.to_numpy(), s=_MARKER, cmap=cmap, norm=norm
        )
    else:
        grid = values.transpose("S", "alpha")
        x, y = grid["alpha"].to_numpy(), grid["S"].to_numpy()
        drawn = axes.pcolormesh(
            x, y, grid.to_numpy(), shading="nearest", rasterized=True, cmap=cmap, norm=norm
        )
    axes.set_xlabel(axis_label(values["alpha"]))
    axes.set_ylabel(axis_label(values["S"]))
    return drawn


def check_plane(values: xr.DataArray) -> None:
    """Refuse values that have not exactly one number for each microstructure.

    Raises
    ------
    ParameterError
        Saying which dimension is too many, or which is missing.
    """
    dims = {str(dim) for dim in values.dims}
    wanted = {"point"} if "point" in dims else {"alpha", "S"}
    if dims - wanted:
        extra = min(dims - wanted)
        raise ParameterError(
            f"`{values.name}` still has the dimension `{extra}`; a map shows one number for each "
            f"alpha and S. Select one first: ds.sel({extra}=...)."
        )
    if wanted - dims:
        raise ParameterError(
            f"`{values.name}` has no dimension `{min(wanted - dims)}`; a map needs a grid "
            "of alpha and S, or scattered points. Keep both when selecting."
        )
