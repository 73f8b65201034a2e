"""Whether the cell file explains the data: trends in the residuals, in millivolts and in words.

White noise leaves residuals that scatter and do not drift.  Each curve is cut in ten; the mean
residual of a tenth is compared with what its noise leaves, and the noise with how much neighbouring
residuals differ (von Neumann 1941), so that noise larger than assumed is not taken for a trend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import chi2

from microbatt.inference.result.estimate import residual_rms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.gauss_newton import Minimum
    from microbatt.inference.forward.binning import Reduced
    from microbatt.inference.forward.forward_model import Problem

    Array = NDArray[np.float64]

STRETCHES: Final = 10
"""Of each curve, over which residuals are averaged."""
UNLIKELY: Final = 1e-5
"""Probability of such a drift by chance below which there is a trend."""
TOLERATED: Final = 1e-3
"""A trend up to this is told, and is no misfit [V] …"""
TOLERATED_OF_NOISE: Final = 0.5
"""… nor up to this share of the noise."""
TOLERATED_CHARGE: Final = 2e-3
"""A cliff too early or too late by less is no misfit, relative to the curve's end [-]."""
_MAD: Final = 1.4826
_LARGER: Final = 1.2
"""Scatter beyond the noise assumed by more than this is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What residuals hold beside scatter.

    Attributes
    ----------
    chance
        Probability of such a drift by chance.
    scatter
        Standard deviation of the scatter over what was allowed [-].
    size
        Drift of the worst curve outside its cliffs, rms over its capacity, less what scatter leaves
        [V].
    current
        Of that curve [A m⁻²].
    late
        How much later than the simulated ones measured cliffs come, of the worst curve, relative to
        its end [-]; 0 if no curve has a cliff.
    late_current
        Of that curve [A m⁻²].
    """

    chance: float
    scatter: float
    size: float
    current: float
    late: float
    late_current: float


def residual_trend(problem: Problem, minimum: Minimum) -> Trend:
    """Find the trend of the residuals at a best fit.

    Parameters
    ----------
    problem, minimum
        The measured curves and the best fit to them.
    """
    residual = minimum.residual[: problem.measured.size]
    volts = problem.unexplained(residual)
    scatter = max(1.0, _scatter(problem, residual))
    pairs = list(zip(problem.curves, problem.rows, strict=True))
    scores = np.array(
        [
            residual[rows][one].sum() / np.sqrt(one.size)
            for curve, rows in pairs
            for one in _stretches(curve.voltage.size)
        ]
    )
    freedom = max(1, scores.size - minimum.x.size)
    drifts = [_drift(volts[rows], scatter * problem.sigma[rows], curve) for curve, rows in pairs]
    late = [_lateness(volts[rows], curve) for curve, rows in pairs]
    worst, latest = int(np.argmax(drifts)), int(np.argmax(np.abs(late)))
    return Trend(
        chance=float(chi2.sf(np.sum((scores / scatter) ** 2), freedom)),
        scatter=scatter,
        size=drifts[worst],
        current=float(problem.currents[worst]),
        late=late[latest],
        late_current=float(problem.currents[latest]),
    )


def is_misfit(trend: Trend, noise: float) -> bool:
    """Return whether a trend is more than a cell file that fits leaves.

    Parameters
    ----------
    trend
        Of the residuals.
    noise
        Standard deviation of a single sample [V].
    """
    large = trend.size > max(TOLERATED, TOLERATED_OF_NOISE * noise)
    return trend.chance < UNLIKELY and (large or abs(trend.late) > TOLERATED_CHARGE)


def misfit_sentence(trend: Trend, noise: float, rms: float) -> str:
    """Say whether the cell file explains the data, how well, and what to do.

    Parameters
    ----------
    trend, noise
        As for `is_misfit`.
    rms
        Of all residuals [V].
    """
    told = f"the residuals are {_mV(rms)} rms where {_mV(noise)} of noise was assumed"
    if not trend.chance < UNLIKELY:
        larger = trend.scatter > _LARGER
        more = "; the noise is larger than that, and the intervals were widened" if larger else ""
        return f"The cell file explains the data: {told}, without a trend{more}."
    trends = f"{told}, and they drift by {_mV(trend.size)} (rms of the worst curve, at "
    trends += f"{trend.current:.4g} A m⁻²)"
    if not is_misfit(trend, noise):
        return (
            f"The cell file explains the data to within {_mV(max(trend.size, 5e-5))}: {trends}. "
            "That is little, but no noise: alpha and S may be off by more than their intervals say."
        )
    if abs(trend.late) > TOLERATED_CHARGE:
        when = "later" if trend.late > 0.0 else "earlier"
        trends += f"; at {trend.late_current:.4g} A m⁻² the voltage falls {_percent(trend.late)} "
        trends += f"of the charge {when} than it should"
    return (
        f"The cell file cannot explain the data: {trends}. Check the chemistry, the temperature "
        "and heat balance, the balance of the electrodes, the area and the contact resistance. The "
        "intervals only hold for a cell file that fits; they were widened to cover residuals of "
        "this size by chance, which is not the same."
    )


def rms_residual(problem: Problem, minimum: Minimum) -> float:
    """Return the rms of the residuals of all curves; see `residual_rms` for one [V]."""
    volts = problem.unexplained(minimum.residual[: problem.measured.size])
    pairs = zip(problem.curves, problem.rows, strict=True)
    each = [residual_rms(curve.capacity, volts[rows]) for curve, rows in pairs]
    return float(np.sqrt(np.mean(np.square(each))))


def _scatter(problem: Problem, residual: Array) -> float:
    """Return the standard deviation of the scatter, from the median difference of neighbours."""
    steps = np.concatenate([np.diff(residual[rows]) for rows in problem.rows])
    return float(_MAD * np.median(np.abs(steps)) / np.sqrt(2.0))


def _stretches(size: int) -> list[NDArray[np.int64]]:
    return [one for one in np.array_split(np.arange(size), STRETCHES) if one.size]


def _drift(volts: Array, allowed: Array, curve: Reduced) -> float:
    """Return the rms over a curve's capacity of its mean residuals, less what scatter leaves [V].

    Cliffs are left out; a stretch counts by the capacity that it spans.
    """
    flat = ~curve.steep
    volts, allowed, capacity = volts[flat], allowed[flat], curve.capacity[flat]
    parts = _stretches(volts.size)
    spans = np.array([np.ptp(capacity[one]) for one in parts])
    if not spans.sum() > 0.0:
        return 0.0
    excess = [volts[one].mean() ** 2 - np.sum(allowed[one] ** 2) / one.size**2 for one in parts]
    return float(np.sqrt(max(0.0, np.average(excess, weights=spans))))


def _lateness(volts: Array, curve: Reduced) -> float:
    """Return how much later than simulated a curve's cliff comes, relative to its end."""
    if not curve.steep.any():
        return 0.0
    late = -volts[curve.steep] / curve.slope[curve.steep]
    return float(np.mean(late) / curve.capacity[-1])


def _mV(volts: float) -> str:  # noqa: N802 - the unit's symbol
    size = volts * 1e3
    return f"{size:.0f} mV" if size >= 10.0 else f"{size:.2g} mV"


def _percent(share: float) -> str:
    return f"{100.0 * abs(share):.2g} %"
