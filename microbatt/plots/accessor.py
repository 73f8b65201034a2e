"""``ds.microbatt.plot``: every kind of figure as a method of the cube that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.checks import check_choice, check_extra, check_number
from microbatt.cube import register_namespace
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from matplotlib.axes import Axes

    from microbatt.cube.predicted import Fold
    from microbatt.plots.interactive import InteractivePlots
    from microbatt.plots.pairs import Parameter


@register_namespace("plot")
class CubePlots:
    """Figures of a cube for print; each draws on the axes given, or on new ones, and returns them.

    `interactive` has those for screens.
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    @property
    def interactive(self) -> InteractivePlots:
        """The same questions answered with HoloViews, for a notebook or a browser."""
        from microbatt.plots.interactive import InteractivePlots

        return InteractivePlots(self._dataset)

    def curves(
        self,
        *,
        current: float | Sequence[float] | None = None,
        c_rate: float | Sequence[float] | None = None,
        axes: Axes | None = None,
        **at: float,
    ) -> Axes:
        """Draw voltage against capacity, for every current or some.

        Parameters
        ----------
        current : float or sequence of float, optional
            Currents of which curves are drawn, the nearest of the cube [A m⁻²]; None for all.
        c_rate : float or sequence of float, optional
            The same as C-rates [h⁻¹].
        axes : matplotlib.axes.Axes, optional
            Where to draw.
        **at : float
            Values of the cube's axes in SI units, such as ``alpha=2, S=5`` or
            ``positive_thickness=7e-5``; the nearest point is taken, and named in the title. On an
            axis without a value it is the middle. What lies beyond an axis is refused.

        Returns
        -------
        matplotlib.axes.Axes
            Where it was drawn.

        Raises
        ------
        ParameterError
            If the cube has no such axis (the nearest are offered), or a value lies beyond one,
            such as one in another unit.
        """
        from microbatt.cube.contents import check_discharges
        from microbatt.plots.curves import curves_in, draw_curves
        from microbatt.plots.rows import at_currents, nearest_point, point_title

        check_discharges(self._dataset, "voltage against capacity (try `plot.simulation`)")
        point = nearest_point(self._dataset, at)
        drawn = draw_curves(_axes(axes), curves_in(at_currents(point, current, c_rate)))
        drawn.set_title(point_title(point))
        return drawn

    def discharge(self, *, axes: Axes | None = None) -> Axes:
        """Draw one discharge that was simulated, its voltage against capacity.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw.

        Returns
        -------
        matplotlib.axes.Axes
            Where it was drawn.

        Raises
        ------
        ParameterError
            If the dataset is not what `microbatt.engines.Discharge.to_dataset` returns.

        See Also
        --------
        curves : The discharges of one microstructure of a cube.
        """
        from microbatt.plots.curves import curve_of, draw_curves
        from microbatt.plots.rows import point_title

        curve = curve_of(self._dataset)
        drawn = draw_curves(_axes(axes), [curve])
        drawn.set_title(point_title(self._dataset))
        return drawn

    def ragone(self, *, axes: Axes | None = None) -> Axes:
        """Draw specific energy against mean specific power; see `microbatt.plots.ragone`."""
        from microbatt.plots.ragone import draw_ragone

        return draw_ragone(_axes(axes), self._dataset)

    def map(
        self,
        variable: str,
        *,
        current: float | None = None,
        network: str | None = None,
        fold: Fold | None = None,
        across: Sequence[str] = (),
        at: Mapping[str, float] | None = None,
        logarithmic: bool = False,
        axes: Axes | None = None,
        **of_step: float,
    ) -> Axes:
        """Draw one variable over two axes of a cube, and where it has no value, why.

        Parameters
        ----------
        variable : str
            Name of a variable of the cube.
        current : float, optional
            At which current [A m⁻²], if the variable has that dimension; the nearest is taken.
        network, fold : str or int or {"held_out"}
            Whose predictions, if it is one; see `microbatt.cube.predicted.predicted_by`.
        across : sequence of str, default alpha and S, or the first two axes
            Names of the two axes, such as ``("positive_thickness", "negative_alpha")``.
        at : mapping of str to float, optional
            Values of the other axes, in SI units; the nearest is taken, and without one the middle.
        logarithmic : bool, default False
            Whether the colours follow the logarithm.
        axes : matplotlib.axes.Axes, optional
            Where to draw.
        **of_step : float
            ``c_rate`` [h⁻¹] in place of the current; of a cube of a protocol ``step``, and
            ``after`` [s] of a resistance; the nearest is taken.

        Returns
        -------
        matplotlib.axes.Axes
            Where it was drawn.

        Raises
        ------
        ParameterError
            If there is no such variable, it has the dimension ``current`` or ``step`` and none is
            given, current and C-rate are given both, or a value lies beyond an axis.
        """
        from microbatt.cube.predicted import predicted_by
        from microbatt.plots.maps import draw_map, in_plane, in_step

        cube = predicted_by(self._dataset, network, fold)
        check_choice("variable", variable, map(str, cube.data_vars))
        current = self._current(current, of_step.pop("c_rate", None))
        values = in_step(self._at(cube[variable], current), of_step)
        # What is missing of a step is told by how the step ended, not by how its run did.
        status = None if variable.startswith("step_") else cube.get("status")
        if status is not None and "current" in cube[variable].dims:
            status = self._at(status, current)
        elif status is not None and "current" in status.dims:
            status = None  # one number for all currents: no single outcome explains a hole
        values = in_plane(values, across, at)
        status = None if status is None else in_plane(status, across, at)
        drawn = draw_map(_axes(axes), values.load(), status=status, logarithmic=logarithmic)
        _name_current(drawn, values)
        return drawn

    def outcomes(
        self,
        *,
        current: float | None = None,
        c_rate: float | None = None,
        across: Sequence[str] = (),
        at: Mapping[str, float] | None = None,
        axes: Axes | None = None,
    ) -> Axes:
        """Draw how the curves of one current ended; the arguments are those of `map`."""
        from microbatt.plots.maps import draw_outcomes, in_plane

        current = self._current(current, c_rate)
        status = in_plane(self._at(self._dataset["status"], current), across, at)
        return draw_outcomes(_axes(axes), status.load())

    def parity(
        self,
        parameter: Parameter = "alpha",
        *,
        network: str | None = None,
        fold: Fold | None = None,
        axes: Axes | None = None,
    ) -> Axes:
        """Draw what a network predicts against what is true.

        Parameters
        ----------
        parameter : {"alpha", "S"}, default "alpha"
            ``"alpha"`` or ``"S"``.
        network, fold : str or int or {"held_out"}
            Whose predictions; see `microbatt.cube.predicted.predicted_by`.
        axes : matplotlib.axes.Axes, optional
            Where to draw.

        Returns
        -------
        matplotlib.axes.Axes
            Where it was drawn.
        """
        from microbatt.plots.pairs import pairs_of, predictions_of
        from microbatt.plots.predictions import draw_parity

        rows = predictions_of(self._dataset, network, fold)
        return draw_parity(_axes(axes), pairs_of(rows, parameter))

    def residuals(
        self,
        parameter: Parameter = "alpha",
        *,
        network: str | None = None,
        fold: Fold | None = None,
        axes: Axes | None = None,
    ) -> Axes:
        """Draw prediction less truth, and its density; the arguments are those of `parity`."""
        from microbatt.plots.pairs import pairs_of, predictions_of
        from microbatt.plots.predictions import draw_residuals

        rows = predictions_of(self._dataset, network, fold)
        return draw_residuals(_axes(axes), pairs_of(rows, parameter))

    def errors_by_range(self, parameter: Parameter = "alpha", *, axes: Axes | None = None) -> Axes:
        """Draw the mean relative error L_s of each network by range of ``"alpha"`` or ``"S"``."""
        from microbatt.plots.pairs import pairs_of, predictions_in
        from microbatt.plots.predictions import draw_errors_by_range

        pairs = {
            name: pairs_of(rows, parameter) for name, rows in predictions_in(self._dataset).items()
        }
        return draw_errors_by_range(_axes(axes), pairs)

    def identifiability(self, *, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
        """Draw what can be known: bounds of alpha and S and their correlation, on three axes.

        `microbatt map` joins the bounds to a cube.
        """
        from microbatt.plots.identifiability import bounds_in, draw_bounds

        return draw_bounds(_new_axes(3) if axes is None else axes, bounds_in(self._dataset))

    def simulation(self, *, axes: Sequence[Axes] | None = None, **at: float) -> Sequence[Axes]:
        """Draw one run of a protocol: the voltage against time, and the current under it.

        Parameters
        ----------
        axes : sequence of matplotlib.axes.Axes, optional
            Where to draw; two.
        **at : float
            Of a cube, one value for each of its dimensions, such as ``alpha=2.0, S=3``; the nearest
            is taken; and ``step`` for one step of the run. None of what a single simulation gave.

        Returns
        -------
        sequence of matplotlib.axes.Axes
            Where it was drawn.
        """
        from microbatt.plots.protocol import draw_simulation, run_in

        drawn = _stacked_axes() if axes is None else axes
        return draw_simulation(drawn, run_in(self._dataset, at))

    def _current(self, current: float | None, c_rate: float | None) -> float | None:
        """Return the current that was asked for, perhaps as a C-rate."""
        from microbatt.plots.rows import check_reach

        if c_rate is None:
            return current
        if current is not None:
            raise ParameterError(
                f"`current` is {current:g} and `c_rate` is {c_rate:g}; give one of the two."
            )
        if "c_rate" not in self._dataset.coords:
            raise ParameterError(
                "the cube has no coordinate `c_rate`, because its cell says neither what 1C is nor "
                "its area; give `current` in A m⁻²."
            )
        rates = np.atleast_1d(self._dataset["c_rate"].to_numpy())
        check_reach("c_rate", c_rate, rates)
        return float(np.atleast_1d(self._dataset["current"])[np.abs(rates - c_rate).argmin()])

    def _at(self, values: xr.DataArray, current: float | None) -> xr.DataArray:
        from microbatt.plots.rows import check_reach

        if "current" not in values.dims:
            return values
        if current is None and values.sizes["current"] == 1:
            return values.squeeze("current")
        if current is None:
            listed = ", ".join(f"{stored:g}" for stored in values["current"].to_numpy())
            raise ParameterError(
                f"`{values.name}` has a value for each current; give one of them, "
                f"current={listed} (A m⁻²)."
            )
        check_number("current", current, unit="A m-2", remedy="A rate is `c_rate=1`.")
        check_reach("current", current, values["current"])
        return values.sel(current=current, method="nearest")


def _axes(axes: Axes | None) -> Axes:
    return _new_axes(1)[0] if axes is None else axes


def _new_axes(count: int) -> Sequence[Axes]:
    check_extra("matplotlib", extra="plot")
    from matplotlib import pyplot as plt

    size = (6.4, 4.8) if count == 1 else (4.4 * count, 3.8)
    return list(plt.subplots(1, count, figsize=size, layout="constrained", squeeze=False)[1][0])


def _stacked_axes() -> Sequence[Axes]:
    check_extra("matplotlib", extra="plot")
    from matplotlib import pyplot as plt

    heights = {"height_ratios": (2, 1)}
    size = (6.4, 4.8)
    return list(
        plt.subplots(2, sharex=True, figsize=size, layout="constrained", gridspec_kw=heights)[1]
    )


def _name_current(axes: Axes, values: xr.DataArray) -> None:
    from microbatt.plots.rows import point_title

    told = [point_title(values)]
    if "current" in values.coords:
        told.insert(0, f"{float(values['current']):g} A m⁻²")
    if any(told) and not axes.get_legend():
        axes.set_title(", ".join(filter(None, told)))
