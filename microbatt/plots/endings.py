"""How curves ended, over alpha and S: a colour for each ending, a legend of those that occur."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.outcomes import Outcome
from microbatt.plots.colours import ENDING_COLOURS
from microbatt.plots.plane import check_plane, draw_plane

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes


def draw_endings(axes: Axes, status: xr.DataArray) -> Axes:
    """Draw the ending of each curve of one current.

    Parameters
    ----------
    axes
        Where to draw.
    status
        Codes of `microbatt.outcomes.Outcome` with the dimensions ``alpha`` and ``S``, or
        ``point``; NaN is left out.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes, with a legend of the endings and how many curves have each.

    Raises
    ------
    ParameterError
        If `status` has another dimension, such as the current.
    """
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Patch

    check_plane(status)
    codes = sorted(ENDING_COLOURS)
    colours = ListedColormap([ENDING_COLOURS[code] for code in codes])
    draw_plane(
        axes, status, cmap=colours, norm=BoundaryNorm(np.arange(len(codes) + 1) - 0.5, len(codes))
    )
    found, counts = np.unique(status.to_numpy()[np.isfinite(status.to_numpy())], return_counts=True)
    axes.legend(
        handles=[
            Patch(
                facecolor=ENDING_COLOURS[Outcome(int(code))],
                edgecolor="#666666",
                linewidth=0.5,
                label=f"{Outcome(int(code)).name.lower().replace('_', ' ')} ({count})",
            )
            for code, count in zip(found, counts, strict=True)
        ],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=2,
        frameon=False,
        fontsize="small",
    )
    return axes
