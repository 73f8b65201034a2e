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

from microbatt.inference.forward.error_model import SLOPE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.forward.binning import BinnedCurve
    from microbatt.inference.forward.forward_model import ForwardModel
    from microbatt.inference.forward.runs import BinnedRun

    Array = NDArray[np.float64]

STRETCHES: Final = 10
"""Of each curve, over which residuals are averaged."""
UNLIKELY: Final = 1e-5
"""Probability of such a drift by chance below which there is a trend."""
TOLERATED: Final = 1e-3
"""A trend up to this is told, and is no misfit [V] …"""
TOLERATED_OF_NOISE: Final = 0.5
"""… nor up to this share of the noise."""
GROSS: Final = 0.05
"""Rms of residuals that no noise of a tester and no model that may be off explains [V]."""
EXCESSIVE: Final = 4.0
"""More than so many times what is allowed, the median residual is that of a misfit [-]."""
TOLERATED_CHARGE: Final = 2e-3
"""A cliff too early or too late by less is no misfit, relative to the curve's end [-]."""
_NOISIER: Final = 5.0
"""Scatter of more than so many times what neighbouring samples show is no noise."""
_ROUNDED: Final = 5e-4
"""Rounded samples may not differ at all; they are taken to have at least this noise [V]."""
_MAD: Final = 1.4826


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
        its end and beyond what a smooth model error allows [-]; 0 if no curve has a cliff.
    late_current
        Of that curve [A m⁻²].
    rms
        Of all residuals, trend or not [V].
    excess
        The usual size of a residual over what noise and errors allow, scatter included [-].
    """

    chance: float
    scatter: float
    size: float
    current: float
    late: float
    late_current: float
    rms: float = 0.0
    excess: float = 0.0

    @property
    def is_gross(self) -> bool:
        """Whether the residuals are larger than any noise, whatever their pattern."""
        return self.rms > GROSS or self.is_excessive

    @property
    def is_excessive(self) -> bool:
        """Whether hardly a residual is as small as allowed."""
        return self.excess > EXCESSIVE


def residual_trend(model: ForwardModel, minimum: Minimum) -> Trend:
    """Find the trend of the residuals at a best fit.

    Parameters
    ----------
    model, minimum
        The measured curves and the best fit to them.
    """
    residual = minimum.residual[: model.measured.size]
    volts = model.unexplained(residual)
    scatter = max(1.0, min(_scatter(model, residual), _most_scatter(model)))
    pairs = list(zip(model.pieces, model.rows, strict=True))
    currents = np.array([piece.current for piece in model.pieces])
    scores = np.array(
        [
            residual[rows][one].sum() / np.sqrt(one.size)
            for curve, rows in pairs
            for one in _stretches(curve.voltage.size)
        ]
    )
    freedom = max(1.0, scores.size - fitted_numbers(model, minimum))
    drifts = [
        _drift(volts[rows], scatter * model.sigma[rows], model.smooth_variance[rows], curve)
        for curve, rows in pairs
    ]
    errors = model.errors
    slack = 2.0 * float(np.hypot(1.0, errors.own)) * errors.model_error / SLOPE
    late = [_lateness(volts[rows], curve, slack) for curve, rows in pairs]
    worst, latest = int(np.argmax(drifts)), int(np.argmax(np.abs(late)))
    return Trend(
        chance=float(chi2.sf(np.sum((scores / scatter) ** 2), freedom)),
        scatter=scatter,
        size=drifts[worst],
        current=float(currents[worst]),
        late=late[latest],
        late_current=float(currents[latest]),
        rms=rms_residual(model, minimum),
        excess=float(_MAD * np.median(np.abs(residual)) / scatter),
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
    if trend.is_gross:
        return True
    large = trend.size > max(TOLERATED, TOLERATED_OF_NOISE * noise)
    return trend.chance < UNLIKELY and (large or abs(trend.late) > TOLERATED_CHARGE)


def reduced_chi_square(model: ForwardModel, minimum: Minimum) -> float:
    """Return the mean squared residual of the samples in units of what was allowed."""
    m = model.measured.size
    freedom = max(1.0, m - fitted_numbers(model, minimum))
    return float(np.sum(minimum.residual[:m] ** 2) / freedom)


def fitted_numbers(model: ForwardModel, minimum: Minimum) -> float:
    """Return how many numbers the data themselves settle: the trace of the hat matrix.

    As many as there are unknowns where nothing is known of them beforehand, else fewer.
    """
    rows = minimum.jacobian[: model.measured.size]
    return float(np.sum((rows @ minimum.covariance) * rows))


def inflation(model: ForwardModel, minimum: Minimum) -> float:
    """Return the factor on every allowed standard deviation that makes the residuals plausible.

    The square root of the reduced chi square where that is beyond chance, by four standard
    deviations of its own, and 1 otherwise.
    """
    freedom = max(1.0, model.measured.size - fitted_numbers(model, minimum))
    reduced = reduced_chi_square(model, minimum)
    return float(np.sqrt(reduced)) if reduced > 1.0 + 4.0 * np.sqrt(2.0 / freedom) else 1.0


def residual_rms(capacity: NDArray[np.float64], residual: NDArray[np.float64]) -> float:
    """Return the rms of a curve's residual, even in capacity, up to 97 % of it.

    Parameters
    ----------
    capacity
        Increasing, shape (n,) [A h m⁻²].
    residual
        Shape (n,) [V]; NaN where it is not known.

    Examples
    --------
    >>> residual_rms(np.array([0.0, 1.0, 2.0]), np.array([1e-3, -1e-3, 1e-3])) < 1e-3
    True
    """
    even = np.linspace(0.0, 0.97, 200) * capacity[-1]
    known = np.isfinite(residual)
    if not known.any():
        return float("nan")
    return float(np.sqrt(np.mean(np.interp(even, capacity[known], residual[known]) ** 2)))


def rms_residual(model: ForwardModel, minimum: Minimum) -> float:
    """Return the rms of the residuals of all curves; see `residual_rms` for one [V]."""
    volts = model.unexplained(minimum.residual[: model.measured.size])
    pairs = zip(model.pieces, model.rows, strict=True)
    each = [residual_rms(piece.progress, volts[rows]) for piece, rows in pairs]
    return float(np.sqrt(np.mean(np.square(each))))


def _scatter(model: ForwardModel, residual: Array) -> float:
    """Return the standard deviation of the scatter, from the median difference of neighbours."""
    steps = np.concatenate([np.diff(residual[rows]) for rows in model.rows])
    return float(_MAD * np.median(np.abs(steps)) / np.sqrt(2.0))


def _most_scatter(model: ForwardModel) -> float:
    """Return how much larger than assumed the samples themselves say that noise may be.

    Residuals of a fit that is far off differ from average to average as well.
    """
    return _NOISIER * max(model.errors.seen, _ROUNDED) / model.errors.noise


def _stretches(size: int) -> list[NDArray[np.int64]]:
    return [one for one in np.array_split(np.arange(size), STRETCHES) if one.size]


def _drift(volts: Array, allowed: Array, smooth: Array, curve: BinnedCurve | BinnedRun) -> float:
    """Return the rms of a piece's mean residuals, less what is allowed [V].

    It is over a curve's capacity, or a run's time.  Cliffs are left out; a stretch counts by how
    far it goes.
    """
    flat = ~curve.steep
    volts, allowed, capacity = volts[flat], allowed[flat], curve.progress[flat]
    smooth = smooth[flat]
    parts = _stretches(volts.size)
    spans = np.array([np.ptp(capacity[one]) for one in parts])
    if not spans.sum() > 0.0:
        return 0.0
    excess = [
        volts[one].mean() ** 2 - np.sum(allowed[one] ** 2) / one.size**2 - smooth[one].mean()
        for one in parts
    ]
    return float(np.sqrt(max(0.0, np.average(excess, weights=spans))))


def _lateness(volts: Array, curve: BinnedCurve | BinnedRun, slack: float) -> float:
    """Return how much later than simulated a curve's cliff comes, beyond what is allowed.

    Relative to its end; `slack` is what a smooth error of the model allows.
    """
    if not curve.steep.any():
        return 0.0
    late = np.mean(-volts[curve.steep] / curve.slope[curve.steep]) / curve.charge
    return float(np.sign(late) * max(0.0, abs(late) - slack))
