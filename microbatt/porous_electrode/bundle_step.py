"""One step of a bundle: the step of `step` and `newton`, for all lanes in one.

What is done at a node, an element or a particle is what a curve alone does, compiled for lanes.
Here stand what differs: each lane has its own length of the step and its own past, a lane that has
converged is not touched again, elements beyond a lane's own mesh are none, and an element in which
the salt of some lanes runs out is assembled both ways.
"""

from __future__ import annotations

import math

from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.block_solve import solve_blocks
from microbatt.porous_electrode.compilation import kernel, node_kernel
from microbatt.porous_electrode.conditions import Conditions
from microbatt.porous_electrode.equations import (
    EXHAUSTED_SALT,
    assemble_element,
    assemble_nodes,
    assemble_steep_element,
    evaluate_electrolyte,
    evaluate_kinetics,
    evaluate_standard,
    is_steep,
    terminal_voltage,
)
from microbatt.porous_electrode.lane_state import (
    AT_LENGTH,
    AT_PREVIOUS,
    AT_T,
    AT_T1,
    AT_TIME,
    AT_TRIED_ERROR,
    AT_TRIED_T,
    AT_TRIED_V,
    AT_V,
    AT_V1,
    AT_V2,
    PARTS,
)
from microbatt.porous_electrode.lanes import (
    WIDTH,
    Integers,
    Lanes,
    Truth,
    anywhere,
    bits,
    is_not,
    mask_of,
    where,
)
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.newton import (
    CURVATURE,
    MAX_ITERATIONS,
    NEWTON_SHARE,
    Change,
    change_current,
    change_salt,
    least_current,
)
from microbatt.porous_electrode.parameters import CellParameters, Numerics
from microbatt.porous_electrode.particle_step import (
    can_carry,
    close_particles,
    start_particles,
    start_rooms,
)
from microbatt.porous_electrode.step import (
    CLIFF_SHARE,
    SMALLEST_GUESS,
    TEMPERATURE_SCALE,
    Weights,
    distance_from_guess,
    extrapolate,
)
from microbatt.porous_electrode.thermal import heat_rate, step_temperature
from microbatt.porous_electrode.workspace import Workspace

PATIENCE = 4
"""So many lanes that are not done with a step do not keep the others waiting."""


@node_kernel
def predict_lanes(w: Workspace, n: int, weights: Weights, fresh: Truth) -> None:
    """Extrapolate salt and current density of the lanes that begin a step."""
    for i in range(n):
        c = extrapolate(weights, w.c[0, i], w.c[1, i], w.c[2, i])
        j = extrapolate(weights, w.j[0, i], w.j[1, i], w.j[2, i])
        w.c_new[i] = where(fresh, max(c, SMALLEST_GUESS * w.c[0, i]), w.c_new[i])
        w.j_new[i] = where(fresh, j, w.j_new[i])


@kernel
def keep_element(w: Workspace, e: int, kept: Lanes, row: int) -> None:
    """Copy what is assembled of an element and at its nodes to a row of `kept`."""
    for k in range(PARTS):
        kept[row, PARTS + k] = w.block[e, k]
    for k in range(3):
        for entry in range(2):
            kept[row, 6 * k + entry] = w.rhs[2 * e + k, entry]
        for entry in range(4):
            kept[row, 6 * k + 2 + entry] = w.diagonal[2 * e + k, entry]


@kernel
def choose_element(w: Workspace, e: int, kept: Lanes, row: int, mask: Truth) -> None:
    """Leave what is assembled where the mask says so; put what was kept elsewhere."""
    for k in range(PARTS):
        w.block[e, k] = where(mask, w.block[e, k], kept[row, PARTS + k])
    for k in range(3):
        a = 2 * e + k
        for entry in range(2):
            w.rhs[a, entry] = where(mask, w.rhs[a, entry], kept[row, 6 * k + entry])
        for entry in range(4):
            other = kept[row, 6 * k + 2 + entry]
            w.diagonal[a, entry] = where(mask, w.diagonal[a, entry], other)


@kernel
def assemble_blended(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    current: Lanes,
    e: int,
    real: Truth,
    kept: Lanes,
) -> None:
    """Add the balances of an element that is steep in some lanes, or is none in some."""
    steep = is_steep(w, 2 * e, EXHAUSTED_SALT * p.initial_concentration)
    for k in range(PARTS):
        w.block[e, k] = 0.0
    keep_element(w, e, kept, 0)
    assemble_element(w, layout, p, current, e)
    if anywhere(steep):
        keep_element(w, e, kept, 1)
        choose_element(w, e, kept, 0, mask_of(0))
        assemble_steep_element(w, layout, p, current, e)
        choose_element(w, e, kept, 1, steep)
    choose_element(w, e, kept, 0, real)


@node_kernel
def assemble_lanes(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    current: Lanes,
    step: Lanes,
    blended: Integers,
    real: Integers,
    kept: Lanes,
) -> None:
    """Fill Newton's equations of all lanes; `blended` says of each element whether it is."""
    assemble_nodes(w, layout, p, current, step)
    for e in range(layout.negative + layout.separator + layout.positive):
        if blended[e]:
            assemble_blended(w, layout, p, current, e, mask_of(real[e]), kept)
        else:
            assemble_element(w, layout, p, current, e)


@node_kernel
def iterate_lanes(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    current: Lanes,
    step: Lanes,
    blended: Integers,
    real: Integers,
    kept: Lanes,
    active: Truth,
) -> Change:
    """Make one Newton change of the lanes that are active; see `newton.iterate`."""
    n, n_neg, first_pos = ends(layout)
    evaluate_standard(w, layout, p, now)
    assemble_lanes(w, layout, p, current, step, blended, real, kept)
    solve_blocks(w.diagonal, w.block, w.kept, w.rhs, (n - 1) // 2)
    V_T = now.thermal_voltage
    salt = change_salt(w, 0, n, V_T, 1.0 / p.initial_concentration, active)
    resistance = V_T / max(abs(current), least_current(p))
    negative = change_current(w, 0, n_neg, p.negative, V_T, resistance, active)
    positive = change_current(w, first_pos, n, p.positive, V_T, resistance, active)
    electrodes = max(negative.size, positive.size)
    return Change(
        max(salt.size, electrodes),
        salt.whole & negative.whole & positive.whole,
    )


@node_kernel
def start_lanes(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    current: Lanes,
    formula: Formula,
    fresh: Truth,
) -> Lanes:
    """Prepare the step of all lanes; which of them can carry the current."""
    n, n_neg, first_pos = ends(layout)
    rates, weights = numerics.rates, numerics.weights
    start_particles(w, 0, n_neg, 0, now.negative, formula, rates, weights)
    start_particles(w, first_pos, n, 1, now.positive, formula, rates, weights)
    close_particles(w, 0, n_neg, p.negative)
    close_particles(w, first_pos, n, p.positive)
    for i in range(n):
        w.c_history[i] = formula.newest * w.c[0, i] + formula.older * w.c[1, i]
    start_rooms(w, 0, n_neg, p.negative, fresh)
    start_rooms(w, first_pos, n, p.positive, fresh)
    return can_carry(w, layout, p, current)


@node_kernel
def mark_blended(
    w: Workspace, elements: int, least: float, real: Integers, blended: Integers
) -> None:
    """Find the elements that are not the same in all lanes."""
    for e in range(elements):
        padded = real[e] != (1 << WIDTH) - 1
        blended[e] = padded or anywhere(is_steep(w, 2 * e, least))


@node_kernel
def solve_lanes(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    current: Lanes,
    formula: Formula,
    real: Integers,
    blended: Integers,
    kept: Lanes,
    rows: Lanes,
    iterations: Integers,
    active: int,
) -> tuple[int, int]:
    """Newton's method in all lanes that are `active`; the bits of those that converged or failed.

    Where no more than `PATIENCE` lanes are left they wait for the next round.  `rows` holds the
    size of the last change, and `iterations` how many there were, one for each lane.
    """
    n, _, _ = ends(layout)
    mark_blended(w, (n - 1) // 2, EXHAUSTED_SALT * p.initial_concentration, real, blended)
    converged, failed = 0, 0
    tolerance = NEWTON_SHARE * numerics.tolerance
    for _ in range(MAX_ITERATIONS):
        if count_bits(active) <= PATIENCE and (converged | failed) != 0:
            break
        change = iterate_lanes(
            w, layout, p, now, current, formula.step, blended, real, kept, mask_of(active)
        )
        last = rows[AT_PREVIOUS]
        ahead = change.size * min(change.size / CURVATURE, change.size / last)
        rows[AT_PREVIOUS] = change.size
        finite = change.size < math.inf
        good = change.whole & (ahead < tolerance) & finite
        done = bits(good) & active
        bad = bits(is_not(finite)) & active
        for lane in range(WIDTH):
            if active >> lane & 1:
                iterations[lane] += 1
                if iterations[lane] >= MAX_ITERATIONS and not done >> lane & 1:
                    bad |= 1 << lane
        converged |= done
        failed |= bad
        active &= ~(done | bad)
        if active == 0:
            break
    return converged, failed


@node_kernel
def count_bits(mask: int) -> int:
    """How many bits are set."""
    count = 0
    for lane in range(WIDTH):
        count += mask >> lane & 1
    return count


@node_kernel
def voltage_lanes(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    current: Lanes,
) -> Lanes:
    """Terminal voltage of the states in ``c_new`` and ``j_new`` [V]; see `step.voltage_now`."""
    _, n_neg, first = ends(layout)
    last = n_neg - 1
    for i in range(last, first + 1):
        evaluate_electrolyte(w, i, w.c_new[i], p.electrolyte, now)
    evaluate_kinetics(w, last, p.negative, now.negative, now.thermal_voltage)
    evaluate_kinetics(w, first, p.positive, now.positive, now.thermal_voltage)
    return terminal_voltage(w, layout, p, current)


@kernel
def judge_lanes(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    now: Conditions,
    current: Lanes,
    formula: Formula,
    weights: Lanes,
    rows: Lanes,
    guess: Lanes,
) -> None:
    """Write voltage, temperature and local error of the step of each lane; see `step.judge`."""
    V = voltage_lanes(w, layout, p, now, current)
    rows[AT_TRIED_V], rows[AT_TRIED_T] = V, guess
    if not math.isinf(p.heat_capacity):
        heat = heat_rate(w, layout, p, now, formula.step, current, V)
        rows[AT_TRIED_T] = step_temperature(p, formula, rows[AT_T], rows[AT_T1], heat)
    cliff = 1.0 + CLIFF_SHARE * abs(V - rows[AT_V]) * rows[AT_TIME] / rows[AT_LENGTH]
    distance = abs(V - extrapolate(weights, rows[AT_V], rows[AT_V1], rows[AT_V2])) / cliff
    distance = max(distance, abs(rows[AT_TRIED_T] - guess) / TEMPERATURE_SCALE)
    distance = max(distance, distance_from_guess(w, layout, weights, p.initial_concentration))
    error = formula.error * distance / numerics.tolerance
    rows[AT_TRIED_ERROR] = where(rows[AT_TIME] > 0.0, error, 0.0)
