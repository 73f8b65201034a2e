"""A plane of two axes, alpha and S or others: a variable over it, and how curves ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.checks import check_choice
from microbatt.cube.contents import WHOLE, check_masses, outcomes_of, varied_in
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.parameters import POINT, customary
from microbatt.plots.rows import check_reach
from microbatt.plots.style.colours import DIFFERENCE_MAP, MISSING, OUTCOME_COLOURS, colour_map
from microbatt.plots.style.labels import axis_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Colormap, Normalize
    from numpy.typing import NDArray

_MARKER = 14.0
"""Area of a scattered point [pt²]."""
_OF_STEP = ("step", "after")
"""Dimensions of what a cube of a protocol says of its steps."""


def draw_plane(
    axes: Axes, values: xr.DataArray, *, cmap: str | Colormap, norm: Normalize
) -> ScalarMappable:
    """Colour a plane by one value for each of its points.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw; its axes are labelled.
    values : xarray.DataArray
        With two dimensions, such as ``alpha`` and ``S``, or ``point`` and two coordinates along it.
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
    across, up = plane_axes(values)
    if "point" in values.dims:
        x, y = shown_values(values[across]), shown_values(values[up])
        drawn: ScalarMappable = axes.scatter(
            x, y, c=values.to_numpy(), s=_MARKER, cmap=cmap, norm=norm
        )
    else:
        grid = values.transpose(up, across)
        x, y = shown_values(grid[across]), shown_values(grid[up])
        drawn = axes.pcolormesh(
            x, y, grid.to_numpy(), shading="nearest", rasterized=True, cmap=cmap, norm=norm
        )
    axes.set_xlabel(axis_label(values[across]))
    axes.set_ylabel(axis_label(values[up]))
    return drawn


def shown_values(coordinate: xr.DataArray) -> NDArray[np.float64]:
    """Return the values of an axis in the unit in which `axis_label` writes it."""
    return customary(str(coordinate.name)).values(coordinate.to_numpy())


def plane_axes(values: xr.DataArray) -> tuple[str, str]:
    """Return the names of the two axes of a plane: across, and up.

    Parameters
    ----------
    values : xarray.DataArray
        One number for each point of a plane.

    Returns
    -------
    tuple of str
        The two dimensions of a grid, alpha and S first; of listed points the first two coordinates
        along them that vary.

    Raises
    ------
    ParameterError
        Saying which dimension is too many, or which is missing.
    """
    dims = [str(dim) for dim in values.dims]
    varied = [name for name in varied_in(values.to_dataset(name="shown")) if name != "c_rate"]
    if "point" in dims:
        named = [name for name in varied if values[name].dims == ("point",)]
        extra = [dim for dim in dims if dim != "point"]
    else:
        named = [name for name in dims if name in varied and name != "current"]
        named = [*POINT] if set(named) == {*POINT} else named
        extra = [dim for dim in dims if dim not in named] + named[2:]
    if extra:
        raise ParameterError(
            f"`{values.name}` still has the dimension `{extra[0]}`; a map shows one number for "
            f"each point of two axes. Select one first: ds.sel({extra[0]}=...)"
            + (f", or give the map `{extra[0]}=...`." if extra[0] in _OF_STEP else ".")
        )
    if len(named) < 2:
        raise ParameterError(
            f"`{values.name}` has the dimension {', '.join(named) or 'point'} alone; a map needs "
            "two axes, of a grid or of scattered points. Keep both when selecting."
        )
    return named[0], named[1]


def check_plane(values: xr.DataArray) -> None:
    """Refuse values that have not exactly one number for each point of two axes.

    Raises
    ------
    ParameterError
        Saying which dimension is too many, or which is missing.
    """
    plane_axes(values)


def in_plane(
    values: xr.DataArray, across: Sequence[str] = (), at: Mapping[str, float] | None = None
) -> xr.DataArray:
    """Return the part of a cube's variable that lies in one plane.

    Parameters
    ----------
    values : xarray.DataArray
        With any number of axes.
    across : sequence of str, default the first two that vary
        The two axes of the plane.
    at : mapping of str to float, optional
        Values of the other axes, in SI units; the nearest is taken, and without a value the middle.

    Returns
    -------
    xarray.DataArray
        With two dimensions beside the current, the others as scalar coordinates; of listed points,
        which cannot be cut, all of them, without coordinates that are not the plane's.

    Raises
    ------
    ParameterError
        If the values have no such axis, a value lies beyond it, or there are not two.
    """
    varied = [
        name
        for name in varied_in(values.to_dataset(name="shown"))
        if name not in ("current", "c_rate") and values[name].ndim
    ]
    given = dict(at or {})
    for name in (*across, *given):
        check_choice("axis", name, varied)
    for name, value in given.items():
        check_reach(name, value, values[name])
    if len(across) not in (0, 2):
        raise ParameterError(f"`across` is {list(across)!r}; give the two axes of the plane.")
    free = [name for name in varied if name not in given]
    shown = list(across) or sorted(free, key=lambda name: values[name].size == 1)[:2]
    if "point" in values.dims:
        if given:
            raise ParameterError(
                f"`at` is {given!r}, and listed points lie on no axis; give `across` alone."
            )
        others = [name for name in varied if name not in shown]
        return values.drop_vars(others)
    for name in varied:
        if name in shown:
            continue
        middle = float(values[name][values.sizes[name] // 2])
        values = values.sel({name: given.get(name, middle)}, method="nearest")
    return values.transpose(*[name for name in shown if name in values.dims], ...)


def in_step(values: xr.DataArray, of_step: Mapping[str, float]) -> xr.DataArray:
    """Return the part of a variable of a protocol's cube that belongs to one step.

    Parameters
    ----------
    values : xarray.DataArray
        With the dimension ``step``, and perhaps ``after``.
    of_step : mapping of str to float
        Values of these dimensions; the nearest is taken.

    Returns
    -------
    xarray.DataArray
        Without the dimensions that were given.

    Raises
    ------
    ParameterError
        If the variable has no such dimension, or a value lies beyond it.
    """
    for name, value in of_step.items():
        check_choice("dimension", name, _OF_STEP)
        if name not in values.dims:
            raise ParameterError(
                f"`{values.name}` has no dimension `{name}`; leave `{name}` out. Its dimensions "
                f"are {', '.join(map(str, values.dims))}."
            )
        check_reach(name, value, values[name])
    return values.sel(dict(of_step), method="nearest") if of_step else values


def draw_outcomes(axes: Axes, status: xr.DataArray) -> Axes:
    """Draw how each curve of one current ended.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    status : xarray.DataArray
        Codes of `microbatt.outcomes.Outcome` over a plane; see `draw_plane`. NaN is left out.

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
    known = outcomes_of(status)
    axes.legend(
        handles=[
            Patch(
                facecolor=OUTCOME_COLOURS[Outcome(int(code))],
                edgecolor="#666666",
                linewidth=0.5,
                label=f"{known(int(code)).name.lower().replace('_', ' ')} ({count})",
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
    """Draw one number for each point of a plane, with a colour bar.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    values : xarray.DataArray
        Over a plane, see `draw_plane`; its name chooses the colours.
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
        If `values` has another dimension, such as the current, or is per mass of a cell whose mass
        is not known.
    """
    check_plane(values)
    if status is not None and values.name in ("energy", "power"):
        whole = status.isin(WHOLE).transpose(*values.dims)
        check_masses(values, whole)
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
