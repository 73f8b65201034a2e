"""The particles over one step: as far as they go without the current, and with it.

Diffusion is linear, so over an implicit step the surface stoichiometry is affine in the current
density, θ_surf = history − depletion · j, and the particles drop out of Newton's equations.
"""

from __future__ import annotations

from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.conditions import ElectrodeConditions
from microbatt.porous_electrode.lookup import Array
from microbatt.porous_electrode.parameters import ElectrodeParameters
from microbatt.porous_electrode.workspace import Workspace

BOUNDARY_FRACTION = 0.9


@kernel
def start_particles(
    w: Workspace,
    start: int,
    stop: int,
    electrode: int,
    at: ElectrodeConditions,
    formula: Formula,
    rates: Array,
    weights: Array,
) -> float:
    """Step the particles of nodes [start, stop) as far as possible without j.

    Fills their histories; returns −∂θ_surf/∂j [m² A⁻¹].
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
    return depletion * formula.step * at.flux


@kernel
def finish_particles(
    w: Workspace,
    start: int,
    stop: int,
    electrode: int,
    at: ElectrodeConditions,
    formula: Formula,
    depletion: float,
) -> None:
    """Accept the step of the particles of nodes [start, stop) with the j that was found."""
    taken = formula.step * at.flux
    for i in range(start, stop):
        j = w.j_new[i]
        w.mean[1, i] = w.mean[0, i]
        w.mean[0, i] = w.mean_history[i] - 3.0 * taken * j
        w.surface[2, i] = w.surface[1, i]
        w.surface[1, i] = w.surface[0, i]
        w.surface[0, i] = w.surface_history[i] - depletion * j
    for k in range(w.decay.shape[1]):
        lost = taken * w.decay[electrode, k]
        for i in range(start, stop):
            w.modes[1, k, i] = w.modes[0, k, i]
            w.modes[0, k, i] = w.modes_history[k, i] - lost * w.j_new[i]


@kernel
def room_to(w: Workspace, start: int, stop: int, bound: float) -> float:
    """Σ a (θ_surf − bound) over the nodes [start, stop), at j = 0."""
    room = 0.0
    for i in range(start, stop):
        room += w.area[i] * (w.surface_history[i] - bound)
    return room


@kernel
def can_carry(
    w: Workspace,
    n_neg: int,
    first_pos: int,
    n: int,
    bounds: tuple[float, float],
    depletions: tuple[float, float],
    current: float,
) -> bool:
    """Whether the particles can carry `current` to the end of the step.

    They cannot if that takes the surfaces of one electrode beyond their bound everywhere: the
    lowest stoichiometry of the negative, the highest of the positive.
    """
    negative = room_to(w, 0, n_neg, bounds[0])
    positive = -room_to(w, first_pos, n, bounds[1])
    return negative > depletions[0] * current and positive > depletions[1] * current


@kernel
def keep_inside(change: float, low_room: float, high_room: float) -> float:
    """`change`, cut so that it uses at most a fraction of the room on either side."""
    return min(max(change, -BOUNDARY_FRACTION * low_room), BOUNDARY_FRACTION * high_room)


@kernel
def pull_inside(
    w: Workspace, start: int, stop: int, e: ElectrodeParameters, depletion: float
) -> None:
    """Pull a guess whose surface stoichiometry or salt is out of bounds back inside."""
    for i in range(start, stop):
        theta = w.surface_history[i] - depletion * w.j_new[i]
        known = w.surface[0, i]
        inside = known + keep_inside(
            theta - known, known - e.lowest_stoichiometry, e.highest_stoichiometry - known
        )
        if inside != theta and depletion > 0.0:
            w.j_new[i] = (w.surface_history[i] - inside) / depletion
