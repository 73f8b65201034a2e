"""``ds.microbatt.plot.interactive``: figures that answer the pointer, as HoloViews objects.

They show themselves in a notebook, and ``holoviews.save(figure, "figure.html")`` makes a page of
one. `microbatt explore` joins them to one application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.checks import check_choice, check_extra
from microbatt.plots.accessor import nearest_point
from microbatt.plots.colours import PREDICTION, TRUTH, colour_map, current_colours
from microbatt.plots.curves import curves_in
from microbatt.plots.labels import axis_label
from microbatt.plots.plane import check_plane
from microbatt.plots.rows import as_rows
from microbatt.quantities import quantity

if TYPE_CHECKING:
    import xarray as xr

    from microbatt.plots.predictions import Parameter

_SIZE = {"width": 520, "height": 400, "tools": ["hover"]}
_ROOM = {"padding": 0.04}
"""Beside points and lines; a map fills its axes."""


class InteractivePlots:
    """Figures of a cube for screens; each returns a HoloViews object."""

    def __init__(self, dataset: xr.Dataset) -> None:
        check_extra("holoviews", extra="explore")
        import holoviews as hv

        hv.extension("bokeh")
        self._dataset = dataset

    def curves(self, *, alpha: float, S: float) -> Any:  # noqa: ANN401 - HoloViews has no types
        """Return voltage against capacity of the nearest microstructure, a curve a current."""
        import holoviews as hv

        point = nearest_point(self._dataset, alpha=alpha, S=S)
        drawn = list(curves_in(point))
        colours = current_colours(current for current, _, _ in drawn)
        unit = quantity("current").pretty_units
        axes = [_dimension("capacity"), _dimension("voltage")]
        return hv.Overlay(
            [
                hv.Curve((capacity, voltage), *axes, label=f"{current:g} {unit}").opts(
                    color=colours[current], **_SIZE, **_ROOM
                )
                for current, capacity, voltage in drawn
            ]
        ).opts(title=f"alpha {float(point['alpha']):g}, S {float(point['S']):g}")

    def map(self, variable: str) -> Any:  # noqa: ANN401
        """Return one variable over alpha and S, with a slider where it depends on the current."""
        import holoviews as hv

        check_choice("variable", variable, map(str, self._dataset.data_vars))
        values = self._dataset[variable].load()
        if "current" not in values.dims:
            return _plane(values)
        maps = {float(one): _plane(values.sel(current=one)) for one in values["current"]}
        return hv.HoloMap(maps, kdims=[_dimension("current")])

    def ragone(self) -> Any:  # noqa: ANN401
        """Return specific energy against mean specific power; the pointer names the curve."""
        import holoviews as hv

        rows = as_rows(self._dataset[["energy", "power"]].load())
        table = rows.to_dataframe().reset_index().dropna()
        axes = [_dimension("power"), _dimension("energy")]
        colours = current_colours(table["current"])
        return hv.Points(
            table, axes, [_dimension(name) for name in ("current", "alpha", "S")]
        ).opts(
            color="current", cmap=colours, logx=True, size=4, show_legend=False, **_SIZE, **_ROOM
        )

    def parity(self, parameter: Parameter = "alpha") -> Any:  # noqa: ANN401
        """Return predicted against true values; the pointer names the microstructure."""
        import holoviews as hv

        from microbatt.plots.predictions import only_prediction

        table = only_prediction(self._dataset).to_dataframe().reset_index().dropna()
        predicted = f"{parameter}_predicted"
        ends = table[parameter].min(), table[parameter].max()
        axes = [
            hv.Dimension(parameter, label=f"True {parameter}"),
            hv.Dimension(predicted, label=f"Predicted {parameter}"),
        ]
        others = [name for name in ("alpha", "S") if name != parameter]
        points = hv.Points(table, axes, others).opts(color=PREDICTION, size=4, **_SIZE, **_ROOM)
        return hv.Curve((ends, ends), *axes).opts(color=TRUTH, line_width=1) * points


def _plane(values: xr.DataArray) -> Any:  # noqa: ANN401
    """Return a mesh on a grid, points where they are scattered."""
    import holoviews as hv

    check_plane(values)
    axes = [_dimension("alpha"), _dimension("S")]
    shown = hv.Dimension(str(values.name), label=axis_label(values))
    style = {"cmap": colour_map(str(values.name)), "colorbar": True, **_SIZE}
    if "point" in values.dims:
        columns = (values["alpha"], values["S"], values)
        table = np.stack([np.asarray(column) for column in columns], axis=1)
        return hv.Points(table, axes, [shown]).opts(color=shown.name, size=5, **style)
    grid = values.transpose("S", "alpha")
    mesh = (grid["alpha"].to_numpy(), grid["S"].to_numpy(), grid.to_numpy())
    return hv.QuadMesh(mesh, axes, [shown]).opts(clabel=shown.label, **style)


def _dimension(name: str) -> Any:  # noqa: ANN401
    import holoviews as hv

    known = quantity(name)
    words = known.long_name[0].upper() + known.long_name[1:]
    unit = None if known.units == "1" else known.pretty_units
    return hv.Dimension(name, label=words, unit=unit)
