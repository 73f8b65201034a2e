"""The mean relative error by range of the true value, a bar for each network."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.plots.colours import named_colours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from microbatt.plots.predictions import Pairs

EDGES: Final = {"alpha": (0.0, 2.0, 4.0, 6.0, 8.0, 10.0), "S": (0.0, 10.0, 20.0, 30.0, 40.0)}
"""Bounds of the ranges; each includes its lower bound, the last also its upper one."""

_WIDTH = 0.8


def draw_errors_by_range(
    axes: Axes, networks: Mapping[str, Pairs], edges: Sequence[float] | None = None
) -> Axes:
    """Draw L_s, the mean of ``|y - ŷ| / ((y + ŷ) / 2)``, by range of the true value.

    Parameters
    ----------
    axes
        Where to draw; the error is logarithmic.
    networks
        Name → truth beside prediction of one parameter, the same for all.
    edges
        Bounds of the ranges, increasing; None takes `EDGES`.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    parameter = next(iter(networks.values())).parameter
    bounds = np.asarray(EDGES[parameter] if edges is None else edges, dtype=float)
    width = _WIDTH / len(networks)
    for i, (name, colour) in enumerate(named_colours(networks).items()):
        places = np.arange(bounds.size - 1) + (i - (len(networks) - 1) / 2) * width
        axes.bar(places, mean_errors(networks[name], bounds), width, color=colour, label=name)
    names = [f"{low:g}–{high:g}" for low, high in pairwise(bounds.tolist())]
    axes.set_xticks(np.arange(bounds.size - 1), names)
    axes.set_yscale("log")
    axes.set_xlabel(f"Range of true {parameter}")
    axes.set_ylabel(f"Mean relative error of {parameter}, L_s [%]")
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False, fontsize="small"
    )
    return axes


def mean_errors(pairs: Pairs, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean relative error in each range.

    Parameters
    ----------
    pairs
        Truth beside prediction, n of them.
    edges
        Bounds, shape (k + 1,).

    Returns
    -------
    numpy.ndarray
        Percent, shape (k,); NaN where no truth lies in the range.
    """
    with np.errstate(invalid="ignore"):  # 0/0 where both are zero
        error = 200.0 * np.abs(pairs.residual) / (pairs.truth + pairs.predicted)
    place = np.searchsorted(edges, pairs.truth, side="right") - 1
    place = np.where(pairs.truth == edges[-1], edges.size - 2, place)
    return np.array(
        [
            np.nanmean(error[place == k]) if np.isfinite(error[place == k]).any() else np.nan
            for k in range(edges.size - 1)
        ]
    )
