"""Discharge curves: voltage against delivered capacity, one colour a current."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.plots.colours import current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from microbatt.engines.result import Discharge


def draw_discharges(axes: Axes, discharges: Sequence[Discharge]) -> Axes:
    """Draw discharge curves with axis labels and a legend of currents.

    Parameters
    ----------
    axes
        Where to draw.
    discharges
        What to draw; those without a curve are named in the legend all the same.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    colours = current_colours(discharge.current for discharge in discharges)
    unit = quantity("current").pretty_units
    for discharge in sorted(discharges, key=lambda d: d.current):
        label = f"{discharge.current:g} {unit}"
        axes.plot(
            discharge.capacity,
            discharge.voltage,
            color=colours[discharge.current],
            label=label if discharge.capacity.size else f"{label}: no curve",
        )
    axes.set_xlabel(quantity("capacity").label)
    axes.set_ylabel(quantity("voltage").label)
    axes.set_xlim(left=0.0)
    axes.legend(frameon=False)
    return axes
