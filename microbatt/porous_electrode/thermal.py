"""The heat balance of the whole cell."""

from __future__ import annotations

import math

from microbatt.constants import REFERENCE_TEMPERATURE
from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.conditions import Conditions, ElectrodeConditions
from microbatt.porous_electrode.lookup import look_up, look_up_potential
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters
from microbatt.porous_electrode.workspace import Workspace


@kernel
def charge_share(e: ElectrodeParameters, follows_charge: bool) -> float:
    """Lithium that came per site of the active material, over what a sphere's mean says of it.

    a r/(3 ε_a) is S/3 and the flux factor 1 or S/3, so this differs from 1 in ``area-only`` alone.
    """
    if not follows_charge:
        return 1.0
    return e.area_density * e.particle_radius / (3.0 * e.active_fraction * e.flux_factor)


@kernel
def enthalpy_potential(e: ElectrodeParameters, mean: float, share: float) -> float:
    """U − T dU/dT of a particle's mean stoichiometry [V]; see `open_circuit_power`."""
    theta = e.initial_stoichiometry + share * (mean - e.initial_stoichiometry)
    theta = min(max(theta, e.lowest_stoichiometry), e.highest_stoichiometry)
    potential, _ = look_up_potential(e.open_circuit, theta)
    if not e.standard:
        entropy, _ = look_up(e.entropy, theta)
        potential -= REFERENCE_TEMPERATURE * entropy
    return potential


@kernel
def open_circuit_power(
    w: Workspace,
    start: int,
    stop: int,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
    step: float,
    share: float,
) -> float:
    """∫ a j (U − T dU/dT) dx over one electrode [W m⁻²].

    U(T) − T dU/dT = U(298.15 K) − 298.15 K dU/dT at every temperature.  U is that of the mean of
    each particle, θ_0 + (θ̄ − θ_0), with the change taken `share` times; within the range of the
    fit.
    """
    power = 0.0
    for i in range(start, stop):
        mean = w.mean_history[i] - 3.0 * step * at.flux * w.j_new[i]
        power += w.area[i] * w.j_new[i] * enthalpy_potential(e, mean, share)
    return power


@kernel
def heat_rate(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    step: float,
    current: float,
    voltage: float,
) -> float:
    """Heat made per area of the cell [W m⁻²]: what the reactions give less what leaves as work.

    q = −∫ a j (U − T dU/dT) dx − I V over both electrodes; Rao & Newman (1997).  U is taken at the
    mean composition: without a heat of mixing the enthalpy of a particle depends on nothing else.
    The entropic term is nought where the cell says nothing of dU/dT.  Which composition that is in
    ``area-only`` is the thermal mode's choice; see docs/physics.md.
    """
    n, n_neg, first_pos = ends(layout)
    share = charge_share(p.positive, p.heat_follows_charge)
    given = open_circuit_power(w, 0, n_neg, p.negative, now.negative, step, 1.0)
    given += open_circuit_power(w, first_pos, n, p.positive, now.positive, step, share)
    return -given - current * voltage


@kernel
def step_temperature(
    p: CellParameters, formula: Formula, newest: float, older: float, heat: float
) -> float:
    """Temperature at the end of a step [K]: C dT/dt = q − h (T − T_ambient)."""
    if math.isinf(p.heat_capacity):
        return newest
    return warmed(p, formula, newest, older, heat)


@kernel
def warmed(p: CellParameters, formula: Formula, newest: float, older: float, heat: float) -> float:
    """`step_temperature` of a cell whose heat capacity is finite."""
    rate = formula.step / p.heat_capacity
    h = p.heat_transfer_coefficient
    level = formula.newest * newest + formula.older * older
    return (level + rate * (heat + h * p.ambient_temperature)) / (1.0 + rate * h)


@kernel
def power_along(
    w: Workspace,
    start: int,
    stop: int,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
    h: float,
    share: float,
) -> float:
    """Mean over a step of `open_circuit_power`, with j and U on straight lines [W m⁻²]."""
    power = 0.0
    for i in range(start, stop):
        j0, j1, mean = w.j[0, i], w.j_new[i], w.mean[0, i]
        before = enthalpy_potential(e, mean, share)
        after = enthalpy_potential(e, mean - 1.5 * h * at.flux * (j0 + j1), share)
        power += w.area[i] * (j0 * (2.0 * before + after) + j1 * (before + 2.0 * after)) / 6.0
    return power


@kernel
def warmed_along(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    h: float,
    T: float,
    before: tuple[float, float],
    after: tuple[float, float],
) -> float:
    """Temperature at the end of a step in which current and voltage are straight lines [K].

    They are given before and after it [A m⁻²], [V].  Heat goes with the square of a current, so
    that what it is at the end of a step says little of a current that turns.
    """
    n, n_neg, first_pos = ends(layout)
    share = charge_share(p.positive, p.heat_follows_charge)
    heat = -power_along(w, 0, n_neg, p.negative, now.negative, h, 1.0)
    heat -= power_along(w, first_pos, n, p.positive, now.positive, h, share)
    heat -= before[0] * (2.0 * before[1] + after[1]) / 6.0
    heat -= after[0] * (before[1] + 2.0 * after[1]) / 6.0
    half = 0.5 * h * p.heat_transfer_coefficient / p.heat_capacity
    level = T * (1.0 - half) + h * heat / p.heat_capacity
    return (level + 2.0 * half * p.ambient_temperature) / (1.0 + half)
