"""The mean relative error by range of the true value, a bar for each network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.plots.colours import named_colours
from microbatt.scoring import (
    RANGES,
    edges_that_hold,
    mean_relative_error,
    range_names,
    range_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from microbatt.plots.predictions import Pairs

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
        Bounds of the ranges, increasing; None takes those of the scores.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    parameter = next(iter(networks.values())).parameter
    truth = np.concatenate([one.truth for one in networks.values()])
    bounds = edges_that_hold(RANGES[parameter] if edges is None else edges, truth)
    width = _WIDTH / len(networks)
    for i, (name, colour) in enumerate(named_colours(networks).items()):
        places = np.arange(len(bounds) - 1) + (i - (len(networks) - 1) / 2) * width
        axes.bar(places, mean_errors(networks[name], bounds), width, color=colour, label=name)
    axes.set_xticks(np.arange(len(bounds) - 1), range_names(bounds), rotation=30, ha="right")
    axes.set_yscale("log")
    axes.set_xlabel(f"Range of true {parameter}")
    axes.set_ylabel(f"Mean relative error of {parameter}, L_s [%]")
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False, fontsize="small"
    )
    return axes


def mean_errors(pairs: Pairs, edges: Sequence[float]) -> NDArray[np.float64]:
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
        Percent, shape (k,); NaN where no truth lies in the range, which together hold all. Points
        whose true value is 0, where a relative error has no meaning, do not count.
    """
    place = np.where(pairs.truth > 0.0, range_numbers(pairs.truth, edges), -1)
    return np.array(
        [
            mean_relative_error(pairs.truth[place == k], pairs.predicted[place == k])
            for k in range(len(edges) - 1)
        ]
    )
