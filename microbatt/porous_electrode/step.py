"""One step in time: formula, prediction, solution, local error, acceptance."""

from __future__ import annotations

import math
from typing import NamedTuple

from microbatt.porous_electrode.bdf import (
    Formula,
    backward_euler,
    bdf2,
    extrapolation_weights,
)
from microbatt.porous_electrode.compilation import kernel, node_kernel
from microbatt.porous_electrode.conditions import Conditions, conditions_at, warm
from microbatt.porous_electrode.equations import (
    evaluate_electrolyte,
    evaluate_kinetics,
    evaluate_others,
    terminal_voltage,
)
from microbatt.porous_electrode.lanes import where
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.newton import Solve, solve_step
from microbatt.porous_electrode.parameters import CellParameters, Numerics
from microbatt.porous_electrode.particle_step import finish_particles, shift
from microbatt.porous_electrode.radial_step import accept_profiles
from microbatt.porous_electrode.thermal import heat_rate, step_temperature
from microbatt.porous_electrode.workspace import NEW, Workspace

CLIFF_SHARE = 0.01
TEMPERATURE_SCALE = 200.0
SMALLEST_GUESS = 0.2

Weights = tuple[float, float, float]


class March(NamedTuple):
    """Where the discharge stands: the last three levels, newest first, and the work done."""

    t: float
    h1: float
    h2: float
    V: float
    V1: float
    V2: float
    T: float
    T1: float
    T2: float
    steps: int
    rejected: int
    newton: int


class Attempt(NamedTuple):
    """A step that was tried; ``error`` is its local error in units of the tolerance."""

    now: Conditions
    solve: Solve
    formula: Formula
    voltage: float
    temperature: float
    error: float


class Guess(NamedTuple):
    """What a step starts from; ``smooth`` is whether nothing that drives the cell has a kink."""

    formula: Formula
    weights: Weights
    now: Conditions
    smooth: bool


@node_kernel
def extrapolate(weights: Weights, newest: float, older: float, oldest: float) -> float:
    """Value of the parabola through the last three levels."""
    return weights[0] * newest + weights[1] * older + weights[2] * oldest


@node_kernel
def choose_formula(w: Workspace, layout: Layout, march: March, h: float) -> tuple[Formula, Weights]:
    """Second order as soon as there is a past, and where it keeps the salt positive."""
    if march.steps == 0:
        return backward_euler(h, h), (1.0, 0.0, 0.0)
    oldest = march.h2 if march.steps > 1 else march.h1
    formula = bdf2(h, march.h1, oldest)
    n, _, _ = ends(layout)
    for i in range(n):
        if not formula.newest * w.c[0, i] + formula.older * w.c[1, i] > 0.0:
            return backward_euler(h, march.h1), extrapolation_weights(h, march.h1, 0.0)
    return formula, extrapolation_weights(h, march.h1, march.h2)


@kernel
def predict_profiles(w: Workspace, n: int, weights: Weights) -> None:
    """Extrapolate the particles' profiles, where they have one, into ``profile_new``."""
    for k in range(w.profile.shape[1]):
        for i in range(n):
            w.profile[NEW, k, i] = extrapolate(
                weights, w.profile[0, k, i], w.profile[1, k, i], w.profile[2, k, i]
            )


@node_kernel
def predict(w: Workspace, layout: Layout, weights: Weights) -> None:
    """Extrapolate salt, current density and the particles' profiles to the end of the step."""
    n, _, _ = ends(layout)
    for i in range(n):
        c = extrapolate(weights, w.c[0, i], w.c[1, i], w.c[2, i])
        w.c_new[i] = max(c, SMALLEST_GUESS * w.c[0, i])
        w.j_new[i] = extrapolate(weights, w.j[0, i], w.j[1, i], w.j[2, i])
    if w.profile.size > 0:
        predict_profiles(w, n, weights)


@node_kernel
def voltage_now(
    w: Workspace, layout: Layout, p: CellParameters, now: Conditions, current: float
) -> float:
    """Terminal voltage of the state in ``c_new`` and ``j_new`` [V]."""
    _, n_neg, first = ends(layout)
    last = n_neg - 1
    for i in range(last, first + 1):
        evaluate_electrolyte(w, i, w.c_new[i], p.electrolyte, now)
    if p.negative.standard:
        evaluate_kinetics(w, last, p.negative, now.negative, now.thermal_voltage)
    else:
        evaluate_others(w, last, n_neg, p.negative, now.negative, now.thermal_voltage)
    if p.positive.standard:
        evaluate_kinetics(w, first, p.positive, now.positive, now.thermal_voltage)
    else:
        evaluate_others(w, first, first + 1, p.positive, now.positive, now.thermal_voltage)
    return terminal_voltage(w, layout, p, current)


@node_kernel
def distance_from_guess(w: Workspace, layout: Layout, weights: Weights, salt: float) -> float:
    """Largest difference of salt and surface stoichiometry from their extrapolation."""
    distance = 0.0
    n, n_neg, first_pos = ends(layout)
    for i in range(n):
        guess = extrapolate(weights, w.c[0, i], w.c[1, i], w.c[2, i])
        distance = max(distance, abs(w.c_new[i] - guess) / salt)
        if n_neg <= i < first_pos:
            continue
        theta = w.surface_history[i] - w.depletion[i] * w.j_new[i]
        guess = extrapolate(weights, w.surface[0, i], w.surface[1, i], w.surface[2, i])
        distance = max(distance, abs(theta - guess))
    return distance


@node_kernel
def voltage_distance(march: March, V: float, weights: Weights, h: float) -> float:
    """How far a voltage is from its extrapolation [V].

    On a cliff an error of voltage is a small error of time.
    """
    cliff = 1.0 + CLIFF_SHARE * abs(V - march.V) * march.t / h
    return abs(V - extrapolate(weights, march.V, march.V1, march.V2)) / cliff


@node_kernel
def judge(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    current: float,
    march: March,
    h: float,
    guess: Guess,
    solve: Solve,
) -> Attempt:
    """Find voltage, temperature and local error of a step that was solved.

    A voltage that jumps with the current is no error of the step: where the drive has kinks, only
    salt, stoichiometries and temperature count.
    """
    formula, weights, now = guess.formula, guess.weights, guess.now
    T_guess = now.temperature
    if not solve.converged:
        return Attempt(now, solve, formula, math.nan, T_guess, math.inf)
    V = voltage_now(w, layout, p, now, current)
    T = T_guess
    if not math.isinf(p.heat_capacity):
        heat = heat_rate(w, layout, p, now, formula.step, current, V)
        T = step_temperature(p, formula, march.T, march.T1, heat)
    if march.steps == 0:
        return Attempt(now, solve, formula, V, T, 0.0)
    distance = 0.0
    if guess.smooth:
        distance = voltage_distance(march, V, weights, h)
    distance = max(distance, abs(T - T_guess) / TEMPERATURE_SCALE)
    distance = max(distance, distance_from_guess(w, layout, weights, p.initial_concentration))
    return Attempt(now, solve, formula, V, T, formula.error * distance / numerics.tolerance)


@kernel
def try_step(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    current: float,
    march: March,
    h: float,
) -> Attempt:
    """Solve a step of length `h` and estimate its local error."""
    formula, weights = choose_formula(w, layout, march, h)
    predict(w, layout, weights)
    T_guess = march.T
    if not math.isinf(p.heat_capacity):
        T_guess = extrapolate(weights, march.T, march.T1, march.T2)
    warm(p, T_guess)
    now = conditions_at(p, T_guess)
    solve = solve_step(w, layout, p, now, numerics, current, formula)
    return judge(
        w, layout, p, numerics, current, march, h, Guess(formula, weights, now, True), solve
    )


@node_kernel
def move_on(w: Workspace, layout: Layout, now: Conditions, formula: Formula, moved: bool) -> None:
    """Move the histories on, of what has `moved`."""
    n, n_neg, first_pos = ends(layout)
    for i in range(n):
        shift(w.c, i, w.c_new[i], moved)
        shift(w.j, i, w.j_new[i], moved)
        w.room[i, 0] = where(moved, w.room_new[i, 0], w.room[i, 0])
        w.room[i, 1] = where(moved, w.room_new[i, 1], w.room[i, 1])
    finish_particles(w, 0, n_neg, 0, now.negative, formula, moved)
    finish_particles(w, first_pos, n, 1, now.positive, formula, moved)


@node_kernel
def accept(w: Workspace, layout: Layout, march: March, tried: Attempt, h: float) -> March:
    """Move the histories on by the step that was just solved."""
    n, _, _ = ends(layout)
    move_on(w, layout, tried.now, tried.formula, True)
    if w.profile.size > 0:
        accept_profiles(w, n)
    return stepped(march, h, tried.voltage, tried.temperature)


@kernel
def stepped(march: March, h: float, V: float, T: float) -> March:
    """Where the discharge stands after a step of length `h`."""
    return March(
        march.t + h,
        h,
        march.h1,
        V,
        march.V,
        march.V1,
        T,
        march.T,
        march.T1,
        march.steps + 1,
        march.rejected,
        march.newton,
    )
