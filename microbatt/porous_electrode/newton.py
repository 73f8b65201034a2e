"""One implicit step: Newton's method on salt and current density."""

from __future__ import annotations

import math
from typing import NamedTuple

from microbatt.constants import FARADAY
from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.block_solve import solve_blocks
from microbatt.porous_electrode.compilation import kernel, node_kernel
from microbatt.porous_electrode.conditions import Conditions
from microbatt.porous_electrode.equations import (
    EXHAUSTED_SALT,
    FIXED_TRANSFERENCE,
    any_steep,
    assemble,
    evaluate_electrolyte,
    evaluate_kinetics,
    evaluate_others,
    evaluate_transference,
)
from microbatt.porous_electrode.lanes import anywhere, is_not, number_as, truth_as, where
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters, Numerics
from microbatt.porous_electrode.particle_step import (
    BOUNDARY_FRACTION,
    can_carry,
    changed_room,
    close_particles,
    drive_particles,
    keep_surfaces,
    start_particles,
    start_rooms,
)
from microbatt.porous_electrode.radial_step import linearise, profile_gap, start_profiles
from microbatt.porous_electrode.workspace import Workspace

MAX_ITERATIONS = 25
NO_SALT = 1e-12
CURVATURE = 0.05
NEWTON_SHARE = 0.03
LONGEST_DISCHARGE = 3.6e6


class Solve(NamedTuple):
    """How a Newton solution went.

    ``possible`` says whether the particles hold enough to carry the current to the end of the step.
    """

    converged: bool
    possible: bool
    iterations: int


class Change(NamedTuple):
    """One Newton change: its size, and whether it was made in full or cut at a bound."""

    size: float
    whole: bool


@node_kernel
def change_salt(
    w: Workspace, start: int, stop: int, thermal_voltage: float, scale: float, active: bool
) -> Change:
    """Add Newton's change of the salt to nodes [start, stop), which stays positive.

    Where it is all but exhausted the voltage follows its logarithm, down to where there is too
    little for any current.
    """
    size, whole = number_as(0.0, w.c_new[start]), truth_as(True, w.c_new[start])
    floor = NO_SALT / scale
    for i in range(start, stop):
        change = max(w.rhs[i, 0], -BOUNDARY_FRACTION * w.c_new[i])
        w.c_new[i] += where(active, change, 0.0)
        whole = whole & ((change == w.rhs[i, 0]) | (w.c_new[i] < floor))
        weight = number_as(scale, w.c_new[i])
        scarce = w.c_new[i] < thermal_voltage / scale
        if anywhere(scarce):
            weight = where(scarce, thermal_voltage / max(w.c_new[i], floor), weight)
        size = max(size, abs(w.rhs[i, 0]) * weight)
    return Change(size, whole)


@node_kernel
def change_current(
    w: Workspace,
    start: int,
    stop: int,
    e: ElectrodeParameters,
    thermal_voltage: float,
    voltage_per_current: float,
    active: bool,
) -> Change:
    """Add Newton's change of j to one electrode, whose stoichiometries stay inside their range.

    Where a surface is all but exhausted the voltage follows the logarithm of what is left there.
    """
    size, moved = number_as(0.0, w.j_new[start]), number_as(0.0, w.j_new[start])
    whole = truth_as(True, w.j_new[start])
    width = e.highest_stoichiometry - e.lowest_stoichiometry
    for i in range(start, stop):
        change, depletion = where(active, w.rhs[i, 1], 0.0), w.depletion[i]
        empty, full = w.room_new[i, 0], w.room_new[i, 1]
        emptier, nearest = empty < full, min(empty, full)
        asked = where(emptier, -depletion * change, depletion * change)
        left = changed_room(nearest, asked)
        step, other = left - nearest, width - left
        cut = left != nearest + asked
        w.room_new[i, 0] = where(active, where(emptier, left, other), empty)
        w.room_new[i, 1] = where(active, where(emptier, other, left), full)
        if anywhere(cut):
            change = where(cut, where(emptier, -step, step) / depletion, change)
            whole = whole & is_not(cut)
        w.j_new[i] += change
        weight = number_as(1.0, nearest)
        close = nearest < thermal_voltage
        if anywhere(close):
            weight = where(close, thermal_voltage / nearest, weight)
        size = max(size, abs(step) * weight)
        moved += abs(change) * w.area[i]
    return Change(max(size, moved * voltage_per_current), whole)


@kernel
def least_current(p: CellParameters) -> float:
    """A current next to a rest [A m⁻²]: it would fill the positive sites in a thousand hours."""
    e = p.positive
    return FARADAY * e.max_concentration * e.active_fraction * e.length / LONGEST_DISCHARGE


@node_kernel
def evaluate(w: Workspace, layout: Layout, p: CellParameters, now: Conditions) -> None:
    """Fill what the equations need of the guess in ``c_new`` and ``j_new``."""
    n, n_neg, first_pos = ends(layout)
    for i in range(n):
        evaluate_electrolyte(w, i, w.c_new[i], p.electrolyte, now)
    if p.electrolyte.shape[1] > FIXED_TRANSFERENCE:
        evaluate_transference(w, n, p.electrolyte)
    if p.negative.standard:
        for i in range(n_neg):
            evaluate_kinetics(w, i, p.negative, now.negative, now.thermal_voltage)
    else:
        evaluate_others(w, 0, n_neg, p.negative, now.negative, now.thermal_voltage)
    if p.positive.standard:
        for i in range(first_pos, n):
            evaluate_kinetics(w, i, p.positive, now.positive, now.thermal_voltage)
    else:
        evaluate_others(w, first_pos, n, p.positive, now.positive, now.thermal_voltage)


@node_kernel
def make_change(
    w: Workspace, layout: Layout, p: CellParameters, now: Conditions, current: float
) -> Change:
    """Make the Newton change in ``rhs``; sizes are in units of stoichiometry, c/c_0 and volts."""
    n, n_neg, first_pos = ends(layout)
    V_T = now.thermal_voltage
    salt = change_salt(w, 0, n, V_T, 1.0 / p.initial_concentration, True)
    resistance = V_T / max(abs(current), least_current(p))
    negative = change_current(w, 0, n_neg, p.negative, V_T, resistance, True)
    positive = change_current(w, first_pos, n, p.positive, V_T, resistance, True)
    return Change(
        max(salt.size, negative.size, positive.size),
        salt.whole and negative.whole and positive.whole,
    )


@node_kernel
def iterate(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    current: float,
    step: float,
    steep: bool,
) -> Change:
    """Make one Newton change; see `make_change`."""
    evaluate(w, layout, p, now)
    assemble(w, layout, p, current, step, steep)
    solve_blocks(w.diagonal, w.block, w.kept, w.rhs, (ends(layout)[0] - 1) // 2)
    return make_change(w, layout, p, now, current)


@kernel
def settled(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    formula: Formula,
) -> bool:
    """Whether the profiles' equations hold at the j that was found; if not, go on from there."""
    n, n_neg, first_pos = ends(layout)
    gap = 0.0
    if p.negative.diffusion.shape[0] > 0:
        gap = profile_gap(w, 0, n_neg, p.negative)
    if p.positive.diffusion.shape[0] > 0:
        gap = max(gap, profile_gap(w, first_pos, n, p.positive))
    if gap <= NEWTON_SHARE * numerics.tolerance:
        return True
    linearise(w, layout, p, now, formula, numerics.shells)
    close_particles(w, 0, n_neg, p.negative)
    close_particles(w, first_pos, n, p.positive)
    keep_surfaces(w, 0, n_neg, p.negative)
    keep_surfaces(w, first_pos, n, p.positive)
    return False


@kernel
def start_surfaces(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    formula: Formula,
) -> None:
    """Make the surfaces of all particles affine in the current density, over the step."""
    n, n_neg, first_pos = ends(layout)
    rates, weights = numerics.rates, numerics.weights
    if formula.linear > 0.0 and p.negative.diffusion.shape[0] == 0:
        drive_particles(w, 0, n_neg, 0, now.negative, formula, rates, weights)
    else:
        start_particles(w, 0, n_neg, 0, now.negative, formula, rates, weights)
    if formula.linear > 0.0 and p.positive.diffusion.shape[0] == 0:
        drive_particles(w, first_pos, n, 1, now.positive, formula, rates, weights)
    else:
        start_particles(w, first_pos, n, 1, now.positive, formula, rates, weights)
    if w.profile.size > 0:
        start_profiles(w, layout, p, now, formula, numerics.shells)
    close_particles(w, 0, n_neg, p.negative)
    close_particles(w, first_pos, n, p.positive)


@kernel
def start_guess(w: Workspace, layout: Layout, p: CellParameters, formula: Formula) -> None:
    """Fill the part of the salt that the step starts from, and pull guessed surfaces inside."""
    n, n_neg, first_pos = ends(layout)
    for i in range(n):
        w.c_history[i] = formula.newest * w.c[0, i] + formula.older * w.c[1, i]
    start_rooms(w, 0, n_neg, p.negative, True)
    start_rooms(w, first_pos, n, p.positive, True)


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
    start_surfaces(w, layout, p, now, numerics, formula)
    if not can_carry(w, layout, p, current):
        # What a profile can carry is known only as well as it is guessed
        return Solve(False, w.profile.size > 0, 0)
    start_guess(w, layout, p, formula)
    steep = any_steep(w, layout, EXHAUSTED_SALT * p.initial_concentration)
    previous = math.inf
    for iteration in range(1, MAX_ITERATIONS + 1):
        change = iterate(w, layout, p, now, current, formula.step, steep)
        if not math.isfinite(change.size):
            return Solve(False, True, iteration)
        # The next change is about size²/CURVATURE, or smaller by the ratio seen last
        ratio = change.size / previous if iteration > 1 else math.inf
        ahead = change.size * min(change.size / CURVATURE, ratio)
        previous = change.size
        if change.whole and ahead < NEWTON_SHARE * numerics.tolerance:
            if w.profile.size == 0 or settled(w, layout, p, now, numerics, formula):
                return Solve(True, True, iteration)
            previous = math.inf
    return Solve(False, True, MAX_ITERATIONS)
