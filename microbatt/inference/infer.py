"""Measured curves in; alpha and S out: initial guess, refinement, posterior, diagnostics."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import ENGINE
from microbatt.errors import CurveError, ParameterError
from microbatt.inference.fit.inferred_error import (
    with_inferred_error,
    with_own_share,
    with_potential_errors,
)
from microbatt.inference.fit.initial_guess import scan_starts
from microbatt.inference.fit.network import network_start
from microbatt.inference.fit.outliers import outliers_sentence, with_tails
from microbatt.inference.fit.plausibility import check_currents, check_temperatures
from microbatt.inference.fit.posterior import posterior
from microbatt.inference.fit.refinement import gone_on, refine
from microbatt.inference.fit.residuals import inflation
from microbatt.inference.fit.run_starts import run_starts
from microbatt.inference.forward.binning import bin_measurement
from microbatt.inference.forward.cell_errors import cell_doubts
from microbatt.inference.forward.error_model import (
    OWN,
    AllowedErrors,
    error_models,
    white_noise,
)
from microbatt.inference.forward.forward_model import ForwardModel, cutoff_below
from microbatt.inference.forward.priors import make_priors, shape_factors
from microbatt.inference.forward.runs import bin_run
from microbatt.inference.forward.temperature_smoothing import temperature_of
from microbatt.inference.options import INFERRED, InferenceOptions
from microbatt.inference.result.cell_sensitivity import cell_sensitivity
from microbatt.inference.result.diagnostics import judge
from microbatt.inference.result.estimate import Estimate
from microbatt.inference.result.misfit_causes import misfit_causes
from microbatt.inference.result.posterior_summary import (
    assumptions,
    bounds_sentence,
    cell_value_estimates,
    fitted_curves,
    fitted_runs,
    parameter_estimates,
)
from microbatt.measured import Reading, as_runs, gather, starting_full

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from microbatt.cells import Cell
    from microbatt.engines import MeasuredTemperature
    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.fit.posterior import Drawn
    from microbatt.inference.fit.refinement import Fit
    from microbatt.measured import Curves, Experiment

_LOG = logging.getLogger(__name__)
_ROUNDS: Final = 3
"""Of a posterior, whose profiles may meet a better fit than that around which they are drawn."""
MOST_STEPS: Final = 40
"""Steps of a file that an estimate tells one by one."""
_MANY: Final = 40
"""Discharges of one cell, more than which take so long that it is said."""
PACKAGES: Final = ("microbatt", "numpy", "scipy", "numba", "xarray")


def infer(
    curves: Curves,
    cell: str | Path | Cell,
    options: InferenceOptions = InferenceOptions(),
    **changes: Any,  # noqa: ANN401 - each option has its own type
) -> Estimate:
    """Estimate alpha and S of a measured cell, with their uncertainty.

    Parameters
    ----------
    curves : path, Experiment, Measurement, MeasuredRun, table, Discharge, or several of them
        Measured discharges and runs, as `microbatt.measured.gather` takes them: a file of pulses,
        charges, rests or a drive cycle is fitted as what it is, see `InferenceOptions.runs`.
    cell : str, Path or Cell
        What is known of the cell: a name of the catalog, a cell file, or a `Cell`.
    options : InferenceOptions
        What to assume: noise, other unknowns, balances; how to solve.
    **changes
        Options by name that differ from `options`: ``noise=1e-3``,
        ``free=["contact_resistance"]``, ``cell_error=0.02``, ``inventory="area-only"``; see
        `InferenceOptions`.

    Returns
    -------
    Estimate
        With intervals, the fit of each curve, and whether to rely on it.

    Raises
    ------
    MeasurementError
        If a file cannot be read as discharges; a `CurveError` if a curve is not one of this cell,
        or none starts where the cell file starts.
    ParameterError
        If an option is not known or its value cannot be meant.
    SimulationError
        If the engine finds no curve near the measured ones.

    See Also
    --------
    microbatt.inference.infer_folder : Many experiments beside each other.

    Examples
    --------
    >>> import numpy as np
    >>> from microbatt import simulate_discharge
    >>> from microbatt.measured import Measurement
    >>> curve = simulate_discharge("doyle-1996-cell-1", alpha=3.0, S=2.0, current=35.0)
    >>> depth = np.linspace(0.0, 1.0, 60) * curve.discharge_capacity
    >>> measured = Measurement(
    ...     source="synthetic",
    ...     current=35.0,
    ...     capacity=depth,
    ...     voltage=np.interp(depth, curve.capacity, curve.voltage),
    ... )
    >>> estimate = infer([measured], "doyle-1996-cell-1", noise=1e-3, cell_error=0.0, network=False)
    >>> abs(estimate.alpha - 3.0) < 0.1, abs(estimate.S - 2.0) < 0.1
    (True, True)
    """
    chosen, seconds = options.changed(changes), dict[str, float]()
    with _timing("reading", seconds):
        loaded = load_cell(cell)
        gathered = gather(curves, Reading(runs=chosen.runs).for_cell(loaded))
        check_currents(gathered.measurements, loaded)
        if len(gathered.measurements) > _MANY:
            _LOG.warning(
                "%d discharges are fitted together, which takes minutes. A handful from slow to "
                "fast usually tells as much: `microbatt design` says which currents.",
                len(gathered.measurements),
            )
        experiment = _from_its_start(gathered, loaded, chosen)
        noise = chosen.noise
        if noise is None:
            noise = white_noise([*experiment.measurements, *experiment.runs])
        doubts = cell_doubts(loaded, chosen.cell_error, chosen.thermal)
        model = forward_model(experiment, loaded, chosen, noise)
    exact = model.of_file(model.priors.mean)
    with _timing("network", seconds):
        asked, unasked = (
            network_start(experiment, exact, noise, chosen.weights)
            if chosen.network
            else (None, "")
        )
    with _timing("scan", seconds):
        scanned = scan_starts(exact) if model.curves else run_starts(exact)
        starts = (*([asked] if asked else []), *scanned)
    with _timing("refinement", seconds):
        fit, told = _reweighed(refine(model, starts), chosen)
        outliers = outliers_sentence(fit, chosen.tails)
    with _timing("posterior", seconds):
        fit, wider, minimum, drawn, scale = _drawn(fit, chosen.seed)
    with _timing("cell sensitivity", seconds):
        moved = cell_sensitivity(fit.model, fit.minimum)
    with _timing("causes", seconds):
        causes = misfit_causes(fit.model, fit.minimum, noise)
    parameters = parameter_estimates(wider, minimum, drawn, chosen.level)
    bounds = bounds_sentence(parameters)
    shown = list(model.priors.shown)
    draws = model.priors.natural(drawn.draws)
    n = model.priors.asked
    return Estimate(
        name=experiment.name,
        cell=model.cell,
        inventory=model.inventory,
        thermal=model.thermal,
        settings=fit.model.settings,
        noise=noise,
        noise_given=chosen.noise is not None,
        level=chosen.level,
        parameters=parameters,
        covariance=np.atleast_2d(np.cov(draws[:, shown], rowvar=False)),
        draws=draws[:, shown],
        posterior=drawn.kind,
        posterior_sentence=drawn.sentence,
        curves=fitted_curves(fit.model, fit.minimum, drawn, chosen.level),
        runs=fitted_runs(fit.model, fit.minimum, drawn, chosen.level),
        diagnostics=replace(
            judge(
                fit.model,
                fit.minimum,
                fit.starts,
                drawn,
                noise,
                bounds,
                causes,
            ),
            outlier_sentence=outliers,
        ),
        cell_sensitivity=moved,
        cell_values=cell_value_estimates(wider, drawn, chosen.level),
        doubted=model.priors.doubted,
        cell_value_draws=draws[:, n:],
        cell_error_sentence=doubts.sentence,
        model_error=fit.model.errors.model_error,
        independent_facts=fit.model.independent_facts,
        starts=fit.starts,
        unasked=unasked,
        assumptions=(
            *assumptions(fit.model, noise, chosen, scale, doubts.sentence),
            *told,
            *([outliers] if outliers else []),
        ),
        what_was_read=tuple(file.summary(most=MOST_STEPS) for file in experiment.reading),
        versions={name: version(name) for name in PACKAGES},
        seconds=seconds,
    )


def _from_its_start(experiment: Experiment, cell: Cell, options: InferenceOptions) -> Experiment:
    """Return what can be fitted: discharges that start where the cell file starts, or runs.

    Raises
    ------
    CurveError
        If no discharge starts there, and where they start is not known.
    """
    if not experiment.measurements:
        return experiment
    try:
        return starting_full(
            experiment,
            cell,
            free={*options.unknown, *options.free},
            inventory=options.inventory,
        )
    except CurveError:
        runs = as_runs(experiment) if options.runs == "auto" else None
        if runs is None:
            raise
        return runs


def forward_model(
    experiment: Experiment, cell: Cell, options: InferenceOptions, noise: float
) -> ForwardModel:
    """Put measured curves, the cell and the unknowns together.

    Parameters
    ----------
    experiment
        The measured curves.
    cell
        What is known of the cell.
    options
        What to assume.
    noise
        Standard deviation of a single sample [V].

    Raises
    ------
    CurveError
        If nobody would discharge the cell with one of the currents.
    """
    check_currents(experiment.measurements, cell)
    curves = tuple(bin_measurement(one) for one in experiment.measurements)
    warm = options.measured_temperature
    if warm:
        check_temperatures([*experiment.measurements, *experiment.runs], cell)
    runs = tuple(
        bin_run(one, cell, start_voltage=options.start_voltage, use_temperature=warm)
        for one in experiment.runs
    )
    temperatures = tuple(
        temperature_of(one.time, one.temperature) if warm else None
        for one in experiment.measurements
    )
    _check_temperature(options, [*temperatures, *(one.temperature for one in runs)])
    request = ENGINE.request(
        cell=cell,
        inventory=options.inventory,
        thermal=options.thermal,
        settings=options.settings,
        cutoff_voltage=cutoff_below(curves),
    )
    doubts = cell_doubts(cell, options.cell_error, options.thermal)
    exact = not doubts.widths
    own = options.own_share_at(exact=exact)
    errors = AllowedErrors(
        noise=noise,
        charge_error=options.charge_error,
        offset=options.offset_error,
        model_error=options.model_error_at(exact=exact),
        own=OWN if own is None else own,
        seen=white_noise([*experiment.measurements, *experiment.runs]),
    )
    models, shared = error_models(curves, errors, runs)
    return ForwardModel(
        request=request,
        curves=curves,
        runs=runs,
        temperatures=temperatures if any(one is not None for one in temperatures) else (),
        errors=errors,
        error_models=models,
        shared=shared,
        priors=make_priors(
            cell,
            options.free,
            shape_factors(request.inventory, options.thermal),
            unknown=options.unknown,
            doubted=doubts.widths,
        ),
    )


def _reweighed(fit: Fit, options: InferenceOptions) -> tuple[Fit, list[str]]:
    """Return the fit with what the residuals tell of errors, and that in words."""
    told = []
    if fit.model.errors.model_error > 0.0:
        fit = with_potential_errors(fit)
    if options.model_error == INFERRED:
        fit, size = with_inferred_error(fit)
        told.append(size.sentence)
    elif options.curve_error is None and fit.model.errors.model_error > 0.0:
        fit = with_own_share(fit)
    fit = with_tails(fit, options.tails)
    return fit, told


def _drawn(fit: Fit, seed: int) -> tuple[Fit, ForwardModel, Minimum, Drawn, float]:
    """Draw the posterior, and again where its profiles meet a better fit.

    Returns
    -------
    fit
        The best one.
    wider, minimum
        Its model and minimum with errors as large as the residuals.
    drawn
        The posterior.
    scale
        By how much those errors are larger.
    """
    for left in reversed(range(_ROUNDS)):
        scale = inflation(fit.model, fit.minimum)
        wider, minimum = _widened(fit.model, fit.minimum, scale)
        drawn = posterior(wider, minimum, np.random.default_rng(seed))
        further = gone_on(fit, drawn.further) if left and drawn.further is not None else None
        if further is None:
            break
        fit = further
    return fit, wider, minimum, drawn, scale


def _check_temperature(
    options: InferenceOptions, measured: Sequence[MeasuredTemperature | None]
) -> None:
    """Refuse to ask for a temperature that was measured everywhere, and so moves no curve."""
    named = {"temperature", "initial_temperature", "ambient_temperature"}
    asked = sorted(named & {*options.unknown, *options.free})
    if asked and measured and all(one is not None for one in measured):
        raise ParameterError(
            f"`{asked[0]}` is to be found, and every curve has a measured temperature, which "
            "drives it. Leave it out, or say `measured_temperature=False` (on the command line "
            "`--no-measured-temperature`)."
        )


@contextmanager
def _timing(stage: str, seconds: dict[str, float]) -> Iterator[None]:
    """Tell the log of a stage, and note the wall-clock seconds of what is done inside."""
    _LOG.info("%s", stage)
    begun = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - begun


def _widened(model: ForwardModel, minimum: Minimum, scale: float) -> tuple[ForwardModel, Minimum]:
    """Return the model and its minimum with every allowed standard deviation scaled."""
    if scale == 1.0:
        return model, minimum
    m = model.measured.size
    residual, jacobian = minimum.residual.copy(), minimum.jacobian.copy()
    residual[:m] /= scale
    jacobian[:m] /= scale
    wider = replace(
        model,
        error_models=tuple(one.scaled(scale) for one in model.error_models),
        shared=None if model.shared is None else scale * model.shared,
    )
    return wider, replace(minimum, residual=residual, jacobian=jacobian)
