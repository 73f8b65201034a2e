"""Voltage curves of what was predicted on top of those of what is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.plots.colours import TRUTH, current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from microbatt.plots.curves import Curve


def draw_expected_and_predicted(
    axes: Axes, expected: Sequence[Curve], predicted: Sequence[Curve]
) -> Axes:
    """Draw expected curves as lines and predicted ones as dashes over them, a colour a current.

    Parameters
    ----------
    axes
        Where to draw.
    expected, predicted
        Curves at the same currents.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes, with a legend of the two kinds of line.
    """
    from matplotlib.lines import Line2D

    colours = current_colours(current for current, _, _ in [*expected, *predicted])
    for current, capacity, voltage in expected:
        axes.plot(capacity, voltage, color=colours[current], linewidth=2.6, alpha=0.45)
    for current, capacity, voltage in predicted:
        axes.plot(capacity, voltage, color=colours[current], linewidth=1.2, linestyle="--")
    axes.set_xlabel(quantity("capacity").label)
    axes.set_ylabel(quantity("voltage").label)
    axes.legend(
        handles=[
            Line2D([], [], color=TRUTH, linewidth=2.6, alpha=0.45, label="expected"),
            Line2D([], [], color=TRUTH, linewidth=1.2, linestyle="--", label="predicted"),
        ],
        frameon=False,
        fontsize="small",
    )
    return axes


def voltage_difference(expected: Curve, predicted: Curve) -> float:
    """Return the root-mean-square difference of two curves of one current.

    Both are read at 200 capacities from zero to the smaller of the two ends.

    Parameters
    ----------
    expected, predicted
        Of shape (n,) each, not empty.

    Returns
    -------
    float
        Relative to the expected voltage [1].

    Examples
    --------
    >>> q = np.array([0.0, 1.0])
    >>> voltage_difference((1.0, q, np.array([4.0, 4.0])), (1.0, q, np.array([4.0, 4.0])))
    0.0
    """
    _, capacity, voltage = expected
    _, other_capacity, other_voltage = predicted
    shared = np.linspace(0.0, min(float(capacity[-1]), float(other_capacity[-1])), 200)
    truth = np.interp(shared, capacity, voltage)
    guess = np.interp(shared, other_capacity, other_voltage)
    return float(np.sqrt(np.mean(((guess - truth) / truth) ** 2)))
