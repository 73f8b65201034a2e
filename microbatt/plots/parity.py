"""Parity: what a network predicts against what is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.plots.colours import PREDICTION, TRUTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from microbatt.plots.predictions import Pairs

_MANY: Final = 300
"""More points than these are drawn small."""


def draw_parity(axes: Axes, pairs: Pairs) -> Axes:
    """Draw predicted values against true ones, with the line on which both agree.

    Parameters
    ----------
    axes
        Where to draw; both axes get the same limits.
    pairs
        Of one parameter.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes, with R² and the root-mean-square error in a corner.
    """
    ends = np.array([pairs.truth.min(), pairs.truth.max()])
    margin = 0.04 * (ends[1] - ends[0] or 1.0)
    axes.plot(pairs.truth, pairs.predicted, ".", color=PREDICTION, markersize=2.5, rasterized=True)
    axes.plot(ends, ends, color=TRUTH, linewidth=0.8)
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
