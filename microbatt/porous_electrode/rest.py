"""The state at rest, and the moment at which the current starts to flow."""

from __future__ import annotations

import math

from microbatt.constants import REFERENCE_TEMPERATURE
from microbatt.porous_electrode.bdf import backward_euler
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.conditions import (
    Conditions,
    ElectrodeConditions,
    conditions_at,
    warm,
)
from microbatt.porous_electrode.lookup import look_up, look_up_potential
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.newton import solve_step
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters, Numerics
from microbatt.porous_electrode.step import Attempt, March, voltage_now
from microbatt.porous_electrode.workspace import NEW, Workspace

INSTANT = 1e-9
FIRST_CHANGE = 4.0
FIRST_FILLING = 0.01
STAGES = 8


@kernel
def potential_at_rest(e: ElectrodeParameters, temperature: float) -> float:
    """Open-circuit potential of one electrode before the discharge [V]."""
    potential, _ = look_up_potential(e.open_circuit, e.initial_stoichiometry)
    entropy, _ = look_up(e.entropy, e.initial_stoichiometry)
    return potential + (temperature - REFERENCE_TEMPERATURE) * entropy


@kernel
def open_circuit_voltage(p: CellParameters, T: float) -> float:
    """Voltage at rest at the temperature `T` [K], before the discharge [V]."""
    return potential_at_rest(p.positive, T) - potential_at_rest(p.negative, T)


@kernel
def rest_profile(w: Workspace, i: int, theta: float) -> None:
    """Fill the profile of the particles of node `i`, where they have one."""
    for k in range(w.profile.shape[1]):
        w.profile[NEW, k, i] = theta
        for level in range(3):
            w.profile[level, k, i] = theta


@kernel
def set_rest(w: Workspace, layout: Layout, p: CellParameters, current: float) -> None:
    """Fill the state at rest, and an even current density as the first guess."""
    n, n_neg, first_pos = ends(layout)
    neg_j = current / p.negative.area_density
    if not p.negative.planar:
        neg_j = current / (p.negative.area_density * p.negative.length)
    pos_j = -current / (p.positive.area_density * p.positive.length)
    for i in range(n):
        theta, j, low, high = 0.0, 0.0, 0.0, 1.0
        if i < n_neg:
            theta, j = p.negative.initial_stoichiometry, neg_j
            low, high = p.negative.lowest_stoichiometry, p.negative.highest_stoichiometry
        elif i >= first_pos:
            theta, j = p.positive.initial_stoichiometry, pos_j
            low, high = p.positive.lowest_stoichiometry, p.positive.highest_stoichiometry
        w.room[i, 0], w.room[i, 1] = theta - low, high - theta
        w.room_new[i, 0], w.room_new[i, 1] = theta - low, high - theta
        w.c_new[i] = p.initial_concentration
        w.j_new[i] = j
        for level in range(3):
            w.c[level, i] = p.initial_concentration
            w.surface[level, i] = theta
        for level in range(2):
            w.mean[level, i] = theta
            for k in range(w.modes.shape[1]):
                w.modes[level, k, i] = 0.0
        rest_profile(w, i, theta)


@kernel
def start_current(
    w: Workspace, layout: Layout, p: CellParameters, numerics: Numerics, current: float
) -> Attempt:
    """Distribute the current at fixed concentrations: a step so short that nothing moves.

    If Newton's method does not get there at once, the current is raised in stages.
    """
    warm(p, p.initial_temperature)
    now = conditions_at(p, p.initial_temperature)
    formula = backward_euler(INSTANT, 1.0)
    set_rest(w, layout, p, current)
    solve = solve_step(w, layout, p, now, numerics, current, formula)
    if not solve.converged:
        set_rest(w, layout, p, current / STAGES)
        for stage in range(1, STAGES + 1):
            solve = solve_step(w, layout, p, now, numerics, current * stage / STAGES, formula)
            scale_current(w, layout, min(stage + 1, STAGES) / stage)
    V = math.nan
    if solve.converged:
        V = voltage_now(w, layout, p, now, current)
    return Attempt(now, solve, formula, V, p.initial_temperature, 0.0)


@kernel
def scale_current(w: Workspace, layout: Layout, factor: float) -> None:
    """Multiply the current density everywhere."""
    n, _, _ = ends(layout)
    for i in range(n):
        w.j_new[i] *= factor


@kernel
def first_march(w: Workspace, layout: Layout, p: CellParameters, start: Attempt) -> March:
    """Stand at t = 0+ with the current density that was found; nothing else has moved."""
    n, _, _ = ends(layout)
    for i in range(n):
        for level in range(3):
            w.j[level, i] = w.j_new[i]
    V, T = start.voltage, p.initial_temperature
    return March(0.0, 0.0, 0.0, V, V, V, T, T, T, 0, 0, start.solve.iterations)


@kernel
def fastest_surface(w: Workspace, start: int, stop: int, at: ElectrodeConditions) -> float:
    """Largest (q j)²/γ of one electrode [s⁻¹], see `first_step`."""
    fastest = 0.0
    for i in range(start, stop):
        moved = at.flux * w.j[0, i]
        fastest = max(fastest, moved * moved / at.diffusion_rate)
    return fastest


@kernel
def largest_filling(w: Workspace, start: int, stop: int, at: ElectrodeConditions) -> float:
    """How fast the fastest mean stoichiometry of one electrode changes [s⁻¹]."""
    largest = 0.0
    for i in range(start, stop):
        largest = max(largest, abs(w.j[0, i]))
    return 3.0 * at.flux * largest


@kernel
def first_step(w: Workspace, layout: Layout, now: Conditions, tolerance: float) -> float:
    """First step [s], after which the fastest surface has moved by some tolerances.

    Early on, |θ_surf − θ| = (2/√π) q |j| √(t/γ), with q the stoichiometry per second and A m⁻²
    and γ = D_s/r².  At a current so small that diffusion hardly shows, no mean moves further than
    `FIRST_FILLING`.
    """
    n, n_neg, first_pos = ends(layout)
    fastest = max(
        fastest_surface(w, 0, n_neg, now.negative),
        fastest_surface(w, first_pos, n, now.positive),
    )
    step = (FIRST_CHANGE * tolerance) ** 2 / fastest
    filling = max(
        largest_filling(w, 0, n_neg, now.negative), largest_filling(w, first_pos, n, now.positive)
    )
    return min(step, FIRST_FILLING / filling)
