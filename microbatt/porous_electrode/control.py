"""A step under what the tester controls: current, voltage or power.

At a given voltage or power the current is one more unknown.  It stays out of the equations of the
nodes: a safeguarded secant iteration finds it around Newton's method, whose answer for one current
is the guess for the next, so that all but the first cost an iteration or two.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from microbatt.porous_electrode.bdf import Formula, backward_euler
from microbatt.porous_electrode.compilation import inner_kernel, kernel
from microbatt.porous_electrode.conditions import Conditions, conditions_at
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.newton import Solve, solve_step
from microbatt.porous_electrode.parameters import CellParameters, Numerics
from microbatt.porous_electrode.rest import INSTANT, STAGES
from microbatt.porous_electrode.step import (
    Attempt,
    Guess,
    March,
    choose_formula,
    extrapolate,
    judge,
    predict,
    voltage_now,
)
from microbatt.porous_electrode.workspace import NEW, Workspace

CURRENT = 0
VOLTAGE = 1
POWER = 2

HELD_WITHIN = 2e-6
MOST_CURRENTS = 40
TOWARDS_REST = 0.8
LEAST_GAIN = 0.2
KNOWN_TO = 1e-7


class Control(NamedTuple):
    """What is controlled, and its value at the end of the step [A m⁻²], [V] or [W m⁻²].

    ``guess`` is a current to begin with [A m⁻²], ``resistance`` about −dV/dI [Ω m²]; ``smooth`` is
    whether what is controlled has no kink in the step.
    """

    kind: int
    value: float
    guess: float
    resistance: float
    smooth: bool


class Controlled(NamedTuple):
    """A step that was tried, the current at its end [A m⁻²] and −dV/dI [Ω m²]."""

    attempt: Attempt
    current: float
    resistance: float


class Held(NamedTuple):
    """The current that keeps a voltage or a power, if one was found."""

    solve: Solve
    current: float
    resistance: float


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
    """Distribute the current after its jump from `before`, in stages where it must be."""
    guess_jump(w, layout, p, current - before)
    solve = solve_step(w, layout, p, now, numerics, current, formula)
    iterations = solve.iterations
    if not solve.converged:
        guess_jump(w, layout, p, 0.0)
        for stage in range(1, STAGES + 1):
            add_evenly(w, layout, p, (current - before) / STAGES)
            staged = before + (current - before) * stage / STAGES
            solve = solve_step(w, layout, p, now, numerics, staged, formula)
            iterations += solve.iterations
            if not solve.converged:
                break
    return Solve(solve.converged, solve.possible, iterations)


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
        resistance = -found
        if control.kind == POWER:
            resistance = (voltage + found * abs(current)) / current
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
    control: Control,
    before: float,
    at_once: bool,
) -> Held:
    """Find the current at which the voltage or the power is as controlled.

    `at_once` says that it is a jump from the current `before`: each trial begins from the state
    then, and a current that Newton's method does not reach is drawn back towards one that it did.
    So is one, in any step, that the particles cannot carry to its end.
    """
    search = Search(control.guess, control.resistance, -math.inf, math.inf, math.nan, math.nan)
    good, iterations, solved = before, 0, False
    solve = Solve(False, True, 0)
    for _ in range(MOST_CURRENTS):
        if not math.isfinite(search.current):
            break
        if at_once:
            solve = jump(w, layout, p, now, numerics, formula, before, search.current)
        else:
            solve = solve_step(w, layout, p, now, numerics, search.current, formula)
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
    return Held(found, search.current, search.resistance)


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
    """Meet a new control at fixed concentrations: a step so short that nothing moves."""
    now = conditions_at(p, temperature)
    formula = backward_euler(INSTANT, 1.0)
    current, resistance = control.value, control.resistance
    if control.kind == CURRENT:
        solve = jump(w, layout, p, now, numerics, formula, before, current)
    else:
        held = hold(w, layout, p, now, numerics, formula, control, before, True)
        solve, current, resistance = held.solve, held.current, held.resistance
    V = math.nan
    if solve.converged:
        V = voltage_now(w, layout, p, now, current)
    return Controlled(Attempt(now, solve, formula, V, temperature, 0.0), current, resistance)


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
    return Control(control.kind, control.value, guess, control.resistance, control.smooth)


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
    predict(w, layout, weights)
    T = march.T
    if not math.isinf(p.heat_capacity):
        T = extrapolate(weights, march.T, march.T1, march.T2)
    now = conditions_at(p, T)
    current, resistance = control.value, control.resistance
    if control.kind == CURRENT:
        solve = solve_step(w, layout, p, now, numerics, current, formula)
    else:
        control = with_guess(control, predicted_current(w, layout))
        held = hold(w, layout, p, now, numerics, formula, control, control.guess, False)
        solve, current, resistance = held.solve, held.current, held.resistance
    guess = Guess(formula, weights, now, control.smooth)
    attempt = judge(w, layout, p, numerics, current, march, h, guess, solve)
    return Controlled(attempt, current, resistance)
