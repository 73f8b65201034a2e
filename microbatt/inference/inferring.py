"""Measured curves in; alpha and S out: starts, refinement, posterior, judgement."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import norm

from microbatt.cells.reading import load_cell
from microbatt.checks import FRACTION, POSITIVE, check_choice, check_number
from microbatt.engines.request import (
    Inventory,
    Isothermal,
    Settings,
    Thermal,
    check_thermal,
)
from microbatt.errors import SimulationError
from microbatt.inference.belief import inflation, information, judge, reduced_chi_square
from microbatt.inference.estimate import (
    Estimate,
    FittedCurve,
    ParameterEstimate,
    Posterior,
    Start,
)
from microbatt.inference.gathering import gather
from microbatt.inference.gauss_newton import Minimum, minimise
from microbatt.inference.network import network_start
from microbatt.inference.noise import CHARGE, allowance, white_noise
from microbatt.inference.objectives import sample_objective, shape_objective
from microbatt.inference.posterior import Drawn, posterior
from microbatt.inference.priors import make_priors, shape_factors
from microbatt.inference.reduction import reduce
from microbatt.inference.response import SETTINGS, Problem
from microbatt.inference.shapes import COARSE
from microbatt.inference.starting import scan_starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray

    from microbatt.cells.cell import Cell
    from microbatt.inference.gathering import Curves

    Array = NDArray[np.float64]

RIVAL: Final = 25.0
"""A second start is refined too if its shapes fit worse by less than this."""
POOR: Final = 3.0
"""A reduced chi square beyond this makes the fit try again elsewhere."""
AROUND: Final = np.array([(0.0, -0.15), (0.0, 0.15), (-0.5, 0.0), (0.5, 0.0)])
"""How far around a poor fit, in alpha and ln S."""
ELSEWHERE: Final = np.array([(2.0, 0.4), (5.0, 1.6), (8.0, 0.4), (2.0, 3.0), (8.0, 3.0)])
"""Where else then, alpha and ln S."""
PACKAGES: Final = ("microbatt", "numpy", "scipy", "numba", "xarray")


def infer(  # noqa: PLR0913 - one parameter a term
    curves: Curves,
    cell: str | Path | Cell,
    *,
    noise: float | None = None,
    charge_error: float = CHARGE,
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
        `microbatt.inference.reading.read_experiment` reads.
    cell
        What is known of the cell: a name of the catalog, a cell file, or a `Cell`.
    noise
        Standard deviation of the voltage's white noise [V]; estimated from the curves if None.
    charge_error
        Relative standard deviation of the charge of each curve: of the tester's clock and current.
    free
        Nuisances that are unknown too, of `microbatt.inference.parameters.NUISANCES`; or name →
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
        If a file or a curve cannot be read as a discharge of this cell.
    ParameterError
        If another argument is out of range.
    SimulationError
        If the engine finds no curve near the measured ones.

    Examples
    --------
    >>> import numpy as np
    >>> from microbatt.engines.simulation import simulate_discharge
    >>> from microbatt.inference.measurement import Measurement
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
    clock = _Clock()
    with clock("reading"):
        experiment = gather(curves)
        loaded = load_cell(cell)
        check_choice("inventory", str(inventory), [str(one) for one in Inventory])
        check_thermal(thermal)
        check_number("level", level, FRACTION)
        known_noise = noise is not None
        if noise is None:
            noise = white_noise(experiment.measurements)
        check_number("noise", noise, POSITIVE, unit="V")
        check_number("charge_error", charge_error, FRACTION)
        reduced = tuple(reduce(one) for one in experiment.measurements)
        problem = Problem(
            cell=loaded,
            inventory=Inventory(inventory),
            thermal=thermal,
            settings=settings,
            curves=reduced,
            allowances=tuple(allowance(one, noise, charge_error) for one in reduced),
            priors=make_priors(loaded, free, shape_factors(Inventory(inventory), thermal)),
        )
    with clock("network"):
        asked, unasked = network_start(experiment, problem, noise) if network else (None, "")
    with clock("scan"):
        starts = (*([asked] if asked else []), *scan_starts(problem))
    with clock("refinement"):
        fit = refine(problem, starts)
    with clock("posterior"):
        scale = inflation(problem, fit.minimum)
        widened = _widened(problem, fit.minimum, scale)
        drawn = posterior(*widened, np.random.default_rng(seed))
    belief = judge(problem, fit.minimum, fit.starts, noise)
    return Estimate(
        name=experiment.name,
        cell=loaded,
        inventory=problem.inventory,
        thermal=thermal,
        settings=settings,
        noise=noise,
        noise_given=known_noise,
        level=level,
        parameters=_parameters(problem, widened[1], drawn, level),
        covariance=np.cov(problem.priors.natural(drawn.draws), rowvar=False),
        draws=problem.priors.natural(drawn.draws),
        posterior=drawn.kind,
        posterior_sentence=drawn.sentence,
        curves=_fitted(problem, fit.minimum, drawn, level),
        belief=belief,
        starts=fit.starts,
        assumptions=(
            *_assumptions(problem, noise, charge_error, known=known_noise, scale=scale),
            *([unasked] if unasked else []),
        ),
        versions={name: version(name) for name in PACKAGES},
        seconds=clock.seconds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The best fit, and the starts with the one that led to it first."""

    minimum: Minimum
    starts: tuple[Start, ...]


def refine(problem: Problem, starts: tuple[Start, ...]) -> Fit:
    """Fit shapes from each start, then samples from the best of them and its rivals.

    Where the best fit is poor, it may be held up at a kink, such as where the limiting electrode
    changes; then the fit is tried again from places around it and from every start.

    Raises
    ------
    SimulationError
        If the engine has no whole curve at any start.
    """
    found = []
    for start in starts:
        shaped = _fit_shapes(problem, _at(problem, np.array([start.alpha, np.log(start.S)])))
        if shaped is not None:
            found.append((shaped, start))
    found.sort(key=lambda one: one[0].chi_square)
    fits = [(_fit_samples(problem, shaped.x), start) for shaped, start in _distinct(found)]
    good = [(minimum, start) for minimum, start in fits if minimum is not None]
    if not good:
        raise SimulationError(
            "the engine has no whole curve at one of the measured currents near any start; leave "
            "the highest current out, or check the area and the cell file."
        )
    best, kept = min(good, key=lambda one: one[0].chi_square)
    if reduced_chi_square(problem, best) > POOR:
        others = [shaped.x for shaped, _ in found]
        best = _best_around(problem, best, others)
    return Fit(minimum=best, starts=(kept, *(start for start in starts if start is not kept)))


def _fit_shapes(problem: Problem, x: Array) -> Minimum | None:
    bounds = problem.priors.low, problem.priors.high
    return minimise(shape_objective(problem, COARSE), x, *bounds, gain=1.0, most=15)


def _fit_samples(problem: Problem, x: Array, *, most: int = 30) -> Minimum | None:
    bounds = problem.priors.low, problem.priors.high
    return minimise(sample_objective(problem), x, *bounds, most=most)


def _best_around(problem: Problem, best: Minimum, others: list[Array]) -> Minimum:
    """Fit again from places around a poor fit and from other ones; return the best of all."""
    shaped = [
        _fit_shapes(problem, _at(problem, point)) for point in (*(best.x[:2] + AROUND), *ELSEWHERE)
    ]
    elsewhere = sorted((one for one in shaped if one is not None), key=lambda one: one.chi_square)
    around = [_at(problem, point) for point in best.x[:2] + AROUND]
    for place in (*(one.x for one in elsewhere[:2]), *around[:2], *others[1:]):
        again = _fit_samples(problem, place, most=8)
        if again is not None and again.chi_square < best.chi_square:
            best = again
        if reduced_chi_square(problem, best) <= POOR:
            break
    return best


def _at(problem: Problem, point: Array) -> Array:
    """Return coordinates with the nuisances as expected."""
    x = problem.priors.mean.copy()
    x[:2] = point
    return x


def _distinct(found: list[tuple[Minimum, Start]]) -> list[tuple[Minimum, Start]]:
    """Return the best fit of shapes, and those elsewhere that are nearly as good."""
    kept: list[tuple[Minimum, Start]] = []
    for minimum, start in found:
        near = any(np.allclose(minimum.x[:2], one.x[:2], atol=0.3) for one, _ in kept)
        if not kept or (not near and minimum.chi_square < kept[0][0].chi_square + RIVAL):
            kept.append((minimum, start))
    return kept


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


def _parameters(
    problem: Problem, minimum: Minimum, drawn: Drawn, level: float
) -> tuple[ParameterEstimate, ...]:
    """Return median, deviation and interval of each parameter."""
    tail = 0.5 * (1.0 - level)
    if drawn.kind is Posterior.CURVATURE:
        std = np.sqrt(np.diag(minimum.covariance))
        ends = norm.ppf([0.5, tail, 1.0 - tail])
        quantiles = problem.priors.natural(minimum.x + ends[:, None] * std)
    else:
        quantiles = np.quantile(
            problem.priors.natural(drawn.draws), [0.5, tail, 1.0 - tail], axis=0
        )
    deviation = problem.priors.natural(drawn.draws).std(axis=0)
    return tuple(
        ParameterEstimate(
            name=name,
            value=float(quantiles[0, i]),
            std=float(deviation[i]),
            low=float(quantiles[1, i]),
            high=float(quantiles[2, i]),
            prior=problem.priors.describe(i),
        )
        for i, name in enumerate(problem.priors.names)
    )


def _fitted(
    problem: Problem, minimum: Minimum, drawn: Drawn, level: float
) -> tuple[FittedCurve, ...]:
    """Return each curve beside its fit, with the band that should hold the samples."""
    m = problem.measured.size
    fitted = problem.measured - problem.colour(minimum.residual[:m])
    moves = drawn.draws - minimum.x
    response = -problem.colour(minimum.jacobian[:m].T).T
    variance = np.einsum("mi,ij,mj->m", response, np.cov(moves, rowvar=False), response)
    reach = norm.ppf(0.5 + 0.5 * level) * np.sqrt(variance + problem.sigma**2)
    shares = information(problem, minimum)
    return tuple(
        FittedCurve(
            source=curve.source,
            current=curve.current,
            samples=curve.samples,
            capacity=curve.capacity,
            measured=curve.voltage,
            fitted=fitted[rows],
            low=fitted[rows] - reach[rows],
            high=fitted[rows] + reach[rows],
            sigma=problem.sigma[rows],
            information=share,
            remarks=curve.remarks,
        )
        for curve, rows, share in zip(problem.curves, problem.rows, shares, strict=True)
    )


def _assumptions(
    problem: Problem, noise: float, charge: float, *, known: bool, scale: float
) -> tuple[str, ...]:
    cell, priors = problem.cell, problem.priors
    heat = type(problem.thermal).__name__.lower()
    told = "given" if known else "estimated from the scatter of neighbouring samples"
    sentences = [
        f"The cell is {cell.name!r} in everything but alpha and S of the positive electrode"
        + (f", {', '.join(priors.nuisances)}." if priors.nuisances else "."),
        f"Lithium balance {problem.inventory}; heat balance {heat}.",
        "Every discharge began from rest, fully charged.",
        f"White noise of {noise * 1e3:.3g} mV in each sample, {told}.",
        f"The charge of each curve is known to {100 * charge:.3g} %.",
    ]
    sentences += [
        f"{name}: {priors.describe(i)} beforehand." for i, name in enumerate(priors.names)
    ]
    if scale > 1.0:
        sentences.append(
            f"The residuals are larger than assumed; every interval was widened by {scale:.3g}."
        )
    return tuple(sentences)


class _Clock:
    """Wall-clock seconds of named stages."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str) -> AbstractContextManager[None]:
        return self._timed(name)

    @staticmethod
    def _now() -> float:
        return time.perf_counter()

    def _timed(self, name: str) -> AbstractContextManager[None]:
        from contextlib import contextmanager

        @contextmanager
        def timed() -> Iterator[None]:
            begun = self._now()
            yield
            self.seconds[name] = self._now() - begun

        return timed()
