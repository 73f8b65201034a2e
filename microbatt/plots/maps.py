"""The plane of alpha and S: any variable of a cube over it, and how curves ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.plots.colours import DIFFERENCE_MAP, MISSING, OUTCOME_COLOURS, colour_map
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
    axes : matplotlib.axes.Axes
        Where to draw; its axes are labelled.
    values : xarray.DataArray
        With the dimensions ``alpha`` and ``S``, or ``point``.
    cmap, norm : str or matplotlib.colors.Colormap or matplotlib.colors.Normalize
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


def draw_outcomes(axes: Axes, status: xr.DataArray) -> Axes:
    """Draw how each curve of one current ended.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    status : xarray.DataArray
        Codes of `microbatt.outcomes.Outcome` with the dimensions ``alpha`` and ``S``, or
        ``point``; NaN is left out.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes, with a legend of the outcomes and how many curves have each.

    Raises
    ------
    ParameterError
        If `status` has another dimension, such as the current.
    """
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Patch

    check_plane(status)
    codes = sorted(OUTCOME_COLOURS)
    colours = ListedColormap([OUTCOME_COLOURS[code] for code in codes])
    draw_plane(
        axes, status, cmap=colours, norm=BoundaryNorm(np.arange(len(codes) + 1) - 0.5, len(codes))
    )
    there = status.to_numpy()[np.isfinite(status.to_numpy())]
    occurring, counts = np.unique(there, return_counts=True)
    axes.legend(
        handles=[
            Patch(
                facecolor=OUTCOME_COLOURS[Outcome(int(code))],
                edgecolor="#666666",
                linewidth=0.5,
                label=f"{Outcome(int(code)).name.lower().replace('_', ' ')} ({count})",
            )
            for code, count in zip(occurring, counts, strict=True)
        ],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=2,
        frameon=False,
        fontsize="small",
    )
    return axes


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
    axes : matplotlib.axes.Axes
        Where to draw.
    values : xarray.DataArray
        With the dimensions ``alpha`` and ``S``, or ``point``; its name chooses the colours.
    status : xarray.DataArray, optional
        The outcomes of the same curves. Where there is no value, the outcome's colour is shown and
        named; without, such places are grey.
    logarithmic : bool, default False
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
        draw_outcomes(axes, status.where(holes, drop=False))
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
