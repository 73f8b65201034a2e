"""The particles over one step: as far as they go without the current, and with it.

Where D_s is constant diffusion is linear, so over an implicit step the surface stoichiometry is
affine in the current density, θ_surf = history − depletion · j, and the particles drop out of
Newton's equations.  Where it is not, they are linear about a guessed profile; see `radial_step`.
"""

from __future__ import annotations

import math

from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.compilation import kernel, node_kernel
from microbatt.porous_electrode.conditions import ElectrodeConditions
from microbatt.porous_electrode.lanes import anywhere, is_not, where
from microbatt.porous_electrode.lookup import Array
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters
from microbatt.porous_electrode.workspace import Workspace

BOUNDARY_FRACTION = 0.9
FARTHEST = 100.0
CLOSED = 1e-14
LEAST_ROOM = 1e-100
NEARLY_EXHAUSTED = 1e-3
EXHAUSTED = 1e-8
SLOW = 1e-3


@node_kernel
def start_particles(
    w: Workspace,
    start: int,
    stop: int,
    electrode: int,
    at: ElectrodeConditions,
    formula: Formula,
    rates: Array,
    weights: Array,
) -> None:
    """Step the reduced spheres of nodes [start, stop) as far as possible without j.

    Fills their histories and ``depletion``.  The sheet of a half-cell passes through as particles
    that no current reaches.
    """
    for i in range(start, stop):
        w.mean_history[i] = formula.newest * w.mean[0, i] + formula.older * w.mean[1, i]
        w.surface_history[i] = w.mean_history[i]
    depletion = 3.0
    for k in range(rates.size):
        decay = 1.0 / (1.0 + formula.step * at.diffusion_rate * rates[k])
        w.decay[electrode, k] = decay
        depletion += weights[k] * decay
        newest, older = formula.newest * decay, formula.older * decay
        for i in range(start, stop):
            level = newest * w.modes[0, k, i] + older * w.modes[1, k, i]
            w.modes_history[k, i] = level
            w.surface_history[i] += weights[k] * level
    depletion = depletion * formula.step * at.flux
    for i in range(start, stop):
        w.depletion[i] = depletion


@kernel
def linear_response(x: float) -> tuple[float, float]:
    """∫₀¹ e^(−x (1 − s)) (1 − s) ds and ∫₀¹ e^(−x (1 − s)) s ds.

    What a straight line from the one to the other leaves in a mode that decays by e^(−x) meanwhile,
    of its value at the start and at the end.
    """
    if x < SLOW:
        whole = 1.0 - x * (1.0 / 2.0 - x * (1.0 / 6.0 - x / 24.0))
        end = 1.0 / 2.0 - x * (1.0 / 6.0 - x * (1.0 / 24.0 - x / 120.0))
    else:
        whole = -math.expm1(-x) / x
        end = (1.0 - whole) / x
    return whole - end, end


@kernel
def drive_particles(
    w: Workspace,
    start: int,
    stop: int,
    electrode: int,
    at: ElectrodeConditions,
    formula: Formula,
    rates: Array,
    weights: Array,
) -> None:
    """As `start_particles`, for a current density that is a straight line over the step.

    Diffusion is then solved without an error of time, however the line bends from step to step.
    """
    h = formula.linear
    depletion = 1.5
    for i in range(start, stop):
        w.mean_history[i] = w.mean[0, i] - 1.5 * h * at.flux * w.j[0, i]
        w.surface_history[i] = w.mean_history[i]
    for k in range(rates.size):
        x = h * at.diffusion_rate * rates[k]
        old, new = linear_response(x)
        left = math.exp(-x)
        w.decay[electrode, k] = new * h / formula.step
        depletion += weights[k] * new
        for i in range(start, stop):
            level = left * w.modes[0, k, i] - h * at.flux * old * w.j[0, i]
            w.modes_history[k, i] = level
            w.surface_history[i] += weights[k] * level
    depletion *= h * at.flux
    for i in range(start, stop):
        w.depletion[i] = depletion


@node_kernel
def close_particles(w: Workspace, start: int, stop: int, e: ElectrodeParameters) -> None:
    """Let a particle that is empty or full by itself neither give nor take.

    The second-order formula carries a particle that is filling up a little beyond full (within
    the tolerance), where no current density would bring its surface back; it stays closed then.
    What it holds is not touched, so that lithium is conserved.
    """
    lowest, highest = e.lowest_stoichiometry + CLOSED, e.highest_stoichiometry - CLOSED
    for i in range(start, stop):
        w.surface_history[i] = min(max(w.surface_history[i], lowest), highest)


@node_kernel
def shift(history: Array, i: int, newest: float, accepted: bool) -> None:
    """Move the three levels of node `i` on, where the step is accepted."""
    history[2, i] = where(accepted, history[1, i], history[2, i])
    history[1, i] = where(accepted, history[0, i], history[1, i])
    history[0, i] = where(accepted, newest, history[0, i])


@node_kernel
def finish_particles(
    w: Workspace,
    start: int,
    stop: int,
    electrode: int,
    at: ElectrodeConditions,
    formula: Formula,
    accepted: bool,
) -> None:
    """Accept the step of the particles of nodes [start, stop) with the j that was found."""
    taken = formula.step * at.flux
    for i in range(start, stop):
        j = w.j_new[i]
        w.mean[1, i] = where(accepted, w.mean[0, i], w.mean[1, i])
        w.mean[0, i] = where(accepted, w.mean_history[i] - 3.0 * taken * j, w.mean[0, i])
        shift(w.surface, i, w.surface_history[i] - w.depletion[i] * j, accepted)
    for k in range(w.decay.shape[1]):
        lost = taken * w.decay[electrode, k]
        for i in range(start, stop):
            newest = w.modes_history[k, i] - lost * w.j_new[i]
            w.modes[1, k, i] = where(accepted, w.modes[0, k, i], w.modes[1, k, i])
            w.modes[0, k, i] = where(accepted, newest, w.modes[0, k, i])


@node_kernel
def room_to(w: Workspace, start: int, stop: int, bound: float) -> float:
    """Σ a (θ_surf − bound) over the nodes [start, stop), at j = 0."""
    room = 0.0
    for i in range(start, stop):
        room += w.area[i] * (w.surface_history[i] - bound)
    return room


@kernel
def least_depletion(w: Workspace, start: int, stop: int) -> float:
    """The least −∂θ_surf/∂j of one electrode, where it is not the same everywhere."""
    least = w.depletion[start]
    for i in range(start + 1, stop):
        least = min(least, w.depletion[i])
    return least


@node_kernel
def can_carry(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    current: float,
) -> bool:
    """Whether the particles can carry `current` to the end of the step.

    They cannot if that takes the surfaces of one electrode beyond a bound everywhere: in discharge
    the lowest stoichiometry of the negative or the highest of the positive, in charge the others.
    """
    n, n_neg, first_pos = ends(layout)
    neg, pos = p.negative, p.positive
    lost, gained = w.depletion[0] * current, w.depletion[first_pos] * current
    if w.profile.size > 0:
        lost = least_depletion(w, 0, n_neg) * current
        gained = least_depletion(w, first_pos, n) * current
    return (
        (room_to(w, 0, n_neg, neg.lowest_stoichiometry) > lost)
        & (-room_to(w, 0, n_neg, neg.highest_stoichiometry) > -lost)
        & (-room_to(w, first_pos, n, pos.highest_stoichiometry) > gained)
        & (room_to(w, first_pos, n, pos.lowest_stoichiometry) > -gained)
    )


@node_kernel
def changed_room(room: float, change: float) -> float:
    """The room to a bound after Newton's `change` of it; never nothing.

    In full where that leaves a share of it.  Elsewhere, and where next to nothing was left, the
    voltage, which follows the logarithm of the room, is what changes as asked.
    """
    left = room + change
    far = (change < -BOUNDARY_FRACTION * room) | ((change > room) & (room < NEARLY_EXHAUSTED))
    if anywhere(far):
        left = where(far, far_room(room, change), left)
    return left


@node_kernel
def far_room(room: float, change: float) -> float:
    """What `changed_room` is where the change is far beyond what is left."""
    factor = math.exp(min(max(change / room, -FARTHEST), FARTHEST))
    drained = max(room * min(1.0 - BOUNDARY_FRACTION, factor), LEAST_ROOM)
    filled = max(room + change, min(room * factor, NEARLY_EXHAUSTED))
    return where(change < 0.0, drained, filled)


@node_kernel
def start_rooms(w: Workspace, start: int, stop: int, e: ElectrodeParameters, fresh: bool) -> None:
    """Find how far the guessed surfaces are from empty and full, and pull them inside.

    A surface that was all but exhausted is guessed to stay as it was.  What is not `fresh` stays as
    it is.
    """
    width = e.highest_stoichiometry - e.lowest_stoichiometry
    for i in range(start, stop):
        history, depletion, j = w.surface_history[i], w.depletion[i], w.j_new[i]
        theta = history - depletion * j
        empty, full = theta - e.lowest_stoichiometry, e.highest_stoichiometry - theta
        least_empty, least_full = w.room[i, 0], w.room[i, 1]
        least_empty *= where(least_empty > EXHAUSTED, 1.0 - BOUNDARY_FRACTION, 1.0)
        least_full *= where(least_full > EXHAUSTED, 1.0 - BOUNDARY_FRACTION, 1.0)
        low = (empty < least_empty) | (least_empty < EXHAUSTED)
        high = ((full < least_full) | (least_full < EXHAUSTED)) & is_not(low)
        if anywhere(low | high):
            at_low = (history - (e.lowest_stoichiometry + least_empty)) / depletion
            at_high = (history - (e.highest_stoichiometry - least_full)) / depletion
            j = where(low, at_low, where(high, at_high, j))
            empty = where(low, least_empty, where(high, width - least_full, empty))
            full = where(low, width - least_empty, where(high, least_full, full))
        w.j_new[i] = where(fresh, j, w.j_new[i])
        w.room_new[i, 0] = where(fresh, empty, w.room_new[i, 0])
        w.room_new[i, 1] = where(fresh, full, w.room_new[i, 1])


@kernel
def keep_surfaces(w: Workspace, start: int, stop: int, e: ElectrodeParameters) -> None:
    """Give the surfaces that were found the j that leads to them now."""
    for i in range(start, stop):
        theta = e.lowest_stoichiometry + w.room_new[i, 0]
        if w.room_new[i, 1] < w.room_new[i, 0]:
            theta = e.highest_stoichiometry - w.room_new[i, 1]
        w.j_new[i] = (w.surface_history[i] - theta) / w.depletion[i]
