"""Predictions against truth: parity, residuals, and errors by range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.plots.style.colours import PREDICTION, TRUTH, named_colours
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

    from microbatt.plots.pairs import Pairs


_FEW = 500
"""So many points can be drawn large."""


def draw_parity(axes: Axes, pairs: Pairs) -> Axes:
    """Draw predicted values against true ones, with the line on which both agree.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw; both axes get the same limits.
    pairs : Pairs
        Truth beside prediction of one parameter.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes, with R² and the root-mean-square error in a corner.
    """
    ends = np.array([pairs.truth.min(), pairs.truth.max()])
    margin = 0.04 * (ends[1] - ends[0] or 1.0)
    size = 5.0 if pairs.truth.size <= _FEW else 2.5
    axes.plot(pairs.truth, pairs.predicted, ".", color=PREDICTION, markersize=size, rasterized=True)
    axes.plot(ends, ends, color=TRUTH, linewidth=0.8, label="prediction = truth")
    axes.legend(loc="lower right", frameon=False, fontsize="small")
    axes.set_xlim(ends[0] - margin, ends[1] + margin)
    axes.set_xlabel(f"True {pairs.parameter}")
    axes.set_ylabel(f"Predicted {pairs.parameter}")
    axes.text(
        0.04,
        0.96,
        "\n".join(agreement(pairs)),
        transform=axes.transAxes,
        verticalalignment="top",
        fontsize="small",
    )
    return axes


def agreement(pairs: Pairs) -> tuple[str, str, str]:
    """Return in words how near predictions are to the truth: R², rms error, and how many."""
    return (
        f"R² = {_determination(pairs):.4f}",
        f"rms error {_rms(pairs):.3g}",
        f"{pairs.truth.size} points",
    )


def _determination(pairs: Pairs) -> float:
    spread = float(np.sum((pairs.truth - pairs.truth.mean()) ** 2))
    return 1.0 - float(np.sum(pairs.residual**2)) / spread if spread > 0 else float("nan")


def _rms(pairs: Pairs) -> float:
    return float(np.sqrt(np.mean(pairs.residual**2)))


_BINS = 41
_SHOWN = 99.0
"""The density spans this share of the residuals [%]; single outliers would flatten it."""


def draw_residuals(axes: Axes, pairs: Pairs) -> Axes:
    """Draw prediction less truth against the truth, with its density beside it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw; a strip inside its right end holds the density.
    pairs : Pairs
        Truth beside prediction of one parameter.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    axes.axhline(0.0, color=TRUTH, linewidth=0.8)
    axes.plot(pairs.truth, pairs.residual, ".", color=PREDICTION, markersize=2, rasterized=True)
    axes.set_xlabel(f"True {pairs.parameter}")
    axes.set_ylabel(f"Predicted less true {pairs.parameter}")
    strip = axes.inset_axes((1.02, 0.0, 0.22, 1.0), sharey=axes)
    strip.hist(
        pairs.residual,
        bins=_bins(pairs.residual).tolist(),
        density=True,
        orientation="horizontal",
        color=PREDICTION,
    )
    strip.axhline(0.0, color=TRUTH, linewidth=0.8)
    strip.tick_params(labelleft=False)
    strip.set_xlabel("Density")
    return axes


def draw_normal_quantiles(axes: Axes, pairs: Pairs) -> Axes:
    """Draw the quantiles of the residuals against those of the normal distribution (Q–Q).

    Residuals that are normal lie on the line, whose slope is their standard deviation; tails that
    leave it are heavier or lighter than normal.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    pairs : Pairs
        Truth beside prediction of one parameter.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    residual = np.sort(pairs.residual)
    normal = normal_quantiles(residual.size)
    mean, deviation = float(residual.mean()), float(residual.std())
    axes.plot(normal, residual, ".", color=PREDICTION, markersize=3, rasterized=True)
    axes.plot(normal, mean + deviation * normal, color=TRUTH, linewidth=0.8)
    axes.set_xlabel("Normal quantile [standard deviations]")
    axes.set_ylabel(f"Sorted predicted less true {pairs.parameter}")
    return axes


def normal_quantiles(count: int) -> NDArray[np.float64]:
    """Return where `count` sorted samples of a standard normal distribution are expected.

    Blom's plotting positions, Φ⁻¹((i − 3/8) / (n + 1/4)).

    Parameters
    ----------
    count : int
        How many samples.

    Returns
    -------
    numpy.ndarray
        Shape (count,), increasing.

    Examples
    --------
    >>> normal_quantiles(3).round(2)
    array([-0.87,  0.  ,  0.87])
    """
    from scipy.special import ndtri

    return np.asarray(ndtri((np.arange(1, count + 1) - 0.375) / (count + 0.25)), dtype=float)


def _bins(residual: NDArray[np.float64]) -> NDArray[np.float64]:
    widest = float(np.percentile(np.abs(residual), _SHOWN))
    return np.linspace(-widest, widest, _BINS) if widest > 0 else np.array([-0.5, 0.5])


_WIDTH = 0.8


def draw_errors_by_range(
    axes: Axes, networks: Mapping[str, Pairs], edges: Sequence[float] | None = None
) -> Axes:
    """Draw L_s, the mean of ``|y - ŷ| / ((y + ŷ) / 2)``, by range of the true value.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw; the error is logarithmic.
    networks : mapping of str to Pairs
        Name → truth beside prediction of one parameter, the same for all.
    edges : sequence of float, optional
        Bounds of the ranges, increasing; None takes those of the scores.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    parameter = next(iter(networks.values())).parameter
    truth = np.concatenate([pairs.truth for pairs in networks.values()])
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
    pairs : Pairs
        Truth beside prediction, n of them.
    edges : sequence of float
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
