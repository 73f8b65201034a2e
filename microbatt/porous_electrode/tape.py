"""What is linear about a discharge, step by step: the tape that its tangents are solved along.

The discharge is solved again on its own mesh and steps, far more closely, and of each step is kept
what a displaced number needs: the state, Newton's blocks, and how the current density of a node
answers to its surface.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbatt.porous_electrode.bdf import Formula, backward_euler
from microbatt.porous_electrode.compilation import kernel, node_kernel
from microbatt.porous_electrode.conditions import Conditions, ElectrodeConditions
from microbatt.porous_electrode.equations import (
    EXHAUSTED_SALT,
    any_steep,
    assemble,
    evaluate_standard,
    is_steep,
)
from microbatt.porous_electrode.follow import Track, solved_step, stretched, tightened
from microbatt.porous_electrode.kinetics import (
    insertion_kinetics,
    overpotential_of,
)
from microbatt.porous_electrode.lanes import Integers
from microbatt.porous_electrode.lookup import look_up_potential
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters, Numerics
from microbatt.porous_electrode.particle_step import CLOSED
from microbatt.porous_electrode.rest import INSTANT, first_march, start_current
from microbatt.porous_electrode.step import accept, choose_formula, predict
from microbatt.porous_electrode.workspace import Workspace

Array = NDArray[np.float64]

SOLVED = 1e-8
"""Tolerance of the discharge on the tape; what is linear there suffers as little from it."""


class Tape(NamedTuple):
    """What is linear about a discharge: of t = 0+ and each step, m in all, on n nodes.

    ``answer`` is how the current density answers to its surface at a fixed φ_s − φ_e, −∂j/∂θ_surf
    [A m⁻²], nought of a particle that neither gives nor takes; ``log_slope`` is the slope of
    φ_s − φ_e by ln i_0.
    """

    layout: Layout
    width: Array  # (elements,)
    lengths: Array  # (3,) of the layers
    formula: Array  # (m, 3): newest, older, step
    weights: Array  # (m, 3) of the extrapolation
    c: Array  # (m, n)
    j: Array  # (m, n)
    room: Array  # (m, n, 2)
    surface: Array  # (m, n)
    answer: Array  # (m, n)
    log_slope: Array  # (m, n)
    steep: Integers  # (m, elements)
    diagonal: Array  # (m, n, 4)
    block: Array  # (m, elements, 18)
    residual: Array  # (m, n, 2), its negative


@kernel
def make_tape(track: Track) -> Tape:
    """Allocate for a track."""
    layout, m = track.layout, track.h.size + 1
    n, _, _ = ends(layout)
    elements = (n - 1) // 2
    return Tape(
        layout,
        track.width,
        track.lengths,
        np.empty((m, 3)),
        np.empty((m, 3)),
        np.empty((m, n)),
        np.empty((m, n)),
        np.empty((m, n, 2)),
        np.empty((m, n)),
        np.zeros((m, n)),
        np.zeros((m, n)),
        np.zeros((m, elements), np.int64),
        np.empty((m, n, 4)),
        np.empty((m, elements, 18)),
        np.empty((m, n, 2)),
    )


@node_kernel
def surface_slope(
    w: Workspace, i: int, e: ElectrodeParameters, at: ElectrodeConditions, thermal_voltage: float
) -> tuple[float, float]:
    """∂(φ_s − φ_e)/∂θ_surf and /∂ln i_0 of node `i` [V]; see `equations.evaluate_kinetics`."""
    c = w.c_new[i]
    room = (w.room_new[i, 0], w.room_new[i, 1])
    _, slope = look_up_potential(e.open_circuit, e.lowest_stoichiometry + room[0])
    per_i_0, log_by_theta = insertion_kinetics(e, at.rate_constant, c, 1.0 / c, room, w.j_new[i])
    _, _, eta_log = overpotential_of(w.j_new[i], per_i_0, thermal_voltage)
    return slope + eta_log * log_by_theta, eta_log


@kernel
def write_surfaces(
    w: Workspace,
    tape: Tape,
    k: int,
    start: int,
    stop: int,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
    thermal_voltage: float,
) -> None:
    """Write how the particles of one electrode stand at the end of step `k`."""
    lowest, highest = e.lowest_stoichiometry + CLOSED, e.highest_stoichiometry - CLOSED
    for i in range(start, stop):
        history = w.surface_history[i]
        open_to_move = lowest < history < highest
        tape.surface[k, i] = history - w.depletion[i] * w.j_new[i]
        slope, tape.log_slope[k, i] = surface_slope(w, i, e, at, thermal_voltage)
        tape.answer[k, i] = slope / w.eta[i, 2] if open_to_move else 0.0


@kernel
def linearise(
    w: Workspace, layout: Layout, p: CellParameters, now: Conditions, current: float, step: float
) -> None:
    """Fill Newton's equations at the state in ``c_new`` and ``j_new``."""
    evaluate_standard(w, layout, p, now)
    steep = any_steep(w, layout, EXHAUSTED_SALT * p.initial_concentration)
    assemble(w, layout, p, current, step, steep)


@kernel
def write_step(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    current: float,
    formula: Formula,
    tape: Tape,
    k: int,
) -> None:
    """Write step `k`, which is solved but not accepted, to the tape."""
    n, n_neg, first_pos = ends(layout)
    tape.formula[k, 0], tape.formula[k, 1] = formula.newest, formula.older
    tape.formula[k, 2] = formula.step
    linearise(w, layout, p, now, current, formula.step)
    _, n_neg, first_pos = ends(layout)
    n = tape.c.shape[1]
    write_surfaces(w, tape, k, 0, n_neg, p.negative, now.negative, now.thermal_voltage)
    write_surfaces(w, tape, k, first_pos, n, p.positive, now.positive, now.thermal_voltage)
    for i in range(n):
        tape.c[k, i], tape.j[k, i] = w.c_new[i], w.j_new[i]
        for entry in range(2):
            tape.room[k, i, entry] = w.room_new[i, entry]
            tape.residual[k, i, entry] = w.rhs[i, entry]
        for entry in range(4):
            tape.diagonal[k, i, entry] = w.diagonal[i, entry]
    for e in range((n - 1) // 2):
        tape.steep[k, e] = is_steep(w, 2 * e, EXHAUSTED_SALT * p.initial_concentration)
        for entry in range(18):
            tape.block[k, e, entry] = w.block[e, entry]


@kernel
def lead_along(
    p: CellParameters, resolution: Numerics, current: float, track: Track, tape: Tape
) -> tuple[Array, bool]:
    """Solve a discharge on its track, and write the tape.

    Returns the voltages at t = 0+ and after each step, and whether all steps were solved.
    """
    numerics = tightened(resolution, track.brief, SOLVED)
    layout, m = track.layout, track.h.size
    w = stretched(p, numerics, track)
    voltage = np.full(m + 1, np.nan)
    start = start_current(w, layout, p, numerics, current)
    if not start.solve.converged:
        return voltage, False
    tape.weights[0, 0], tape.weights[0, 1], tape.weights[0, 2] = 1.0, 0.0, 0.0
    write_step(w, layout, p, start.now, current, backward_euler(INSTANT, 1.0), tape, 0)
    march = first_march(w, layout, p, start)
    voltage[0] = march.V
    for k in range(m):
        h = track.h[k]
        formula, weights = choose_formula(w, layout, march, h)
        tape.weights[k + 1, 0], tape.weights[k + 1, 1] = weights[0], weights[1]
        tape.weights[k + 1, 2] = weights[2]
        predict(w, layout, weights)
        tried = solved_step(w, layout, p, numerics, current, march, formula, weights)
        if not tried.solve.converged:
            return voltage, False
        write_step(w, layout, p, tried.now, current, formula, tape, k + 1)
        march = accept(w, layout, march, tried, h)
        voltage[k + 1] = march.V
    return voltage, True
