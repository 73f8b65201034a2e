"""From starts to the best fit: shapes first, then samples, and again where the fit is poor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.engines import resample_curves
from microbatt.errors import ParameterError, SimulationError
from microbatt.inference.fit.least_squares import Economy, minimise
from microbatt.inference.fit.residuals import UNLIKELY, reduced_chi_square, residual_trend
from microbatt.inference.fit.shapes import (
    CAPACITY,
    COARSE,
    DEPTHS,
    SHARES,
    VOLTAGE,
    Terminals,
    followed_shape,
    measured_shape,
    seen_shapes,
    terminal_slopes,
)
from microbatt.inference.forward.derivatives import differentiated, followed_curves, simulated
from microbatt.inference.forward.finite_differences import end_capacity
from microbatt.inference.forward.forward_model import beside
from microbatt.inference.forward.measured_temperature import run_points
from microbatt.inference.forward.potential_errors import potential_moves
from microbatt.inference.forward.runs import anchored_run, centred_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from microbatt.engines import Settings
    from microbatt.inference.fit.initial_guess import InitialGuess
    from microbatt.inference.fit.least_squares import Evaluate, Minimum
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

RIVAL: Final = 25.0
"""A second start is refined too if its shapes fit worse by less than this."""
_APART: Final = 0.3
"""Closer than this in alpha and in ln S, two fits of shapes are the same."""
POOR: Final = 3.0
"""A reduced chi square beyond this makes the fit try again elsewhere."""
AROUND: Final = np.array([(0.0, -0.15), (0.0, 0.15), (-0.5, 0.0), (0.5, 0.0)])
"""How far around a poor fit, in alpha and ln S."""
_MISSES: Final = 2
"""Places in vain after which runs are not fitted from another one."""
ELSEWHERE: Final = np.array([(2.0, 0.4), (5.0, 1.6), (8.0, 0.4), (2.0, 3.0), (8.0, 3.0)])
"""Where else then, alpha and ln S."""
TORTUOUS: Final = 10.0
"""Above this alpha the front is so thin that the engine needs a finer mesh."""
OF_MESH: Final = 50.0
"""Elsewhere its mesh may be to blame for a reduced chi square up to this."""
BETTER: Final = 0.8
"""It is, if a finer one leaves less than this share."""
_FINER, _FINEST = 2.0, 64.0
_LITTLE: Final = 5.0
"""A gain in the sum of squares of shapes for which such a fit does not go on."""
_MOST: Final = 40
"""Calls of the last fit, of which most need five; one along a curved valley needs thirty."""
_GAIN, _ROUGH_GAIN = 1e-2, 1.0
"""Gains in the sum of squares for which a fit goes on, at its end and before it begins anew."""
_GAIN_OF_RUNS: Final = 0.1
"""The same at the end with a run among the data, whose derivatives are differences."""
_CENTRED: Final = 2
"""Times at most that runs are begun anew where the fit expects it."""
_START, _SWITCH = 5e-5, 0.2
"""Share of the charge, and deviations of a switch, by which that has to move them."""
_REACH: Final = 2.0
"""Strides of the longest step."""
_NEAR: Final = 1.0
"""Strides from where derivatives were found, up to which they are mended and not found again."""
_NEAR_RUNS: Final = 2.0
"""The same with a run among the data, each of whose derivatives costs two runs."""
_NEAR_SHAPES: Final = 0.5
"""The same of shapes, in which little is lost by a derivative that is a little off."""
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
    rival = np.inf if model.priors.doubted else RIVAL
    model, good = _sample_fits(model, _distinct(found, rival))
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


def _sample_fits(
    model: ForwardModel, found: list[tuple[Minimum, InitialGuess]]
) -> tuple[ForwardModel, list[tuple[Minimum, InitialGuess]]]:
    """Fit the samples from fits of shapes; return the model beside the first, and the fits.

    With values of the cell file free, rivals of about the same alpha come together.  These, and
    places whose shapes fit worse with the values of the file, which are off, are tried where the
    first fit leaves more than is allowed.
    """
    good: list[tuple[Minimum, InitialGuess]] = []
    last, content = not model.priors.doubted, False  # else it goes on from there
    for number, (shaped, start) in enumerate(found):
        rival = shaped.chi_square < found[0][0].chi_square + RIVAL
        if content and not (rival and abs(shaped.x[0] - found[0][0].x[0]) >= _APART):
            continue
        x = _begun(model, shaped)
        if number == 0:
            model = beside(model.solved(COARSE), x).solved(model.settings)
        minimum = fit_samples(model, x, last=last)
        if minimum is not None:
            good.append((minimum, start))
            content = content or not (last or _is_doubtful(model, minimum))
    return model, good


def _with_runs(model: ForwardModel, of_curves: Fit) -> Fit:
    """Fit curves and runs together, from the best fit of the curves alone.

    Where that is poor, also with the values of the cell file as it has them.
    """
    found, x = of_curves.model, of_curves.minimum.x
    joined = beside(found.with_curves(found.curves, model.runs), x)
    if joined.errors.model_error > 0.0:  # discharges and runs may only agree but for these
        moves = potential_moves(joined, x)
        joined = joined if moves is None else joined.with_potentials(moves)
    best = fit_samples(joined, x, most=_MOST, rough=True)
    if best is None or reduced_chi_square(joined, best) > POOR:
        begun = _whole(joined, x[: joined.priors.asked])
        afresh = fit_samples(joined, begun, most=_MOST, rough=True)
        best = min(
            (one for one in (best, afresh) if one is not None),
            key=lambda one: one.chi_square,
            default=None,
        )
    if best is None:
        raise SimulationError(
            "the engine does not run through the measured runs at the best fit of the discharges; "
            "check the state in which they begin, their current and area, or leave them out."
        )
    joined, best = _anchored(*_centred(*_beside_best(joined, best)))
    return Fit(model=joined, minimum=best, starts=of_curves.starts)


def _centred(model: ForwardModel, best: Minimum) -> tuple[ForwardModel, Minimum]:
    """Let runs begin, and testers switch, where the best fit expects it, and fit again.

    Until that moves neither by much, for cliffs answer by curves.
    """
    for _ in range(_CENTRED):
        expected = model.expected_of_runs(best.residual[: model.measured.size])
        moved = [
            abs(start) * run.start.width > _START or np.abs(switches).max(initial=0.0) > _SWITCH
            for run, (start, switches, _) in zip(model.runs, expected, strict=True)
        ]
        if not any(moved):
            break
        runs = tuple(centred_run(run, *of) for run, of in zip(model.runs, expected, strict=True))
        model, best = _beside_best(replace(model, runs=runs), best)
    return model, best


def _anchored(model: ForwardModel, best: Minimum) -> tuple[ForwardModel, Minimum]:
    """Let runs of a smoothed current agree with whole ones at the best fit, and fit again."""
    if all(run.smoothed is None for run in model.runs):
        return model, best
    runs = tuple(anchored_run(model, best.x, run) for run in model.runs)
    anchored = replace(model, runs=runs)
    again = fit_samples(anchored, best.x, most=_MOST, jacobian=best.jacobian)
    return (model, best) if again is None else (anchored, again)


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
    found = _anchored(*_centred(*_beside_best(near, best)))
    model, best = _runs_around(model, found)
    ordered = (kept, *(start for start in starts if start is not kept))
    return Fit(model=model, minimum=best, starts=ordered)


def _runs_around(
    model: ForwardModel, found: tuple[ForwardModel, Minimum]
) -> tuple[ForwardModel, Minimum]:
    """Fit runs again from places around a poor fit, each with its own cliffs; return the best.

    What a cliff allows differs from place to place, so that fits are compared by how well each
    does by its own measure.
    """
    centre, missed = found[1].x, 0
    for place in centre[:2] + AROUND:
        before = reduced_chi_square(*found)
        if before <= POOR or missed == _MISSES:
            break
        begun = _whole(model, _at(model.of_file(model.priors.mean), place))
        near = beside(model, begun)
        again = fit_samples(near, begun, most=_MOST)
        if again is not None:
            other = _anchored(*_centred(*_beside_best(near, again)))
            found = min(found, other, key=lambda one: reduced_chi_square(*one))
        missed += reduced_chi_square(*found) > 0.5 * before
    return found


def _point(start: InitialGuess) -> Array:
    return np.array([start.alpha, np.log(start.S)])


def _fit_shapes(model: ForwardModel, x: Array) -> Minimum | None:
    """Fit the other unknowns at alpha and ln S as they are, then everything."""
    low, high = model.priors.low, model.priors.high
    evaluate = shape_objective(model, COARSE)
    economy = Economy(near=_NEAR_SHAPES * _strides(model), last=False)
    if model.priors.free:
        here = (np.concatenate([x[:2], bound[2:]]) for bound in (low, high))
        held = minimise(evaluate, x, *here, gain=1.0, most=3, economy=economy)
        x = x if held is None else held.x
    return minimise(evaluate, x, low, high, gain=1.0, most=15, economy=economy)


def _begun(model: ForwardModel, shaped: Minimum) -> Array:
    """Return where the fit of the samples begins: shapes fitted with what is in doubt too.

    Cells whose values are off may deliver some percent more or less than their file, whatever alpha
    and S; then voltages at equal capacity are no way to the best fit, and shapes are.
    """
    x = _whole(model, shaped.x)
    if not model.priors.doubted or "area_scale" in model.priors.names:
        return x
    stride = _strides(model)
    economy = Economy(near=_NEAR_SHAPES * stride, reach=_REACH * stride, last=False)
    bounds = model.priors.low, model.priors.high
    found = minimise(whole_objective(model), x, *bounds, gain=_LITTLE, most=8, economy=economy)
    return x if found is None else found.x


def whole_objective(model: ForwardModel) -> Evaluate:
    """Return the residuals of the curves' shapes with every unknown, the file's values included.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    """
    measured = measured_shape(model)
    spread = np.tile([*np.full(DEPTHS.size, VOLTAGE), CAPACITY], len(model.curves))
    priors = replace(model.priors, tails=None)  # tails would let values run away on the way
    ends = [float(curve.voltage[-1]) for curve in model.curves]
    coarse = model.solved(COARSE)

    def evaluate(x: Array) -> tuple[Array, Callable[[], Array | None]] | None:
        try:
            shape = _shapes(coarse.of_file(x), x[: model.priors.asked])
        except ParameterError:  # a cell that cannot be
            return None
        if not np.isfinite(shape).all():
            return None
        residual = (measured.ravel() - shape) / spread

        def jacobian() -> Array | None:
            curves = followed_curves(model, x, COARSE)
            if curves is None:
                return None
            offset = model.value(x, "voltage_offset")
            slopes = [
                followed_shape(one, end, offset)[1] for one, end in zip(curves, ends, strict=True)
            ]
            rows = np.concatenate(slopes)
            if not np.isfinite(rows).all():
                return None
            return np.concatenate([-rows / spread[:, None], priors.rows(x)])

        return np.concatenate([residual, priors.deviation(x)]), jacobian

    return evaluate


def fit_samples(
    model: ForwardModel,
    x: Array,
    *,
    most: int = 30,
    last: bool = True,
    rough: bool = False,
    jacobian: Array | None = None,
) -> Minimum | None:
    """Fit the samples from coordinates `x`; None where the engine has no whole curve there.

    Derivatives cost many curves and change little, so they are found again only where the fit has
    moved on, and, unless `last` says that they are not needed, at its end.  Those at the beginning
    may be known already, nearly.  A `rough` fit is one from which another goes on.
    """
    bounds = model.priors.low, model.priors.high
    stride = _strides(model)
    finest, near = (_GAIN_OF_RUNS, _NEAR_RUNS) if model.runs else (_GAIN, _NEAR)
    return minimise(
        sample_objective(model),
        x,
        *bounds,
        gain=_ROUGH_GAIN if rough or not last else finest,
        most=most,
        economy=Economy(near=near * stride, reach=_REACH * stride, last=last, first=jacobian),
    )


def gone_on(fit: Fit, x: Array) -> Fit | None:
    """Fit again from other coordinates; None where that leads to nothing better.

    Parameters
    ----------
    fit
        The best fit until now.
    x
        Where to begin, shape (p,).
    """
    again = fit_samples(fit.model, x, most=_MOST)
    if again is None or not again.chi_square < fit.minimum.chi_square - _GAIN_OF_RUNS:
        return None
    return replace(fit, minimum=again)


def _strides(model: ForwardModel) -> Array:
    """Return how far unknowns go before derivatives are another, shape (p,)."""
    return np.asarray(np.minimum(model.priors.std, _STRIDE))


def _beside_best(model: ForwardModel, best: Minimum) -> tuple[ForwardModel, Minimum]:
    """Fit again with the cliffs and weights of the best fit, where it has left its start."""
    renewed = beside(model, best.x)
    pairs = zip(renewed.curves, model.curves, strict=True)
    same = all(np.array_equal(new.steep, old.steep) for new, old in pairs)
    first = jacobian_under(renewed, model, best) if same else None
    rough = model.errors.model_error > 0.0  # which is weighed anew, and fitted again
    again = fit_samples(renewed, best.x, most=_MOST, rough=rough, jacobian=first)
    return (model, best) if again is None else (renewed, again)


def jacobian_under(model: ForwardModel, before: ForwardModel, minimum: Minimum) -> Array:
    """Return the Jacobian of a minimum with the weights of another model.

    Parameters
    ----------
    model
        Of other errors of the same curves.
    before, minimum
        The model that was fitted, and its minimum.
    """
    m = before.measured.size
    volts = before.colour(minimum.jacobian[:m].T)
    return np.concatenate([model.whiten(volts).T, minimum.jacobian[m:]])


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


def _is_doubtful(model: ForwardModel, minimum: Minimum) -> bool:
    """Tell whether a fit, priors included, leaves more than is allowed, or more than scatter."""
    return minimum.chi_square > model.measured.size or _drifts(model, minimum)


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


def _distinct(
    found: list[tuple[Minimum, InitialGuess]], rival: float
) -> list[tuple[Minimum, InitialGuess]]:
    """Return the best fit of shapes, and those elsewhere that are not worse by more than that."""
    kept: list[tuple[Minimum, InitialGuess]] = []
    for minimum, start in found:
        near = any(np.allclose(minimum.x[:2], one.x[:2], atol=_APART) for one, _ in kept)
        if not kept or (not near and minimum.chi_square < kept[0][0].chi_square + rival):
            kept.append((minimum, start))
    return kept


def sample_objective(model: ForwardModel) -> Evaluate:
    """Return the residuals of the samples, and of the unknowns from what is expected of them.

    Parameters
    ----------
    model
        The measured curves and the unknowns.  A run with many samples is driven by its smoothed
        current, as its derivatives are, and what that leaves out is the model's.
    """

    def evaluate(x: Array) -> tuple[Array, Callable[[], Array | None]] | None:
        try:
            here = simulated(model, x, whole=False)
        except ParameterError:  # a cell that cannot be
            return None
        if here is None:
            return None

        def jacobian() -> Array | None:
            volts = differentiated(model, here)
            if volts is None:
                return None
            return np.concatenate([-model.whiten(volts.T).T, model.priors.rows(x)])

        residual = model.whiten(model.measured - here.voltage)
        return np.concatenate([residual, model.priors.deviation(x)]), jacobian

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

    def evaluate(x: Array) -> tuple[Array, Callable[[], Array | None]] | None:
        shape = _shapes(model, x)
        if not np.isfinite(shape).all():
            return None

        def jacobian() -> Array | None:
            slopes = _shape_slopes(model, x)
            return np.concatenate([-slopes / spread[:, None], model.priors.rows(x)])

        residual = (measured - shape) / spread
        return np.concatenate([residual, model.priors.deviation(x)]), jacobian

    return evaluate


def _shapes(model: ForwardModel, x: Array) -> Array:
    """Return the shapes of the curves at coordinates; NaN without a curve."""
    alpha, S = model.priors.natural(x)[:2]
    scale = model.value(x, "area_scale")
    points = [(alpha, S, current / scale) for current in model.currents]
    batch = run_points(model.request_at(x), points, model.temperatures)
    through = Terminals(offset=model.value(x, "voltage_offset"), scale=scale)
    return seen_shapes(model, resample_curves(batch, SHARES), end_capacity(batch), through)


def _shape_slopes(model: ForwardModel, x: Array) -> Array:
    """Return how the shapes respond to the coordinates."""
    displaced = model.displaced_at(x)
    voltage = displaced.by_member(resample_curves(displaced.curves, SHARES))[:, 0]
    ends = displaced.end_capacities[:, 0]
    scale = model.value(x, "area_scale")
    through = Terminals(offset=model.value(x, "voltage_offset"), scale=scale)
    shapes = np.stack(
        [seen_shapes(model, v, q, through) for v, q in zip(voltage, ends, strict=True)]
    )
    slopes = terminal_slopes(model, voltage[0], ends[0], through)
    for name, scheme in displaced.finite_differences.items():
        slopes[name] = scheme.weights[0] @ shapes[[0, *scheme.members]]
    if "area_scale" in slopes:
        slopes["area_scale"] = slopes["area_scale"] / scale
    slopes["S"] = slopes["S"] * displaced.points[0, 1]  # per unit of ln S
    columns = [slopes[name] for name in model.priors.names]
    return np.nan_to_num(np.stack(columns, axis=-1))
