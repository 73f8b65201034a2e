"""Discharge curves: voltage against delivered capacity, one colour a current."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from microbatt.checks import check_choice
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.cube.contents import varied_in
from microbatt.errors import ParameterError
from microbatt.plots.rows import nearest_point, point_title
from microbatt.plots.style.colours import PALETTE, current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

    from microbatt.engines import Discharge


class Curve(NamedTuple):
    """One discharge: current [A m⁻²], capacity [A h m⁻²] and voltage [V], of shape (n,) each.

    Its C-rate [h⁻¹] is told where it is known.
    """

    current: float
    capacity: NDArray[np.floating[Any]]
    voltage: NDArray[np.floating[Any]]
    c_rate: float | None = None

    @property
    def label(self) -> str:
        """What a legend calls it."""
        known = current_label(self.current, self.c_rate)
        return known if self.capacity.size else f"{known}: no curve"


def current_label(current: float, c_rate: float | None = None) -> str:
    """Return a current with its unit, and as a C-rate where that is known.

    Parameters
    ----------
    current : float
        [A m⁻²].
    c_rate : float, optional
        [h⁻¹]; NaN where the cell says nothing of 1 C.

    Examples
    --------
    >>> current_label(17.5, 0.5)
    '17.5 A m⁻² (0.5C)'
    """
    known = f"{current:g} {quantity('current').pretty_units}"
    return known if c_rate is None or not np.isfinite(c_rate) else f"{known} ({c_rate:.3g}C)"


def draw_curves(axes: Axes, curves: Iterable[Curve]) -> Axes:
    """Draw discharge curves with axis labels and a legend of currents.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    curves : iterable of Curve
        Current [A m⁻²], capacity [A h m⁻²] and voltage [V] of each, the latter two of shape (n,).
        An empty curve is named in the legend as one that does not exist.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    ordered = sorted(curves, key=lambda curve: curve.current)
    colours = current_colours(curve.current for curve in ordered)
    for curve in ordered:
        colour = colours[curve.current]
        (line,) = axes.plot(curve.capacity, curve.voltage, color=colour, label=curve.label)
        line.sticky_edges.x.append(0.0)  # the axis begins at no capacity, however it is scaled
    axes.set_xlabel(quantity("capacity").label)
    axes.set_ylabel(quantity("voltage").label)
    axes.legend(frameon=False)
    return axes


def current_handles(currents: Iterable[float]) -> tuple[list[Line2D], list[str]]:
    """Return lines and names for a legend of currents.

    Parameters
    ----------
    currents : iterable of float
        Discharge currents [A m⁻²].

    Returns
    -------
    lines : list of matplotlib.lines.Line2D
        One for each current, in its colour.
    names : list of str
        The current of each, with its unit; lines and names are what `Figure.legend` takes.
    """
    from matplotlib.lines import Line2D

    colours = current_colours(currents)
    lines = [Line2D([], [], color=colour) for colour in colours.values()]
    return lines, [current_label(current) for current in colours]


def draw_discharges(
    axes: Axes, discharges: Iterable[Discharge], *, one_c_current: float | None = None
) -> Axes:
    """Draw what an engine returned; see `draw_curves`.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    discharges : iterable of Discharge
        Discharges of any engine.
    one_c_current : float, optional
        What counts as 1 C [A m⁻²], for C-rates in the legend.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """

    def rate(current: float) -> float | None:
        return None if one_c_current is None else current / one_c_current

    curves = (Curve(d.current, d.capacity, d.voltage, rate(d.current)) for d in discharges)
    return draw_curves(axes, curves)


def curve_of(discharge: xr.Dataset) -> Curve:
    """Return the curve of one discharge, along ``time``; see `draw_curves`.

    Parameters
    ----------
    discharge : xarray.Dataset
        What `microbatt.engines.Discharge.to_dataset` returns.

    Returns
    -------
    Curve
        Empty where there is no curve.

    Raises
    ------
    ParameterError
        If it is no such dataset.
    """
    known = {"capacity", "voltage", "current"} <= set(map(str, discharge.variables))
    if not known or discharge["capacity"].dims != ("time",):
        raise ParameterError(
            f"the dataset is not one discharge along `time`: it has "
            f"{', '.join(map(str, discharge.dims)) or 'no dimensions'}. Give what "
            "`Discharge.to_dataset` returns; a cube is drawn by `plot.curves`."
        )
    return Curve(
        float(discharge["current"]),
        discharge["capacity"].to_numpy(),
        discharge["voltage"].to_numpy(),
        _c_rate(discharge),
    )


def curves_in(point: xr.Dataset) -> Iterator[Curve]:
    """Yield the curves of one point of a cube, one a current; see `draw_curves`.

    Parameters
    ----------
    point : xarray.Dataset
        A cube at one value of each axis, with or without the dimension ``current``.

    Yields
    ------
    Curve
        Empty where there is no curve.
    """
    loaded = point[["voltage", "discharge_capacity"]].load()
    if "current" not in loaded.dims:
        loaded = loaded.expand_dims("current")
    for current in loaded["current"].to_numpy():
        curve = loaded.sel(current=current)
        capacity = (curve["depth"] * curve["discharge_capacity"]).to_numpy()
        voltage = curve["voltage"].to_numpy()
        whole = np.isfinite(capacity) & np.isfinite(voltage)
        yield Curve(float(current), capacity[whole], voltage[whole], _c_rate(curve))


def _c_rate(discharge: xr.Dataset) -> float | None:
    """Return the C-rate of one discharge, where the cell says what 1 C is."""
    return float(discharge["c_rate"]) if "c_rate" in discharge.coords else None


def draw_sweep(
    panels: np.ndarray[Any, np.dtype[np.object_]],
    cube: xr.Dataset,
    *,
    across: Sequence[str] = (),
    at: Mapping[str, float] | None = None,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw the curves of evenly spread points of two axes, the first across and the second down.

    Parameters
    ----------
    panels : numpy.ndarray of matplotlib.axes.Axes
        Axes, shape (rows, columns), as `Figure.subplots(..., squeeze=False)` makes them;
        `sweep_shape` says how many a cube fills.
    cube : xarray.Dataset
        With curves along ``depth``, or runs of a protocol along ``sample``, of which the voltage
        is drawn against time. Of scattered points as many are drawn as there are panels.
    across : sequence of str, default alpha and S, or the first two axes
        Names of the two axes.
    at : mapping of str to float, optional
        Values of the other axes, in SI units; the nearest is taken, and without one the middle.

    Returns
    -------
    numpy.ndarray
        The same axes, with one legend, to the right of the first row. Where all panels lie on
        other axes is the title of their figure.

    Raises
    ------
    ParameterError
        If the cube has no such axis.
    """
    runs = "sample" in cube["voltage"].dims
    points = _sweep_points(cube, panels.shape, across, at or {})
    along = None if "point" in cube.dims else sweep_axes(cube, across)
    drawn: list[Any] = list(panels.flat)
    everywhere = ""
    for axes, point in zip(drawn, points, strict=False):
        if runs:
            _draw_run(axes, point)
        else:
            draw_curves(axes, curves_in(point))
            axes.get_legend().remove()
        axes.set_title(point_title(point, line=_PANEL_LINE, names=along), fontsize="medium")
        axes.label_outer()
        if along is not None:
            others = [name for name in varied_in(cube) if name not in along]
            everywhere = point_title(point, line=_SWEEP_LINE * panels.shape[1], names=others)
    if everywhere:
        drawn[0].figure.suptitle(everywhere, fontsize="medium")
    if runs:
        return panels
    panels[0, -1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return panels


def sweep_shape(
    cube: xr.Dataset, most: tuple[int, int], across: Sequence[str] = ()
) -> tuple[int, int]:
    """Return how many rows and columns of panels the curves of a cube fill.

    Parameters
    ----------
    cube : xarray.Dataset
        As `draw_sweep` takes it.
    most : tuple of int
        Rows and columns at most.
    across : sequence of str, default alpha and S, or the first two axes
        Names of the two axes.

    Returns
    -------
    tuple of int
        Rows and columns.
    """
    if "point" in cube.dims:
        columns = min(most[1], cube.sizes["point"])
        return min(most[0], -(-cube.sizes["point"] // columns)), columns
    sizes = [cube.sizes[name] for name in sweep_axes(cube, across)]
    columns, rows = [*sizes, 1, 1][:2]
    return min(most[0], rows), min(most[1], columns)


def sweep_axes(cube: xr.Dataset, across: Sequence[str] = ()) -> list[str]:
    """Return along which axes a picture of a sweep lies.

    Parameters
    ----------
    cube : xarray.Dataset
        As `draw_sweep` takes it.
    across : sequence of str, default alpha and S, or the first two axes
        Names of the two axes.

    Returns
    -------
    list of str
        Two at most, of a cube of listed points none.

    Raises
    ------
    ParameterError
        If the cube has no such axis, or two are not given.
    """
    known = [name for name in varied_in(cube) if name in cube.dims and name != "current"]
    for name in across:
        check_choice("axis", name, known)
    if len(across) not in (0, 2) or len(set(across)) != len(across):
        raise ParameterError(f"`across` is {list(across)!r}; give two different axes.")
    return list(across) or sorted(known, key=lambda name: cube.sizes[name] == 1)[:2]


def _sweep_points(
    cube: xr.Dataset, shape: tuple[int, ...], across: Sequence[str], at: Mapping[str, float]
) -> Iterator[xr.Dataset]:
    """Yield what each panel shows, row by row."""
    rows, columns = shape
    if "point" in cube.dims:
        if across or at:
            raise ParameterError(
                "the cube has listed points, which lie on no axis; leave `across` and `at` out."
            )
        for number in spread(np.arange(cube.sizes["point"], dtype=float), rows * columns):
            yield cube.isel(point=int(number))
        return
    shown = zip(sweep_axes(cube, across), (columns, rows), strict=False)
    steps: list[list[dict[str, float]]] = [
        [{name: float(value)} for value in spread(cube[name].to_numpy(), count)]
        for name, count in shown
    ]
    nothing: list[dict[str, float]] = [{}]
    over, down = (*steps, nothing, nothing)[:2]
    for low in down:
        for left in over:
            yield nearest_point(cube, {**at, **low, **left})


_PANEL_LINE: Final = 36
"""Most characters in a line over a panel, so that the titles of neighbours stay apart."""
_SWEEP_LINE: Final = 40
"""Most characters in a line over all panels, for each column."""


def _draw_run(axes: Axes, point: xr.Dataset) -> None:
    """Draw the voltage of one run of a protocol against time."""
    run = point.microbatt.run()
    axes.plot(run["time"] / SECONDS_PER_HOUR, run["voltage"], color=PALETTE[0], linewidth=0.9)
    axes.set_xlabel("Time [h]")
    axes.set_ylabel(quantity("voltage").label)


def spread(values: NDArray[np.floating], count: int) -> NDArray[np.floating]:
    """Choose values evenly by rank, both ends included.

    Parameters
    ----------
    values : numpy.ndarray of float
        An axis, shape (n,).
    count : int
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
