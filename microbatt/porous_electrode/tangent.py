"""What a discharge owes to each number of its cell, beside the discharge itself: its tangents.

The first solution of a discharge chooses its mesh, the lengths and orders of its steps.  It is
solved again on these, and what is linear there is kept (`tape`).  A number that
is displaced then needs no iteration.  Its residual at the state of the tape is evaluated once a
step, and one solution with the blocks of the tape moves the state by what the number owes.  Salt,
surfaces and particles answer linearly, so towards exhaustion, where the voltage follows
a logarithm, no displacement is too large.

The numbers stand side by side in lanes, one each.
"""

from __future__ import annotations

import math
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbatt.porous_electrode.batch_output import Batch, batch_of_one
from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.block_solve import solve_blocks
from microbatt.porous_electrode.compilation import entry_kernel, kernel, node_kernel, source_digest
from microbatt.porous_electrode.conditions import (
    Conditions,
    ElectrodeConditions,
    conditions_at,
)
from microbatt.porous_electrode.discharge import curve_with_room, simulate
from microbatt.porous_electrode.equations import (
    assemble_element,
    assemble_nodes,
    assemble_steep_element,
    evaluate_electrolyte,
    evaluate_standard,
    terminal_voltage,
)
from microbatt.porous_electrode.follow import stretch_at, tightened, track_of
from microbatt.porous_electrode.lane_state import lane_vector, make_lane_workspace
from microbatt.porous_electrode.lanes import WIDTH, Lanes, as_floats, logarithm
from microbatt.porous_electrode.mesh import Layout, ends, share_out
from microbatt.porous_electrode.ownership import hold, unowned
from microbatt.porous_electrode.parameters import (
    STANDARD_EXPONENT,
    CellParameters,
    ElectrodeParameters,
    Numerics,
    at_point,
)
from microbatt.porous_electrode.particle_step import finish_particles, start_particles
from microbatt.porous_electrode.rest import set_rest
from microbatt.porous_electrode.step import extrapolate
from microbatt.porous_electrode.tape import SOLVED, Tape, lead_along, make_tape
from microbatt.porous_electrode.thermal import heat_rate, warmed
from microbatt.porous_electrode.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]

ELECTRODE_NUMBERS = (
    "length",
    "pore_fraction",
    "active_fraction",
    "pore_factor",
    "solid_resistivity",
    "area_density",
    "flux_factor",
    "particle_radius",
    "solid_diffusivity",
    "max_concentration",
    "initial_stoichiometry",
    "rate_constant",
    "film_resistance",
    "solid_diffusivity_activation",
    "rate_constant_activation",
    "film_resistance_activation",
    "salt_exponent",
)
"""Of an electrode, in the order of the rows that `tangents` takes; the negative one is first."""
CELL_NUMBERS = (
    "separator_length",
    "separator_pore_fraction",
    "separator_pore_factor",
    "initial_concentration",
    "transference",
    "conductivity_activation",
    "diffusivity_activation",
    "conductivity_scale",
    "diffusivity_scale",
    "contact_resistance",
    "heat_capacity",
    "heat_transfer_coefficient",
    "ambient_temperature",
    "initial_temperature",
)
"""Of the rest of the cell, in the rows behind; then come the current and the stretch of time."""
_OF_ELECTRODE, _OF_CELL = attrgetter(*ELECTRODE_NUMBERS), attrgetter(*CELL_NUMBERS)
AT_POSITIVE = len(ELECTRODE_NUMBERS)
AT_CELL = 2 * AT_POSITIVE
AT_CURRENT = AT_CELL + len(CELL_NUMBERS)
AT_STRETCH = AT_CURRENT + 1
ROWS = AT_STRETCH + 1


@kernel
def lanes_electrode(e: ElectrodeParameters, rows: Lanes, at: int) -> ElectrodeParameters:
    """An electrode with the numbers of each lane."""
    return ElectrodeParameters(
        rows[at],
        rows[at + 1],
        rows[at + 2],
        rows[at + 3],
        rows[at + 4],
        rows[at + 5],
        rows[at + 6],
        rows[at + 7],
        rows[at + 8],
        rows[at + 9],
        rows[at + 10],
        rows[at + 11],
        rows[at + 12],
        rows[at + 13],
        rows[at + 14],
        rows[at + 15],
        e.lowest_stoichiometry,
        e.highest_stoichiometry,
        e.per_closing_low,
        e.per_closing_high,
        e.open_circuit,
        e.diffusion,
        e.entropy,
        e.exchange,
        rows[at + 16],
        e.standard,
        e.planar,
    )


@kernel
def cell_of_lanes(p: CellParameters, rows: Lanes) -> CellParameters:
    """A cell with the numbers of each lane."""
    return CellParameters(
        lanes_electrode(p.negative, rows, 0),
        lanes_electrode(p.positive, rows, AT_POSITIVE),
        rows[AT_CELL],
        rows[AT_CELL + 1],
        rows[AT_CELL + 2],
        rows[AT_CELL + 3],
        rows[AT_CELL + 4],
        rows[AT_CELL + 5],
        rows[AT_CELL + 6],
        rows[AT_CELL + 7],
        rows[AT_CELL + 8],
        p.electrolyte,
        p.electrolyte_levels,
        p.electrolyte_temperatures,
        rows[AT_CELL + 9],
        rows[AT_CELL + 10],
        rows[AT_CELL + 11],
        p.heat_follows_charge,
        rows[AT_CELL + 12],
        rows[AT_CELL + 13],
        p.mass,
    )


@kernel
def lay_out_lanes(tape: Tape, p: CellParameters, modes: int) -> Workspace:
    """A workspace of lanes on the mesh of the tape, stretched to the layers of each lane."""
    elements = tape.width.size
    w = make_lane_workspace(elements, modes)
    for e in range(elements):
        w.width[e] = tape.width[e] * stretch_at(e, tape.layout, p, tape.lengths)
    share_out(w, tape.layout, p)
    return w


@node_kernel
def put_state(w: Workspace, tape: Tape, k: int) -> None:
    """Put the state of the tape at the end of step `k` into all lanes."""
    for i in range(tape.c.shape[1]):
        w.c_new[i], w.j_new[i] = tape.c[k, i], tape.j[k, i]
        w.room_new[i, 0], w.room_new[i, 1] = tape.room[k, i, 0], tape.room[k, i, 1]


@node_kernel
def answer_to_surfaces(
    w: Workspace,
    tape: Tape,
    k: int,
    start: int,
    stop: int,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
) -> None:
    """Give the lanes the current density with which their surfaces have the φ_s − φ_e of the tape.

    What a surface has moved shows in j and not in φ_s − φ_e, which would move by far too much where
    the surface is all but exhausted. The salt exponent shows in φ_s − φ_e.
    """
    more = e.salt_exponent - STANDARD_EXPONENT
    for i in range(start, stop):
        w.eta[i, 0] += tape.log_slope[k, i] * more * logarithm(w.c_new[i] / at.salt_at_rest)
        theta = w.surface_history[i] - w.depletion[i] * w.j_new[i]
        w.j_new[i] = w.j_new[i] - tape.answer[k, i] * (theta - tape.surface[k, i])


@node_kernel
def evaluate_lanes(
    w: Workspace, layout: Layout, p: CellParameters, now: Conditions, tape: Tape, k: int
) -> None:
    """Fill the properties of all nodes at the state of the tape."""
    n, n_neg, first_pos = ends(layout)
    evaluate_standard(w, layout, p, now)
    answer_to_surfaces(w, tape, k, 0, n_neg, p.negative, now.negative)
    answer_to_surfaces(w, tape, k, first_pos, n, p.positive, now.positive)


@node_kernel
def assemble_tangent(
    w: Workspace, layout: Layout, p: CellParameters, current: Lanes, step: Lanes, tape: Tape, k: int
) -> None:
    """Fill the residuals of all lanes, less that of the tape."""
    assemble_nodes(w, layout, p, current, step)
    for e in range(layout.negative + layout.separator + layout.positive):
        if tape.steep[k, e]:
            assemble_steep_element(w, layout, p, current, e)
        else:
            assemble_element(w, layout, p, current, e)
    for i in range(tape.residual.shape[1]):
        w.rhs[i, 0] -= tape.residual[k, i, 0]
        w.rhs[i, 1] -= tape.residual[k, i, 1]


@node_kernel
def move_state(
    w: Workspace, tape: Tape, k: int, diagonal: Array, block: Array, kept: Array
) -> None:
    """Move salt and current density by one solution with the blocks of the tape."""
    n = tape.c.shape[1]
    for i in range(n):
        for entry in range(4):
            diagonal[i, entry] = tape.diagonal[k, i, entry]
    for e in range((n - 1) // 2):
        for entry in range(18):
            block[e, entry] = tape.block[k, e, entry]
    solve_blocks(diagonal, block, kept, w.rhs, (n - 1) // 2)
    for i in range(n):
        w.c_new[i] += w.rhs[i, 0]
        w.j_new[i] += w.rhs[i, 1]


@node_kernel
def moved_voltage(
    w: Workspace, layout: Layout, p: CellParameters, now: Conditions, current: Lanes
) -> Lanes:
    """Terminal voltage of the lanes, whose state has moved; see `step.voltage_now`."""
    _, n_neg, first = ends(layout)
    last = n_neg - 1
    for i in range(last, first + 1):
        evaluate_electrolyte(w, i, w.c_new[i], p.electrolyte, now)
    for i in (last, first):
        w.eta[i, 0] += w.eta[i, 1] * w.rhs[i, 0] + w.eta[i, 2] * w.rhs[i, 1]
    return terminal_voltage(w, layout, p, current)


@kernel
def march_tangents(
    p: CellParameters,
    rows: Lanes,
    isothermal: bool,
    tape: Tape,
    numerics: Numerics,
    voltage: Lanes,
) -> None:
    """Solve along a tape with the numbers of each lane; `voltage` takes one row for each step."""
    owner = lay_out_lanes(tape, p, numerics.rates.size)
    w = unowned(owner)
    layout = tape.layout
    n, n_neg, first_pos = ends(layout)
    diagonal, block, kept = np.empty((n, 4)), np.empty(((n - 1) // 2, 18)), np.empty((n, 8))
    current = rows[AT_CURRENT]
    set_rest(w, layout, p, current)
    temperature = lane_vector(3)  # newest first
    for level in range(3):
        temperature[level] = p.initial_temperature
    now = conditions_at(p, temperature[0])
    for k in range(tape.formula.shape[0]):
        stretched_by = 0.0 if k == 0 else 1.0
        step = tape.formula[k, 2] * (1.0 + stretched_by * rows[AT_STRETCH])
        formula = Formula(tape.formula[k, 0], tape.formula[k, 1], step, 0.0, 0.0)
        if not isothermal:
            weights = tape.weights[k, 0], tape.weights[k, 1], tape.weights[k, 2]
            guess = extrapolate(weights, temperature[0], temperature[1], temperature[2])
            now = conditions_at(p, guess)
        start_particles(w, 0, n_neg, 0, now.negative, formula, numerics.rates, numerics.weights)
        start_particles(w, first_pos, n, 1, now.positive, formula, numerics.rates, numerics.weights)
        for i in range(n):
            w.c_history[i] = formula.newest * w.c[0, i] + formula.older * w.c[1, i]
        put_state(w, tape, k)
        evaluate_lanes(w, layout, p, now, tape, k)
        assemble_tangent(w, layout, p, current, step, tape, k)
        move_state(w, tape, k, diagonal, block, kept)
        V = moved_voltage(w, layout, p, now, current)
        voltage[k] = V
        if k == 0:
            continue  # nothing but the current has moved
        warm = temperature[0]
        if not isothermal:
            heat = heat_rate(w, layout, p, now, step, current, V)
            warm = warmed(p, formula, temperature[0], temperature[1], heat)
        temperature[2], temperature[1] = temperature[1], temperature[0]
        temperature[0] = warm
        for i in range(n):
            w.c[1, i] = w.c[0, i]
            w.c[0, i] = w.c_new[i]
        finish_particles(w, 0, n_neg, 0, now.negative, formula, True)
        finish_particles(w, first_pos, n, 1, now.positive, formula, True)
    hold(owner)


class Tangents(NamedTuple):
    """A discharge, solved again on its own steps, and what displaced numbers make of it.

    ``discharge`` is the first solution.  ``time`` has one more than ``voltage`` where the curve
    ends in a vertical fall.  Both voltages are those at t = 0+ and after each step; ``moved`` has a
    column for each displaced cell.
    """

    discharge: Batch
    time: Array
    voltage: Array
    moved: Array
    solved: bool


def _make_tangents(digest: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - numba's type
    @entry_kernel
    def tangents(
        cell: CellParameters,
        numerics: Numerics,
        point: Array,
        conserving: bool,
        cutoff: float,
        displaced: Array,
    ) -> tuple[Tangents, int]:
        """Discharge at (alpha, S, current), and beside it with each column of `displaced`.

        As `side_by_side` puts them.
        """
        alpha, S, current = point
        p = at_point(cell, alpha, S, conserving)
        curve = curve_with_room(numerics)
        end, w, layout = simulate(p, numerics, current, cutoff, curve)
        discharge = batch_of_one(end, curve, current, p.mass)
        track, time = track_of(p, end, w, layout, curve)
        tape = make_tape(track)
        leader, solved = lead_along(p, numerics, current, track, tape)
        steps, count = leader.size, displaced.shape[1]
        moved = np.full((steps, count), np.nan)
        if not solved:
            return Tangents(discharge, time, leader, moved, False), digest
        used = tightened(numerics, track.brief, SOLVED)
        rows, voltage = lane_vector(ROWS), lane_vector(steps)
        numbers, told = as_floats(rows), as_floats(voltage)
        for first in range(0, count, WIDTH):
            numbers[:, :] = displaced[:, first : first + WIDTH]
            march_tangents(
                cell_of_lanes(p, rows), rows, math.isinf(p.heat_capacity), tape, used, voltage
            )
            moved[:, first : first + WIDTH] = told
        return Tangents(discharge, time, leader, moved, True), digest

    return tangents


tangents = _make_tangents(source_digest())


def column_of(
    cell: CellParameters, point: Array, conserving: bool, *, stretch: float = 0.0
) -> Array:
    """The numbers of a cell at a point, as a column that `tangents` takes.

    Parameters
    ----------
    cell
        The cell.
    point
        alpha, S and current, shape (3,).
    conserving
        Whether the balance is.
    stretch
        By what share every step is longer.

    Returns
    -------
    ndarray, shape (ROWS,)
    """
    alpha, S, current = point.tolist()
    p = at_point(cell, alpha, S, conserving)
    electrodes = *_OF_ELECTRODE(p.negative), *_OF_ELECTRODE(p.positive)
    return np.array([*electrodes, *_OF_CELL(p), current, stretch], dtype=np.float64)


def side_by_side(columns: Sequence[Array]) -> Array:
    """Columns as `tangents` takes them: the first once more in lanes that are left over.

    Returns
    -------
    ndarray, shape (ROWS, a multiple of WIDTH)
    """
    left = -len(columns) % WIDTH
    return np.ascontiguousarray(np.stack([*columns, *[columns[0]] * left], axis=1))


def shares_tables(one: CellParameters, other: CellParameters) -> bool:
    """Whether two cells, the first of which fits the lanes, differ only in what `column_of` has."""
    pairs = ((one.negative, other.negative), (one.positive, other.positive), (one, other))
    return all(
        a is b or np.array_equal(a, b)
        for first, second in pairs
        if first is not second
        for a, b in zip(_ASIDE[type(first)](first), _ASIDE[type(second)](second), strict=True)
    )


def _aside(kind: type[CellParameters | ElectrodeParameters], *told: str) -> attrgetter[Any]:
    """What gives all of a record that is not told."""
    return attrgetter(*(name for name in kind._fields if name not in told))


_ASIDE = {
    CellParameters: _aside(CellParameters, *CELL_NUMBERS, "negative", "positive", "mass"),
    ElectrodeParameters: _aside(ElectrodeParameters, *ELECTRODE_NUMBERS, "standard"),
}
