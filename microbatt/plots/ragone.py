"""A Ragone plot: the energy that a cell delivers against the power at which it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.cube.contents import check_discharges, check_masses, varied_in, whole_curves
from microbatt.plots.rows import as_rows, point_title
from microbatt.plots.style.colours import current_colours, named_colours
from microbatt.plots.style.labels import axis_label
from microbatt.quantities import quantity

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

LINES = 6
"""Up to so many microstructures have a line and a name each; more are a cloud."""


def draw_ragone(axes: Axes, cube: xr.Dataset) -> Axes:
    """Draw specific energy against mean specific power, whole curves only.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw; the power is logarithmic.
    cube : xarray.Dataset
        With ``energy``, ``power`` and ``status``. Each microstructure of a few is a line from its
        smallest current to its largest; many are a cloud, coloured by the current.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    check_discharges(cube, "a Ragone plot")
    rows = as_rows(cube[["energy", "power", "status"]].load())
    check_masses(rows["energy"], whole_curves(rows).transpose(*rows["energy"].dims))
    whole = rows[["energy", "power"]].where(whole_curves(rows))
    if "current" not in whole.dims:
        whole = whole.expand_dims("current", axis=-1)
    draw = _draw_lines if whole.sizes["point"] <= LINES else _draw_cloud
    draw(axes, whole)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel(axis_label(rows["power"]))
    axes.set_ylabel(axis_label(rows["energy"]))
    axes.legend(frameon=False, fontsize="small")
    return axes


def _draw_lines(axes: Axes, rows: xr.Dataset) -> None:
    varied = [name for name in varied_in(rows) if rows[name].dims == ("point",)]
    names = [
        point_title(rows[varied].isel(point=i, drop=False)) for i in range(rows.sizes["point"])
    ]
    for i, (name, colour) in enumerate(named_colours(names).items()):
        line = rows.isel(point=i)
        axes.plot(line["power"], line["energy"], "o-", color=colour, markersize=4, label=name)


def _draw_cloud(axes: Axes, rows: xr.Dataset) -> None:
    unit = quantity("current").pretty_units
    colours = current_colours(np.asarray(rows["current"]).tolist())
    for current, colour in colours.items():
        part = rows.sel(current=current)
        axes.plot(
            part["power"],
            part["energy"],
            ".",
            color=colour,
            markersize=3,
            label=f"{current:g} {unit}",
            rasterized=True,
        )
