"""From starts to the best fit: shapes first, then samples, and again where the fit is poor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.engines import resample_curves
from microbatt.errors import ParameterError, SimulationError
from microbatt.inference.fit.least_squares import minimise
from microbatt.inference.fit.residuals import UNLIKELY, reduced_chi_square, residual_trend
from microbatt.inference.fit.shapes import (
    CAPACITY,
    COARSE,
    DEPTHS,
    SHARES,
    VOLTAGE,
    Terminals,
    measured_shape,
    seen_shapes,
    terminal_slopes,
    with_priors,
)
from microbatt.inference.forward.forward_model import beside, cell_response, respond
from microbatt.inference.forward.runs import run_response

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.engines import Settings
    from microbatt.inference.fit.initial_guess import InitialGuess
    from microbatt.inference.fit.least_squares import Evaluate, Minimum
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

RIVAL: Final = 25.0
"""A second start is refined too if its shapes fit worse by less than this."""
POOR: Final = 3.0
"""A reduced chi square beyond this makes the fit try again elsewhere."""
AROUND: Final = np.array([(0.0, -0.15), (0.0, 0.15), (-0.5, 0.0), (0.5, 0.0)])
"""How far around a poor fit, in alpha and ln S."""
ELSEWHERE: Final = np.array([(2.0, 0.4), (5.0, 1.6), (8.0, 0.4), (2.0, 3.0), (8.0, 3.0)])
"""Where else then, alpha and ln S."""
TORTUOUS: Final = 10.0
"""Above this alpha the front is so thin that the engine needs a finer mesh."""
OF_MESH: Final = 50.0
"""Elsewhere its mesh may be to blame for a reduced chi square up to this."""
BETTER: Final = 0.8
"""It is, if a finer one leaves less than this share."""
_FINER, _FINEST = 2.0, 64.0
_REACH: Final = 2.0
"""Strides that a fit goes between two renewals, at most."""
_BETWEEN: Final = 5
"""At most so many steps between two renewals."""
_RENEWALS: Final = 10
"""At most so often derivatives by values of the cell file are renewed."""
_LITTLE: Final = 0.1
"""A gain in the sum of squares for which no renewal is worth it."""
_LITTLE_OF_RUNS: Final = 1.0
"""The same where a run is among the data, whose derivatives are those of a smoothed current."""
_STAYS: Final = 0.3
"""Strides below which they are as good as new."""
_STRIDE: Final = 0.5
"""A stride: the width of a prior, and at most this much of a coordinate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The best fit.

    Attributes
    ----------
    model
        With the engine's settings that it needed.
    minimum
        Of the residuals of the samples.
    starts
        Where fits began, the one that led to it first.
    """

    model: ForwardModel
    minimum: Minimum
    starts: tuple[InitialGuess, ...]


def refine(model: ForwardModel, starts: tuple[InitialGuess, ...]) -> Fit:
    """Fit shapes from each start, then samples from the best of them and its rivals.

    Above alpha 10, and where the residuals of the best fit drift, the engine's mesh may be to
    blame; then it is fitted again with a finer one.  Where it is still poor, it may be held up at a
    kink, such as where the limiting electrode changes; then the fit is tried again from places
    around it and from every start.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    starts
        At least one.

    Raises
    ------
    SimulationError
        If the engine has no whole curve at any start.
    """
    if not model.curves:
        return _refine_runs(model, starts)
    if not model.runs:
        return _refine_curves(model, starts)
    return _with_runs(model, _refine_curves(model.with_curves(model.curves, ()), starts))


def _refine_curves(model: ForwardModel, starts: tuple[InitialGuess, ...]) -> Fit:
    """Fit curves alone: shapes first, then samples."""
    found = []
    exact = model.of_file(model.priors.mean)
    for start in starts:
        shaped = _fit_shapes(exact, _at(exact, np.array([start.alpha, np.log(start.S)])))
        if shaped is not None:
            found.append((shaped, start))
    found.sort(key=lambda one: one[0].chi_square)
    if found:
        model = beside(model.solved(COARSE), _whole(model, found[0][0].x)).solved(model.settings)
    fits = [
        (fit_samples(model, _whole(model, shaped.x)), start) for shaped, start in _distinct(found)
    ]
    good = [(minimum, start) for minimum, start in fits if minimum is not None]
    if not good:
        raise SimulationError(
            "the engine has no whole curve at one of the measured currents near any start; leave "
            "the highest current out, or check the area and the cell file."
        )
    best, kept = min(good, key=lambda one: one[0].chi_square)
    if model.priors.doubted:
        model, best = _beside_best(model, best)
    model, best = _meshed(model, best)
    poor = reduced_chi_square(model, best) > POOR and _drifts(model, best)
    if poor and not model.priors.doubted:
        others = [_whole(model, shaped.x) for shaped, _ in found]
        best = _best_around(model, best, others)
    ordered = (kept, *(start for start in starts if start is not kept))
    return Fit(model=model, minimum=best, starts=ordered)


def _with_runs(model: ForwardModel, of_curves: Fit) -> Fit:
    """Fit curves and runs together, from the best fit of the curves alone."""
    found, x = of_curves.model, of_curves.minimum.x
    joined = beside(found.with_curves(found.curves, model.runs), x)
    best = fit_samples(joined, x)
    if best is None:
        raise SimulationError(
            "the engine does not run through the measured runs at the best fit of the discharges; "
            "check the state in which they begin, their current and area, or leave them out."
        )
    joined, best = _beside_best(joined, best)
    return Fit(model=joined, minimum=best, starts=of_curves.starts)


def _refine_runs(model: ForwardModel, starts: tuple[InitialGuess, ...]) -> Fit:
    """Fit the samples of runs from each start, which have no shapes, and again from the best."""
    places = [_whole(model, _at(model.of_file(model.priors.mean), _point(one))) for one in starts]
    near = beside(model, places[0])
    fits = [
        (minimum, start)
        for place, start in zip(places, starts, strict=True)
        if (minimum := fit_samples(near, place)) is not None
    ]
    if not fits:
        raise SimulationError(
            "the engine does not run through what was measured near any start; check the current, "
            "the area, the state at the start and the cell file."
        )
    best, kept = min(fits, key=lambda one: one[0].chi_square)
    model, best = _beside_best(near, best)
    ordered = (kept, *(start for start in starts if start is not kept))
    return Fit(model=model, minimum=best, starts=ordered)


def _point(start: InitialGuess) -> Array:
    return np.array([start.alpha, np.log(start.S)])


def _fit_shapes(model: ForwardModel, x: Array) -> Minimum | None:
    """Fit the other unknowns at alpha and ln S as they are, then everything."""
    low, high = model.priors.low, model.priors.high
    evaluate = shape_objective(model, COARSE)
    if model.priors.free:
        here = (np.concatenate([x[:2], bound[2:]]) for bound in (low, high))
        held = minimise(evaluate, x, *here, gain=1.0, most=3)
        x = x if held is None else held.x
    return minimise(evaluate, x, low, high, gain=1.0, most=15)


def fit_samples(model: ForwardModel, x: Array, *, most: int = 30) -> Minimum | None:
    """Fit the samples from coordinates `x`; None where the engine has no whole curve there.

    Derivatives by doubted values of the cell file cost a curve each and change little, so they are
    renewed only where the fit has moved on; between two renewals it goes no further than they hold.
    """
    bounds = model.priors.low, model.priors.high
    if not model.priors.doubted:
        return minimise(sample_objective(model), x, *bounds, most=most)
    x = np.clip(x, *bounds)
    minimum = None
    for _ in range(_RENEWALS):
        columns = cell_response(model, x)
        of_runs = _run_responses(model, x)
        reach = _REACH * _strides(model)
        near = np.maximum(bounds[0], x - reach), np.minimum(bounds[1], x + reach)
        evaluate = sample_objective(model, columns, of_runs)
        again = minimise(evaluate, x, *near, most=min(most, _BETWEEN))
        if again is None:
            return minimum
        moved = float(np.max(np.abs(again.x - x) / _strides(model)))
        gained = np.inf if minimum is None else minimum.chi_square - again.chi_square
        minimum, x = again, again.x
        if moved < _STAYS or gained < (_LITTLE_OF_RUNS if model.runs else _LITTLE):
            break
    return _renewed(model, minimum)


def _run_responses(model: ForwardModel, x: Array) -> tuple[Array, ...]:
    """Return the derivatives of the runs by what is asked for, at coordinates."""
    if not model.runs:
        return ()
    exact, n = model.of_file(x), model.priors.asked
    return tuple(run_response(exact, x[:n], run) for run in model.runs)


def _renewed(model: ForwardModel, minimum: Minimum | None) -> Minimum | None:
    """Return a minimum with the derivatives by values of the cell file taken there."""
    if minimum is None:
        return None
    jacobian = minimum.jacobian.copy()
    columns = cell_response(model, minimum.x)
    jacobian[: model.measured.size, model.priors.asked :] = -model.whiten(columns.T).T
    return replace(minimum, jacobian=jacobian)


def _strides(model: ForwardModel) -> Array:
    """Return how far unknowns go before derivatives are another, shape (p,)."""
    return np.asarray(np.minimum(model.priors.std, _STRIDE))


def _beside_best(model: ForwardModel, best: Minimum) -> tuple[ForwardModel, Minimum]:
    """Fit again with the cliffs and weights of the best fit, where it has left its start."""
    renewed = beside(model, best.x)
    again = fit_samples(renewed, best.x, most=8)
    return (model, best) if again is None else (renewed, again)


def _meshed(model: ForwardModel, best: Minimum) -> tuple[ForwardModel, Minimum]:
    """Fit again on a finer mesh where that of the model may not do; keep it if it did not."""
    tortuous = best.x[0] > TORTUOUS
    if not (tortuous or (_drifts(model, best) and reduced_chi_square(model, best) < OF_MESH)):
        return model, best
    mesh = min(_FINER * model.settings.mesh, _FINEST)
    finer = model.solved(replace(model.settings, mesh=mesh))
    again = fit_samples(finer, best.x, most=8)
    if again is None or not (tortuous or again.chi_square < BETTER * best.chi_square):
        return model, best
    return finer, again


def _drifts(model: ForwardModel, best: Minimum) -> bool:
    """Tell whether the residuals hold more than scatter, however large that is."""
    return residual_trend(model, best).chance < UNLIKELY


def _best_around(model: ForwardModel, best: Minimum, others: list[Array]) -> Minimum:
    """Fit again from places around a poor fit and from other ones; return the best of all."""
    exact = model.of_file(best.x)
    shaped = [
        _fit_shapes(exact, _at(exact, point)) for point in (*(best.x[:2] + AROUND), *ELSEWHERE)
    ]
    elsewhere = sorted((one for one in shaped if one is not None), key=lambda one: one.chi_square)
    around = [_at(exact, point) for point in best.x[:2] + AROUND]
    for place in (*(one.x for one in elsewhere[:2]), *around[:2], *others[1:]):
        begun = np.append(place[: model.priors.asked], best.x[model.priors.asked :])
        again = fit_samples(model, begun, most=8)
        if again is not None and again.chi_square < best.chi_square:
            best = again
        if reduced_chi_square(model, best) <= POOR:
            break
    return best


def _at(model: ForwardModel, point: Array) -> Array:
    """Return coordinates inside the bounds with the other unknowns as expected."""
    x = model.priors.mean.copy()
    x[:2] = point
    return np.clip(x, model.priors.low, model.priors.high)


def _whole(model: ForwardModel, x: Array) -> Array:
    """Return coordinates with the values of the cell file behind those asked for."""
    return np.append(x, model.priors.mean[model.priors.asked :])


def _distinct(found: list[tuple[Minimum, InitialGuess]]) -> list[tuple[Minimum, InitialGuess]]:
    """Return the best fit of shapes, and those elsewhere that are nearly as good."""
    kept: list[tuple[Minimum, InitialGuess]] = []
    for minimum, start in found:
        near = any(np.allclose(minimum.x[:2], one.x[:2], atol=0.3) for one, _ in kept)
        if not kept or (not near and minimum.chi_square < kept[0][0].chi_square + RIVAL):
            kept.append((minimum, start))
    return kept


def sample_objective(
    model: ForwardModel, columns: Array | None = None, of_runs: tuple[Array, ...] | None = None
) -> Evaluate:
    """Return the residuals of the samples, and of the unknowns from what is expected of them.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    columns
        Derivatives by doubted values of the cell file, as `cell_response` has them.
    of_runs
        Derivatives of each run by what is asked for, as `respond` takes them.
    """
    n = model.priors.asked

    def evaluate(x: Array) -> tuple[Array, Array] | None:
        try:
            response = respond(model.of_file(x), x[:n], of_runs)
        except ParameterError:  # a cell that cannot be
            return None
        if response is None:
            return None
        residual = model.whiten(model.measured - response.voltage)
        volts = response.jacobian
        if columns is not None:
            volts = np.concatenate([volts, columns], axis=1)
        return with_priors(model, x, residual, -model.whiten(volts.T).T)

    return evaluate


def shape_objective(model: ForwardModel, settings: Settings) -> Evaluate:
    """Return the residuals of the curves' shapes, and of the unknowns.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    settings
        How finely to solve; shapes bear less than samples do.
    """
    model = model.solved(settings)
    measured = measured_shape(model).ravel()
    spread = np.tile([*np.full(DEPTHS.size, VOLTAGE), CAPACITY], len(model.curves))

    def evaluate(x: Array) -> tuple[Array, Array] | None:
        found = _shapes_and_slopes(model, x)
        if found is None:
            return None
        shape, slopes = found
        residual = (measured - shape) / spread
        return with_priors(model, x, residual, -slopes / spread[:, None])

    return evaluate


def _shapes_and_slopes(model: ForwardModel, x: Array) -> tuple[Array, Array] | None:
    displaced = model.displaced_at(x)
    voltage = displaced.by_member(resample_curves(displaced.curves, SHARES))[:, 0]
    ends = displaced.end_capacities[:, 0]
    scale = model.value(x, "area_scale")
    through = Terminals(offset=model.value(x, "voltage_offset"), scale=scale)
    shapes = np.stack(
        [seen_shapes(model, v, q, through) for v, q in zip(voltage, ends, strict=True)]
    )
    if not np.isfinite(shapes[0]).all():
        return None
    slopes = terminal_slopes(model, voltage[0], ends[0], through)
    for name, scheme in displaced.finite_differences.items():
        slopes[name] = scheme.weights[0] @ shapes[[0, *scheme.members]]
    if "area_scale" in slopes:
        slopes["area_scale"] = slopes["area_scale"] / scale
    slopes["S"] = slopes["S"] * displaced.points[0, 1]  # per unit of ln S
    columns = [slopes[name] for name in model.priors.names]
    return shapes[0], np.nan_to_num(np.stack(columns, axis=-1))
