"""A step under what the tester controls: current, voltage or power.

At a given voltage or power the current is one more unknown.  In a step at a given voltage it is the
border of Newton's equations, whose blocks stay as they are: they are solved once more for what a
unit of current does, and the two solutions are added so that the voltage is met.  So it does where
no current would do: where surfaces are exhausted the voltage follows the logarithm of next to
nothing, and where the salt is, a current may have several voltages.

A power, the first instant of a voltage, and what the border does not solve, are left to a
safeguarded secant iteration around Newton's method, whose answer for one current is the guess for
the next, so that all but the first cost an iteration or two.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from microbatt.porous_electrode.bdf import Formula, backward_euler, with_linear
from microbatt.porous_electrode.block_solve import solve_blocks
from microbatt.porous_electrode.compilation import inner_kernel, kernel
from microbatt.porous_electrode.conditions import (
    Conditions,
    ElectrodeConditions,
    conditions_at,
    warm,
)
from microbatt.porous_electrode.equations import (
    EXHAUSTED_SALT,
    any_steep,
    assemble,
    terminal_voltage,
    voltage_change,
)
from microbatt.porous_electrode.kinetics import ALWAYS_OPEN
from microbatt.porous_electrode.lookup import Array
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.newton import (
    CURVATURE,
    MAX_ITERATIONS,
    NEWTON_SHARE,
    Change,
    Solve,
    evaluate,
    iterate,
    least_current,
    make_change,
    settled,
    solve_step,
    start_guess,
    start_surfaces,
)
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters, Numerics
from microbatt.porous_electrode.particle_step import (
    BOUNDARY_FRACTION,
    CLOSED,
    FARTHEST,
    far_room,
    start_rooms,
)
from microbatt.porous_electrode.rest import INSTANT
from microbatt.porous_electrode.sampled_step import error_of_kink, error_of_ramp
from microbatt.porous_electrode.step import (
    Attempt,
    Guess,
    March,
    Weights,
    choose_formula,
    extrapolate,
    judge,
    predict,
    voltage_distance,
    voltage_now,
)
from microbatt.porous_electrode.thermal import warmed_along
from microbatt.porous_electrode.workspace import NEW, Workspace

CURRENT = 0
VOLTAGE = 1
POWER = 2

HELD_WITHIN = 2e-6
HELD_TO = 1e-4
"""Share of what a current drops, within which its voltage is held; a small one is known as well."""
HELD_FINEST = 1e-9
"""No voltage is held closer than this [V]."""
HELD_SHARE = 3.0
"""Of the current of a held voltage, what counts as much as a volt elsewhere."""
SHORT = 1e-3
"""Of the time since the hold began: in a shorter step its current may jump, as where salt that runs
out within an element is discretised in another way."""
LEAST_DROP = 1e-4
"""A current that drops less than this is as good as none, unless the step ends at it [V]."""
MOVED_SHARE = 3e-3
"""Of what the voltage has moved since a switch, to which it is known, see `allowed_error`."""
STRICTEST = 0.1
"""The least of that, over the tolerance."""
FIRST_MOVE = 0.5
"""What the voltage may move by in the first step after a switch, over the tolerance."""
AT_FIRST = 1000.0 * INSTANT
"""How long nobody sees what a switch does [s]."""
MOST_CURRENTS = 40
MOST_SETTLING = 12
TOWARDS_REST = 0.8
LEAST_GAIN = 0.2
KNOWN_TO = 1e-7
LEAST_GUESS = 1e-12
"""Room of a surface that is as good as none, where the next step begins."""
MOST_TEMPERED = 100
LEAST_EXCHANGE = 1e-6
STRAIGHT = 0.01
INSTANTS = 2
SHORTER_INSTANT = 1e-4
AT_ONCE = (1.0, 0.0, 0.0)


class Control(NamedTuple):
    """What is controlled, and its value at the end of the step [A m⁻²], [V] or [W m⁻²].

    ``guess`` is a current to begin with [A m⁻²], ``resistance`` about −dV/dI [Ω m²]; ``smooth`` is
    whether what is controlled has no kink in the step.  ``origin`` is the voltage that the last
    switch left [V]; ``least`` a current at which a hold ends, negative for none [A m⁻²].
    ``before`` is the current at the start of the step [A m⁻²].
    ``sampled`` is whether it follows samples, between which the current density is all but a
    straight line, and ``kinked`` whether the step is to be judged as one with a kink.
    """

    kind: int
    value: float
    guess: float
    resistance: float
    smooth: bool
    origin: float
    least: float
    before: float
    sampled: bool
    kinked: bool


class Controlled(NamedTuple):
    """A step that was tried, the current at its end [A m⁻²] and −dV/dI [Ω m²].

    ``smooth`` is that of the control.
    """

    attempt: Attempt
    current: float
    resistance: float
    smooth: bool


class Held(NamedTuple):
    """The current that keeps a voltage or a power, if one was found.

    ``limited`` says that surfaces alone decide it: they are exhausted, and their voltage has an end
    before that of the terminals.  ``known`` is what Newton's method left of the voltage [V].
    """

    solve: Solve
    current: float
    resistance: float
    limited: bool
    known: float


@kernel
def add_evenly(w: Workspace, layout: Layout, p: CellParameters, change: float) -> None:
    """Add a change of the current to the guessed current density, shared evenly."""
    n, n_neg, first_pos = ends(layout)
    by_negative = change / p.negative.area_density
    if not p.negative.planar:
        by_negative = change / (p.negative.area_density * p.negative.length)
    by_positive = change / (p.positive.area_density * p.positive.length)
    for i in range(n_neg):
        w.j_new[i] += by_negative
    for i in range(first_pos, n):
        w.j_new[i] -= by_positive


@kernel
def guess_jump(w: Workspace, layout: Layout, p: CellParameters, change: float) -> None:
    """Guess the current density after a jump of the current; nothing else moves."""
    n, _, _ = ends(layout)
    for i in range(n):
        w.c_new[i] = w.c[0, i]
        w.j_new[i] = w.j[0, i]
    for k in range(w.profile.shape[1]):
        for i in range(n):
            w.profile[NEW, k, i] = w.profile[0, k, i]
    add_evenly(w, layout, p, change)


@kernel
def tempered(j: float, change: float, slope: float, thermal_voltage: float) -> float:
    """Newton's change of a current density, made in the overpotential where it makes j smaller.

    η = V asinh(j/2i_0), V = 2RT/F, is a logarithm beyond i_0: a straight line from there overshoots
    zero by more than it began with.  What brings j towards zero is therefore taken from η, and from
    zero on along the line there.  `slope` is ∂η/∂j, which says how large i_0 is.
    """
    if not (change * j < 0.0 and slope > 0.0):
        return change
    root = thermal_voltage / slope
    exchange = math.sqrt(max(root * root - j * j, (LEAST_EXCHANGE * j) ** 2))
    x, size = abs(j) / exchange, abs(change) / exchange
    moved = size / math.sqrt(1.0 + x * x)
    if moved < STRAIGHT:
        return change
    ahead = math.asinh(x) - moved
    if ahead > 0.0:
        ahead = math.sinh(ahead)
    return math.copysign(exchange, j) * ahead - j


@kernel
def temper(
    w: Workspace,
    start: int,
    stop: int,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
    before: Array,
    thermal_voltage: float,
) -> None:
    """Make Newton's changes of the current density and of the surfaces anew, see `tempered`.

    `before` holds the current density of each node and its rooms to empty and to full.  A surface
    keeps a share of what it had left; one that is all but exhausted opens as a logarithm does, but
    no further than it would without a current.  Where the kinetics close, η has a kink at no
    current, and no change goes beyond it.
    """
    closes = min(e.per_closing_low, e.per_closing_high) < ALWAYS_OPEN
    for i in range(start, stop):
        j, change, depletion = before[i, 0], w.rhs[i, 1], w.depletion[i]
        made = tempered(j, change, w.eta[i, 2] - at.film_resistance, thermal_voltage)
        if closes and (j + made) * j < 0.0:
            made = -j
        closing = 1 if made > 0.0 else 2
        room, moved = before[i, closing], depletion * abs(made)
        scarce = before[i, 3 - closing]
        if moved > scarce and change * j < 0.0:
            opened = scarce * (math.exp(min(moved / scarce, FARTHEST)) - 1.0)
            moved = min(max(opened, moved), depletion * abs(j))
            made = math.copysign(moved / depletion, made)
        left = room - moved
        if left < (1.0 - BOUNDARY_FRACTION) * room:
            left = far_room(room, -moved)
            moved = room - left
            made = math.copysign(moved / depletion, made)
        w.j_new[i] = j + made
        w.room_new[i, closing - 1] = left
        w.room_new[i, 2 - closing] = scarce + moved


@kernel
def keep_before(w: Workspace, before: Array) -> None:
    """Keep what `temper` asks for."""
    for i in range(before.shape[0]):
        before[i, 0] = w.j_new[i]
        before[i, 1], before[i, 2] = w.room_new[i, 0], w.room_new[i, 1]


@kernel
def solve_tempered(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    formula: Formula,
    current: float,
) -> Solve:
    """`solve_step` once more, from another guess and with changes that cannot overshoot.

    At fixed concentrations the current density is where a convex function of it is least, so that
    this gets there whatever the guess, in more iterations.  The last change is Newton's own, which
    leaves no charge behind.  It is not `possible` where a surface would have to give what it does
    not have.
    """
    n, n_neg, first_pos = ends(layout)
    start_rooms(w, 0, n_neg, p.negative, True)
    start_rooms(w, first_pos, n, p.positive, True)
    steep = any_steep(w, layout, EXHAUSTED_SALT * p.initial_concentration)
    previous, before, last = math.inf, np.empty((n, 3)), False
    for iteration in range(1, MOST_TEMPERED + 1):
        keep_before(w, before)
        change = iterate(w, layout, p, now, current, formula.step, steep)
        if not math.isfinite(change.size):
            return Solve(False, True, iteration)
        if not last:
            temper(w, 0, n_neg, p.negative, now.negative, before, now.thermal_voltage)
            temper(w, first_pos, n, p.positive, now.positive, before, now.thermal_voltage)
        ratio = change.size / previous if iteration > 1 else math.inf
        ahead = change.size * min(change.size / CURVATURE, ratio)
        previous = change.size
        there = change.whole and ahead < NEWTON_SHARE * numerics.tolerance
        if there and last:
            if w.profile.size == 0 or settled(w, layout, p, now, numerics, formula):
                return Solve(True, True, iteration)
            previous = math.inf
        last = there
    # All is settled but for surfaces that have nothing left, or salt that has not
    return Solve(False, not previous < NEWTON_SHARE * numerics.tolerance, MOST_TEMPERED)


@kernel
def open_exhausted(w: Workspace, start: int, stop: int, e: ElectrodeParameters) -> None:
    """Guess that a surface with next to nothing left has what its stoichiometry tells from nothing.

    A hold at a voltage beyond that of a surface leaves so little of it, 10⁻²⁸ after hours, that
    what the rest of the cell asks of it is lost in the rounding of how its overpotential changes.
    """
    for i in range(start, stop):
        history = w.surface_history[i]
        if w.room[i, 0] < CLOSED:
            w.room[i, 0] = max(history - e.lowest_stoichiometry, CLOSED)
        if w.room[i, 1] < CLOSED:
            w.room[i, 1] = max(e.highest_stoichiometry - history, CLOSED)


@kernel
def may_be_tempered(solve: Solve) -> bool:
    """Whether Newton's method began, so that all is set for another try, and got nowhere."""
    return not solve.converged and solve.possible and solve.iterations > 0


@kernel
def jump(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    formula: Formula,
    before: float,
    current: float,
) -> Solve:
    """Distribute the current after its jump from `before`, with care where it must be."""
    guess_jump(w, layout, p, current - before)
    solve = solve_step(w, layout, p, now, numerics, current, formula)
    iterations = solve.iterations
    if may_be_tempered(solve):
        n, n_neg, first_pos = ends(layout)
        open_exhausted(w, 0, n_neg, p.negative)
        open_exhausted(w, first_pos, n, p.positive)
        guess_jump(w, layout, p, 0.0)
        solve = solve_tempered(w, layout, p, now, numerics, formula, current)
        iterations += solve.iterations
    if solve.converged:
        iterations += settle_voltage(w, layout, p, now, formula, current)
    return Solve(solve.converged, solve.possible, iterations)


@kernel
def settle_voltage(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    formula: Formula,
    current: float,
) -> int:
    """Go on with Newton's method until the voltage stands still; return the iterations.

    In an instant concentrations say nothing of how far a current density is from the answer, and
    in pores that hardly conduct little of it is much of the voltage.
    """
    steep = any_steep(w, layout, EXHAUSTED_SALT * p.initial_concentration)
    before = voltage_now(w, layout, p, now, current)
    for iteration in range(1, MOST_SETTLING + 1):
        change = iterate(w, layout, p, now, current, formula.step, steep)
        V = voltage_now(w, layout, p, now, current)
        if change.whole and not abs(V - before) > HELD_WITHIN:
            return iteration
        before = V
    return MOST_SETTLING


@kernel
def solve_with_care(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    current: float,
    formula: Formula,
    weights: Weights,
) -> Solve:
    """Solve a step; where Newton's method does not get there, as `solve_tempered` does."""
    solve = solve_step(w, layout, p, now, numerics, current, formula)
    if not may_be_tempered(solve):
        return solve
    predict(w, layout, weights)
    again = solve_tempered(w, layout, p, now, numerics, formula, current)
    return Solve(again.converged, True, solve.iterations + again.iterations)


@kernel
def surplus(control: Control, current: float, voltage: float) -> float:
    """By how much the voltage is too high [V]; it falls as the current rises."""
    if control.kind == POWER:
        return (control.value - voltage * current) / max(abs(current), 1e-9)
    return voltage - control.value


@kernel
def slope_of(control: Control, current: float, voltage: float, resistance: float) -> float:
    """Derivative of `surplus` by the current [Ω m²], about."""
    if control.kind == POWER:
        # a resistance that would leave no power to gain is not known well enough
        left = max(voltage - current * resistance, LEAST_GAIN * voltage)
        return -left / max(abs(current), 1e-9)
    return -resistance


class Search(NamedTuple):
    """Where the search for a current stands.

    ``low`` and ``high`` are between which the answer is known to lie, ``last`` and ``gap`` the last
    current that was solved and its surplus, NaN before there is one [A m⁻²], [V].
    """

    current: float
    resistance: float
    low: float
    high: float
    last: float
    gap: float


@kernel
def voltage_of(control: Control, search: Search) -> float:
    """Voltage of the last current that was solved [V]; what `surplus` says, the other way round."""
    if control.kind == POWER:
        return (control.value - search.gap * abs(search.last)) / search.last
    return control.value + search.gap


@kernel
def next_current(control: Control, search: Search, voltage: float) -> Search:
    """Move on by the secant, or by the middle where that leaves what holds the answer.

    The current is NaN where more of it would give no more power.
    """
    current, resistance, gap = (
        search.current,
        search.resistance,
        surplus(control, search.current, voltage),
    )
    low, high = (current, search.high) if gap > 0.0 else (search.low, current)
    slope = slope_of(control, current, voltage, resistance)
    found = (gap - search.gap) / (current - search.last)
    if math.isfinite(found) and (found < 0.0 or control.kind == POWER):
        slope = found
    fallen = (voltage_of(control, search) - voltage) / (current - search.last)
    if math.isfinite(fallen) and fallen > 0.0:
        resistance = fallen
    ahead = current - gap / slope
    if not slope < 0.0:
        ahead = math.nan
    elif not low < ahead < high:
        ahead = 0.5 * (low + high)
    if ahead == current:
        ahead = math.nan
    return Search(ahead, resistance, low, high, current, gap)


@kernel
def is_held(control: Control, search: Search, voltage: float, tolerance: float) -> bool:
    """Whether the voltage is held; within the tolerance of a step where the current is known.

    Under an enormous drop of voltage in the pores Newton's method leaves more than is asked here.
    """
    gap = abs(surplus(control, search.current, voltage))
    known = search.high - search.low <= KNOWN_TO * abs(search.current)
    return gap <= HELD_WITHIN or (known and gap <= tolerance)


@kernel
def first_search(control: Control, before: float) -> Search:
    """Begin with the guess; for a voltage it is a straight line from the current `before`."""
    last, gap = math.nan, math.nan
    if control.kind == VOLTAGE:
        last, gap = before, (control.guess - before) * control.resistance
    return Search(control.guess, control.resistance, -math.inf, math.inf, last, gap)


@kernel
def drawn_back(search: Search, good: float) -> Search:
    """Half way back from a current that cannot be solved to one that may be."""
    current = 0.5 * (search.current + good)
    return Search(current, search.resistance, search.low, search.high, search.last, search.gap)


@kernel
def hold(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    formula: Formula,
    weights: Weights,
    control: Control,
    before: float,
    at_once: bool,
) -> Held:
    """Find the current at which the voltage or the power is as controlled.

    `at_once` says that it is a jump from the current `before`: each trial begins from the state
    then, and a current that Newton's method does not reach is drawn back towards one that it did.
    So is one, in any step, that the particles cannot carry to its end.
    """
    search = first_search(control, before if at_once else math.nan)
    good, iterations, solved = before, 0, False
    solve = Solve(False, True, 0)
    for _ in range(MOST_CURRENTS):
        if not math.isfinite(search.current):
            break
        if at_once:
            solve = jump(w, layout, p, now, numerics, formula, before, search.current)
        else:
            solve = solve_with_care(w, layout, p, now, numerics, search.current, formula, weights)
        iterations += solve.iterations
        if solve.converged:
            good = search.current
            V = voltage_now(w, layout, p, now, good)
            solved = is_held(control, search, V, numerics.tolerance)
            if solved:
                break
            search = next_current(control, search, V)
        elif at_once:
            search = drawn_back(search, good)
        elif not solve.possible:
            search = drawn_back(search, TOWARDS_REST * search.current)
        else:
            break
    found = Solve(solved, True, iterations)
    known = HELD_WITHIN + NEWTON_SHARE * numerics.tolerance
    return Held(found, search.current, search.resistance, False, known)


class Border(NamedTuple):
    """Scratch of a step at a given voltage.

    The blocks again, what a unit of current does, and the current density before a change.
    """

    diagonal: Array
    block: Array
    answer: Array
    before: Array


class Bordered(NamedTuple):
    """A Newton change with the current as an unknown, the current after it, and dV/dI [Ω m²]."""

    change: Change
    current: float
    slope: float


@kernel
def iterate_bordered(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    border: Border,
    voltage: float,
    current: float,
    step: float,
    steep: bool,
) -> Bordered:
    """Make one Newton change of the state and of the current, towards a voltage."""
    n, _, _ = ends(layout)
    elements = (n - 1) // 2
    evaluate(w, layout, p, now)
    gap = voltage - terminal_voltage(w, layout, p, current)
    # The equations are linear in the current
    unit = max(abs(current), least_current(p))
    assemble(w, layout, p, current + unit, step, steep)
    for i in range(n):
        border.answer[i, 0], border.answer[i, 1] = w.rhs[i, 0], w.rhs[i, 1]
    assemble(w, layout, p, current, step, steep)
    for i in range(n):
        border.answer[i, 0] = (border.answer[i, 0] - w.rhs[i, 0]) / unit
        border.answer[i, 1] = (border.answer[i, 1] - w.rhs[i, 1]) / unit
        for k in range(4):
            border.diagonal[i, k] = w.diagonal[i, k]
    for e in range(elements):
        for k in range(18):
            border.block[e, k] = w.block[e, k]
    solve_blocks(border.diagonal, border.block, w.kept, border.answer, elements)
    solve_blocks(w.diagonal, w.block, w.kept, w.rhs, elements)
    slope = voltage_change(w, layout, p, current, 1.0, border.answer)
    more = (gap - voltage_change(w, layout, p, current, 0.0, w.rhs)) / slope
    for i in range(n):
        w.rhs[i, 0] += more * border.answer[i, 0]
        w.rhs[i, 1] += more * border.answer[i, 1]
        border.before[i] = w.j_new[i]
    return Bordered(make_change(w, layout, p, now, current + more), current + more, slope)


@kernel
def go_past_bounds(w: Workspace, layout: Layout, border: Border) -> None:
    """Take the changes of the current density that the bounds of the surfaces cut.

    So no charge is lost.  Surfaces go past their bounds by what their slopes say, a ten-thousandth
    or less, and are closed from the next step on.
    """
    n, _, _ = ends(layout)
    for i in range(n):
        w.j_new[i] = border.before[i] + w.rhs[i, 1]
        w.room_new[i, 0] = max(w.room_new[i, 0], LEAST_GUESS)
        w.room_new[i, 1] = max(w.room_new[i, 1], LEAST_GUESS)


@kernel
def solve_bordered(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    formula: Formula,
    voltage: float,
    guess: float,
) -> Held:
    """Find salt, current density and current at the end of a step that ends at a voltage.

    As `solve_step` does for a current; ``c_new`` and ``j_new`` hold the guess and the answer.
    Where i_0 is not next to nothing at a surface that is exhausted, its voltage has an end, and the
    terminals may be held beyond it.  Then nothing moves any more, and `go_past_bounds` ends it.
    """
    start_surfaces(w, layout, p, now, numerics, formula)
    start_guess(w, layout, p, formula)
    steep = any_steep(w, layout, EXHAUSTED_SALT * p.initial_concentration)
    border = Border(
        np.empty_like(w.diagonal),
        np.empty_like(w.block),
        np.empty_like(w.rhs),
        np.empty_like(w.j_new),
    )
    nothing = min(NEWTON_SHARE * numerics.tolerance, HELD_WITHIN)
    current, previous, steady = guess, math.inf, False
    for iteration in range(1, MAX_ITERATIONS + 1):
        made = iterate_bordered(w, layout, p, now, border, voltage, current, formula.step, steep)
        current, size = made.current, made.change.size
        if not math.isfinite(size + current):
            return Held(Solve(False, True, iteration), guess, math.nan, False, nothing)
        enough = min(nothing, max(HELD_TO * abs(current * made.slope), HELD_FINEST))
        # A change that was cut does not tell how fast the next ones become small
        ratio = size / previous if steady else math.inf
        ahead = size * min(size / CURVATURE, ratio)
        stuck = not made.change.whole and max(size, previous) < nothing
        previous, steady = size, made.change.whole
        if stuck:
            go_past_bounds(w, layout, border)
        if stuck or (made.change.whole and ahead < enough):
            if w.profile.size == 0 or settled(w, layout, p, now, numerics, formula):
                return Held(Solve(True, True, iteration), current, -made.slope, stuck, enough)
            previous, steady = math.inf, False
    return Held(Solve(False, True, MAX_ITERATIONS), guess, math.nan, False, nothing)


@kernel
def keep_voltage(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    formula: Formula,
    weights: Weights,
    control: Control,
) -> Held:
    """Find the current of a step at a given voltage, from the prediction."""
    held = solve_bordered(w, layout, p, now, numerics, formula, control.value, control.guess)
    if held.solve.converged:
        return held
    predict(w, layout, weights)
    again = hold(w, layout, p, now, numerics, formula, weights, control, control.guess, False)
    iterations = held.solve.iterations + again.solve.iterations
    solve = Solve(again.solve.converged, True, iterations)
    return Held(solve, again.current, again.resistance, False, again.known)


@inner_kernel
def start_control(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    control: Control,
    before: float,
    temperature: float,
) -> Controlled:
    """Meet a new control at fixed concentrations: a step so short that nothing moves.

    Where there is next to no salt it moves within that step, and a current may have two solutions;
    a still shorter one has one.
    """
    warm(p, temperature)
    now = conditions_at(p, temperature)
    current, resistance, instant = control.value, control.resistance, INSTANT
    formula, solve = backward_euler(instant, 1.0), Solve(False, True, 0)
    for _ in range(INSTANTS):
        formula = backward_euler(instant, 1.0)
        if control.kind == CURRENT:
            solve = jump(w, layout, p, now, numerics, formula, before, current)
        else:
            held = hold(w, layout, p, now, numerics, formula, AT_ONCE, control, before, True)
            solve, current, resistance = held.solve, held.current, held.resistance
        if solve.converged:
            break
        instant *= SHORTER_INSTANT
    V = math.nan
    if solve.converged:
        V = voltage_now(w, layout, p, now, current)
    attempt = Attempt(now, solve, formula, V, temperature, 0.0)
    return Controlled(attempt, current, resistance, control.smooth)


@kernel
def predicted_current(w: Workspace, layout: Layout) -> float:
    """The current of the guessed current density [A m⁻²]."""
    _, n_neg, _ = ends(layout)
    current = 0.0
    for i in range(n_neg):
        current += w.area[i] * w.j_new[i]
    return current


@kernel
def with_guess(control: Control, guess: float) -> Control:
    """The control with another current to begin with; a power knows better."""
    if control.kind == POWER:
        return control
    return Control(
        control.kind,
        control.value,
        guess,
        control.resistance,
        control.smooth,
        control.origin,
        control.least,
        control.before,
        control.sampled,
        control.kinked,
    )


@kernel
def current_off(control: Control, current: float, resistance: float, known: float) -> float:
    """How far a held voltage's current is from its extrapolation, beside itself.

    A held voltage says nothing of the error of a step: what is asked of it is asked of the current,
    as far as that can be `known`: within as much as the voltage is [V].
    """
    off = abs((current - control.guess) * resistance) - 2.0 * known
    small = LEAST_DROP
    if control.least >= 0.0:
        small = min(small, control.least * abs(resistance))
    return HELD_SHARE * max(off, 0.0) / max(abs(current * resistance), small)


@kernel
def allowed_error(control: Control, voltage: float, tolerance: float) -> float:
    """How far off a voltage may be in a step [V]: less where little has moved since a switch.

    A pulse is judged by its first seconds, in which the voltage moves by few tolerances.
    """
    moved = abs(voltage - control.origin)
    return min(tolerance, max(STRICTEST * tolerance, MOVED_SHARE * moved))


@kernel
def error_since_switch(
    control: Control, march: March, attempt: Attempt, weights: Weights, h: float, tolerance: float
) -> float:
    """The local error of the voltage, in what `allowed_error` allows.

    A first step has no past to be judged by.  Surfaces move like √t then, and so does the voltage:
    the error is that of the step's length.  `AT_FIRST` nothing is asked beyond the tolerance, since
    a surface that was exhausted moves the voltage by as much in each decade of time.
    """
    if march.t + h < AT_FIRST:
        return 0.0
    if march.steps == 0:
        moved = abs(attempt.voltage - march.V) / (FIRST_MOVE * tolerance)
        return moved * moved if moved > 1.0 else 0.0
    distance = voltage_distance(march, attempt.voltage, weights, h)
    allowed = allowed_error(control, attempt.voltage, tolerance)
    return attempt.formula.error * distance / allowed


@kernel
def with_error(attempt: Attempt, error: float) -> Attempt:
    """The step with this local error, if it is larger."""
    if not error > attempt.error:
        return attempt
    return Attempt(
        attempt.now,
        attempt.solve,
        attempt.formula,
        attempt.voltage,
        attempt.temperature,
        error,
    )


@kernel
def with_voltage(attempt: Attempt, voltage: float) -> Attempt:
    """The step with this voltage."""
    return Attempt(
        attempt.now,
        attempt.solve,
        attempt.formula,
        voltage,
        attempt.temperature,
        attempt.error,
    )


@kernel
def meet(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    formula: Formula,
    weights: Weights,
    control: Control,
) -> Held:
    """Find the end of a step at which a control is met, from the prediction."""
    if control.kind == CURRENT:
        current = control.value
        solve = solve_with_care(w, layout, p, now, numerics, current, formula, weights)
        return Held(solve, current, control.resistance, False, 0.0)
    if control.kind == VOLTAGE:
        return keep_voltage(w, layout, p, now, numerics, formula, weights, control)
    return hold(w, layout, p, now, numerics, formula, weights, control, control.guess, False)


@kernel
def with_temperature(attempt: Attempt, temperature: float) -> Attempt:
    """The step with this temperature at its end."""
    return Attempt(
        attempt.now,
        attempt.solve,
        attempt.formula,
        attempt.voltage,
        temperature,
        attempt.error,
    )


@kernel
def with_own_error(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    control: Control,
    march: March,
    h: float,
    weights: Weights,
    held: Held,
    attempt: Attempt,
) -> Attempt:
    """A step that was solved, with the error that its control adds."""
    tolerance = numerics.tolerance
    if control.kind == VOLTAGE and control.smooth and h > SHORT * march.t > 0.0:
        known = held.known + abs(attempt.voltage - control.value)
        off = current_off(control, held.current, held.resistance, known)
        attempt = with_error(attempt, attempt.formula.error * off / tolerance)
    if control.kind != VOLTAGE and control.smooth:
        error = error_since_switch(control, march, attempt, weights, h, tolerance)
        attempt = with_error(attempt, error)
    if control.sampled and control.smooth and control.before != held.current:
        error = error_of_ramp(march, attempt, weights, tolerance)
        attempt = with_error(attempt, error)
    if control.kinked:
        error = error_of_kink(w, layout, p, march, attempt, weights, tolerance)
        attempt = with_error(attempt, error)
    return attempt


@inner_kernel
def try_control(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    control: Control,
    march: March,
    h: float,
) -> Controlled:
    """Solve a step of length `h` under a control, and estimate its local error."""
    formula, weights = choose_formula(w, layout, march, h)
    if control.sampled:
        formula = with_linear(formula, h)
    predict(w, layout, weights)
    T = march.T
    if not math.isinf(p.heat_capacity):
        T = extrapolate(weights, march.T, march.T1, march.T2)
    warm(p, T)
    now = conditions_at(p, T)
    if control.kind != CURRENT:
        control = with_guess(control, predicted_current(w, layout))
    held = meet(w, layout, p, now, numerics, formula, weights, control)
    current, solve = held.current, held.solve
    guess = Guess(formula, weights, now, control.smooth and control.kind != VOLTAGE)
    attempt = judge(w, layout, p, numerics, current, march, h, guess, solve)
    if held.limited:
        attempt = with_voltage(attempt, control.value)
    if control.sampled and solve.converged and not math.isinf(p.heat_capacity):
        before, after = (control.before, march.V), (current, attempt.voltage)
        T = warmed_along(w, layout, p, now, h, march.T, before, after)
        attempt = with_temperature(attempt, T)
    if solve.converged:
        attempt = with_own_error(w, layout, p, numerics, control, march, h, weights, held, attempt)
    return Controlled(attempt, current, held.resistance, control.smooth)
