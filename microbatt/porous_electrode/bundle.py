"""Many discharges at once, in lanes: one that has ended makes room for the next.

Each lane marches by itself, with its own steps, and decides on them as a curve alone does
(`time_stepping`); only the work at the nodes is done for all lanes in one.  So a curve has the
same bits whichever curves stand beside it, and as it has alone.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from microbatt.porous_electrode.batch_output import Batch, append_curve, write_ending
from microbatt.porous_electrode.bdf import backward_euler, bdf2, extrapolation_weights
from microbatt.porous_electrode.bundle_step import (
    judge_lanes,
    predict_lanes,
    solve_lanes,
    start_lanes,
)
from microbatt.porous_electrode.compilation import kernel, node_kernel
from microbatt.porous_electrode.conditions import Conditions, conditions_at
from microbatt.porous_electrode.discharge import (
    MOST_AGAIN,
    Curve,
    Landing,
    Need,
    ending,
    landed,
    least_salt,
    needed,
    serving,
    write_point,
)
from microbatt.porous_electrode.lane_state import (
    AT_AREA_DENSITY,
    AT_CURRENT,
    AT_FIRST_STEP,
    AT_FLUX_FACTOR,
    AT_LEAST_SALT,
    AT_LENGTH,
    AT_NEWEST,
    AT_OLDER,
    AT_PORE_FACTOR,
    AT_PREVIOUS,
    AT_T,
    AT_T1,
    AT_T2,
    AT_TRIED_ERROR,
    AT_TRIED_T,
    AT_TRIED_V,
    PARTS,
    ROWS,
    enter,
    formula_of,
    lane_table,
    lane_vector,
    lanes_cell,
    leave,
    make_lane_workspace,
    put,
    put_formula,
    put_march,
    take,
    weights_of,
)
from microbatt.porous_electrode.lanes import (
    WIDTH,
    Integers,
    Lanes,
    as_floats,
    bits,
    is_not,
    mask_of,
    where,
)
from microbatt.porous_electrode.lookup import Array
from microbatt.porous_electrode.mesh import (
    Layout,
    ends,
    grade,
    graded_count,
    lay_out,
)
from microbatt.porous_electrode.ownership import hold, unowned
from microbatt.porous_electrode.parameters import CellParameters, Numerics, at_point
from microbatt.porous_electrode.rest import INSTANT, first_step, set_rest
from microbatt.porous_electrode.step import March, extrapolate, move_on, stepped
from microbatt.porous_electrode.time_stepping import (
    ACCEPTED,
    AT_CUTOFF,
    GOING_ON,
    MARCHING,
    NOTHING,
    STARTING,
    Stepping,
    begin_stepping,
    decide,
    proceed,
)
from microbatt.porous_electrode.workspace import Workspace, make_workspace

LARGE = 1 << 20
"""More elements than any electrode has."""


class Bundle(NamedTuple):
    """Where each lane stands, beside its state at the nodes.

    ``rows`` holds what the lanes compute with, ``marches`` and ``steppings`` what each decides by.
    ``real`` are the bits of the lanes that have an element, ``blended`` says which elements are not
    the same in all lanes.  ``point`` is the row of a lane's curve, ``positive`` the elements of its
    positive electrode, ``initial`` its voltage at t = 0+.
    """

    rows: Lanes
    numbers: Array  # the same, by lanes: (rows, WIDTH)
    marches: Array
    steppings: Array
    real: Integers
    blended: Integers
    kept: Lanes
    iterations: Integers
    point: Integers
    positive: Integers
    initial: Array
    time: Array
    voltage: Array
    temperature: Array


@kernel
def keep_march(b: Bundle, lane: int, march: March) -> None:
    """Write where a lane stands."""
    held = b.marches
    held[lane, 0], held[lane, 1], held[lane, 2] = march.t, march.h1, march.h2
    held[lane, 3], held[lane, 4], held[lane, 5] = march.V, march.V1, march.V2
    held[lane, 6], held[lane, 7], held[lane, 8] = march.T, march.T1, march.T2
    held[lane, 9], held[lane, 10], held[lane, 11] = march.steps, march.rejected, march.newton


@kernel
def march_of(b: Bundle, lane: int) -> March:
    """Read where a lane stands."""
    held = b.marches
    return March(
        held[lane, 0],
        held[lane, 1],
        held[lane, 2],
        held[lane, 3],
        held[lane, 4],
        held[lane, 5],
        held[lane, 6],
        held[lane, 7],
        held[lane, 8],
        int(held[lane, 9]),
        int(held[lane, 10]),
        int(held[lane, 11]),
    )


@kernel
def keep_stepping(b: Bundle, lane: int, stepping: Stepping) -> None:
    """Write what a lane is about."""
    held = b.steppings
    held[lane, 0], held[lane, 1], held[lane, 2] = stepping.phase, stepping.h, stepping.wall
    held[lane, 3], held[lane, 4], held[lane, 5] = (
        stepping.failures,
        stepping.least_salt,
        stepping.low,
    )
    held[lane, 6], held[lane, 7], held[lane, 8] = stepping.above, stepping.high, stepping.below
    held[lane, 9], held[lane, 10], held[lane, 11] = (
        stepping.side,
        1.0 if stepping.solved else 0.0,
        stepping.trial,
    )


@kernel
def stepping_of(b: Bundle, lane: int) -> Stepping:
    """Read what a lane is about."""
    held = b.steppings
    return Stepping(
        int(held[lane, 0]),
        held[lane, 1],
        held[lane, 2],
        int(held[lane, 3]),
        held[lane, 4],
        held[lane, 5],
        held[lane, 6],
        held[lane, 7],
        held[lane, 8],
        int(held[lane, 9]),
        held[lane, 10] > 0.0,
        int(held[lane, 11]),
    )


@kernel
def choose_step(numbers: Array, lane: int, march: March, stepping: Stepping) -> None:
    """Write the formula of the step that one lane tries; see `step.choose_formula`."""
    h = stepping.h
    put(numbers, AT_LENGTH, lane, h)
    if stepping.phase == STARTING:
        put_formula(numbers, lane, backward_euler(INSTANT, 1.0), (1.0, 0.0, 0.0))
    elif march.steps == 0:
        put_formula(numbers, lane, backward_euler(h, h), (1.0, 0.0, 0.0))
    else:
        oldest = march.h2 if march.steps > 1 else march.h1
        formula = bdf2(h, march.h1, oldest)
        put_formula(numbers, lane, formula, extrapolation_weights(h, march.h1, march.h2))


class Work(NamedTuple):
    """What is to be done: the rows (alpha, S, current) of the points, and what each needs.

    ``front``, ``halvings``, ``brief`` and ``uneven`` are those of `discharge.Need`.  ``again`` are
    the points that need another pass, ``alone`` those to be done without lanes; ``newton`` counts
    the iterations of earlier passes, ``first`` says where a curve begins.
    """

    points: Array
    front: Array
    halvings: Integers
    brief: Integers
    uneven: Integers
    newton: Integers
    again: Integers
    alone: Integers
    first: Integers


@kernel
def make_work(points: Array) -> Work:
    """Nothing is known of any point."""
    n = points.shape[0]
    return Work(
        points,
        np.zeros(n),
        np.zeros(n, np.int64),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(n, np.int64),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(n, np.int64),
    )


@kernel
def need_of(work: Work, i: int) -> Need:
    """What is known to be needed for point `i`."""
    return Need(work.front[i], work.halvings[i], work.brief[i], work.uneven[i])


@kernel
def ask_again(work: Work, i: int, need: Need, newton: int) -> None:
    """Ask for another pass of point `i`."""
    work.front[i], work.halvings[i] = need.front, need.halvings
    work.brief[i], work.uneven[i] = need.brief, need.uneven
    work.newton[i] += newton
    work.again[i] = True


@kernel
def point_of(cell: CellParameters, work: Work, i: int, conserving: bool) -> CellParameters:
    """The cell at one point."""
    return at_point(cell, work.points[i, 0], work.points[i, 1], conserving)


@kernel
def make_bundle(max_steps: int, elements: int) -> Bundle:
    """Allocate for at most `elements` elements."""
    room, rows = max_steps + 3, lane_vector(ROWS)
    return Bundle(
        rows,
        as_floats(rows),
        np.zeros((WIDTH, 12)),
        np.zeros((WIDTH, 12)),
        np.zeros(elements, np.int64),
        np.zeros(elements, np.bool_),
        lane_table(2, 2 * PARTS),
        np.zeros(WIDTH, np.int64),
        np.zeros(WIDTH, np.int64),
        np.zeros(WIDTH, np.int64),
        np.zeros(WIDTH),
        np.empty((WIDTH, room)),
        np.empty((WIDTH, room)),
        np.empty((WIDTH, room)),
    )


@kernel
def fill_lane(
    w: Workspace,
    b: Bundle,
    lane: int,
    cell: CellParameters,
    numerics: Numerics,
    work: Work,
    i: int,
    conserving: bool,
) -> None:
    """Put point `i`, at rest, into a lane."""
    T, current = cell.initial_temperature, work.points[i, 2]
    p, now = point_of(cell, work, i, conserving), conditions_at(cell, T)
    alone, layout = lay_out(p, now, numerics, current, work.front[i], work.uneven[i])
    set_rest(alone, layout, p, current)
    enter(w, lane, alone, layout, b.real)
    march = March(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, T, T, T, 0, 0, 0)
    keep_march(b, lane, march)
    put_march(b.numbers, lane, march)
    stepping = begin_stepping(STARTING, 1.0, cell.initial_concentration)
    keep_stepping(b, lane, stepping)
    choose_step(b.numbers, lane, march, stepping)
    b.point[lane], b.positive[lane] = i, layout.positive
    put(b.numbers, AT_CURRENT, lane, current)
    put(b.numbers, AT_PORE_FACTOR, lane, p.positive.pore_factor)
    put(b.numbers, AT_AREA_DENSITY, lane, p.positive.area_density)
    put(b.numbers, AT_FLUX_FACTOR, lane, p.positive.flux_factor)


@kernel
def fill_lanes(
    w: Workspace,
    b: Bundle,
    cell: CellParameters,
    numerics: Numerics,
    work: Work,
    order: Integers,
    taken: int,
    busy: int,
    conserving: bool,
) -> tuple[int, int]:
    """Give each lane that has nothing to do the next point; how many are taken, and who is busy."""
    for lane in range(WIDTH):
        if taken < order.size and not busy >> lane & 1:
            fill_lane(w, b, lane, cell, numerics, work, order[taken], conserving)
            taken += 1
            busy |= 1 << lane
    return taken, busy


@kernel
def keep_salt_positive(w: Workspace, n: int, b: Bundle, marching: int) -> None:
    """Let the lanes whose second order would start from negative salt do with the first."""
    newest, older = b.rows[AT_NEWEST], b.rows[AT_OLDER]
    positive = newest * w.c[0, 0] + older * w.c[1, 0] > 0.0
    for i in range(1, n):
        positive = positive & (newest * w.c[0, i] + older * w.c[1, i] > 0.0)
    negative = bits(is_not(positive)) & marching
    for lane in range(WIDTH):
        if negative >> lane & 1:
            h, h1 = take(b.numbers, AT_LENGTH, lane), march_of(b, lane).h1
            weights = extrapolation_weights(h, h1, 0.0)
            put_formula(b.numbers, lane, backward_euler(h, h1), weights)


@kernel
def choose_steps(w: Workspace, b: Bundle, layout: Layout, fresh: int) -> None:
    """Begin a step in the lanes that are `fresh`."""
    marching = 0
    for lane in range(WIDTH):
        if fresh >> lane & 1:
            march = march_of(b, lane)
            choose_step(b.numbers, lane, march, stepping_of(b, lane))
            put(b.numbers, AT_PREVIOUS, lane, 0.0)
            b.iterations[lane] = 0
            if march.steps > 0:
                marching |= 1 << lane
    keep_salt_positive(w, ends(layout)[0], b, marching)


class Round(NamedTuple):
    """What became of the steps of one round: bits of lanes."""

    converged: int
    carried: int
    done: int


class Verdicts(NamedTuple):
    """What becomes of each lane's trial: bits of lanes."""

    started: int
    unstarted: int
    accepted: int
    landed: int


@node_kernel
def try_lanes(
    w: Workspace,
    b: Bundle,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    guess: Lanes,
    numerics: Numerics,
    busy: int,
    fresh: int,
) -> Round:
    """Try the step of each lane, or go on with it, and judge it; see `step.try_step`."""
    rows = b.rows
    formula, weights, current = formula_of(rows), weights_of(rows), rows[AT_CURRENT]
    begun = mask_of(fresh)
    predict_lanes(w, ends(layout)[0], weights, begun)
    carried = bits(start_lanes(w, layout, p, now, numerics, current, formula, begun))
    converged, failed = solve_lanes(
        w,
        layout,
        p,
        now,
        numerics,
        current,
        formula,
        b.real,
        b.blended,
        b.kept,
        rows,
        b.iterations,
        busy & carried,
    )
    judge_lanes(w, layout, p, numerics, now, current, formula, weights, rows, guess)
    return Round(converged, carried, converged | failed | (fresh & ~carried))


@kernel
def decide_lanes(b: Bundle, cutoff: float, seen: Round) -> Verdicts:
    """Decide on the trial of each lane that is done."""
    started, unstarted, accepted, landed = 0, 0, 0, 0
    for lane in range(WIDTH):
        if not seen.done >> lane & 1:
            continue
        bit, solved = 1 << lane, seen.converged >> lane & 1 == 1
        V, T = take(b.numbers, AT_TRIED_V, lane), take(b.numbers, AT_TRIED_T, lane)
        march, stepping = march_of(b, lane), stepping_of(b, lane)
        if stepping.phase == STARTING:
            if solved and cutoff < V:
                started |= bit
                keep_march(b, lane, standing(V, march.T, b.iterations[lane]))
            else:
                unstarted |= bit
            continue
        march, stepping, verdict = decide(
            march,
            stepping,
            cutoff,
            solved,
            seen.carried >> lane & 1 == 1,
            V,
            take(b.numbers, AT_TRIED_ERROR, lane),
            b.iterations[lane],
        )
        if verdict != NOTHING:
            accepted |= bit
            march = stepped(march, stepping.h, V, T)
        if verdict == AT_CUTOFF:
            landed |= bit
        keep_march(b, lane, march)
        keep_stepping(b, lane, stepping)
    return Verdicts(started, unstarted, accepted, landed)


@kernel
def standing(V: float, T: float, newton: int) -> March:
    """Stand at t = 0+; see `rest.first_march`."""
    return March(0.0, 0.0, 0.0, V, V, V, T, T, T, 0, 0, newton)


@node_kernel
def move_lanes(
    w: Workspace,
    b: Bundle,
    layout: Layout,
    now: Conditions,
    tolerance: float,
    verdicts: Verdicts,
) -> None:
    """Move the state of the lanes on whose step is accepted, and of those that have started."""
    started, accepted = verdicts.started, verdicts.accepted
    if started != 0:
        mask = mask_of(started)
        for level in range(3):
            for i in range(ends(layout)[0]):
                w.j[level, i] = where(mask, w.j_new[i], w.j[level, i])
        b.rows[AT_FIRST_STEP] = first_step(w, layout, now, tolerance)
    if accepted != 0:
        move_on(w, layout, now, formula_of(b.rows), mask_of(accepted))
        b.rows[AT_LEAST_SALT] = least_salt(w, layout)
    for lane in range(WIDTH):
        if (started | accepted) >> lane & 1:
            march = march_of(b, lane)
            put_march(b.numbers, lane, march)
            write_point(curve_of(b, lane), march.steps, march.t, march.V, march.T)
        if started >> lane & 1:
            b.initial[lane] = march_of(b, lane).V
            h = take(b.numbers, AT_FIRST_STEP, lane)
            keep_stepping(b, lane, begin_stepping(MARCHING, h, stepping_of(b, lane).least_salt))


@kernel
def curve_of(b: Bundle, lane: int) -> Curve:
    """Where a lane's curve is written."""
    return Curve(b.time[lane], b.voltage[lane], b.temperature[lane])


@kernel
def keep_curve(
    w: Workspace,
    layout: Layout,
    b: Bundle,
    lane: int,
    p: CellParameters,
    work: Work,
    end: Landing,
    passes: int,
    batch: Batch,
    curves: Array,
    used: int,
) -> tuple[Array, int]:
    """Write a curve that has ended, unless a front calls for another pass; see `simulate`."""
    i = b.point[lane]
    current, known = work.points[i, 2], need_of(work, i)
    now = conditions_at(p, p.initial_temperature)
    need = needed(w, layout, p, now, current, end, known)
    if need != known and passes < MOST_AGAIN:
        ask_again(work, i, need, end.march.newton)
    else:
        newton = work.newton[i] + end.march.newton
        closed = ending(end, b.initial[lane], newton, w, layout, p)
        curve = curve_of(b, lane)
        curves = append_curve(curves, used, curve, end.points)
        write_ending(batch, i, closed, curve, current, p.mass)
        work.first[i], batch.offsets[i + 1] = used, end.points
        used += end.points
    return curves, used


@kernel
def march_group(
    cell: CellParameters,
    numerics: Numerics,
    work: Work,
    order: Integers,
    negative: int,
    largest: int,
    conserving: bool,
    cutoff: float,
    passes: int,
    batch: Batch,
    curves: Array,
    used: int,
) -> tuple[Array, int]:
    """Discharge the points `order`, whose meshes have `negative` elements in that electrode.

    And at most `largest` in the positive one.
    """
    separator = numerics.separator_elements
    elements = negative + separator + largest
    owners = (
        make_lane_workspace(elements, numerics.rates.size),
        make_workspace(elements, 0, 0),
        make_bundle(numerics.max_steps, elements),
    )
    w, alone, b = unowned(owners)
    for lane in range(WIDTH):  # something to compute with where no curve stands
        fill_lane(w, b, lane, cell, numerics, work, order[0], conserving)
    p = lanes_cell(cell, b.rows)
    now, isothermal = conditions_at(p, b.rows[AT_T]), math.isinf(cell.heat_capacity)
    taken, busy, waiting = 0, 0, 0
    while taken < order.size or busy != 0:
        before = taken
        taken, busy = fill_lanes(w, b, cell, numerics, work, order, taken, busy, conserving)
        layout = Layout(negative, separator, most_elements(b))
        choose_steps(w, b, layout, busy & ~waiting)
        p, guess = lanes_cell(cell, b.rows), guess_temperature(b.rows, isothermal)
        if taken > before or not isothermal:
            now = conditions_at(p, guess)
        seen = try_lanes(w, b, layout, p, now, guess, numerics, busy, busy & ~waiting)
        waiting = busy & ~seen.done
        verdicts = decide_lanes(b, cutoff, seen)
        move_lanes(w, b, layout, now, numerics.tolerance, verdicts)
        for lane in range(WIDTH):
            if verdicts.unstarted >> lane & 1:
                work.alone[b.point[lane]] = True
                busy &= ~(1 << lane)
            elif (seen.done & ~verdicts.started) >> lane & 1:
                way, gap, known = proceed_lane(b, lane, numerics.max_steps, verdicts)
                if way != GOING_ON:
                    mine = point_of(cell, work, b.point[lane], conserving)
                    own = Layout(negative, separator, b.positive[lane])
                    march, salt = march_of(b, lane), stepping_of(b, lane).least_salt
                    leave(w, lane, alone, own)
                    end = landed(
                        alone, own, mine, cutoff, march, salt, way, gap, known, curve_of(b, lane)
                    )
                    curves, used = keep_curve(
                        alone, own, b, lane, mine, work, end, passes, batch, curves, used
                    )
                    busy &= ~(1 << lane)
    hold(owners)
    return curves, used


@kernel
def guess_temperature(rows: Lanes, isothermal: bool) -> Lanes:
    """Temperature that the step of each lane is solved at [K]; see `step.try_step`."""
    if isothermal:
        return rows[AT_T]
    return extrapolate(weights_of(rows), rows[AT_T], rows[AT_T1], rows[AT_T2])


@kernel
def proceed_lane(
    b: Bundle, lane: int, max_steps: int, verdicts: Verdicts
) -> tuple[int, float, bool]:
    """Choose a lane's next step, or say how it ends; see `time_stepping.proceed`."""
    verdict = NOTHING
    if verdicts.landed >> lane & 1:
        verdict = AT_CUTOFF
    elif verdicts.accepted >> lane & 1:
        verdict = ACCEPTED
    error, salt = take(b.numbers, AT_TRIED_ERROR, lane), take(b.numbers, AT_LEAST_SALT, lane)
    march, stepping = march_of(b, lane), stepping_of(b, lane)
    stepping, way, gap, known = proceed(march, stepping, max_steps, verdict, error, salt)
    keep_stepping(b, lane, stepping)
    return way, gap, known


@kernel
def most_elements(b: Bundle) -> int:
    """The most elements of the positive electrode in any lane."""
    most = 0
    for lane in range(WIDTH):
        most = max(most, b.positive[lane])
    return most


@kernel
def mesh_keys(
    cell: CellParameters, numerics: Numerics, work: Work, todo: Integers, conserving: bool
) -> tuple[Integers, Integers, Integers]:
    """A number for all that points need to share beside each other, and the sizes of their meshes.

    Of the negative and of the positive electrode.
    """
    n, now = todo.size, conditions_at(cell, cell.initial_temperature)
    key, negative, positive = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    for k in range(n):
        i = todo[k]
        need, p = need_of(work, i), point_of(cell, work, i, conserving)
        used = serving(numerics, need)
        neg, pos = grade(p, now, used, work.points[i, 2], need.front, need.uneven)
        negative[k] = graded_count(neg.length, neg.first, neg.largest, neg.growth, neg.focus)
        positive[k] = graded_count(pos.length, pos.first, pos.largest, pos.growth, pos.focus)
        key[k] = 4 * need.halvings + (2 if need.brief else 0) + (1 if need.front > 0.0 else 0)
        key[k] = key[k] * LARGE + negative[k]
    return key, negative, positive


@kernel
def march_lanes(
    cell: CellParameters,
    numerics: Numerics,
    points: Array,
    conserving: bool,
    cutoff: float,
    batch: Batch,
) -> tuple[Array, Integers, Integers]:
    """Discharge all points; the curves in the order in which they ended, and where each begins.

    Third come the points that are to be done alone: those that do not start.  Points with meshes of
    much the same size stand beside each other.
    """
    work = make_work(points)
    curves, used, todo = batch.curves, 0, np.arange(points.shape[0])
    for passes in range(MOST_AGAIN + 1):
        key, negative, positive = mesh_keys(cell, numerics, work, todo, conserving)
        order = np.argsort(key * LARGE + positive, kind="mergesort")
        begin = 0
        while begin < todo.size:
            end, shared = begin, key[order[begin]]
            while end < todo.size and key[order[end]] == shared:
                end += 1
            curves, used = march_group(
                cell,
                serving(numerics, need_of(work, todo[order[begin]])),
                work,
                todo[order[begin:end]],
                negative[order[begin]],
                positive[order[end - 1]],
                conserving,
                cutoff,
                passes,
                batch,
                curves,
                used,
            )
            begin = end
        todo = np.flatnonzero(work.again)
        work.again[:] = False
    batch.offsets[:] = np.cumsum(batch.offsets)
    return curves, work.first, work.alone
