"""The heat balance of the whole cell."""

from __future__ import annotations

import math

from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.conditions import Conditions, ElectrodeConditions
from microbatt.porous_electrode.lookup import Array, look_up_potential
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters
from microbatt.porous_electrode.workspace import Workspace


@kernel
def open_circuit_power(
    w: Workspace, start: int, stop: int, table: Array, at: ElectrodeConditions, step: float
) -> float:
    """∫ a j U dx over one electrode [W m⁻²], U at the mean stoichiometry of each particle."""
    power = 0.0
    for i in range(start, stop):
        mean = w.mean_history[i] - 3.0 * step * at.flux * w.j_new[i]
        potential, _ = look_up_potential(table, mean)
        power += w.area[i] * w.j_new[i] * potential
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

    q = −∫ a j U dx − I V over both electrodes; Rao & Newman (1997).  U is taken at the mean
    composition: without a heat of mixing the enthalpy of a particle depends on nothing else.  The
    entropic term is left out, since the fits hold no data for it.
    """
    n, n_neg, first_pos = ends(layout)
    given = open_circuit_power(w, 0, n_neg, p.negative.open_circuit, now.negative, step)
    given += open_circuit_power(w, first_pos, n, p.positive.open_circuit, now.positive, step)
    return -given - current * voltage


@kernel
def step_temperature(
    p: CellParameters, formula: Formula, newest: float, older: float, heat: float
) -> float:
    """Temperature at the end of a step [K]: C dT/dt = q − h (T − T_ambient)."""
    if math.isinf(p.heat_capacity):
        return newest
    rate = formula.step / p.heat_capacity
    h = p.heat_transfer_coefficient
    level = formula.newest * newest + formula.older * older
    return (level + rate * (heat + h * p.ambient_temperature)) / (1.0 + rate * h)
