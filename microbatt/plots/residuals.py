"""Residuals of predictions: against the truth, their density, and against a normal distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.plots.colours import PREDICTION, TRUTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from microbatt.plots.predictions import Pairs

_BINS = 41
_SHOWN = 99.0
"""The density spans this share of the residuals [%]; single outliers would flatten it."""


def draw_residuals(axes: Axes, pairs: Pairs) -> Axes:
    """Draw prediction less truth against the truth, with its density beside it.

    Parameters
    ----------
    axes
        Where to draw; a strip inside its right end holds the density.
    pairs
        Of one parameter.

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
    axes
        Where to draw.
    pairs
        Of one parameter.

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
    count
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
