"""Measured curves beside their fit, and what the fit leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.plots.curves import current_label
from microbatt.plots.style.colours import PALETTE, TRUTH, current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from microbatt.inference import FittedCurve, FittedRun

_MILLI: Final = 1e3
_SPACE: Final = 0.04
"""Left free above and below the curves, as a share of their height."""
_MOST_MARKS: Final = 40
"""Measured points drawn a curve; more would hide the fit."""


def draw_fit(
    axes: Axes, curves: Sequence[FittedCurve], *, one_c_current: float | None = None
) -> Axes:
    """Draw measured voltages as points and the fit as lines, a colour a current.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    curves : sequence of FittedCurve
        Curves of an estimate.
    one_c_current : float, optional
        What counts as 1 C [A m⁻²], for C-rates in the legend.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    colours = current_colours(curve.current for curve in curves)
    for curve in sorted(curves, key=lambda curve: curve.current):
        colour = colours[curve.current]
        every = max(1, curve.capacity.size // _MOST_MARKS)
        axes.fill_between(
            curve.capacity, curve.low, curve.high, color=colour, alpha=0.2, linewidth=0
        )
        rate = None if one_c_current is None else curve.current / one_c_current
        label = current_label(curve.current, rate)
        axes.plot(curve.capacity, curve.fitted, color=colour, label=label)
        axes.plot(
            curve.capacity[::every], curve.measured[::every], "o", color=colour,
            markersize=3.2, markerfacecolor="white", markeredgewidth=0.9,
        )  # fmt: skip
    axes.set_xlabel(quantity("capacity").label)
    axes.set_ylabel(quantity("voltage").label)
    axes.set_xlim(0.0, None)
    # On a vertical fall the band is as high as the sky; the curves set the scale.
    low = min(float(curve.measured.min()) for curve in curves)
    high = max(float(curve.measured.max()) for curve in curves)
    axes.set_ylim(low - _SPACE * (high - low), high + _SPACE * (high - low))
    axes.legend(frameon=False, fontsize="small", title="points: measured; lines: fit")
    return axes


def draw_run_fit(panels: Sequence[Axes], run: FittedRun) -> Sequence[Axes]:
    """Draw a measured run beside its fit against time, and what the fit leaves beneath.

    Parameters
    ----------
    panels : sequence of matplotlib.axes.Axes
        Two: for the voltage and for the residuals.
    run : FittedRun
        Run of an estimate.

    Returns
    -------
    sequence of matplotlib.axes.Axes
        The same panels; the grey band is twice the standard deviation allowed for each average.
    """
    hours = run.time / SECONDS_PER_HOUR
    above, beneath = panels
    above.fill_between(hours, run.low, run.high, color=PALETTE[0], alpha=0.2, linewidth=0)
    above.plot(hours, run.measured, ".", color=TRUTH, markersize=2.5, label="measured")
    above.plot(hours, run.fitted, color=PALETTE[0], linewidth=0.9, label="fit")
    above.set_ylabel(quantity("voltage").label)
    low, high = float(run.measured.min()), float(run.measured.max())
    above.set_ylim(low - _SPACE * (high - low), high + _SPACE * (high - low))
    above.set_title(run.source, fontsize="medium")
    above.legend(frameon=False, fontsize="small")
    allowed = 2.0 * _MILLI * run.sigma
    beneath.fill_between(hours, -allowed, allowed, color="#9aa0a6", alpha=0.25, linewidth=0)
    beneath.axhline(0.0, color=TRUTH, linewidth=0.7)
    beneath.plot(hours, _MILLI * run.residual, ".", color=PALETTE[0], markersize=2.5)
    beneath.set_xlabel("time [h]")
    beneath.set_ylabel("residual [mV]")
    return panels


def draw_fit_residuals(
    axes: Axes, curve: FittedCurve, *, colour: str = TRUTH, widest: float | None = None
) -> Axes:
    """Draw measured less fitted voltage of one curve, within what was allowed for.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    curve : FittedCurve
        Curve of an estimate.
    colour : str, default dark
        Colour of the points.
    widest : float, optional
        Where the scale ends above and below [mV]; by default where `residual_scale` says. A
        triangle at the end stands for a point beyond it.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes; the band is twice the standard deviation allowed for each point.
    """
    depth = curve.capacity / curve.capacity[-1]
    end = residual_scale(curve) if widest is None else widest
    residual = _MILLI * curve.residual
    axes.fill_between(
        depth, -2.0 * _MILLI * curve.sigma, 2.0 * _MILLI * curve.sigma, color="#9aa0a6", alpha=0.25,
        linewidth=0,
    )  # fmt: skip
    axes.axhline(0.0, color=TRUTH, linewidth=0.7)
    for beyond, marker in ((residual > end, "^"), (residual < -end, "v")):
        at = depth[beyond]
        edge = _EDGE * (end if marker == "^" else -end)
        axes.plot(at, [edge] * at.size, marker, color=colour, markersize=4.0)
    within = abs(residual) <= end
    axes.plot(depth[within], residual[within], ".", color=colour, markersize=3.0)
    axes.set_ylim(-end, end)
    axes.set_xlim(-0.02, 1.02)
    axes.set_title(f"{curve.current:g} {quantity('current').pretty_units}", fontsize="medium")
    axes.set_xlabel("share of the capacity")
    axes.set_ylabel("residual [mV]")
    return axes


def residual_scale(curve: FittedCurve) -> float:
    """Return where the scale of a curve's residuals ends [mV].

    Parameters
    ----------
    curve : FittedCurve
        Curve of an estimate.

    Returns
    -------
    float
        Room for all residuals but those of a vertical fall at the end, which would hide the others.
    """
    inside = curve.capacity <= _SHOWN * curve.capacity[-1]
    largest = float(abs(curve.residual[inside]).max(initial=0.0))
    return 1.3 * _MILLI * max(largest, 2.0 * float(curve.sigma[inside].min()))


_EDGE: Final = 0.95
"""Where a triangle stands, as a share of the scale, so that it is seen whole."""
_SHOWN: Final = 0.97
"""The scale follows the residuals up to this share; beyond it a curve may fall vertically."""
