"""Discharge curves: voltage against delivered capacity, one colour a current."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import ParameterError
from microbatt.plots.style.colours import PALETTE, current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

    from microbatt.engines import Discharge


class Curve(NamedTuple):
    """One discharge: current [A m⁻²], capacity [A h m⁻²] and voltage [V], of shape (n,) each."""

    current: float
    capacity: NDArray[np.floating[Any]]
    voltage: NDArray[np.floating[Any]]


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
    unit = quantity("current").pretty_units
    for curve in ordered:
        label = f"{curve.current:g} {unit}" + ("" if curve.capacity.size else ": no curve")
        colour = colours[curve.current]
        (line,) = axes.plot(curve.capacity, curve.voltage, color=colour, label=label)
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

    unit = quantity("current").pretty_units
    colours = current_colours(currents)
    lines = [Line2D([], [], color=colour) for colour in colours.values()]
    return lines, [f"{current:g} {unit}" for current in colours]


def draw_discharges(axes: Axes, discharges: Iterable[Discharge]) -> Axes:
    """Draw what an engine returned; see `draw_curves`.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    discharges : iterable of Discharge
        Discharges of any engine.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    return draw_curves(axes, (Curve(d.current, d.capacity, d.voltage) for d in discharges))


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
    )


def curves_in(point: xr.Dataset) -> Iterator[Curve]:
    """Yield the curves of one microstructure of a cube, one a current; see `draw_curves`.

    Parameters
    ----------
    point : xarray.Dataset
        A cube at one alpha and one S, with or without the dimension ``current``.

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
        yield Curve(float(current), capacity[whole], voltage[whole])


def draw_sweep(
    panels: np.ndarray[Any, np.dtype[np.object_]], cube: xr.Dataset
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw the curves of evenly spread microstructures, S down and alpha across.

    Parameters
    ----------
    panels : numpy.ndarray of matplotlib.axes.Axes
        Axes, shape (rows, columns), as `Figure.subplots(..., squeeze=False)` makes them.
    cube : xarray.Dataset
        With dimensions ``alpha``, ``S``, ``current`` and ``depth``; or ``alpha``, ``S`` and
        ``sample``, of which the voltage is drawn against time.

    Returns
    -------
    numpy.ndarray
        The same axes, with one legend, to the right of the first row.

    Raises
    ------
    ParameterError
        If the cube is not a grid of alpha and S.
    """
    runs = "sample" in cube["voltage"].dims
    for name in ("alpha", "S", *(() if runs else ("current", "depth"))):
        if name not in cube["voltage"].dims:
            raise ParameterError(
                f"`{name}` is not a dimension of this cube, which has "
                f"{', '.join(map(str, cube['voltage'].dims))}; a picture of a sweep needs a grid "
                "of alpha and S. Choose another cube."
            )
    rows, columns = panels.shape
    for i, S in enumerate(spread(cube["S"].to_numpy(), rows)):
        for j, alpha in enumerate(spread(cube["alpha"].to_numpy(), columns)):
            axes = panels[i, j]
            if runs:
                _draw_run(axes, cube, {"alpha": alpha, "S": S})
            else:
                draw_curves(axes, curves_in(cube.sel(alpha=alpha, S=S)))
                axes.get_legend().remove()
            axes.set_title(f"alpha = {alpha:g}, S = {S:g}", fontsize="medium")
            axes.label_outer()
    if runs:
        return panels
    panels[0, -1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return panels


def _draw_run(axes: Axes, cube: xr.Dataset, at: Mapping[str, float]) -> None:
    """Draw the voltage of one run of a protocol against time."""
    run = cube.microbatt.run(**at)
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
