"""The heat balance of the whole cell."""

from __future__ import annotations

import math

from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.lookup import Array, look_up_potential
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.newton import Solve
from microbatt.porous_electrode.parameters import CellParameters
from microbatt.porous_electrode.workspace import Workspace


@kernel
def open_circuit_power(
    w: Workspace, start: int, stop: int, table: Array, depletion: float
) -> float:
    """∫ a j U(θ_surf) dx over one electrode [W m⁻²]."""
    power = 0.0
    for i in range(start, stop):
        theta = w.surface_history[i] - depletion * w.j_new[i]
        potential, _ = look_up_potential(table, theta)
        power += w.area[i] * w.j_new[i] * potential
    return power


@kernel
def heat_rate(
    w: Workspace, layout: Layout, p: CellParameters, solve: Solve, current: float, voltage: float
) -> float:
    """Heat made per area of the cell [W m⁻²]: what the reactions give less what leaves as work.

    q = −∫ a j U dx − I V over both electrodes; Rao & Newman (1997), without the entropic term,
    for which the fits hold no data.
    """
    n, n_neg, first_pos = ends(layout)
    given = open_circuit_power(w, 0, n_neg, p.negative.open_circuit, solve.negative_depletion)
    given += open_circuit_power(w, first_pos, n, p.positive.open_circuit, solve.positive_depletion)
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
