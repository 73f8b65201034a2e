"""The arrays that one discharge works on, allocated once and used for many."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbatt.porous_electrode.compilation import kernel

Array = NDArray[np.float64]


NEW, PAST, SLOPE, INTEGRAL = 3, 4, 5, 6
"""Rows of `Workspace.profile` behind its three levels.

The profile that a step looks for and the one that it starts from; D_s as its table has it, and
∫ D_s dθ, where they were last linear about.
"""


class Workspace(NamedTuple):
    """State, history and scratch of up to ``n`` nodes, ``k`` modes and ``r`` radial nodes.

    Histories hold the newest level first.  Electrode quantities are laid out along all
    nodes; their separator entries stay zero.
    """

    width: Array  # (elements,) [m]
    straight: Array  # (elements,) infinite where straight lines are taken whatever the salt, or 0
    x: Array  # (n,) position [m]
    pore: Array  # (n,) ε times the node's share of its elements [m]
    area: Array  # (n,) a times that share: particle area per area of cell
    c: Array  # (3, n) salt [mol m⁻³]
    j: Array  # (3, n) current density on the particles [A m⁻²]
    mean: Array  # (2, n) mean stoichiometry
    modes: Array  # (2, k, n) particle modes
    surface: Array  # (3, n) surface stoichiometry
    room: Array  # (n, 2) how far the surface was from empty and from full
    decay: Array  # (2, k) of each electrode's modes over the step
    profile: Array  # (7, r, n) stoichiometry at the nodes of a particle, see below
    c_new: Array  # (n,)
    j_new: Array  # (n,)
    room_new: Array  # (n, 2)
    c_history: Array  # (n,) the part of c that the step starts from
    surface_history: Array  # (n,) surface stoichiometry at j = 0
    mean_history: Array  # (n,)
    modes_history: Array  # (k, n)
    depletion: Array  # (n,) −∂θ_surf/∂j over the step [m² A⁻¹]
    profile_factors: Array  # (elements of a particle, 9, n)
    eta: Array  # (n, 3) φ_s − φ_e [V] and its derivatives by c and j
    log_c: Array  # (n,)
    per_c: Array  # (n,) 1/c [m³ mol⁻¹] in the electrodes
    conductivity: Array  # (n, 2) κ [S m⁻¹] and its derivative by c
    diffusivity: Array  # (n, 2) D [m² s⁻¹] and its derivative by c
    chi: Array  # (n,) voltage that a unit of ln c is worth [V]
    transference: Array  # (n, 2) t₊ less that at rest, and its derivative by c, where it varies
    diagonal: Array  # (n, 4)
    rhs: Array  # (n, 2)
    block: Array  # (elements, 18) couplings within an element
    kept: Array  # (elements, 8)


@kernel
def make_workspace(elements: int, k: int, shells: int) -> Workspace:
    """Allocate for at most `elements` elements, `k` modes and `shells` elements of a particle."""
    n, r = 2 * elements + 1, 3 * shells + min(shells, 1)
    return Workspace(
        np.zeros(elements),
        np.zeros(elements),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros((3, n)),
        np.zeros((3, n)),
        np.zeros((2, n)),
        np.zeros((2, k, n)),
        np.zeros((3, n)),
        np.zeros((n, 2)),
        np.zeros((2, k)),
        np.zeros((7, r, n)),
        np.zeros(n),
        np.zeros(n),
        np.zeros((n, 2)),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros((k, n)),
        np.zeros(n),
        np.zeros((shells, 9, n)),
        np.zeros((n, 3)),
        np.zeros(n),
        np.zeros(n),
        np.zeros((n, 2)),
        np.zeros((n, 2)),
        np.zeros(n),
        np.zeros((n, 2)),
        np.zeros((n, 4)),
        np.zeros((n, 2)),
        np.zeros((elements, 18)),
        np.zeros((elements, 8)),
    )
