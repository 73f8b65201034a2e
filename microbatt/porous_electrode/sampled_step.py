"""How far off a step between two samples may be, whose current has kinks.

A step is judged by what its past says of it, and a kink is in no past.  Diffusion in the particles
is solved exactly for a current density that is a straight line (`particle_step.drive_particles`);
what is left is the salt, the current density's own bend, and the voltage, which bends between two
samples as the overpotential does, most where the current changes its sign.
"""

from __future__ import annotations

import math

from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.conditions import ElectrodeConditions
from microbatt.porous_electrode.equations import evaluate_kinetics, evaluate_others
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters
from microbatt.porous_electrode.step import (
    Attempt,
    March,
    Weights,
    distance_from_guess,
    extrapolate,
)
from microbatt.porous_electrode.workspace import Workspace

FIRST_SHARE = 0.5
"""Of what salt and surfaces change by in the first step after a switch: its error."""
KINK_SHARE = 0.2
"""Of what they are off their extrapolation after a kink: the error of a step."""
BEND = 2.0
"""How far the voltage may be off a straight line within a step, over the tolerance."""
SWING = 4.5
"""How much the voltage may change in a step with a kink, over the root of the tolerance [√V].

In a larger change the reaction may move to another part of the electrode meanwhile."""
LEAST_BEND = 20.0
"""A voltage that changes by ΔV is off a straight line by at most ΔV² over so many RT/F."""


@kernel
def potential_of(
    w: Workspace,
    i: int,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
    thermal_voltage: float,
    state: tuple[float, float, float, float],
) -> float:
    """φ_s − φ_e of node `i` at (c, j, room to empty, room to full) [V]; the state is left there."""
    w.c_new[i], w.j_new[i], w.room_new[i, 0], w.room_new[i, 1] = state
    if e.standard:
        evaluate_kinetics(w, i, e, at, thermal_voltage)
    else:
        evaluate_others(w, i, i + 1, e, at, thermal_voltage)
    return w.eta[i, 0]


@kernel
def bends_at(
    w: Workspace, i: int, e: ElectrodeParameters, at: ElectrodeConditions, thermal_voltage: float
) -> tuple[float, float]:
    """How far φ_s − φ_e of node `i` is off a straight line after 1/4 and 3/4 of the step [V].

    Half-way through it is on the line where the current changes its sign just there.
    """
    c0, j0, empty0, full0 = w.c[0, i], w.j[0, i], w.room[i, 0], w.room[i, 1]
    c1, j1, empty1, full1 = w.c_new[i], w.j_new[i], w.room_new[i, 0], w.room_new[i, 1]
    start = potential_of(w, i, e, at, thermal_voltage, (c0, j0, empty0, full0))
    early = (0.75 * c0 + 0.25 * c1, 0.75 * j0 + 0.25 * j1)
    rooms = (0.75 * empty0 + 0.25 * empty1, 0.75 * full0 + 0.25 * full1)
    first = potential_of(w, i, e, at, thermal_voltage, early + rooms)
    late = (0.25 * c0 + 0.75 * c1, 0.25 * j0 + 0.75 * j1)
    rooms = (0.25 * empty0 + 0.75 * empty1, 0.25 * full0 + 0.75 * full1)
    second = potential_of(w, i, e, at, thermal_voltage, late + rooms)
    end = potential_of(w, i, e, at, thermal_voltage, (c1, j1, empty1, full1))
    return first - 0.75 * start - 0.25 * end, second - 0.25 * start - 0.75 * end


@kernel
def error_of_ramp(march: March, attempt: Attempt, weights: Weights, tolerance: float) -> float:
    """The local error of the voltage where the current changes smoothly, in tolerances.

    It is all an error of the voltage: none of it is one of the time, as it is on a cliff.
    """
    if march.steps == 0:
        return 0.0
    guess = extrapolate(weights, march.V, march.V1, march.V2)
    return attempt.formula.error * abs(attempt.voltage - guess) / tolerance


@kernel
def error_of_kink(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    march: March,
    attempt: Attempt,
    weights: Weights,
    tolerance: float,
) -> float:
    """The local error of a step that was solved and whose drive has a kink, in tolerances.

    The overpotential's second derivative by the current is at most its first squared over 2 RT/F,
    so a voltage that changed by little is all but on a straight line.
    """
    _, n_neg, first = ends(layout)
    now = attempt.now
    V_T = now.thermal_voltage
    if march.steps == 0:
        distance = distance_from_guess(w, layout, weights, p.initial_concentration)
        error = FIRST_SHARE * distance / tolerance
    else:
        error = KINK_SHARE * attempt.error / attempt.formula.error
    change = attempt.voltage - march.V
    if change * change > LEAST_BEND * V_T * BEND * tolerance:
        positive = bends_at(w, first, p.positive, now.positive, V_T)
        negative = bends_at(w, n_neg - 1, p.negative, now.negative, V_T)
        bend = max(abs(positive[0] - negative[0]), abs(positive[1] - negative[1]))
        bend /= BEND * tolerance
        error = max(error, bend * math.sqrt(bend))  # it goes with the second power of the step
    swing = abs(change) / (SWING * math.sqrt(tolerance))
    return max(error, swing * swing * swing)
