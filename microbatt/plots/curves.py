"""Discharge curves: voltage against delivered capacity, one colour a current."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from microbatt.plots.colours import current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

    from microbatt.engines import Discharge

Curve: TypeAlias = "tuple[float, NDArray[np.floating], NDArray[np.floating]]"
"""Current [A m⁻²], capacity [A h m⁻²] and voltage [V], the latter two of shape (n,)."""


def draw_curves(axes: Axes, curves: Iterable[Curve]) -> Axes:
    """Draw discharge curves with axis labels and a legend of currents.

    Parameters
    ----------
    axes
        Where to draw.
    curves
        Current [A m⁻²], capacity [A h m⁻²] and voltage [V] of each, the latter two of shape (n,).
        An empty curve is named in the legend as one that does not exist.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    ordered = sorted(curves, key=lambda curve: curve[0])
    colours = current_colours(current for current, _, _ in ordered)
    unit = quantity("current").pretty_units
    for current, capacity, voltage in ordered:
        label = f"{current:g} {unit}" + ("" if capacity.size else ": no curve")
        (line,) = axes.plot(capacity, voltage, color=colours[current], label=label)
        line.sticky_edges.x.append(0.0)  # the axis begins at no capacity, however it is scaled
    axes.set_xlabel(quantity("capacity").label)
    axes.set_ylabel(quantity("voltage").label)
    axes.legend(frameon=False)
    return axes


def current_handles(currents: Iterable[float]) -> tuple[list[Line2D], list[str]]:
    """Return lines and names for a legend of currents [A m⁻²], as `Figure.legend` takes them."""
    from matplotlib.lines import Line2D

    unit = quantity("current").pretty_units
    colours = current_colours(currents)
    lines = [Line2D([], [], color=colour) for colour in colours.values()]
    return lines, [f"{current:g} {unit}" for current in colours]


def draw_discharges(axes: Axes, discharges: Iterable[Discharge]) -> Axes:
    """Draw what an engine returned; see `draw_curves`.

    Parameters
    ----------
    axes
        Where to draw.
    discharges
        Of any engine.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    return draw_curves(axes, ((d.current, d.capacity, d.voltage) for d in discharges))


def curves_in(point: xr.Dataset) -> Iterator[Curve]:
    """Yield the curves of one microstructure of a cube, one a current; see `draw_curves`.

    Parameters
    ----------
    point
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
        yield float(current), capacity[whole], voltage[whole]
