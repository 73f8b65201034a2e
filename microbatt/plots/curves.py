"""Discharge curves: voltage against delivered capacity, one colour a current."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.plots.colours import current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from microbatt.engines.result import Discharge


def draw_curves(
    axes: Axes, curves: Iterable[tuple[float, NDArray[np.floating], NDArray[np.floating]]]
) -> Axes:
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
