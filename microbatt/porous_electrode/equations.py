"""The discretised equations: residual and Jacobian of one implicit step.

Each electrode node has two unknowns, the salt concentration c and the current density j on its
particles; φ_s − φ_e follows from them by the kinetics, and with i_e + i_s = I the current in
the pores follows from the gradients of φ_s − φ_e and ln c,

    i_e (1/κ_eff + 1/σ_eff) = ∂(φ_s − φ_e)/∂x + I/σ_eff + χ ∂ln c/∂x,
    χ = (2RT/F)(1 − t₊)(1 + ∂ln f/∂ln c),

so that charge, ∂i_e/∂x = a j, and salt,

    ε ∂c/∂t = ∂/∂x(D_eff ∂c/∂x) + (1 − t₊) a j/F,

close the system (Doyle, Fuller & Newman, 1993; Fuller, Doyle & Newman, 1994).  Discharge
current I > 0; j > 0 leaves the particle; x runs from the negative collector.

In space: quadratic elements, integrated by Simpson's rule at their own three nodes (spectral
elements of order two).  Conservative, with a diagonal mass matrix, and of fourth order at the
element ends; the middle nodes are eliminated element by element.
"""

from __future__ import annotations

import math

from microbatt.constants import FARADAY
from microbatt.porous_electrode.compilation import kernel, node_kernel
from microbatt.porous_electrode.conditions import Conditions, ElectrodeConditions
from microbatt.porous_electrode.kinetics import (
    exchange_current_density,
    insertion_kinetics,
    openness,
    overpotential,
    overpotential_of,
    planar_exchange_current_density,
)
from microbatt.porous_electrode.lanes import four_from, logarithm, whole_part
from microbatt.porous_electrode.lookup import (
    SALT_STEP,
    Array,
    hermite,
    look_up,
    look_up_potential,
)
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters
from microbatt.porous_electrode.workspace import Workspace

STEEP = 0.05
CLEAR = 4.0
FIXED_TRANSFERENCE = 6
"""Columns of an electrolyte's table whose t₊ is the same everywhere."""
PER_SALT_STEP = 1.0 / SALT_STEP
EXHAUSTED_SALT = 1e-3
"""Of the initial concentration."""


@node_kernel
def evaluate_electrolyte(w: Workspace, i: int, c: float, table: Array, now: Conditions) -> None:
    """Fill the electrolyte properties of node `i` at salt concentration `c`."""
    position = c * PER_SALT_STEP
    k, columns = whole_part(position, table.shape[0] - 2), table.shape[1]
    t = min(position - k, 1.0)
    kappa0, slope0, diffusivity0, rate0 = four_from(table, k, columns, 0)
    kappa1, slope1, diffusivity1, rate1 = four_from(table, k, columns, columns)
    # The last columns of one row and, where there are six, the first of the next
    factor0, bend0, _, _ = four_from(table, k, columns, 4)
    _, _, factor1, bend1 = four_from(table, k, columns, columns + 2)
    kappa, kappa_c = hermite(kappa0, slope0, kappa1, slope1, t)
    diffusivity, diffusivity_c = hermite(diffusivity0, rate0, diffusivity1, rate1, t)
    factor, _ = hermite(factor0, bend0, factor1, bend1, t)
    w.conductivity[i, 0] = now.conductivity * kappa
    w.conductivity[i, 1] = now.conductivity * kappa_c * PER_SALT_STEP
    w.diffusivity[i, 0] = now.diffusivity * diffusivity
    w.diffusivity[i, 1] = now.diffusivity * diffusivity_c * PER_SALT_STEP
    w.chi[i] = now.salt_voltage * factor
    w.log_c[i] = logarithm(c)


@kernel
def evaluate_transference(w: Workspace, n: int, table: Array) -> None:
    """Fill t₊ less that at rest, and its derivative, of all nodes of an electrolyte that has it."""
    for i in range(n):
        position = w.c_new[i] / SALT_STEP
        k = min(max(int(position), 0), table.shape[0] - 2)
        t = min(position - k, 1.0)
        change, change_c = hermite(table[k, 6], table[k, 7], table[k + 1, 6], table[k + 1, 7], t)
        w.transference[i, 0] = change
        w.transference[i, 1] = change_c / SALT_STEP


@node_kernel
def evaluate_kinetics(
    w: Workspace,
    i: int,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
    thermal_voltage: float,
) -> None:
    """Fill φ_s − φ_e = U + R_film j + η of node `i`, and its derivatives by c and j."""
    c, j = w.c_new[i], w.j_new[i]
    room = (w.room_new[i, 0], w.room_new[i, 1])
    potential, slope = look_up_potential(e.open_circuit, e.lowest_stoichiometry + room[0])
    per_c = 1.0 / c
    per_i_0, log_by_theta = insertion_kinetics(e, at.rate_constant, c, per_c, room, j)
    eta, eta_j, eta_log = overpotential_of(j, per_i_0, thermal_voltage)
    w.eta[i, 0] = potential + at.film_resistance * j + eta
    w.eta[i, 1] = eta_log * 0.5 * per_c
    w.per_c[i] = per_c
    w.eta[i, 2] = at.film_resistance + eta_j - w.depletion[i] * (slope + eta_log * log_by_theta)


@node_kernel
def evaluate_standard(w: Workspace, layout: Layout, p: CellParameters, now: Conditions) -> None:
    """Fill the properties of all nodes of a cell that fits the lanes, see `batch.fits_lanes`."""
    n, n_neg, first_pos = ends(layout)
    for i in range(n):
        evaluate_electrolyte(w, i, w.c_new[i], p.electrolyte, now)
    for i in range(n_neg):
        evaluate_kinetics(w, i, p.negative, now.negative, now.thermal_voltage)
    for i in range(first_pos, n):
        evaluate_kinetics(w, i, p.positive, now.positive, now.thermal_voltage)


@node_kernel
def evaluate_own_kinetics(
    w: Workspace,
    i: int,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
    thermal_voltage: float,
) -> None:
    """`evaluate_kinetics` of a material with functions of its own.

    U(θ, T) = U(θ) + (T − 298.15 K) dU/dT, and i_0 is the standard form times a function of θ and
    times (c/c₀)^(β − 1/2).
    """
    c, j = w.c_new[i], w.j_new[i]
    theta = e.lowest_stoichiometry + w.room_new[i, 0]
    vacant = (1.0 - e.highest_stoichiometry) + w.room_new[i, 1]
    potential, slope = look_up_potential(e.open_circuit, theta)
    entropy, entropy_slope = look_up(e.entropy, theta)
    potential += at.warmth * entropy
    slope += at.warmth * entropy_slope
    i_0 = exchange_current_density(at.rate_constant, c, theta, vacant, e.max_concentration)
    open_for, open_slope = openness(
        j, w.room_new[i, 0], w.room_new[i, 1], e.per_closing_low, e.per_closing_high
    )
    i_0 *= math.sqrt(open_for)
    factor, factor_slope = look_up(e.exchange, theta)
    i_0 *= factor * math.exp((e.salt_exponent - 0.5) * logarithm(c / at.salt_at_rest))
    eta, eta_j, eta_log = overpotential(j, i_0, thermal_voltage)
    log_by_theta = 0.5 * (vacant - theta) / (theta * vacant) + factor_slope / factor
    log_by_theta += 0.5 * open_slope / open_for
    w.eta[i, 0] = potential + at.film_resistance * j + eta
    w.per_c[i] = 1.0 / c
    w.eta[i, 1] = eta_log * e.salt_exponent * w.per_c[i]
    w.eta[i, 2] = at.film_resistance + eta_j - w.depletion[i] * (slope + eta_log * log_by_theta)


@node_kernel
def evaluate_metal(
    w: Workspace, e: ElectrodeParameters, at: ElectrodeConditions, thermal_voltage: float
) -> None:
    """Fill φ_s − φ_e = R_film j + η of a planar electrode, the first node, and its derivatives."""
    c, j = w.c_new[0], w.j_new[0]
    i_0 = planar_exchange_current_density(at.rate_constant, c, e.salt_exponent)
    eta, eta_j, eta_log = overpotential(j, i_0, thermal_voltage)
    w.eta[0, 0] = at.film_resistance * j + eta
    w.eta[0, 1] = eta_log * e.salt_exponent / c
    w.eta[0, 2] = at.film_resistance + eta_j


@kernel
def evaluate_others(
    w: Workspace,
    start: int,
    stop: int,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
    thermal_voltage: float,
) -> None:
    """Fill φ_s − φ_e of the nodes [start, stop) of an electrode that is not ``standard``.

    Apart from the loop over those that are, which what they do not need would slow down.
    """
    if e.planar:
        evaluate_metal(w, e, at, thermal_voltage)
    else:
        for i in range(start, stop):
            evaluate_own_kinetics(w, i, e, at, thermal_voltage)


@node_kernel
def stiffness(k0: float, k1: float, k2: float) -> tuple[float, float, float, float, float, float]:
    """Σ_q w_q D_qi k_q D_qm of a unit element: entries 00, 01, 02, 11, 12, 22."""
    return (
        1.5 * k0 + (2.0 * k1 + 0.5 * k2) / 3.0,
        -2.0 * k0 - 2.0 / 3.0 * k2,
        0.5 * (k0 + k2) - 2.0 / 3.0 * k1,
        8.0 / 3.0 * (k0 + k2),
        -2.0 / 3.0 * k0 - 2.0 * k2,
        (0.5 * k0 + 2.0 * k1) / 3.0 + 1.5 * k2,
    )


@node_kernel
def gradients(y0: float, y1: float, y2: float) -> tuple[float, float, float]:
    """Slopes of the parabola through three values, at the nodes of a unit element."""
    return -3.0 * y0 + 4.0 * y1 - y2, y2 - y0, y0 - 4.0 * y1 + 3.0 * y2


@node_kernel
def assemble_nodes(
    w: Workspace, layout: Layout, p: CellParameters, current: float, step: float
) -> None:
    """Start the blocks and the right-hand side (minus the residual) with what is local."""
    n, n_neg, last = ends(layout)
    first = n_neg - 1
    salt_by_charge = (1.0 - p.transference) / FARADAY
    per_step = 1.0 / step
    for i in range(n):
        storage = w.pore[i] * per_step
        w.diagonal[i, 0] = storage
        w.diagonal[i, 2] = 0.0
        w.rhs[i, 0] = -storage * (w.c_new[i] - w.c_history[i])
        if first < i < last:
            w.diagonal[i, 1] = 0.0
            w.diagonal[i, 3] = 1.0
            w.rhs[i, 1] = 0.0
        else:
            w.diagonal[i, 1] = -salt_by_charge * w.area[i]
            w.diagonal[i, 3] = -w.area[i]
            w.rhs[i, 0] += salt_by_charge * w.area[i] * w.j_new[i]
            w.rhs[i, 1] = w.area[i] * w.j_new[i]
    w.rhs[first, 1] -= current
    w.rhs[last, 1] += current


@node_kernel
def assemble_salt(w: Workspace, e: int, width: float, pore_factor: float) -> None:
    """Add the diffusion of salt in element `e`; its couplings of c go to ``block``."""
    a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
    scale = pore_factor / width
    k0 = scale * w.diffusivity[a, 0]
    k1 = scale * w.diffusivity[m, 0]
    k2 = scale * w.diffusivity[b, 0]
    g0, g1, g2 = gradients(w.c_new[a], w.c_new[m], w.c_new[b])
    n0, n1, n2 = k0 * g0, k1 * g1, k2 * g2
    w.rhs[a, 0] += 0.5 * n0 + (4.0 * n1 - n2) / 6.0
    w.rhs[m, 0] += 2.0 / 3.0 * (n2 - n0)
    w.rhs[b, 0] += (n0 - 4.0 * n1) / 6.0 - 0.5 * n2
    s00, s01, s02, s11, s12, s22 = stiffness(k0, k1, k2)
    d0 = scale * w.diffusivity[a, 1] * g0
    d1 = scale * w.diffusivity[m, 1] * g1
    d2 = scale * w.diffusivity[b, 1] * g2
    w.diagonal[a, 0] += s00 - 0.5 * d0
    w.diagonal[m, 0] += s11
    w.diagonal[b, 0] += s22 + 0.5 * d2
    w.block[e, 0] = s01 - 2.0 / 3.0 * d1  # row a, column m
    w.block[e, 1] = s02 + d2 / 6.0  # row a, column b
    w.block[e, 2] = s01 + 2.0 / 3.0 * d0  # row m, column a
    w.block[e, 3] = s12 - 2.0 / 3.0 * d2  # row m, column b
    w.block[e, 4] = s02 - d0 / 6.0  # row b, column a
    w.block[e, 5] = s12 + 2.0 / 3.0 * d1  # row b, column m


@node_kernel
def is_steep(w: Workspace, a: int, least: float) -> bool:
    """Whether the salt runs out within the element of nodes a … a + 2, when the step starts.

    There is less than `least` [mol m⁻³] somewhere in it, or next to none beside what is elsewhere;
    or it is held to be so, see `hold_straight`.
    """
    c0, c1, c2 = w.c[0, a], w.c[0, a + 1], w.c[0, a + 2]
    smallest, largest = min(c0, c1), max(c0, c1)
    return min(smallest, c2) < max(STEEP * max(largest, c2), least) + w.straight[a // 2]


@kernel
def hold_straight(w: Workspace, layout: Layout, least: float) -> None:
    """Keep an element straight that was steep, until its salt is well above.

    Where the two ways to discretise it give different currents, it would otherwise be one way and
    the other in turn, at every step however short.
    """
    for e in range(layout.negative + layout.separator + layout.positive):
        a = 2 * e
        if w.straight[e] == 0.0:
            w.straight[e] = math.inf if is_steep(w, a, least) else 0.0
            continue
        smallest = min(w.c[0, a], w.c[0, a + 1], w.c[0, a + 2])
        largest = max(w.c[0, a], w.c[0, a + 1], w.c[0, a + 2])
        if smallest > CLEAR * max(STEEP * largest, least):
            w.straight[e] = 0.0


@kernel
def assemble_steep_salt(w: Workspace, e: int, width: float, pore_factor: float) -> None:
    """Add the diffusion of salt in element `e`, from node to node.

    A parabola through a profile that runs out within the element undershoots, and would ask for
    less than no salt; straight lines between the nodes do not.
    """
    a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
    scale = pore_factor / width
    left = w.c_new[m] - w.c_new[a]
    right = w.c_new[b] - w.c_new[m]
    k_left = scale * (w.diffusivity[a, 0] + w.diffusivity[m, 0])
    k_right = scale * (w.diffusivity[m, 0] + w.diffusivity[b, 0])
    w.rhs[a, 0] += k_left * left
    w.rhs[m, 0] += k_right * right - k_left * left
    w.rhs[b, 0] -= k_right * right
    left_a = k_left - scale * w.diffusivity[a, 1] * left
    left_m = k_left + scale * w.diffusivity[m, 1] * left
    right_m = k_right - scale * w.diffusivity[m, 1] * right
    right_b = k_right + scale * w.diffusivity[b, 1] * right
    w.diagonal[a, 0] += left_a
    w.diagonal[m, 0] += left_m + right_m
    w.diagonal[b, 0] += right_b
    w.block[e, 0], w.block[e, 1] = -left_m, 0.0
    w.block[e, 2], w.block[e, 3] = -left_a, -right_b
    w.block[e, 4], w.block[e, 5] = 0.0, -right_m


@node_kernel
def assemble_charge(
    w: Workspace, e: int, width: float, electrode: ElectrodeParameters, current: float
) -> None:
    """Add the charge balance of element `e`; its couplings go to ``block``, c before j."""
    a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
    rho = electrode.solid_resistivity
    # 1/(1/κ_eff + 1/σ_eff) = κ_eff/(1 + κ_eff/σ_eff), and how much of a change of κ_eff it sees
    kappa0 = electrode.pore_factor * w.conductivity[a, 0]
    kappa1 = electrode.pore_factor * w.conductivity[m, 0]
    kappa2 = electrode.pore_factor * w.conductivity[b, 0]
    f0, f1, f2 = 1.0 / (1.0 + rho * kappa0), 1.0 / (1.0 + rho * kappa1), 1.0 / (1.0 + rho * kappa2)
    per_width = 1.0 / width
    k0, k1, k2 = kappa0 * f0 * per_width, kappa1 * f1 * per_width, kappa2 * f2 * per_width
    g0, g1, g2 = gradients(w.eta[a, 0], w.eta[m, 0], w.eta[b, 0])
    l0, l1, l2 = gradients(w.log_c[a], w.log_c[m], w.log_c[b])
    drop = current * rho * width
    u0, u1, u2 = g0 + w.chi[a] * l0 + drop, g1 + w.chi[m] * l1 + drop, g2 + w.chi[b] * l2 + drop
    i0, i1, i2 = k0 * u0, k1 * u1, k2 * u2
    w.rhs[a, 1] -= 0.5 * i0 + (4.0 * i1 - i2) / 6.0
    w.rhs[m, 1] -= 2.0 / 3.0 * (i2 - i0)
    w.rhs[b, 1] -= (i0 - 4.0 * i1) / 6.0 - 0.5 * i2
    s00, s01, s02, s11, s12, s22 = stiffness(k0, k1, k2)
    # How i_e at a node answers to the salt there, through the conductivity
    scale = electrode.pore_factor * per_width
    d0 = scale * u0 * f0 * f0 * w.conductivity[a, 1]
    d1 = scale * u1 * f1 * f1 * w.conductivity[m, 1]
    d2 = scale * u2 * f2 * f2 * w.conductivity[b, 1]
    ca = w.eta[a, 1] + w.chi[a] * w.per_c[a]
    cm = w.eta[m, 1] + w.chi[m] * w.per_c[m]
    cb = w.eta[b, 1] + w.chi[b] * w.per_c[b]
    ja, jm, jb = w.eta[a, 2], w.eta[m, 2], w.eta[b, 2]
    w.diagonal[a, 2] -= s00 * ca - 0.5 * d0
    w.diagonal[a, 3] -= s00 * ja
    w.diagonal[m, 2] -= s11 * cm
    w.diagonal[m, 3] -= s11 * jm
    w.diagonal[b, 2] -= s22 * cb + 0.5 * d2
    w.diagonal[b, 3] -= s22 * jb
    w.block[e, 6], w.block[e, 7] = 2.0 / 3.0 * d1 - s01 * cm, -s01 * jm  # row a, column m
    w.block[e, 8], w.block[e, 9] = -d2 / 6.0 - s02 * cb, -s02 * jb  # row a, column b
    w.block[e, 10], w.block[e, 11] = -2.0 / 3.0 * d0 - s01 * ca, -s01 * ja  # row m, column a
    w.block[e, 12], w.block[e, 13] = 2.0 / 3.0 * d2 - s12 * cb, -s12 * jb  # row m, column b
    w.block[e, 14], w.block[e, 15] = d0 / 6.0 - s02 * ca, -s02 * ja  # row b, column a
    w.block[e, 16], w.block[e, 17] = -2.0 / 3.0 * d1 - s12 * cm, -s12 * jm  # row b, column m


@kernel
def assemble_steep_charge(
    w: Workspace, e: int, width: float, electrode: ElectrodeParameters, current: float
) -> None:
    """Add the charge balance of element `e`, from node to node, as `assemble_steep_salt` does."""
    a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
    rho = electrode.solid_resistivity
    ra = 1.0 / (electrode.pore_factor * w.conductivity[a, 0])
    rm = 1.0 / (electrode.pore_factor * w.conductivity[m, 0])
    rb = 1.0 / (electrode.pore_factor * w.conductivity[b, 0])
    ka, km, kb = 1.0 / (width * (ra + rho)), 1.0 / (width * (rm + rho)), 1.0 / (width * (rb + rho))
    ka_c = width * ka * ka * ra * w.conductivity[a, 1] / w.conductivity[a, 0]
    km_c = width * km * km * rm * w.conductivity[m, 1] / w.conductivity[m, 0]
    kb_c = width * kb * kb * rb * w.conductivity[b, 1] / w.conductivity[b, 0]
    k_left, k_right = ka + km, km + kb
    chi_left, chi_right = 0.5 * (w.chi[a] + w.chi[m]), 0.5 * (w.chi[m] + w.chi[b])
    half = 0.5 * current * rho * width
    left = w.eta[m, 0] - w.eta[a, 0] + chi_left * (w.log_c[m] - w.log_c[a]) + half
    right = w.eta[b, 0] - w.eta[m, 0] + chi_right * (w.log_c[b] - w.log_c[m]) + half
    w.rhs[a, 1] -= k_left * left
    w.rhs[m, 1] -= k_right * right - k_left * left
    w.rhs[b, 1] += k_right * right
    left_ca = ka_c * left - k_left * (w.eta[a, 1] + chi_left / w.c_new[a])
    left_cm = km_c * left + k_left * (w.eta[m, 1] + chi_left / w.c_new[m])
    right_cm = km_c * right - k_right * (w.eta[m, 1] + chi_right / w.c_new[m])
    right_cb = kb_c * right + k_right * (w.eta[b, 1] + chi_right / w.c_new[b])
    left_ja, left_jm = -k_left * w.eta[a, 2], k_left * w.eta[m, 2]
    right_jm, right_jb = -k_right * w.eta[m, 2], k_right * w.eta[b, 2]
    w.diagonal[a, 2] += left_ca
    w.diagonal[a, 3] += left_ja
    w.diagonal[m, 2] += right_cm - left_cm
    w.diagonal[m, 3] += right_jm - left_jm
    w.diagonal[b, 2] -= right_cb
    w.diagonal[b, 3] -= right_jb
    w.block[e, 6], w.block[e, 7], w.block[e, 8], w.block[e, 9] = left_cm, left_jm, 0.0, 0.0
    w.block[e, 10], w.block[e, 11], w.block[e, 12], w.block[e, 13] = (
        -left_ca,
        -left_ja,
        right_cb,
        right_jb,
    )
    w.block[e, 14], w.block[e, 15], w.block[e, 16], w.block[e, 17] = 0.0, 0.0, -right_cm, -right_jm


@node_kernel
def any_steep(w: Workspace, layout: Layout, least: float) -> bool:
    """Whether `is_steep` says so of any element."""
    for e in range(layout.negative + layout.separator + layout.positive):
        if is_steep(w, 2 * e, least):
            return True
    return False


@node_kernel
def no_charge(w: Workspace, e: int) -> None:
    """Leave out the charge balance of element `e`, which is in the separator."""
    for k in range(6, 18):
        w.block[e, k] = 0.0


@node_kernel
def assemble_element(
    w: Workspace, layout: Layout, p: CellParameters, current: float, e: int
) -> None:
    """Add the balances of element `e`."""
    width = w.width[e]
    if e < layout.negative:
        assemble_salt(w, e, width, p.negative.pore_factor)
        assemble_charge(w, e, width, p.negative, current)
    elif e < layout.negative + layout.separator:
        assemble_salt(w, e, width, p.separator_pore_factor)
        no_charge(w, e)
    else:
        assemble_salt(w, e, width, p.positive.pore_factor)
        assemble_charge(w, e, width, p.positive, current)


@node_kernel
def assemble_steep_element(
    w: Workspace, layout: Layout, p: CellParameters, current: float, e: int
) -> None:
    """Add the balances of element `e`, from node to node."""
    width = w.width[e]
    if e < layout.negative:
        assemble_steep_salt(w, e, width, p.negative.pore_factor)
        assemble_steep_charge(w, e, width, p.negative, current)
    elif e < layout.negative + layout.separator:
        assemble_steep_salt(w, e, width, p.separator_pore_factor)
        no_charge(w, e)
    else:
        assemble_steep_salt(w, e, width, p.positive.pore_factor)
        assemble_steep_charge(w, e, width, p.positive, current)


@node_kernel
def assemble_smooth(w: Workspace, layout: Layout, p: CellParameters, current: float) -> None:
    """Add the balances of all elements, none of which is steep."""
    for e in range(layout.negative + layout.separator + layout.positive):
        assemble_element(w, layout, p, current, e)


@kernel
def assemble_mixed(w: Workspace, layout: Layout, p: CellParameters, current: float) -> None:
    """Add the balances of all elements, some of which are steep."""
    least = EXHAUSTED_SALT * p.initial_concentration
    for e in range(layout.negative + layout.separator + layout.positive):
        if is_steep(w, 2 * e, least):
            assemble_steep_element(w, layout, p, current, e)
        else:
            assemble_element(w, layout, p, current, e)


@kernel
def pore_currents(
    w: Workspace, a: int, width: float, electrode: ElectrodeParameters, current: float
) -> tuple[float, float, float]:
    """i_e at the three nodes of an element [A m⁻²], as `assemble_charge` has it."""
    rho = electrode.solid_resistivity
    g0, g1, g2 = gradients(w.eta[a, 0], w.eta[a + 1, 0], w.eta[a + 2, 0])
    l0, l1, l2 = gradients(w.log_c[a], w.log_c[a + 1], w.log_c[a + 2])
    r0 = 1.0 / (electrode.pore_factor * w.conductivity[a, 0])
    r1 = 1.0 / (electrode.pore_factor * w.conductivity[a + 1, 0])
    r2 = 1.0 / (electrode.pore_factor * w.conductivity[a + 2, 0])
    drop = current * rho * width
    return (
        (g0 + w.chi[a] * l0 + drop) / (width * (r0 + rho)),
        (g1 + w.chi[a + 1] * l1 + drop) / (width * (r1 + rho)),
        (g2 + w.chi[a + 2] * l2 + drop) / (width * (r2 + rho)),
    )


@kernel
def steep_pore_currents(
    w: Workspace, a: int, width: float, electrode: ElectrodeParameters, current: float
) -> tuple[float, float]:
    """i_e in both halves of an element [A m⁻²], as `assemble_steep_charge` has it."""
    m, b, rho = a + 1, a + 2, electrode.solid_resistivity
    ka = 1.0 / (width * (1.0 / (electrode.pore_factor * w.conductivity[a, 0]) + rho))
    km = 1.0 / (width * (1.0 / (electrode.pore_factor * w.conductivity[m, 0]) + rho))
    kb = 1.0 / (width * (1.0 / (electrode.pore_factor * w.conductivity[b, 0]) + rho))
    half = 0.5 * current * rho * width
    left = w.eta[m, 0] - w.eta[a, 0] + half
    left += 0.5 * (w.chi[a] + w.chi[m]) * (w.log_c[m] - w.log_c[a])
    right = w.eta[b, 0] - w.eta[m, 0] + half
    right += 0.5 * (w.chi[m] + w.chi[b]) * (w.log_c[b] - w.log_c[m])
    return (ka + km) * left, (km + kb) * right


@kernel
def assemble_migration(
    w: Workspace, layout: Layout, p: CellParameters, current: float, steep: bool
) -> None:
    """Add what salt moves because t₊ is not everywhere that at rest, t₀.

    The flux (t₊ − t₀) i_e/F, beside the source (1 − t₀) a j/F that is there already.  Its
    derivative by i_e, for which the blocks have no place, is left out: over a step the salt moves
    too little for that to slow Newton's method down, and every change conserves the salt.
    """
    separator = layout.negative
    positive = separator + layout.separator
    least = EXHAUSTED_SALT * p.initial_concentration
    for e in range(positive + layout.positive):
        a, in_separator = 2 * e, separator <= e < positive
        electrode = p.negative if e < separator else p.positive
        if steep and is_steep(w, a, least):
            left, right = current, current
            if not in_separator:
                left, right = steep_pore_currents(w, a, w.width[e], electrode, current)
            add_steep_migration(w, e, left / FARADAY, right / FARADAY)
        else:
            i0, i1, i2 = current, current, current
            if not in_separator:
                i0, i1, i2 = pore_currents(w, a, w.width[e], electrode, current)
            add_migration(w, e, i0 / FARADAY, i1 / FARADAY, i2 / FARADAY)


@kernel
def add_migration(w: Workspace, e: int, q0: float, q1: float, q2: float) -> None:
    """Add the flux of one element whose pores carry `q0`, `q1`, `q2` [mol m⁻² s⁻¹]."""
    a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
    n0, n1, n2 = -w.transference[a, 0] * q0, -w.transference[m, 0] * q1, -w.transference[b, 0] * q2
    w.rhs[a, 0] += 0.5 * n0 + (4.0 * n1 - n2) / 6.0
    w.rhs[m, 0] += 2.0 / 3.0 * (n2 - n0)
    w.rhs[b, 0] += (n0 - 4.0 * n1) / 6.0 - 0.5 * n2
    d0, d1, d2 = -w.transference[a, 1] * q0, -w.transference[m, 1] * q1, -w.transference[b, 1] * q2
    w.diagonal[a, 0] -= 0.5 * d0
    w.diagonal[b, 0] += 0.5 * d2
    w.block[e, 0] -= 2.0 / 3.0 * d1
    w.block[e, 1] += d2 / 6.0
    w.block[e, 2] += 2.0 / 3.0 * d0
    w.block[e, 3] -= 2.0 / 3.0 * d2
    w.block[e, 4] -= d0 / 6.0
    w.block[e, 5] += 2.0 / 3.0 * d1


@kernel
def add_steep_migration(w: Workspace, e: int, left: float, right: float) -> None:
    """Add the flux of one element in which the salt runs out, from node to node."""
    a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
    n_left = -0.5 * (w.transference[a, 0] + w.transference[m, 0]) * left
    n_right = -0.5 * (w.transference[m, 0] + w.transference[b, 0]) * right
    w.rhs[a, 0] += n_left
    w.rhs[m, 0] += n_right - n_left
    w.rhs[b, 0] -= n_right
    da, dm = -0.5 * w.transference[a, 1] * left, -0.5 * w.transference[m, 1] * left
    em, eb = -0.5 * w.transference[m, 1] * right, -0.5 * w.transference[b, 1] * right
    w.diagonal[a, 0] -= da
    w.diagonal[m, 0] += dm - em
    w.diagonal[b, 0] += eb
    w.block[e, 0] -= dm
    w.block[e, 2] += da
    w.block[e, 3] -= eb
    w.block[e, 5] += em


@node_kernel
def assemble(
    w: Workspace, layout: Layout, p: CellParameters, current: float, step: float, steep: bool
) -> None:
    """Fill Newton's equations; `step` divides the time derivative [s].

    `steep` is what `any_steep` says: without it, which is nearly always, nothing is asked of each
    element.
    """
    assemble_nodes(w, layout, p, current, step)
    if steep:
        assemble_mixed(w, layout, p, current)
    else:
        assemble_smooth(w, layout, p, current)
    if p.electrolyte.shape[1] > FIXED_TRANSFERENCE:
        assemble_migration(w, layout, p, current, steep)


@node_kernel
def terminal_voltage(w: Workspace, layout: Layout, p: CellParameters, current: float) -> float:
    """V = φ_s(L) − φ_s(0) − I R_c [V] from the state and the properties at the separator.

    The path runs through the solid of both electrodes and the pores of the separator.  By parts
    ∫ i_s dx = Σ x a j over the negative electrode, and likewise over the positive one.
    """
    n, n_neg, last = ends(layout)
    first = n_neg - 1
    voltage = w.eta[last, 0] - w.eta[first, 0] - current * p.contact_resistance
    for e in range(layout.negative, layout.negative + layout.separator):
        a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
        l0, l1, l2 = gradients(w.log_c[a], w.log_c[m], w.log_c[b])
        voltage += (w.chi[a] * l0 + 4.0 * w.chi[m] * l1 + w.chi[b] * l2) / 6.0
        resistance = 1.0 / w.conductivity[a, 0] + 4.0 / w.conductivity[m, 0]
        resistance = (resistance + 1.0 / w.conductivity[b, 0]) / 6.0
        voltage -= current * resistance * w.width[e] / p.separator_pore_factor
    moment = 0.0
    for i in range(first + 1):
        moment += w.x[i] * w.area[i] * w.j_new[i]
    voltage -= moment * p.negative.solid_resistivity
    moment = 0.0
    for i in range(last, n):
        moment -= (w.x[n - 1] - w.x[i]) * w.area[i] * w.j_new[i]
    return voltage - moment * p.positive.solid_resistivity


@kernel
def voltage_change(
    w: Workspace, layout: Layout, p: CellParameters, current: float, more: float, change: Array
) -> float:
    """By how much `terminal_voltage` changes with salt and current density, to first order [V].

    `change` holds those of all nodes, as Newton's ``rhs`` does, and `more` that of the current.
    """
    n, n_neg, last = ends(layout)
    first = n_neg - 1
    voltage = w.eta[last, 1] * change[last, 0] + w.eta[last, 2] * change[last, 1]
    voltage -= w.eta[first, 1] * change[first, 0] + w.eta[first, 2] * change[first, 1]
    voltage -= more * p.contact_resistance
    for e in range(layout.negative, layout.negative + layout.separator):
        a, m, b = 2 * e, 2 * e + 1, 2 * e + 2
        l0, l1, l2 = gradients(
            change[a, 0] / w.c_new[a], change[m, 0] / w.c_new[m], change[b, 0] / w.c_new[b]
        )
        voltage += (w.chi[a] * l0 + 4.0 * w.chi[m] * l1 + w.chi[b] * l2) / 6.0
        drop = 0.0
        for k in range(3):
            kappa, slope = w.conductivity[a + k, 0], w.conductivity[a + k, 1]
            share = 4.0 if k == 1 else 1.0
            drop += share * (more - current * slope * change[a + k, 0] / kappa) / kappa
        voltage -= drop / 6.0 * w.width[e] / p.separator_pore_factor
    moment = 0.0
    for i in range(first + 1):
        moment += w.x[i] * w.area[i] * change[i, 1]
    voltage -= moment * p.negative.solid_resistivity
    moment = 0.0
    for i in range(last, n):
        moment -= (w.x[n - 1] - w.x[i]) * w.area[i] * change[i, 1]
    return voltage - moment * p.positive.solid_resistivity
