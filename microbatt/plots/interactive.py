"""``ds.microbatt.plot.interactive``: figures that answer the pointer, as HoloViews objects.

They show themselves in a notebook, and ``holoviews.save(figure, "figure.html")`` makes a page of
one. Each has the name, the colours and the labels of the figure for print.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.checks import check_choice, check_extra
from microbatt.cube.contents import check_discharges, check_masses, varied_in, whole_curves
from microbatt.cube.predicted import predicted_by
from microbatt.parameters import customary
from microbatt.plots.curves import current_label, curve_of, curves_in
from microbatt.plots.identifiability import bounds_in
from microbatt.plots.maps import in_plane, in_step
from microbatt.plots.ragone import LINES
from microbatt.plots.rows import as_rows, at_currents, nearest_point, point_title
from microbatt.plots.style.colours import current_colours, named_colours
from microbatt.plots.style.labels import PLAIN, POINTED, ROOM, SIZE, dimension, slider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import holoviews as hv
    import pandas as pd
    import xarray as xr

    from microbatt.cube.predicted import Fold
    from microbatt.plots.curves import Curve
    from microbatt.plots.pairs import Parameter


class InteractivePlots:
    """Figures of a cube for screens; each returns a HoloViews object."""

    def __init__(self, dataset: xr.Dataset) -> None:
        check_extra("holoviews", extra="explore")
        import holoviews as hv

        hv.extension("bokeh")
        self._dataset = dataset

    def curves(
        self,
        *,
        current: float | Sequence[float] | None = None,
        c_rate: float | Sequence[float] | None = None,
        **at: float,
    ) -> hv.Overlay:
        """Return voltage against capacity of the nearest point, a curve a current.

        Parameters
        ----------
        current, c_rate : float or sequence of float, optional
            Currents of which there are curves, the nearest of the cube, in A m⁻² or as C-rates;
            None for all.
        **at : float
            Values of the cube's axes in SI units, such as ``alpha=2, S=5``; on an axis without one
            the middle is taken.

        Returns
        -------
        holoviews.Overlay
            The title names the point.
        """
        check_discharges(self._dataset, "voltage against capacity (try `plot.simulation`)")
        point = nearest_point(self._dataset, at)
        shown = at_currents(point, current, c_rate)
        return _voltages(curves_in(shown), point_title(point))

    def discharge(self) -> hv.Overlay:
        """Return one discharge that was simulated, its voltage against capacity."""
        return _voltages([curve_of(self._dataset)], point_title(self._dataset))

    def map(
        self,
        variable: str,
        *,
        network: str | None = None,
        fold: Fold | None = None,
        across: Sequence[str] = (),
        at: Mapping[str, float] | None = None,
        logarithmic: bool = False,
        **of_step: float,
    ) -> hv.HoloMap | hv.Overlay:
        """Return one variable over two axes, and where it has no value, why.

        Parameters
        ----------
        variable : str
            Name of a variable of the cube.
        network, fold : str or int or {"held_out"}
            Whose predictions, if it is one; see `microbatt.cube.predicted.predicted_by`.
        across : sequence of str, default alpha and S, or the first two axes
            Names of the two axes.
        at : mapping of str to float, optional
            Values of the other axes, in SI units; the nearest is taken, and without one the middle.
        logarithmic : bool, default False
            Whether the colours follow the logarithm.
        **of_step : float
            Of a cube of a protocol: ``step``, and ``after`` [s] of a resistance; the nearest is
            taken.

        Returns
        -------
        holoviews.HoloMap or holoviews.Overlay
            With a slider over the currents if the variable depends on them.

        Raises
        ------
        ParameterError
            If there is no such variable; the nearest are offered.
        """
        from microbatt.plots.interactive_plane import values_on_plane

        cube = predicted_by(self._dataset, network, fold)
        check_choice("variable", variable, map(str, cube.data_vars))
        # What is missing of a step is told by how the step ended, not by how its run did.
        status = None if variable.startswith("step_") else cube.get("status")
        values = in_plane(in_step(cube[variable], of_step), across, at).load()
        if status is None or "current" not in values.dims:
            return _by_current(
                values, lambda values_at: values_on_plane(values_at, None, logarithmic=logarithmic)
            )
        outcomes = in_plane(status, across, at).load()
        return _by_current(
            values,
            lambda values_at: values_on_plane(
                values_at, outcomes.sel(current=values_at["current"]), logarithmic=logarithmic
            ),
        )

    def outcomes(
        self, *, across: Sequence[str] = (), at: Mapping[str, float] | None = None
    ) -> hv.HoloMap | hv.Overlay:
        """Return how the curves ended, over two axes, with a slider over the currents.

        The arguments are those of `map`.
        """
        from microbatt.plots.interactive_plane import outcomes_on_plane

        status = in_plane(self._dataset["status"], across, at)
        return _by_current(status.load(), outcomes_on_plane)

    def ragone(self) -> hv.Overlay:
        """Return specific energy against mean specific power, whole curves only.

        Returns
        -------
        holoviews.Overlay
            A line for each of a few microstructures; of many a cloud for each current. The
            pointer names the curve.
        """
        import holoviews as hv

        rows = as_rows(self._dataset[["energy", "power", "status"]].load())
        check_masses(rows["energy"], whole_curves(rows).transpose(*rows["energy"].dims))
        whole = rows[["energy", "power"]].where(whole_curves(rows))
        table = whole.to_dataframe().reset_index().dropna()
        varied = [name for name in varied_in(rows) if rows[name].dims == ("point",)]
        for name in varied:
            table[name] = customary(name).values(table[name])
        drawn = _lines if rows.sizes["point"] <= LINES else _cloud
        style = {"logx": True, "xformatter": PLAIN, "ylim": (0.0, None), **SIZE, **ROOM}
        return drawn(table, varied).opts(
            hv.opts.Curve(**style),
            hv.opts.Scatter(**style, **POINTED),
            hv.opts.Overlay(legend_position="right", title="Energy against power"),
        )

    def parity(
        self,
        parameter: Parameter = "alpha",
        *,
        network: str | None = None,
        fold: Fold | None = None,
    ) -> hv.Overlay:
        """Return predicted against true values.

        Parameters
        ----------
        parameter : {"alpha", "S"}, default "alpha"
            ``"alpha"`` or ``"S"``.
        network, fold : str or int or {"held_out"}
            Whose predictions; see `microbatt.cube.predicted.predicted_by`.

        Returns
        -------
        holoviews.Overlay
            Points, and the line on which both agree.
        """
        from microbatt.plots.interactive_predictions import parity
        from microbatt.plots.pairs import pairs_of, predictions_of

        return parity(pairs_of(predictions_of(self._dataset, network, fold), parameter))

    def residuals(
        self,
        parameter: Parameter = "alpha",
        *,
        network: str | None = None,
        fold: Fold | None = None,
    ) -> hv.Layout:
        """Return prediction less truth: against the truth, its density, and its quantiles.

        The arguments are those of `parity`.
        """
        from microbatt.plots.interactive_predictions import residuals
        from microbatt.plots.pairs import pairs_of, predictions_of

        return residuals(pairs_of(predictions_of(self._dataset, network, fold), parameter))

    def errors_by_range(self, parameter: Parameter = "alpha") -> hv.Overlay:
        """Return the mean relative error L_s of each network by range of ``"alpha"`` or ``"S"``."""
        from microbatt.plots.interactive_predictions import errors_by_range
        from microbatt.plots.pairs import pairs_of, predictions_in

        networks = predictions_in(self._dataset)
        return errors_by_range({name: pairs_of(rows, parameter) for name, rows in networks.items()})

    def identifiability(self) -> hv.Layout:
        """Return what can be known: bounds of alpha and S and their correlation, three maps."""
        from microbatt.plots.interactive_plane import bounds_on_plane

        return bounds_on_plane(bounds_in(self._dataset))

    def simulation(self, **at: float) -> hv.Layout:
        """Return one run of a protocol: voltage against time, and the current under it.

        Parameters
        ----------
        **at : float
            Of a cube, one value for each of its dimensions; the nearest is taken.

        Returns
        -------
        holoviews.Layout
            Two figures with one axis of time.
        """
        from microbatt.plots.interactive_protocol import over_time
        from microbatt.plots.protocol import run_in

        return over_time(run_in(self._dataset, at))


def _voltages(curves: Iterable[Curve], title: str) -> hv.Overlay:
    """Return voltage against capacity, a colour and a name a current."""
    import holoviews as hv

    drawn = list(curves)
    colours = current_colours(curve.current for curve in drawn)
    axes = dimension("capacity"), [dimension("voltage"), dimension("current")]
    return hv.Overlay(
        [
            hv.Curve(
                (curve.capacity, curve.voltage, np.full(curve.capacity.size, curve.current)),
                *axes,
                label=curve.label,
            ).opts(color=colours[curve.current], **SIZE, **POINTED, **ROOM)
            for curve in drawn
        ]
    ).opts(
        title=title,
        legend_position="right",
    )


def _by_current(
    values: xr.DataArray, draw: Callable[[xr.DataArray], hv.Overlay]
) -> hv.HoloMap | hv.Overlay:
    """Draw once, or once for each current."""
    import holoviews as hv

    if "current" not in values.dims:
        return draw(values)
    drawn = {float(current): draw(values.sel(current=current)) for current in values["current"]}
    return hv.HoloMap(drawn, kdims=[slider("current")])


def _lines(table: pd.DataFrame, varied: list[str]) -> hv.Overlay:
    """Return a line, with a mark for each current, for each point of the axes that vary."""
    import holoviews as hv

    parts = {
        ", ".join(
            f"{customary(name).short} {value:.6g} {customary(name).unit}".rstrip()
            for name, value in zip(varied, point, strict=True)
        ): part.sort_values("power")
        for point, part in table.groupby(varied)
    }
    layers = []
    for name, colour in named_colours(parts).items():
        layers += [
            hv.Curve(parts[name], *_ragone_axes(varied), label=name).opts(color=colour),
            hv.Scatter(parts[name], *_ragone_axes(varied), label=name).opts(color=colour, size=6),
        ]
    return hv.Overlay(layers)


def _cloud(table: pd.DataFrame, varied: list[str]) -> hv.Overlay:
    """Return points for each current."""
    import holoviews as hv

    return hv.Overlay(
        [
            hv.Scatter(
                table[table["current"] == current],
                *_ragone_axes(varied),
                label=current_label(current),
            ).opts(color=colour, size=4)
            for current, colour in current_colours(table["current"]).items()
        ]
    )


def _ragone_axes(varied: list[str]) -> tuple[hv.Dimension, list[hv.Dimension]]:
    told = ("energy", "current", *varied)
    return dimension("power"), [dimension(name) for name in told]
