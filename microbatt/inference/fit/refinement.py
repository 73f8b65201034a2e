"""From starts to the best fit: shapes first, then samples, and again where the fit is poor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.errors import SimulationError
from microbatt.inference.fit.gauss_newton import minimise
from microbatt.inference.fit.objectives import sample_objective, shape_objective
from microbatt.inference.fit.shapes import COARSE
from microbatt.inference.forward.forward_model import seeing_offsets
from microbatt.inference.result.diagnostics import reduced_chi_square
from microbatt.inference.result.residuals import UNLIKELY, residual_trend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.gauss_newton import Minimum
    from microbatt.inference.forward.forward_model import Problem
    from microbatt.inference.result.estimate import Start

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The best fit.

    Attributes
    ----------
    problem
        With the engine's settings that it needed.
    minimum
        Of the residuals of the samples.
    starts
        Where fits began, the one that led to it first.
    """

    problem: Problem
    minimum: Minimum
    starts: tuple[Start, ...]


def refine(problem: Problem, starts: tuple[Start, ...]) -> Fit:
    """Fit shapes from each start, then samples from the best of them and its rivals.

    Above alpha 10, and where the residuals of the best fit drift, the engine's mesh may be to
    blame; then it is fitted again with a finer one.  Where it is still poor, it may be held up at a
    kink, such as where the limiting electrode changes; then the fit is tried again from places
    around it and from every start.

    Parameters
    ----------
    problem
        The measured curves and the unknowns.
    starts
        At least one.

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
    if found:
        problem = seeing_offsets(problem, found[0][0].x)
    fits = [(_fit_samples(problem, shaped.x), start) for shaped, start in _distinct(found)]
    good = [(minimum, start) for minimum, start in fits if minimum is not None]
    if not good:
        raise SimulationError(
            "the engine has no whole curve at one of the measured currents near any start; leave "
            "the highest current out, or check the area and the cell file."
        )
    best, kept = min(good, key=lambda one: one[0].chi_square)
    problem, best = _meshed(problem, best)
    if reduced_chi_square(problem, best) > POOR and _drifts(problem, best):
        others = [shaped.x for shaped, _ in found]
        best = _best_around(problem, best, others)
    ordered = (kept, *(start for start in starts if start is not kept))
    return Fit(problem=problem, minimum=best, starts=ordered)


def _fit_shapes(problem: Problem, x: Array) -> Minimum | None:
    """Fit the nuisances at alpha and ln S as they are, then everything."""
    low, high = problem.priors.low, problem.priors.high
    evaluate = shape_objective(problem, COARSE)
    if problem.priors.nuisances:
        here = (np.concatenate([x[:2], bound[2:]]) for bound in (low, high))
        held = minimise(evaluate, x, *here, gain=1.0, most=3)
        x = x if held is None else held.x
    return minimise(evaluate, x, low, high, gain=1.0, most=15)


def _fit_samples(problem: Problem, x: Array, *, most: int = 30) -> Minimum | None:
    bounds = problem.priors.low, problem.priors.high
    return minimise(sample_objective(problem), x, *bounds, most=most)


def _meshed(problem: Problem, best: Minimum) -> tuple[Problem, Minimum]:
    """Fit again on a finer mesh where that of the problem may not do; keep it if it did not."""
    tortuous = best.x[0] > TORTUOUS
    if not (tortuous or (_drifts(problem, best) and reduced_chi_square(problem, best) < OF_MESH)):
        return problem, best
    mesh = min(_FINER * problem.settings.mesh, _FINEST)
    finer = replace(problem, settings=replace(problem.settings, mesh=mesh))
    again = _fit_samples(finer, best.x, most=8)
    if again is None or not (tortuous or again.chi_square < BETTER * best.chi_square):
        return problem, best
    return finer, again


def _drifts(problem: Problem, best: Minimum) -> bool:
    """Tell whether the residuals hold more than scatter, however large that is."""
    return residual_trend(problem, best).chance < UNLIKELY


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
    """Return coordinates inside the bounds with the nuisances as expected."""
    x = problem.priors.mean.copy()
    x[:2] = point
    return np.clip(x, problem.priors.low, problem.priors.high)


def _distinct(found: list[tuple[Minimum, Start]]) -> list[tuple[Minimum, Start]]:
    """Return the best fit of shapes, and those elsewhere that are nearly as good."""
    kept: list[tuple[Minimum, Start]] = []
    for minimum, start in found:
        near = any(np.allclose(minimum.x[:2], one.x[:2], atol=0.3) for one, _ in kept)
        if not kept or (not near and minimum.chi_square < kept[0][0].chi_square + RIVAL):
            kept.append((minimum, start))
    return kept
