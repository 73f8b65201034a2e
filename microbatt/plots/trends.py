"""What drifts over the life of a cell, with its intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.parameters import quantity_of
from microbatt.plots.style.colours import PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from microbatt.inference import Trends


def draw_trends(panels: Sequence[Axes], trends: Trends) -> Sequence[Axes]:
    """Draw each number that drifts over the cycles: medians, and bands that are its intervals.

    Parameters
    ----------
    panels : sequence of matplotlib.axes.Axes
        One for each of `Trends.trends`.
    trends : Trends
        From `microbatt.inference.infer_along`.

    Returns
    -------
    sequence of matplotlib.axes.Axes
        The same panels; cycles that the cell file does not explain are crosses.
    """
    for axes, one, colour in zip(panels, trends.trends, PALETTE, strict=False):
        axes.fill_between(one.cycles, one.low, one.high, color=colour, alpha=0.25, linewidth=0)
        axes.plot(one.cycles, one.value, "-", color=colour, linewidth=1.2)
        good = ~trends.misfit
        axes.plot(
            one.cycles[good], one.value[good], "o", color=colour, markersize=4.0,
            markerfacecolor="white",
        )  # fmt: skip
        axes.plot(one.cycles[~good], one.value[~good], "x", color=colour, markersize=6.0)
        axes.set_xlabel(trends.along)
        known = quantity_of(one.name)
        unit = "" if known.units == "1" else f" [{known.pretty_units}]"
        axes.set_ylabel(one.name.replace("_", " ") + unit)
    panels[0].set_title(f"bands: {100 * trends.level:g} % intervals", fontsize="medium")
    return panels
