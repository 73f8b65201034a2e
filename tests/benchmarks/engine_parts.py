"""What the time of a curve goes into.

Each kernel of a step is timed by itself, many times over, on the mesh of a point and on a state
that is spread over the concentrations that a discharge visits.  Its cost times the number of
calls, from the counters of the discharge, is its share.  The rest is what no kernel accounts for:
prediction, error estimate, histories, mesh, the copy of the curve, and how much slower the timed
kernels are inside a discharge, where each has to wait for the one before, than in a tight loop.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from microbatt.engines import Settings, simulate_discharges
from microbatt.porous_electrode import cell_parameters, numerics
from microbatt.porous_electrode.bdf import bdf2
from microbatt.porous_electrode.block_solve import solve_blocks
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.conditions import conditions_at
from microbatt.porous_electrode.equations import (
    assemble,
    evaluate_electrolyte,
    evaluate_kinetics,
)
from microbatt.porous_electrode.mesh import ends, lay_out
from microbatt.porous_electrode.newton import change_current, change_salt
from microbatt.porous_electrode.parameters import at_point
from microbatt.porous_electrode.particle_step import finish_particles, start_particles

if TYPE_CHECKING:
    from engine_sample import Array

    from microbatt.cells import Cell

REPEATS = 300
EVERY = True  # curve of the call is active; lanes of a bundle need not be
STEP = 20.0
SALT = (200.0, 3500.0)
NEGATIVE = (0.5, 0.1)
POSITIVE = (0.25, 0.85)


@kernel
def prepare(cell, settings, alpha, S, current):
    """The cell at a point, its temperature's conditions, and the mesh in a workspace."""
    p = at_point(cell, alpha, S, conserving=True)
    now = conditions_at(p, p.initial_temperature)
    w, layout = lay_out(p, now, settings, current, 0.0)
    return w, p, now, layout


@kernel
def repeat_properties(w, layout, p, now, n):
    """Evaluate the properties of all nodes n times."""
    nodes, n_neg, first_pos = ends(layout)
    for _ in range(n):
        for i in range(nodes):
            evaluate_electrolyte(w, i, w.c_new[i], p.electrolyte, now)
        for i in range(n_neg):
            evaluate_kinetics(w, i, p.negative, now.negative, now.thermal_voltage)
        for i in range(first_pos, nodes):
            evaluate_kinetics(w, i, p.positive, now.positive, now.thermal_voltage)


@kernel
def repeat_assembly(w, layout, p, current, n):
    """Assemble Newton's equations n times."""
    for _ in range(n):
        assemble(w, layout, p, current, STEP, steep=False)


@kernel
def repeat_solution(w, layout, p, current, n):
    """Assemble and solve Newton's equations n times."""
    elements = layout.negative + layout.separator + layout.positive
    for _ in range(n):
        assemble(w, layout, p, current, STEP, steep=False)
        solve_blocks(w.diagonal, w.block, w.kept, w.rhs, elements)


@kernel
def repeat_change(w, layout, p, now, current, n):
    """Apply a change of zero n times."""
    nodes, n_neg, first_pos = ends(layout)
    V_T = now.thermal_voltage
    w.rhs[:] = 0.0
    for _ in range(n):
        change_salt(w, 0, nodes, V_T, 1.0 / p.initial_concentration, EVERY)
        change_current(w, 0, n_neg, p.negative, V_T, V_T / current, EVERY)
        change_current(w, first_pos, nodes, p.positive, V_T, V_T / current, EVERY)


@kernel
def repeat_start(w, layout, now, settings, formula, n):
    """Step the particles without the current n times."""
    nodes, n_neg, first_pos = ends(layout)
    rates, weights = settings.rates, settings.weights
    for _ in range(n):
        start_particles(w, 0, n_neg, 0, now.negative, formula, rates, weights)
        start_particles(w, first_pos, nodes, 1, now.positive, formula, rates, weights)


@kernel
def repeat_finish(w, layout, now, formula, n):
    """Finish the step of the particles n times."""
    nodes, n_neg, first_pos = ends(layout)
    for _ in range(n):
        finish_particles(w, 0, n_neg, 0, now.negative, formula, EVERY)
        finish_particles(w, first_pos, nodes, 1, now.positive, formula, EVERY)


def _cost(repeat, *arguments) -> float:
    """CPU time of one repetition [s], the least of three runs."""
    best = np.inf
    for _ in range(3):
        start = time.process_time()
        repeat(*arguments, REPEATS)
        best = min(best, time.process_time() - start)
    return best / REPEATS


def _spread(w, layout, current, p) -> None:
    """Spread the state over what a discharge visits."""
    nodes, n_neg, first_pos = ends(layout)
    w.c_new[:nodes] = np.linspace(*SALT[::-1], nodes)
    w.c_history[:nodes] = w.c_new[:nodes]
    w.surface_history[:n_neg] = np.linspace(*NEGATIVE, n_neg)
    w.surface_history[first_pos:nodes] = np.linspace(*POSITIVE, nodes - first_pos)
    w.room_new[:nodes, 0] = w.surface_history[:nodes]
    w.room_new[:nodes, 1] = 1.0 - w.surface_history[:nodes]
    w.j_new[:n_neg] = current / (p.negative.area_density * p.negative.length)
    w.j_new[first_pos:nodes] = -current / (p.positive.area_density * p.positive.length)


def _costs_at(parameters, settings, point) -> tuple[Array, int]:
    """Costs [s] of properties, assembly, solution, change, starting and finishing particles."""
    alpha, S, current = point
    w, p, now, layout = prepare(parameters, settings, alpha, S, current)
    formula = bdf2(STEP, STEP, STEP)
    start = _cost(repeat_start, w, layout, now, settings, formula)
    w.depletion[:] = 0.0  # keeps the spread stoichiometries where they are
    _spread(w, layout, current, p)
    properties = _cost(repeat_properties, w, layout, p, now)
    assembly = _cost(repeat_assembly, w, layout, p, current)
    solution = _cost(repeat_solution, w, layout, p, current) - assembly
    change = _cost(repeat_change, w, layout, p, now, current)
    finish = _cost(repeat_finish, w, layout, now, formula)
    return np.array([properties, assembly, solution, change, start, finish]), ends(layout)[0]


def parts_of_time(cell: Cell, points: Array, seconds: Array) -> dict[str, tuple[float, float]]:
    """Mean time [s] and share of each part of a ``conserving`` curve.

    Parameters
    ----------
    cell, points
        What was discharged.
    seconds
        CPU time of each curve inside a batch, summed: shape (n,).
    """
    default = Settings()
    settings = numerics(
        tolerance=default.tolerance,
        mesh=default.mesh,
        particle_modes=default.particle_modes,
        max_steps=default.max_steps,
    )
    parameters = cell_parameters(cell, heat_transfer_coefficient=None)
    batch = simulate_discharges(cell, points, inventory="conserving")
    tries = batch.steps + batch.rejected_steps + 1
    newton = batch.newton_iterations
    calls = np.column_stack([newton, newton, newton, newton, tries, batch.steps])
    _costs_at(parameters, settings, points[0])  # compiles
    costs = np.array([_costs_at(parameters, settings, point)[0] for point in points])
    used = (costs * calls).mean(axis=0)
    mean = float(seconds.mean())
    parts = {
        "electrolyte, kinetics and potentials": used[0],
        "assembly of residual and Jacobian": used[1],
        "block solve": used[2],
        "Newton change and bounds": used[3],
        "particles": used[4] + used[5],
    }
    parts["the rest: step control, histories, and loops slower in place"] = mean - sum(
        parts.values()
    )
    return {name: (float(part), float(part) / mean) for name, part in parts.items()}
