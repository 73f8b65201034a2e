"""A plane of two axes on a screen: values, outcomes, and what can be known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.outcomes import Outcome
from microbatt.parameters import customary
from microbatt.plots.maps import check_plane, plane_axes, shown_values
from microbatt.plots.rows import as_rows
from microbatt.plots.style.colours import DIFFERENCE_MAP, MISSING, OUTCOME_COLOURS, colour_map
from microbatt.plots.style.labels import (
    PANEL,
    PLAIN,
    POINTED,
    ROOM,
    SIZE,
    axis_label,
    dimension,
    dimension_of,
    worded,
)
from microbatt.quantities import quantity

if TYPE_CHECKING:
    import holoviews as hv
    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.parameters import Customary

    Array = NDArray[np.float64]

_POINT: Final = 6
"""Diameter of a scattered point [px]."""
_DECADES: Final = 8.0
"""S spread over more than this factor is drawn on a logarithmic axis."""


def values_on_plane(
    values: xr.DataArray, status: xr.DataArray | None, *, logarithmic: bool = False
) -> hv.Overlay:
    """Show one number for each microstructure, and where there is none the outcome that is why.

    Parameters
    ----------
    values : xarray.DataArray
        With the dimensions of two axes, or ``point``; its name chooses the colours.
    status : xarray.DataArray or None
        The outcomes of the same curves; None leaves places without a number grey.
    logarithmic : bool, default False
        Whether the colours follow the logarithm.

    Returns
    -------
    holoviews.Overlay
        A mesh on a grid, points where they are scattered, over the outcomes.
    """
    import holoviews as hv

    check_plane(values)
    coloured = _coloured(values, dimension_of(values), logarithmic=logarithmic)
    holes = ~np.isfinite(values)
    below = [] if status is None else _outcome_layers(status.where(holes))
    return hv.Overlay([*below, coloured]).opts(
        bgcolor=MISSING, legend_position="right", title=_title(values, axis_label(values))
    )


def outcomes_on_plane(status: xr.DataArray) -> hv.Overlay:
    """Show how the curve of each microstructure ended, one layer and one name for each outcome.

    Parameters
    ----------
    status : xarray.DataArray
        Codes of `microbatt.outcomes.Outcome`, with the dimensions of two axes, or
        ``point``; NaN is left out.

    Returns
    -------
    holoviews.Overlay
        Cells on a grid, points where they are scattered; the legend counts them.
    """
    import holoviews as hv

    check_plane(status)
    return hv.Overlay(_outcome_layers(status)).opts(
        legend_position="right", title=_title(status, "How the curves ended")
    )


def bounds_on_plane(bounds: xr.Dataset) -> hv.Layout:
    """Show what can be known: two standard deviations, and their correlation.

    Parameters
    ----------
    bounds : xarray.Dataset
        With ``alpha_bound``, ``S_bound`` and ``bound_correlation``.

    Returns
    -------
    holoviews.Layout
        Three maps; colours of the first two follow the logarithm, and so does a wide axis of S.
    """
    import holoviews as hv

    relative = (100.0 * bounds["S_bound"] / bounds["S"]).rename("S_bound")
    of_S = worded("S_bound", "smallest possible standard deviation of S [% of S]")
    correlation = bounds["bound_correlation"]
    wide = _is_wide(bounds["S"].to_numpy())
    drawn = {
        "Standard deviation of alpha": _coloured(
            bounds["alpha_bound"], dimension_of(bounds["alpha_bound"]), logarithmic=True, wide=wide
        ),
        "Standard deviation of S, % of S": _coloured(relative, of_S, logarithmic=True, wide=wide),
        "Correlation of the two": _coloured(correlation, dimension_of(correlation), wide=wide),
    }
    return hv.Layout(
        [
            panel.opts(
                title=title, logy=wide, clabel="", yformatter=PLAIN, bgcolor=MISSING, **PANEL
            )
            for title, panel in drawn.items()
        ]
    ).cols(3)


def cell_edges(centres: Array, *, logarithmic: bool = False) -> Array:
    """Return the borders of cells about the values of an axis: half way to the neighbours.

    Parameters
    ----------
    centres : numpy.ndarray of float
        Increasing, shape (n,).
    logarithmic : bool, default False
        Whether half way is meant in the logarithm; all values are then positive.

    Returns
    -------
    numpy.ndarray
        Shape (n + 1,).

    Examples
    --------
    >>> cell_edges(np.array([0.0, 1.0, 3.0]))
    array([-0.5,  0.5,  2. ,  4. ])
    """
    at = np.log(centres) if logarithmic else np.asarray(centres, dtype=float)
    half = np.diff(at) / 2.0 if at.size > 1 else np.array([0.5])
    edges = np.concatenate([[at[0] - half[0]], at[:-1] + half[: at.size - 1], [at[-1] + half[-1]]])
    return np.exp(edges) if logarithmic else edges


def _coloured(
    values: xr.DataArray, shown: hv.Dimension, *, logarithmic: bool = False, wide: bool = False
) -> hv.QuadMesh | hv.Points:
    import holoviews as hv

    names = plane_axes(values)
    axes = [dimension(name) for name in names]
    name = colour_map(str(values.name))
    style = {
        "cmap": name,
        "clabel": shown.pprint_label,
        "cformatter": PLAIN,
        "clim": _limits(values, name),
        "colorbar": True,
        "logz": logarithmic,
        **SIZE,
        **POINTED,
    }
    if "point" in values.dims:
        columns = (*(shown_values(values[name]) for name in names), values)
        table = np.stack([np.asarray(column) for column in columns], axis=1)
        return hv.Points(table, axes, [shown]).opts(color=shown.name, size=_POINT, **style, **ROOM)
    grid = values.transpose(*reversed(names))
    across = cell_edges(shown_values(grid[names[0]]))
    up = cell_edges(shown_values(grid[names[1]]), logarithmic=wide)
    return hv.QuadMesh((across, up, grid.to_numpy()), axes, [shown]).opts(**style)


def _limits(values: xr.DataArray, name: str) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    if name == DIFFERENCE_MAP:
        widest = max(abs(low), abs(high))
        return -widest, widest
    return low, high


def _title(values: xr.DataArray, otherwise: str) -> str:
    """Return the current as in print, where there is one."""
    if "current" not in values.coords:
        return otherwise
    return f"{float(values['current']):g} {quantity('current').pretty_units}"


def _is_wide(S: Array) -> bool:
    return bool(S.min() > 0.0 and S.max() > _DECADES * S.min())


def _outcome_layers(status: xr.DataArray) -> list[hv.Rectangles | hv.Points]:
    """Return a layer for each outcome that occurs."""
    codes = np.unique(status.to_numpy()[np.isfinite(status.to_numpy())])
    return [_outcome_layer(status, Outcome(int(code))) for code in codes]


def _outcome_layer(status: xr.DataArray, outcome: Outcome) -> hv.Rectangles | hv.Points:
    import holoviews as hv

    names = plane_axes(status)
    rows = as_rows(status)
    rows = rows.isel(point=np.flatnonzero(rows.to_numpy() == int(outcome)))
    x, y = (shown_values(rows[name]) for name in names)
    words = outcome.name.lower().replace("_", " ")
    style = {"color": OUTCOME_COLOURS[outcome], **SIZE, **POINTED}
    told = worded("outcome", "how the discharge ended")
    named = np.full(x.size, words)
    label = f"{words} ({x.size})"
    axes = [dimension(name) for name in names]
    if "point" in status.dims:
        table = {names[0]: x, names[1]: y, "outcome": named}
        return hv.Points(table, axes, [told], label=label).opts(size=_POINT, **style, **ROOM)
    left, right = _sides(shown_values(status[names[0]]), x)
    bottom, top = _sides(shown_values(status[names[1]]), y)
    corners = [axes[0], axes[1], worded("right", "right"), worded("top", "top")]
    cells = {names[0]: left, names[1]: bottom, "right": right, "top": top, "outcome": named}
    cells |= {"at_x": x, "at_y": y}
    across, up = map(customary, names)
    places = {"at_x": _pointed(across), "at_y": _pointed(up)}
    told_at = [told, *(hv.Dimension(name, label=label) for name, label in places.items())]
    return hv.Rectangles(cells, corners, told_at, label=label).opts(
        line_color=OUTCOME_COLOURS[outcome], line_width=0.5, padding=0.0, **style
    )


def _pointed(axis: Customary) -> str:
    return f"{axis.short} [{axis.unit}]" if axis.unit else axis.short


def _sides(axis: Array, places: Array) -> tuple[Array, Array]:
    """Return the lower and the upper border of the cells at some values of an axis."""
    edges, at = cell_edges(axis), np.searchsorted(axis, places)
    return edges[at], edges[at + 1]
