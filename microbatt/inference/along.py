"""One cell over its life: cycle after cycle, what drifts in a random walk and the rest shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells import load_cell
from microbatt.checks import POSITIVE, check_choice, check_number
from microbatt.errors import MeasurementError, ParameterError
from microbatt.inference.fit.initial_guess import scan_starts
from microbatt.inference.fit.joint_cycles import Layout, cycle_residuals, fit_cycles
from microbatt.inference.fit.least_squares import Minimum
from microbatt.inference.fit.refinement import fit_samples, refine
from microbatt.inference.fit.residuals import is_misfit, residual_trend, rms_residual
from microbatt.inference.fit.run_starts import run_starts
from microbatt.inference.forward.cell_errors import cell_doubts
from microbatt.inference.forward.error_model import white_noise
from microbatt.inference.forward.forward_model import beside
from microbatt.inference.forward.potential_errors import longest_charge, potential_moves
from microbatt.inference.infer import forward_model
from microbatt.inference.options import InferenceOptions
from microbatt.inference.result.records import ParameterEstimate
from microbatt.inference.result.trends import Trend, Trends
from microbatt.measured import Experiment, Reading, gather, read_cycles, starting_full

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.inference.fit.joint_cycles import Joint
    from microbatt.inference.forward.forward_model import ForwardModel
    from microbatt.measured import Curves, MeasuredRun, Measurement

    Array = NDArray[np.float64]

_FEWEST: Final = 2
_COLUMNS: Final = "– columns: "
"""Stands in the remark that names the columns of a file, which are those of all cycles."""
_MARCH: Final = 12
"""Calls of a cycle's fit that finds where the joint one begins."""


def infer_along(
    cycles: str | Path | Mapping[float, Curves] | Iterable[Curves],
    cell: str | Path | Cell,
    options: InferenceOptions = InferenceOptions(),
    *,
    drifting: Iterable[str] = ("alpha", "S"),
    step: Mapping[str, float] | None = None,
    along: str = "cycle",
    reading: Reading | None = None,
    **changes: Any,  # noqa: ANN401 - each option has its own type
) -> Trends:
    """Follow alpha, S and other numbers of one cell over its life.

    All cycles are fitted together: what drifts takes steps of a random walk from cycle to cycle,
    and everything else that is free or in doubt has one value at all of them. So a value of the
    cell file that is off shifts a whole trend, and hardly its slope.

    Parameters
    ----------
    cycles : path, dict of number to curves, or iterable of curves
        The curves of each cycle, as `microbatt.infer` takes them; a path of one file that numbers
        cycles in a column. Without numbers they are 1, 2, …, in order.
    cell : str, Path or Cell
        What is known of the cell when it was new, as for `microbatt.infer`.
    options : InferenceOptions
        What to assume, as for `microbatt.infer`.
    drifting : iterable of str, default ("alpha", "S")
        What drifts: of what is `unknown` or `free`.
    step : dict of str to float, optional
        Name → step of its random walk, per root of a cycle: a standard deviation in its own unit,
        relative where it is fitted by its logarithm, such as S. What is not stated is found from
        the curves.
    along : str, default "cycle"
        What numbers the cycles, for people.
    reading : Reading, optional
        How to read files.
    **changes
        Options by name that differ from `options`.

    Returns
    -------
    Trends
        Each number at each cycle, with its interval.

    Raises
    ------
    MeasurementError
        If there are fewer than two cycles that can be read.
    ParameterError
        If an option is not known or its value cannot be meant.
    SimulationError
        If the engine finds no curve near the measured ones.

    See Also
    --------
    microbatt.infer : One set of curves.

    Examples
    --------
    >>> import microbatt
    >>> cycles = {
    ...     number: microbatt.simulate_discharge("lco-graphite", alpha=alpha, S=4.0, current=60.0)
    ...     for number, alpha in [(0, 1.0), (100, 1.2), (200, 1.4)]
    ... }
    >>> found = infer_along(
    ...     cycles, "lco-graphite", noise=1e-3, cell_error=0.0, network=False, drifting=["alpha"]
    ... )
    >>> bool(0.3 < found["alpha"].change < 0.5)
    True
    """
    chosen = options.changed(changes)
    chosen.check_stated("a fit of many cycles")
    loaded = load_cell(cell)
    how = reading or Reading()
    numbers, experiments, unread = _experiments(cycles, loaded, chosen, how)
    names = _checked(drifting, chosen)
    noise = chosen.noise
    if noise is None:
        every: list[Measurement | MeasuredRun] = []
        for found in experiments:
            every += [*found.measurements, *found.runs]
        noise = white_noise(every)
    models = [forward_model(one, loaded, chosen, noise) for one in experiments]
    first, models = _marched(models)
    models = with_potential_errors(models, first)
    of_priors = models[0].priors.names
    drift = tuple(of_priors.index(name) for name in names)
    layout = Layout(drift, tuple(i for i in range(len(of_priors)) if i not in drift), numbers)
    joint = fit_cycles(
        models, first, layout, _steps(names, step), np.random.default_rng(chosen.seed)
    )
    rms, misfit = _residuals(models, joint, noise)
    doubts = cell_doubts(loaded, chosen.cell_error, chosen.thermal)
    return Trends(
        name=Path(cycles).stem if isinstance(cycles, str | Path) else loaded.name,
        cell=loaded,
        along=along,
        cycles=numbers,
        trends=_trends(models[0], joint, layout, chosen.level),
        shared=_shared(models[0], joint, layout, chosen.level),
        draws=_natural(models[0], joint, layout),
        level=chosen.level,
        residual_rms=rms,
        misfit=misfit,
        assumptions=(
            f"From {along} to {along} {' and '.join(names)} walk at random, all else is the same.",
            doubts.sentence,
            f"White noise of {1e3 * noise:.3g} mV in each sample.",
        ),
        unread=unread,
        remarks=tuple(_remarks(one) for one in experiments),
    )


def _remarks(cycle: Experiment) -> tuple[str, ...]:
    """Return what reading a cycle changed or supposed, without the columns that it took."""
    curves: list[Measurement | MeasuredRun] = [*cycle.measurements, *cycle.runs]
    every = [remark for one in curves for remark in one.remarks]
    return tuple(one for one in every if _COLUMNS not in one)


def _experiments(
    cycles: str | Path | Mapping[float, Curves] | Iterable[Curves],
    cell: Cell,
    options: InferenceOptions,
    reading: Reading,
) -> tuple[Array, list[Experiment], tuple[str, ...]]:
    """Return the numbers of the cycles, their curves, and what was left out."""
    how = replace(reading, runs=options.runs).for_cell(cell)
    unread: list[str] = []
    given: Mapping[float, Curves]
    if isinstance(cycles, str | Path):
        found, left = read_cycles(cycles, how)
        given = dict(found)
        unread += [one.reason for one in left]
    elif isinstance(cycles, Mapping):
        given = cycles
    else:
        given = {float(number): one for number, one in enumerate(cycles, start=1)}
    numbers, experiments = [], []
    for number in sorted(given):
        check_number("number of a cycle", number)
        try:
            experiments.append(_usable(gather(given[number], how), cell, options))
            numbers.append(float(number))
        except MeasurementError as error:
            unread.append(f"{number:g}: {error}")
    if len(numbers) < _FEWEST:
        why = f" ({'; '.join(unread[:3])})" if unread else ""
        raise MeasurementError(
            f"{len(numbers)} cycles can be fitted, and a trend needs at least {_FEWEST}{why}. "
            "Give the files of several cycles, in order."
        )
    return np.array(numbers), experiments, tuple(unread)


def _usable(experiment: Experiment, cell: Cell, options: InferenceOptions) -> Experiment:
    if not experiment.measurements:
        return experiment
    return starting_full(
        experiment, cell, free={*options.unknown, *options.free}, inventory=options.inventory
    )


def _checked(drifting: Iterable[str], options: InferenceOptions) -> tuple[str, ...]:
    known = [*options.unknown, *(one for one in options.free if one not in options.unknown)]
    names = tuple(dict.fromkeys([drifting] if isinstance(drifting, str) else drifting))
    for name in names:
        check_choice("drifting", name, known)
    if not names:
        raise ParameterError(f"`drifting` is empty; name what drifts, of {', '.join(known)}.")
    return names


def _steps(names: tuple[str, ...], step: Mapping[str, float] | None) -> Array | None:
    if step is None:
        return None
    for name, size in step.items():
        check_choice("step", name, names)
        check_number(f"step of {name}", size, POSITIVE)
    return np.array([float(step.get(name, np.nan)) for name in names])


def _marched(models: list[ForwardModel]) -> tuple[Array, list[ForwardModel]]:
    """Fit the first cycle, then each from the one before; return where the joint fit begins."""
    exact = models[0].of_file(models[0].priors.mean)
    starts = scan_starts(exact) if exact.curves else run_starts(exact)
    fit = refine(models[0], starts)
    x, n = fit.minimum.x, models[0].priors.asked
    places, near = [x], [fit.model]
    for later in models[1:]:
        model = beside(later.solved(fit.model.settings), places[-1])
        alone = fit_samples(model.of_file(x), places[-1][:n], most=_MARCH)
        place = places[-1].copy()
        if alone is not None:
            place[:n] = alone.x
        places.append(place)
        near.append(beside(model, place))
    return np.array(places), near


def with_potential_errors(models: list[ForwardModel], places: Array) -> list[ForwardModel]:
    """Let the open-circuit potentials be off by the model's error, by as much at every cycle.

    Where the engine does not tell what that moves at one of the cycles, the models stay.

    Parameters
    ----------
    models
        Of each cycle, with the same unknowns.
    places
        Coordinates of each, shape (cycles, p).
    """
    if not models[0].errors.model_error > 0.0:
        return models
    charge = max(longest_charge(model) for model in models)
    found = [potential_moves(model, x, charge) for model, x in zip(models, places, strict=True)]
    moves = [one for one in found if one is not None]
    if len(moves) < len(models):
        return models
    return [model.with_potentials(one) for model, one in zip(models, moves, strict=True)]


def _residuals(
    models: list[ForwardModel], joint: Joint, noise: float
) -> tuple[Array, NDArray[np.bool_]]:
    """Return rms residual of each cycle [V], and whether the cell file does not explain it."""
    rms, misfit = [], []
    for model, x in zip(models, joint.point.x, strict=True):
        found = cycle_residuals(model, x)
        if found is None:
            rms.append(np.nan)
            misfit.append(True)
            continue
        residual, jacobian = found
        minimum = Minimum(
            x=x,
            residual=np.concatenate([residual, model.priors.deviation(x)]),
            jacobian=np.concatenate([jacobian, model.priors.rows(x)]),
            iterations=0,
            converged=True,
        )
        rms.append(rms_residual(model, minimum))
        misfit.append(is_misfit(residual_trend(model, minimum), noise))
    return np.array(rms), np.array(misfit)


def _natural(model: ForwardModel, joint: Joint, layout: Layout) -> Array:
    """Return draws of what drifts in its own units, shape (n, cycles, drifting)."""
    draws = joint.draws.copy()
    for j, i in enumerate(layout.drifting):
        if model.priors.by_logarithm(i):
            draws[..., j] = np.exp(draws[..., j])
    return draws


def _trends(model: ForwardModel, joint: Joint, layout: Layout, level: float) -> tuple[Trend, ...]:
    tail = 0.5 * (1.0 - level)
    ends = [0.5, tail, 1.0 - tail]
    draws = _natural(model, joint, layout)
    found = []
    for j, i in enumerate(layout.drifting):
        value, low, high = np.quantile(draws[:, :, j], ends, axis=0)
        change = np.quantile(draws[:, -1, j] - draws[:, 0, j], ends)
        step = np.quantile(joint.steps[:, j], ends)
        found.append(
            Trend(
                name=model.priors.names[i],
                cycles=layout.cycles,
                value=value,
                std=draws[:, :, j].std(axis=0),
                low=low,
                high=high,
                change=float(change[0]),
                change_low=float(change[1]),
                change_high=float(change[2]),
                step=float(step[0]),
                step_low=float(step[1]),
                step_high=float(step[2]),
            )
        )
    return tuple(found)


def _shared(
    model: ForwardModel, joint: Joint, layout: Layout, level: float
) -> tuple[ParameterEstimate, ...]:
    """Return what was asked for and does not drift."""
    tail = 0.5 * (1.0 - level)
    found = []
    for j, i in enumerate(layout.shared):
        if i not in model.priors.shown:
            continue
        draws = joint.shared_draws[:, j]
        draws = np.exp(draws) if model.priors.by_logarithm(i) else draws
        value, low, high = np.quantile(draws, [0.5, tail, 1.0 - tail])
        found.append(
            ParameterEstimate(
                name=model.priors.names[i],
                value=float(value),
                std=float(draws.std()),
                low=float(low),
                high=float(high),
                prior=model.priors.describe(i),
            )
        )
    return tuple(found)
