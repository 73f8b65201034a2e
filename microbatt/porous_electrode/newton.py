"""One implicit step: particles eliminated, Newton on salt and current density."""

from __future__ import annotations

import math
from typing import NamedTuple

from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.block_solve import solve_blocks
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.conditions import Conditions, ElectrodeConditions
from microbatt.porous_electrode.equations import (
    assemble,
    evaluate_electrolyte,
    evaluate_kinetics,
)
from microbatt.porous_electrode.lookup import Array
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters, Numerics
from microbatt.porous_electrode.workspace import Workspace

MAX_ITERATIONS = 12
BOUNDARY_FRACTION = 0.9
CURVATURE = 0.05
NEWTON_SHARE = 0.03


class Solve(NamedTuple):
    """How a Newton solution went; ``depletions`` are −∂θ_surf/∂j of the electrodes."""

    converged: bool
    iterations: int
    negative_depletion: float
    positive_depletion: float


@kernel
def start_particles(
    w: Workspace,
    start: int,
    stop: int,
    electrode: int,
    at: ElectrodeConditions,
    formula: Formula,
    rates: Array,
    weights: Array,
) -> float:
    """Step the particles of volumes [start, stop) as far as possible without j.

    Fills their histories; returns −∂θ_surf/∂j [m² A⁻¹].
    """
    for i in range(start, stop):
        w.mean_history[i] = formula.newest * w.mean[0, i] + formula.older * w.mean[1, i]
        w.surface_history[i] = w.mean_history[i]
    depletion = 3.0
    for k in range(rates.size):
        decay = 1.0 / (1.0 + formula.step * at.diffusion_rate * rates[k])
        w.decay[electrode, k] = decay
        depletion += weights[k] * decay
        newest, older = formula.newest * decay, formula.older * decay
        for i in range(start, stop):
            level = newest * w.modes[0, k, i] + older * w.modes[1, k, i]
            w.modes_history[k, i] = level
            w.surface_history[i] += weights[k] * level
    return depletion * formula.step * at.flux


@kernel
def finish_particles(
    w: Workspace,
    start: int,
    stop: int,
    electrode: int,
    at: ElectrodeConditions,
    formula: Formula,
    depletion: float,
) -> None:
    """Accept the step of the particles of volumes [start, stop) with the j that was found."""
    taken = formula.step * at.flux
    for i in range(start, stop):
        j = w.j_new[i]
        w.mean[1, i] = w.mean[0, i]
        w.mean[0, i] = w.mean_history[i] - 3.0 * taken * j
        w.surface[2, i] = w.surface[1, i]
        w.surface[1, i] = w.surface[0, i]
        w.surface[0, i] = w.surface_history[i] - depletion * j
    for k in range(w.decay.shape[1]):
        lost = taken * w.decay[electrode, k]
        for i in range(start, stop):
            w.modes[1, k, i] = w.modes[0, k, i]
            w.modes[0, k, i] = w.modes_history[k, i] - lost * w.j_new[i]


@kernel
def keep_inside(change: float, low_room: float, high_room: float) -> float:
    """`change`, cut so that it uses at most a fraction of the room on either side."""
    return min(max(change, -BOUNDARY_FRACTION * low_room), BOUNDARY_FRACTION * high_room)


@kernel
def update(w: Workspace, start: int, stop: int, e: ElectrodeParameters, depletion: float,
           current: float, thermal_voltage: float, salt_scale: float) -> tuple[float, bool]:
    """Add Newton's change to one electrode, inside the bounds; return its size."""
    size, moved = 0.0, 0.0
    whole = True
    for i in range(start, stop):
        c = w.c_new[i]
        dc = max(w.rhs[i, 0], -BOUNDARY_FRACTION * c)
        dj = w.rhs[i, 1]
        theta = w.surface_history[i] - depletion * w.j_new[i]
        dtheta = keep_inside(
            -depletion * dj, theta - e.lowest_stoichiometry, e.highest_stoichiometry - theta
        )
        if depletion > 0.0 and dtheta != -depletion * dj:
            dj = -dtheta / depletion
            whole = False
        whole = whole and dc == w.rhs[i, 0]
        w.c_new[i] = c + dc
        w.j_new[i] += dj
        size = max(size, abs(dtheta), abs(dc) * salt_scale)
        moved += abs(dj) * w.area[i]
    return max(size, moved / current * thermal_voltage), whole


@kernel
def can_carry(
    w: Workspace, start: int, stop: int, bound: float, upwards: bool, depletion: float, current: float
) -> bool:
    """Whether the particles of one electrode can carry `current` to the end of the step.

    They cannot if that takes surfaces beyond the stoichiometry `bound` everywhere.
    """
    charge = 0.0
    for i in range(start, stop):
        room = w.surface_history[i] - bound
        charge += w.area[i] * (room if upwards else -room)
    return charge > depletion * current


@kernel
def solve_step(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    current: float,
    formula: Formula,
) -> Solve:
    """Find c and j at the end of a step; ``c_new`` and ``j_new`` hold the guess and the answer."""
    n, n_neg, first_pos = ends(layout)
    elements = layout.negative + layout.separator + layout.positive
    neg_depletion = start_particles(
        w, 0, n_neg, 0, now.negative, formula, numerics.rates, numerics.weights
    )
    pos_depletion = start_particles(
        w, first_pos, n, 1, now.positive, formula, numerics.rates, numerics.weights
    )
    if not (
        can_carry(w, 0, n_neg, p.negative.lowest_stoichiometry, True, neg_depletion, current)
        and can_carry(w, first_pos, n, p.positive.highest_stoichiometry, False, pos_depletion, current)
    ):
        return Solve(False, 0, neg_depletion, pos_depletion)
    for i in range(n):
        w.c_history[i] = formula.newest * w.c[0, i] + formula.older * w.c[1, i]
    pull_inside(w, 0, n_neg, p.negative, neg_depletion)
    pull_inside(w, first_pos, n, p.positive, pos_depletion)
    previous = math.inf
    for iteration in range(1, MAX_ITERATIONS + 1):
        for i in range(n):
            evaluate_electrolyte(w, i, w.c_new[i], p.electrolyte, now)
        for i in range(n_neg):
            evaluate_kinetics(w, i, p.negative, now.negative, now.thermal_voltage, neg_depletion)
        for i in range(first_pos, n):
            evaluate_kinetics(w, i, p.positive, now.positive, now.thermal_voltage, pos_depletion)
        assemble(w, layout, p, current, formula.step)
        solve_blocks(w.diagonal, w.block, w.kept, w.rhs, elements)
        salt_scale = 1.0 / p.initial_concentration
        size, whole = update(
            w, 0, n_neg, p.negative, neg_depletion, current, now.thermal_voltage, salt_scale
        )
        size_pos, whole_pos = update(
            w, first_pos, n, p.positive, pos_depletion, current, now.thermal_voltage, salt_scale
        )
        size = max(size, size_pos)
        whole = whole and whole_pos
        for i in range(n_neg, first_pos):
            dc = max(w.rhs[i, 0], -BOUNDARY_FRACTION * w.c_new[i])
            whole = whole and dc == w.rhs[i, 0]
            w.c_new[i] += dc
            size = max(size, abs(dc) * salt_scale)
        if not math.isfinite(size):
            break
        # Quadratic convergence: the next change is about size²/CURVATURE
        ahead = size * min(size / CURVATURE, size / previous if iteration > 1 else math.inf)
        if whole and ahead < NEWTON_SHARE * numerics.tolerance:
            return Solve(True, iteration, neg_depletion, pos_depletion)
        previous = size
    return Solve(False, iteration, neg_depletion, pos_depletion)


@kernel
def pull_inside(w: Workspace, start: int, stop: int, e: ElectrodeParameters,
                depletion: float) -> None:
    """Pull a guess whose surface stoichiometry or salt is out of bounds back inside."""
    for i in range(start, stop):
        theta = w.surface_history[i] - depletion * w.j_new[i]
        known = w.surface[0, i]
        inside = known + keep_inside(
            theta - known, known - e.lowest_stoichiometry, e.highest_stoichiometry - known
        )
        if inside != theta and depletion > 0.0:
            w.j_new[i] = (w.surface_history[i] - inside) / depletion
