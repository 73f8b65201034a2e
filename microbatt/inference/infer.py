"""Measured curves in; alpha and S out: starts, refinement, posterior, judgement."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.cells import load_cell
from microbatt.checks import FRACTION, NOT_NEGATIVE, POSITIVE, check_choice, check_number
from microbatt.engines import (
    Inventory,
    Isothermal,
    Settings,
    Thermal,
    check_thermal,
)
from microbatt.inference.clock import Clock
from microbatt.inference.fit.initial_guess import scan_starts
from microbatt.inference.fit.network import network_start
from microbatt.inference.fit.plausibility import check_currents
from microbatt.inference.fit.posterior import posterior
from microbatt.inference.fit.refinement import refine
from microbatt.inference.forward.binning import reduce
from microbatt.inference.forward.error_model import CHARGE, allowance, white_noise
from microbatt.inference.forward.forward_model import SETTINGS, Problem
from microbatt.inference.forward.priors import make_priors, shape_factors
from microbatt.inference.result.cell_sensitivity import influences
from microbatt.inference.result.diagnostics import inflation, judge
from microbatt.inference.result.estimate import Estimate
from microbatt.inference.result.posterior_summary import (
    assumptions,
    fitted_curves,
    parameter_estimates,
)
from microbatt.measured import gather

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from microbatt.cells import Cell
    from microbatt.inference.fit.gauss_newton import Minimum
    from microbatt.measured import Curves

PACKAGES: Final = ("microbatt", "numpy", "scipy", "numba", "xarray")


def infer(  # noqa: PLR0913 - one parameter a term
    curves: Curves,
    cell: str | Path | Cell,
    *,
    noise: float | None = None,
    charge_error: float = CHARGE,
    offset_error: float = 0.0,
    free: Iterable[str] | Mapping[str, float] = (),
    inventory: Inventory | str = Inventory.AREA_ONLY,
    thermal: Thermal = Isothermal(),
    level: float = 0.9,
    network: bool = True,
    settings: Settings = SETTINGS,
    seed: int = 0,
) -> Estimate:
    """Estimate alpha and S of a measured cell, with their uncertainty.

    Parameters
    ----------
    curves
        An `Experiment`, measurements, or the path or paths of files that
        `microbatt.measured.reading.read_experiment` reads.
    cell
        What is known of the cell: a name of the catalog, a cell file, or a `Cell`.
    noise
        Standard deviation of the voltage's white noise [V]; estimated from the curves if None.
    charge_error
        Relative standard deviation of the charge of each curve: of the tester's clock and current.
    offset_error
        Standard deviation of an offset that the voltage of each curve has of its own, from unequal
        rests or a drifting instrument [V].  The nuisance ``voltage_offset`` is one for all curves.
    free
        Nuisances that are unknown too, of `microbatt.inference.NUISANCES`; or name →
        standard deviation of what is expected of it.
    inventory, thermal
        As for `microbatt.engines.simulation.simulate_discharges`.
    level
        Probability of the intervals.
    network
        Whether to ask the shipped network for a start, where it knows the cell.
    settings
        How finely the engine solves.
    seed
        Of the draws from the posterior.

    Returns
    -------
    Estimate
        With intervals, the fit of each curve, and whether to believe it.

    Raises
    ------
    MeasurementError
        If a file cannot be read as discharges; a `CurveError` if a curve is not one of this cell.
    ParameterError
        If another argument is out of range.
    SimulationError
        If the engine finds no curve near the measured ones.

    Examples
    --------
    >>> import numpy as np
    >>> from microbatt.engines.simulation import simulate_discharge
    >>> from microbatt.measured.measurement import Measurement
    >>> curve = simulate_discharge("doyle-1996-cell-1", alpha=3.0, S=2.0, current=35.0)
    >>> depth = np.linspace(0.0, 1.0, 60) * curve.discharge_capacity
    >>> measured = Measurement(
    ...     source="synthetic",
    ...     current=35.0,
    ...     capacity=depth,
    ...     voltage=np.interp(depth, curve.capacity, curve.voltage),
    ... )
    >>> estimate = infer([measured], "doyle-1996-cell-1", noise=1e-3, network=False)
    >>> abs(estimate.alpha - 3.0) < 0.1, abs(estimate.S - 2.0) < 0.02
    (True, True)
    """
    clock = Clock()
    with clock.timing("reading"):
        experiment = gather(curves)
        loaded = load_cell(cell)
        check_currents(experiment.measurements, loaded)
        check_choice("inventory", str(inventory), [str(one) for one in Inventory])
        check_thermal(thermal)
        check_number("level", level, FRACTION)
        told_noise = white_noise(experiment.measurements) if noise is None else noise
        check_number("noise", told_noise, POSITIVE, unit="V")
        check_number("charge_error", charge_error, FRACTION)
        check_number("offset_error", offset_error, NOT_NEGATIVE, unit="V")
        reduced = tuple(reduce(one) for one in experiment.measurements)
        problem = Problem(
            cell=loaded,
            inventory=Inventory(inventory),
            thermal=thermal,
            settings=settings,
            curves=reduced,
            allowances=tuple(
                allowance(one, told_noise, charge_error, offset_error) for one in reduced
            ),
            priors=make_priors(loaded, free, shape_factors(Inventory(inventory), thermal)),
        )
    with clock.timing("network"):
        asked, unasked = network_start(experiment, problem, told_noise) if network else (None, "")
    with clock.timing("scan"):
        starts = (*([asked] if asked else []), *scan_starts(problem))
    with clock.timing("refinement"):
        fit = refine(problem, starts)
    with clock.timing("posterior"):
        scale = inflation(fit.problem, fit.minimum)
        wider, minimum = _widened(fit.problem, fit.minimum, scale)
        drawn = posterior(wider, minimum, np.random.default_rng(seed))
    with clock.timing("influences"):
        moved = influences(fit.problem, fit.minimum)
    draws = problem.priors.natural(drawn.draws)
    return Estimate(
        name=experiment.name,
        cell=loaded,
        inventory=problem.inventory,
        thermal=thermal,
        settings=fit.problem.settings,
        noise=told_noise,
        noise_given=noise is not None,
        level=level,
        parameters=parameter_estimates(wider, minimum, drawn, level),
        covariance=np.cov(draws, rowvar=False),
        draws=draws,
        posterior=drawn.kind,
        posterior_sentence=drawn.sentence,
        curves=fitted_curves(fit.problem, fit.minimum, drawn, level),
        belief=judge(fit.problem, fit.minimum, fit.starts, told_noise),
        influences=moved,
        starts=fit.starts,
        unasked=unasked,
        assumptions=assumptions(
            problem,
            told_noise,
            charge_error,
            offset_error,
            known=noise is not None,
            scale=scale,
        ),
        versions={name: version(name) for name in PACKAGES},
        seconds=clock.seconds,
    )


def _widened(problem: Problem, minimum: Minimum, scale: float) -> tuple[Problem, Minimum]:
    """Return the problem and its minimum with every allowed standard deviation scaled."""
    if scale == 1.0:
        return problem, minimum
    m = problem.measured.size
    residual, jacobian = minimum.residual.copy(), minimum.jacobian.copy()
    residual[:m] /= scale
    jacobian[:m] /= scale
    wider = replace(problem, allowances=tuple(one.scaled(scale) for one in problem.allowances))
    return wider, replace(minimum, residual=residual, jacobian=jacobian)
