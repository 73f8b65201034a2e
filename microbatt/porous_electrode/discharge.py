"""One discharge, from rest to its end."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from microbatt.outcomes import Outcome
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.conditions import Conditions, conditions_at, warm
from microbatt.porous_electrode.equations import EXHAUSTED_SALT, is_steep
from microbatt.porous_electrode.lookup import Array
from microbatt.porous_electrode.mesh import FOCUS_WIDTH, Layout, ends, finer, lay_out
from microbatt.porous_electrode.ownership import unowned
from microbatt.porous_electrode.parameters import CellParameters, Numerics
from microbatt.porous_electrode.rest import (
    first_march,
    first_step,
    open_circuit_voltage,
    start_current,
)
from microbatt.porous_electrode.step import Attempt, March, accept, try_step
from microbatt.porous_electrode.time_stepping import (
    FALLING,
    GOING_ON,
    LANDED,
    MARCHING,
    NOTHING,
    begin_stepping,
    decide,
    proceed,
    time_resolution,
)
from microbatt.porous_electrode.workspace import Workspace

CUTOFF_REACHED = int(Outcome.CUTOFF_REACHED)
SALT_EXHAUSTED = int(Outcome.SALT_EXHAUSTED)
LITHIUM_EXHAUSTED = int(Outcome.LITHIUM_EXHAUSTED)
CUTOFF_AT_START = int(Outcome.CUTOFF_AT_START)
STEP_BUDGET = int(Outcome.STEP_BUDGET)
NO_CONVERGENCE = int(Outcome.NO_CONVERGENCE)
UNRESOLVED_FALL = int(Outcome.UNRESOLVED_FALL)

VERTICAL_FALL = 0.1
MOST_AGAIN = 3
FRONT_SHARE = 0.02
BRIEF = 1e-4
EXHAUSTED_ROOM = 2e-4
ALL_BUT_EMPTY = 0.1
UNEVEN_ROOM = 0.17
RECOVERED = 10.0


class Curve(NamedTuple):
    """Where a discharge is written, point by point: time [s], voltage [V], temperature [K]."""

    time: Array
    voltage: Array
    temperature: Array


class Ending(NamedTuple):
    """The scalars of one discharge; see `microbatt.engines.result.Discharge`."""

    outcome: int
    points: int
    open_circuit_voltage: float
    initial_voltage: float
    end_temperature: float
    min_salt_concentration: float
    negative_surface: float
    positive_surface: float
    steps: int
    newton_iterations: int
    rejected_steps: int


class Landing(NamedTuple):
    """How a discharge ended, where it stood then, and how many points its curve has."""

    outcome: int
    march: March
    points: int
    min_salt_concentration: float


@kernel
def curve_with_room(numerics: Numerics) -> Curve:
    """A curve that is long enough for any discharge."""
    room = numerics.max_steps + 3
    return Curve(np.empty(room), np.empty(room), np.empty(room))


@kernel
def write_point(curve: Curve, k: int, t: float, V: float, T: float) -> None:
    """Write point `k` of the curve."""
    curve.time[k] = t
    curve.voltage[k] = V
    curve.temperature[k] = T


@kernel
def least_salt(w: Workspace, layout: Layout) -> float:
    """Smallest salt concentration in the cell [mol m⁻³]."""
    n, _, _ = ends(layout)
    least = w.c[0, 0]
    for i in range(1, n):
        least = min(least, w.c[0, i])
    return least


@kernel
def extreme_surfaces(w: Workspace, layout: Layout, p: CellParameters) -> tuple[float, float]:
    """Smallest surface stoichiometry of the negative electrode, largest of the positive one."""
    n, n_neg, first_pos = ends(layout)
    empty, full = w.room[0, 0], w.room[first_pos, 1]
    for i in range(1, n_neg):
        empty = min(empty, w.room[i, 0])
    for i in range(first_pos + 1, n):
        full = min(full, w.room[i, 1])
    smallest = math.nan if p.negative.planar else p.negative.lowest_stoichiometry + empty
    return smallest, p.positive.highest_stoichiometry - full


@kernel
def mean_room(w: Workspace, start: int, stop: int, side: int, least_salt: float) -> float:
    """Mean stoichiometry that surfaces have left to empty (0) or full (1), where salt is left."""
    room, area = 0.0, 0.0
    for i in range(start, stop):
        area += w.area[i]
        if w.c[0, i] > least_salt:
            room += w.area[i] * w.room[i, side]
    return room / area


@kernel
def advance(
    w: Workspace, layout: Layout, march: March, tried: Attempt, h: float, curve: Curve
) -> March:
    """Accept a step and write its point."""
    march = accept(w, layout, march, tried, h)
    write_point(curve, march.steps, march.t, march.V, march.T)
    return march


@kernel
def what_ran_out(w: Workspace, layout: Layout, p: CellParameters, otherwise: int) -> int:
    """The outcome of a curve that ends in a vertical fall: what the state says has run out.

    Lithium, if the surfaces of an electrode are empty (or full) nearly everywhere; salt, if they
    are wherever there is salt left.
    """
    n, n_neg, first_pos = ends(layout)
    least = EXHAUSTED_SALT * p.initial_concentration
    if min(mean_room(w, 0, n_neg, 0, 0.0), mean_room(w, first_pos, n, 1, 0.0)) < EXHAUSTED_ROOM:
        return LITHIUM_EXHAUSTED
    if mean_room(w, first_pos, n, 1, least) < EXHAUSTED_ROOM:
        return SALT_EXHAUSTED
    return otherwise


@kernel
def fall(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    cutoff: float,
    march: March,
    h: float,
    solved: bool,
    curve: Curve,
) -> Landing:
    """End a curve that falls vertically: its last point is the cut-off, `h` later.

    `solved` says whether it is known that the voltage is below the cut-off then, or only that
    Newton's method found none.
    """
    if solved and march.V - cutoff < VERTICAL_FALL:
        outcome = CUTOFF_REACHED
    else:
        outcome = what_ran_out(w, layout, p, UNRESOLVED_FALL if solved else NO_CONVERGENCE)
    points = march.steps + 1
    if outcome not in (UNRESOLVED_FALL, NO_CONVERGENCE):
        write_point(curve, points, march.t + max(h, time_resolution(march)), cutoff, march.T)
        points += 1
    return Landing(outcome, march, points, least_salt(w, layout))


@kernel
def landed(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    cutoff: float,
    march: March,
    salt: float,
    way: int,
    gap: float,
    known: bool,
    curve: Curve,
) -> Landing:
    """End a discharge the way that `time_stepping.proceed` says; `salt` is the least met."""
    if way == FALLING:
        end = fall(w, layout, p, cutoff, march, gap, known, curve)
    elif way == LANDED:
        end = Landing(CUTOFF_REACHED, march, march.steps + 1, least_salt(w, layout))
    else:
        end = Landing(STEP_BUDGET, march, march.steps + 1, salt)
    return Landing(end.outcome, march, end.points, min(salt, end.min_salt_concentration))


@kernel
def go_on(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    current: float,
    cutoff: float,
    march: March,
    curve: Curve,
) -> Landing:
    """Step on from t = 0+ until the discharge ends.

    Each turn spends of the budget of steps, or of the trials of a search.
    """
    h = first_step(w, layout, conditions_at(p, march.T), numerics.tolerance)
    salt, way, gap, known = least_salt(w, layout), GOING_ON, 0.0, False
    stepping = begin_stepping(MARCHING, h, salt)
    while way == GOING_ON:
        tried = try_step(w, layout, p, numerics, current, march, stepping.h)
        march, stepping, verdict = decide(
            march,
            stepping,
            cutoff,
            tried.solve.converged,
            tried.solve.possible,
            tried.voltage,
            tried.error,
            tried.solve.iterations,
        )
        if verdict != NOTHING:
            march = advance(w, layout, march, tried, stepping.h, curve)
            salt = least_salt(w, layout)
        stepping, way, gap, known = proceed(
            march, stepping, numerics.max_steps, verdict, tried.error, salt
        )
    return landed(w, layout, p, cutoff, march, stepping.least_salt, way, gap, known, curve)


@kernel
def find_front(w: Workspace, layout: Layout, p: CellParameters, current: float) -> float:
    """Where a reaction front stands in the positive electrode: distance from the separator [m].

    A front is an element within which the salt runs out while a node of it carries a good part of
    the current.  Zero where there is none.
    """
    share, place = FRONT_SHARE, 0.0
    least = EXHAUSTED_SALT * p.initial_concentration
    start = layout.negative + layout.separator
    for e in range(start, start + layout.positive):
        if is_steep(w, 2 * e, least):
            for i in range(2 * e, 2 * e + 3):
                carried = w.area[i] * abs(w.j[0, i]) / current
                if carried > share:
                    share, place = carried, w.x[i] - w.x[2 * start]
    return place


@kernel
def has_recovered(w: Workspace, layout: Layout, p: CellParameters, end: Landing) -> bool:
    """Whether the salt ran out somewhere on the way and is back: a front went through.

    A cell that warms pushes the front deeper into the electrode, through wide elements.
    """
    least = end.min_salt_concentration
    exhausted = least < EXHAUSTED_SALT * p.initial_concentration
    return exhausted and least_salt(w, layout) > RECOVERED * least


@kernel
def is_brief(p: CellParameters, now: Conditions, duration: float) -> bool:
    """Whether lithium has got next to nowhere in the particles of an electrode."""
    rate = now.positive.diffusion_rate
    if not p.negative.planar:
        rate = min(rate, now.negative.diffusion_rate)
    return duration * rate < BRIEF


@kernel
def is_uneven(w: Workspace, layout: Layout, p: CellParameters) -> bool:
    """Whether some surfaces of the negative electrode are all but empty, and others far from it.

    The particles are then emptied one node after the other, and each shows in the voltage.
    """
    _, n_neg, _ = ends(layout)
    if p.negative.planar:
        return False
    least, most = w.room[0, 0], w.room[0, 0]
    for i in range(1, n_neg):
        least, most = min(least, w.room[i, 0]), max(most, w.room[i, 0])
    return least < ALL_BUT_EMPTY and most - least > UNEVEN_ROOM


class Need(NamedTuple):
    """What a discharge asks of its mesh, as far as is known.

    ``front`` is where a front stands [m], zero for none; ``halvings`` of all elements are for a
    discharge that failed, or in which a front went through the electrode; ``brief`` and ``uneven``
    see `is_brief` and `is_uneven`.
    """

    front: float
    halvings: int
    brief: bool
    uneven: bool


@kernel
def needed(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    current: float,
    end: Landing,
    known: Need,
) -> Need:
    """What is needed after a pass that was laid out for what was known; the same if it served."""
    found = find_front(w, layout, p, current)
    placed = found == 0.0 or abs(found - known.front) < FOCUS_WIDTH * known.front
    failed = end.outcome in (NO_CONVERGENCE, UNRESOLVED_FALL)
    again = end.outcome == STEP_BUDGET or has_recovered(w, layout, p, end)
    failed |= again and known.halvings == 0
    return Need(
        known.front if placed else found,
        known.halvings + 1 if failed else known.halvings,
        is_brief(p, now, end.march.t),
        known.uneven or is_uneven(w, layout, p),
    )


@kernel
def serving(numerics: Numerics, need: Need) -> Numerics:
    """The resolution that serves a need."""
    used = numerics
    if need.front > 0.0 or need.halvings > 0:
        share = 0.5 ** (need.halvings + 1 if need.front > 0.0 else need.halvings)
        used = finer(used, share, share)
    elif need.brief:
        used = finer(used, 0.5, 1.0)
    return for_brief(used) if need.brief else used


@kernel
def for_brief(numerics: Numerics) -> Numerics:
    """The resolution with the particles' faster modes."""
    return Numerics(
        tolerance=numerics.tolerance,
        first_element=numerics.first_element,
        largest_element=numerics.largest_element,
        growth=numerics.growth,
        focus_element=numerics.focus_element,
        separator_elements=numerics.separator_elements,
        max_steps=numerics.max_steps,
        rates=numerics.brief_rates,
        weights=numerics.brief_weights,
        shells=numerics.brief_shells,
        brief_rates=numerics.brief_rates,
        brief_weights=numerics.brief_weights,
        brief_shells=numerics.brief_shells,
    )


@kernel
def discharge_on(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    current: float,
    cutoff: float,
    curve: Curve,
) -> tuple[Landing, float]:
    """Discharge from rest on the mesh that is laid out; the voltage at t = 0+ comes second [V]."""
    start = start_current(w, layout, p, numerics, current)
    march = first_march(w, layout, p, start)
    if start.solve.converged and start.voltage > cutoff:
        write_point(curve, 0, 0.0, march.V, march.T)
        return go_on(w, layout, p, numerics, current, cutoff, march, curve), start.voltage
    outcome = CUTOFF_AT_START if start.solve.converged else NO_CONVERGENCE
    return Landing(outcome, march, 0, p.initial_concentration), start.voltage


@kernel
def ending(
    end: Landing,
    initial_voltage: float,
    newton: int,
    w: Workspace,
    layout: Layout,
    p: CellParameters,
) -> Ending:
    """Say how a curve ended whose state is in `w`, after `newton` iterations in all passes."""
    smallest, largest = extreme_surfaces(w, layout, p)
    return Ending(
        end.outcome,
        end.points,
        open_circuit_voltage(p, p.initial_temperature),
        initial_voltage,
        end.march.T,
        end.min_salt_concentration,
        smallest,
        largest,
        end.march.steps,
        newton,
        end.march.rejected,
    )


@kernel
def simulate(
    p: CellParameters,
    numerics: Numerics,
    current: float,
    cutoff: float,
    curve: Curve,
) -> tuple[Ending, Workspace, Layout]:
    """Discharge at constant `current` from rest until the voltage is down to `cutoff`.

    Where a front ends the discharge, or it is brief, or it did not end as it should, it is done
    again at a resolution for that.
    The curve must have room for ``numerics.max_steps + 3`` points.  The state at the end, and its
    mesh, come second and third.
    """
    warm(p, p.initial_temperature)
    now = conditions_at(p, p.initial_temperature)
    w, layout = lay_out(p, now, numerics, current, 0.0)
    end, initial_voltage = discharge_on(unowned(w), layout, p, numerics, current, cutoff, curve)
    newton, need = end.march.newton, Need(0.0, 0, False, False)
    for _ in range(MOST_AGAIN):
        if end.points == 0:
            break
        known, need = need, needed(w, layout, p, now, current, end, need)
        if need == known:
            break
        used = serving(numerics, need)
        w, layout = lay_out(p, now, used, current, need.front, need.uneven)
        end, initial_voltage = discharge_on(unowned(w), layout, p, used, current, cutoff, curve)
        newton += end.march.newton
    return ending(end, initial_voltage, newton, w, layout, p), w, layout
