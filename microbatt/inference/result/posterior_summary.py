"""A fit and its posterior as the records of an estimate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import norm

from microbatt.inference.fit.posterior import Posterior
from microbatt.inference.forward.error_model import EQUATIONS
from microbatt.inference.forward.forward_model import simulated_curves
from microbatt.inference.forward.runs import run_voltage
from microbatt.inference.forward.unknowns import MICROSTRUCTURE, PARAMETERS
from microbatt.inference.result.diagnostics import information
from microbatt.inference.result.records import FittedCurve, FittedRun, ParameterEstimate

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.interpolate import PchipInterpolator

    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.fit.posterior import Drawn
    from microbatt.inference.forward.binning import BinnedCurve
    from microbatt.inference.forward.forward_model import ForwardModel
    from microbatt.inference.options import InferenceOptions

    Array = NDArray[np.float64]


def parameter_estimates(
    model: ForwardModel, minimum: Minimum, drawn: Drawn, level: float
) -> tuple[ParameterEstimate, ...]:
    """Return median, deviation and interval of each parameter.

    Parameters
    ----------
    model, minimum
        The measured curves, the unknowns and the best fit.
    drawn
        The posterior around it.
    level
        Probability of the intervals.
    """
    tail = 0.5 * (1.0 - level)
    if drawn.kind is Posterior.CURVATURE:
        std = np.sqrt(np.diag(minimum.covariance))
        ends = norm.ppf([0.5, tail, 1.0 - tail])
        quantiles = model.priors.natural(minimum.x + ends[:, None] * std)
    else:
        quantiles = _medians_and_intervals(model, drawn, level)
    deviation = model.priors.natural(drawn.draws).std(axis=0)
    noise = noise_alone(model, minimum)
    beyond = _beyond(model, minimum.x)
    bounds = _bounds_reached(model, drawn, level)
    return tuple(
        ParameterEstimate(
            name=model.priors.names[i],
            value=float(quantiles[0, i]),
            std=float(deviation[i]),
            low=float(quantiles[1, i]),
            high=float(quantiles[2, i]),
            prior=model.priors.describe(i),
            noise_std=float(noise[i]) if model.priors.doubted else float(deviation[i]),
            beyond=float(beyond[i]),
            low_bound=bounds[i][0],
            high_bound=bounds[i][1],
        )
        for i in model.priors.shown
    )


def bounds_sentence(parameters: tuple[ParameterEstimate, ...]) -> str:
    """Say which intervals of alpha and S end where the search does; nothing where none does.

    Parameters
    ----------
    parameters
        From `parameter_estimates`.
    """
    ends = [
        f"of {one.name} at {bound:.3g}"
        for one in parameters
        if one.name in MICROSTRUCTURE
        for bound in (one.low_bound, one.high_bound)
        if bound is not None and bound != PARAMETERS[one.name].allowed.low
    ]
    if not ends:
        return ""
    return (
        f"An interval ends where the search ends, {' and '.join(ends)}, and not by the curves: "
        "values beyond were not looked at."
    )


def cell_value_estimates(
    model: ForwardModel, drawn: Drawn, level: float
) -> tuple[ParameterEstimate, ...]:
    """Return what the data leave of each doubted value of the cell file, the most moved first.

    Parameters
    ----------
    model, drawn, level
        As for `parameter_estimates`.
    """
    priors, n = model.priors, model.priors.asked
    if not priors.doubted:
        return ()
    draws = priors.natural(drawn.draws)
    quantiles = _medians_and_intervals(model, drawn, level)
    beyond = _beyond(model, np.median(drawn.draws, axis=0))
    found = [
        ParameterEstimate(
            name=name,
            value=float(quantiles[0, i]),
            std=float(draws[:, i].std()),
            low=float(quantiles[1, i]),
            high=float(quantiles[2, i]),
            prior=priors.describe(i),
            beyond=float(beyond[i]),
        )
        for i, name in enumerate(priors.doubted, n)
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.beyond)))


def _medians_and_intervals(model: ForwardModel, drawn: Drawn, level: float) -> Array:
    """Return median, lower and upper end of each unknown, shape (3, p).

    The same share lies beyond both ends.  Where draws pile up at a bound, as those of a resistance
    that is 0, the interval begins there: else it could not hold what lies on the bound.
    """
    tail = 0.5 * (1.0 - level)
    draws, priors = drawn.draws, model.priors
    ends = np.quantile(draws, [0.5, tail, 1.0 - tail], axis=0)
    for i in range(draws.shape[1]):
        shape = _Shape.of(draws[:, i], level)
        few, last = shape.few, shape.widths.size - shape.few
        if shape.first < few and shape.reaches(priors.low[i]):
            ends[1:, i] = priors.low[i], np.quantile(shape.ordered, level)
        elif shape.first >= last and shape.reaches(priors.high[i], above=True):
            ends[1:, i] = np.quantile(shape.ordered, 1.0 - level), priors.high[i]
    return np.asarray(priors.natural(ends))


def _bounds_reached(
    model: ForwardModel, drawn: Drawn, level: float
) -> list[tuple[float | None, float | None]]:
    """Return the bounds, low and high, at which the interval of each unknown ends; None elsewhere.

    Draws reach such a bound, and the interval ends there or within a tenth of its width of it.
    """
    priors, tail = model.priors, 0.5 * (1.0 - level)
    found = []
    for i in range(drawn.draws.shape[1]):
        draws = drawn.draws[:, i]
        shape = _Shape.of(draws, level)
        first, last = np.quantile(draws, [tail, 1.0 - tail])
        near = _NEAR * float(last - first)
        begins = shape.first < shape.few or first - priors.low[i] < near
        ends = shape.first >= shape.widths.size - shape.few or priors.high[i] - last < near
        at_low = begins and shape.reaches(priors.low[i])
        at_high = ends and shape.reaches(priors.high[i], above=True)
        found.append(
            (
                priors.value(priors.low, i) if at_low else None,
                priors.value(priors.high, i) if at_high else None,
            )
        )
    return found


class _Shape(NamedTuple):
    """How the draws of one unknown lie."""

    ordered: Array
    widths: Array
    """Of all intervals that hold the level."""
    few: int

    @classmethod
    def of(cls, draws: Array, level: float) -> _Shape:
        ordered = np.sort(draws)
        inside = int(np.ceil(level * ordered.size))
        widths = ordered[inside - 1 :] - ordered[: ordered.size - inside + 1]
        return cls(ordered, widths, max(1, int(_FEW * ordered.size)))

    @property
    def first(self) -> int:
        """Where the shortest interval begins."""
        return int(self.widths.argmin())

    def reaches(self, bound: float, *, above: bool = False) -> bool:
        """Whether more than a few draws lie near a bound."""
        near = _NEAR * float(self.widths.min())
        distance = bound - self.ordered[-self.few - 1] if above else self.ordered[self.few] - bound
        return bool(distance < near)


_FEW, _NEAR = 0.02, 0.1
"""Draws pile up at a bound if the shortest interval leaves out no larger share of them there, and
so many lie as near to it, in widths of that interval."""


def noise_alone(model: ForwardModel, minimum: Minimum) -> Array:
    """Return the standard deviations that noise would leave of what is asked for, shape (n,).

    As if the values of the cell file were exact and the model without a smooth error.

    Parameters
    ----------
    model, minimum
        The measured curves, the unknowns and the best fit.
    """
    m, n = model.measured.size, model.priors.asked
    volts = model.colour(minimum.jacobian[:m, :n].T)
    scale = model.error_models[0].deviation / model.plain_error_models[0].deviation
    plain = [one.scaled(float(scale[0])) for one in model.plain_error_models]
    rows = [one.whiten(volts[:, part]) for part, one in zip(model.rows, plain, strict=True)]
    x = minimum.x[:n]
    priors = model.priors.without_file()
    jacobian = np.concatenate([np.concatenate(rows, axis=1).T, priors.rows(x)])
    covariance = np.linalg.pinv(jacobian.T @ jacobian, hermitian=True)
    std = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    natural = [
        priors.value(x, i) * one if priors.by_logarithm(i) else one for i, one in enumerate(std)
    ]
    return np.array(natural)


def _beyond(model: ForwardModel, x: Array) -> Array:
    """Return how many widths of its prior each unknown lies from what is expected, shape (p,)."""
    priors = model.priors
    return np.where(np.isfinite(priors.std), (x - priors.mean) / priors.std, 0.0)


def fitted_curves(
    model: ForwardModel, minimum: Minimum, drawn: Drawn, level: float
) -> tuple[FittedCurve, ...]:
    """Return each curve beside its fit, with the band that should hold the samples.

    Parameters
    ----------
    model, minimum, drawn, level
        As for `parameter_estimates`.
    """
    m, k = model.measured.size, len(model.curves)
    offsets = model.offsets(minimum.residual[:m])
    variance = _variance(model, minimum, drawn)
    times = float(norm.ppf(0.5 + 0.5 * level))
    shares = information(model, minimum)
    common = model.shared_error(minimum.residual[:m]) if model.errors.model_error else None
    return tuple(
        replace(
            _fitted(curve, simulated, float(offset), share, _Reach(times, variance[rows], sigma)),
            shared_error=None if common is None else common[rows],
            temperature_measured=i < len(model.temperatures) and model.temperatures[i] is not None,
        )
        for i, (curve, simulated, rows, sigma, offset, share) in enumerate(
            zip(
                model.curves,
                simulated_curves(model, minimum.x),
                model.rows[:k],
                [one.sigma for one in model.error_models[:k]],
                offsets[:k],
                shares[:k],
                strict=True,
            )
        )
    )


def fitted_runs(
    model: ForwardModel, minimum: Minimum, drawn: Drawn, level: float
) -> tuple[FittedRun, ...]:
    """Return each run beside its fit, with the band that should hold the averages.

    Parameters
    ----------
    model, minimum, drawn, level
        As for `parameter_estimates`.
    """
    m, k = model.measured.size, len(model.curves)
    residual = minimum.residual[:m]
    variance = _variance(model, minimum, drawn)
    offsets, shares = model.offsets(residual), information(model, minimum)
    times = float(norm.ppf(0.5 + 0.5 * level))
    common = model.shared_error(residual) if model.errors.model_error else None
    found = []
    for i, run in enumerate(model.runs, k):
        rows, sigma = model.rows[i], model.error_models[i].sigma
        voltage = run_voltage(model, minimum.x, run)
        fitted = (np.full(run.voltage.size, np.nan) if voltage is None else voltage) + offsets[i]
        wide = times * np.sqrt(variance[rows] + sigma**2)
        found.append(
            FittedRun(
                source=run.source,
                samples=run.samples,
                time=run.time,
                current=run.load,
                measured=run.voltage,
                fitted=fitted,
                low=np.maximum(fitted - wide, 0.0),
                high=fitted + wide,
                sigma=sigma,
                count=run.count,
                offset=float(offsets[i]),
                information=shares[i],
                shared_error=None if common is None else common[rows],
                temperature_measured=run.temperature is not None,
                remarks=run.remarks,
            )
        )
    return tuple(found)


def _variance(model: ForwardModel, minimum: Minimum, drawn: Drawn) -> Array:
    """Return what the posterior leaves open of each average, shape (m,) [V²]."""
    response = -model.colour(minimum.jacobian[: model.measured.size].T).T
    spread = np.cov(drawn.draws - minimum.x, rowvar=False)
    return np.asarray(np.einsum("mi,ij,mj->m", response, spread, response))


class _Reach(NamedTuple):
    """How far samples may lie from the fit: standard deviations, variance [V²] and noise [V]."""

    times: float
    variance: Array
    sigma: Array


def _fitted(
    curve: BinnedCurve,
    simulated: PchipInterpolator,
    offset: float,
    share: tuple[float, float],
    reach: _Reach,
) -> FittedCurve:
    """Return a curve beside its fit: at equal capacity, and nowhere beyond the simulated end.

    On a cliff the band is that of the capacity at which the voltage falls.
    """
    fitted = curve.average(simulated(curve.nodes)) + offset
    wide = reach.times * np.sqrt(reach.variance + reach.sigma**2)
    low, high = fitted - wide, fitted + wide
    cliff = curve.steep & np.isfinite(fitted)
    if cliff.any():
        noise = reach.times * float(np.median(reach.sigma[~curve.steep]))
        along = wide[cliff] / np.abs(curve.slope[cliff])
        ends = simulated.x[0], simulated.x[-1]
        later, earlier = (
            simulated(np.clip(curve.capacity[cliff] + side * along, *ends)) + offset
            for side in (1.0, -1.0)
        )
        low[cliff] = np.minimum(later, fitted[cliff]) - noise
        high[cliff] = np.maximum(earlier, fitted[cliff]) + noise
    return FittedCurve(
        source=curve.source,
        current=curve.current,
        samples=curve.samples,
        capacity=curve.capacity,
        measured=curve.voltage,
        fitted=fitted,
        low=np.maximum(low, 0.0),
        high=high,
        sigma=reach.sigma,
        offset=offset,
        information=share,
        remarks=curve.remarks,
    )


def assumptions(
    model: ForwardModel,
    noise: float,
    options: InferenceOptions,
    scale: float,
    doubts: str,
) -> tuple[str, ...]:
    """Say what was taken as known.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    noise
        Standard deviation of a single sample [V].
    options
        What was to be assumed.
    scale
        Factor by which intervals were widened.
    doubts
        How well the cell file is known, in words.
    """
    cell, priors = model.cell, model.priors
    heat = type(model.thermal).__name__.lower()
    told = (
        "given"
        if options.noise is not None
        else "estimated from the scatter of neighbouring samples"
    )
    asked = [name.replace("_", " ") for i, name in enumerate(priors.names) if i in priors.shown]
    sentences = [
        f"The cell is {cell.name!r} in everything but {', '.join(asked)}.",
        doubts,
        f"Lithium balance {model.inventory}; heat balance {heat}.",
        *(["Every discharge began from rest, fully charged."] if model.curves else []),
        *(run.start.sentence for run in model.runs),
        *_temperature_sentences(model),
        f"White noise of {noise * 1e3:.3g} mV in each sample, {told}.",
        _charge_sentence(model),
    ]
    if options.offset_error > 0.0:
        own = 1e3 * options.offset_error
        sentences.append(f"The voltage of each curve may have an offset of {own:.3g} mV.")
    size = model.errors.model_error
    whence = "differences between the curves tell" if options.curve_error is None else "was stated"
    if size > 0.0:
        sentences.append(
            f"The model may be off by {1e3 * size:.3g} mV that change smoothly with the charge, "
            f"the same in all curves, by {1e3 * EQUATIONS * size:.3g} mV at the largest current "
            f"that grow with the current, and by {1e3 * model.errors.own * size:.2g} mV in each "
            f"curve by itself, as {whence}: the "
            f"{model.measured.size} averages hold some {model.independent_facts:.0f} "
            "independent facts."
        )
    sentences += [
        f"{priors.names[i].replace('_', ' ')}: {priors.describe(i)} beforehand."
        for i in range(len(priors.names))
    ]
    if scale > 1.0:
        sentences.append(
            f"The residuals are larger than assumed; every interval was widened by {scale:.3g}."
        )
    return tuple(sentences)


def _temperature_sentences(model: ForwardModel) -> list[str]:
    """Say which curves and runs follow a temperature that was measured."""
    warm = [
        piece.source
        for piece, one in zip(model.curves, model.temperatures, strict=False)
        if one is not None
    ]
    warm += [run.source for run in model.runs if run.temperature is not None]
    if not warm:
        return []
    every = len(warm) == len(model.pieces)
    which = "every file" if every else ", ".join(dict.fromkeys(warm))
    return [f"The temperature that was measured drives {which}."]


def _charge_sentence(model: ForwardModel) -> str:
    """Say how well the charge of the curves is known."""
    errors = [100.0 * one.charge_error for one in model.error_models]
    low, high = min(errors), max(errors)
    told = f"{low:.3g} %" if high < 1.005 * low else f"{low:.3g} to {high:.3g} %"
    return f"The charge of each curve is known to {told}."
