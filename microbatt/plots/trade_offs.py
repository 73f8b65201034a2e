"""What alpha and S trade off against: a bar for each number from which curves hardly tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.plots.style import PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from microbatt.inference.result import TradeOff

_HEIGHT: Final = 0.38


def draw_trade_offs(axes: Axes, trade_offs: Sequence[TradeOff], *, most: int = 10) -> Axes:
    """Draw how strongly alpha and S go with other numbers over a posterior.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    trade_offs : sequence of TradeOff
        An estimate's; the first are drawn.
    most : int, default 10
        How many numbers.

    Returns
    -------
    matplotlib.axes.Axes
        The same, with a horizontal bar for each number and each of alpha and S.
    """
    shown = list(trade_offs)[:most]
    places = np.arange(len(shown), dtype=float)
    for name, side, colour in (("alpha", -0.5, PALETTE[0]), ("S", 0.5, PALETTE[1])):
        values = [np.nan_to_num(getattr(one, name)) for one in shown]
        axes.barh(places + side * _HEIGHT, values, _HEIGHT, color=colour, label=f"with {name}")
    axes.axvline(0.0, color="0.3", linewidth=0.7)
    axes.set_yticks(places, [one.name.replace("_", " ") for one in shown])
    axes.set_xlim(-1.0, 1.0)
    axes.invert_yaxis()
    axes.set_xlabel("correlation")
    axes.legend(frameon=False)
    return axes
