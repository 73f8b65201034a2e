"""The particles over one step where D_s depends on the stoichiometry.

With ψ = ∫ D_s dθ the flux is a gradient whatever D_s does,

    ∂θ/∂t = (1/ρ²) ∂/∂ρ(ρ² ∂ψ/∂ρ),     ∂ψ/∂ρ = −j/(F c_max) at the surface

(Kirchhoff's transformation), so on the elements of `radial_elements` only the relation between ψ
and θ is not linear.  It is taken as linear about a guess, ψ + D_s Δθ, and the nodes are eliminated
from the centre of each particle to its surface, which leaves the surface affine in j as it is in a
reduced sphere.  Fluxes cancel between nodes whatever the guess, so lithium is conserved to
rounding; how far ψ is from its line at the end is asked once, and where that matters the step goes
on from there.
"""

from __future__ import annotations

from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.compilation import kernel, node_kernel
from microbatt.porous_electrode.conditions import Conditions, ElectrodeConditions
from microbatt.porous_electrode.lookup import Array, look_up
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters
from microbatt.porous_electrode.workspace import INTEGRAL, NEW, PAST, SLOPE, Workspace


@kernel
def start_profiles(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    formula: Formula,
    shells: Array,
) -> None:
    """Step the particles that have a profile as far as possible without j.

    In the place of what `particle_step.start_particles` found for them.
    """
    n, n_neg, first_pos = ends(layout)
    if p.negative.diffusion.shape[0] > 0:
        read_profiles(w, 0, n_neg, p.negative.diffusion, formula)
    if p.positive.diffusion.shape[0] > 0:
        read_profiles(w, first_pos, n, p.positive.diffusion, formula)
    linearise(w, layout, p, now, formula, shells)


@kernel
def linearise(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    now: Conditions,
    formula: Formula,
    shells: Array,
) -> None:
    """Find the surfaces, affine in j, of all particles that have a profile."""
    n, n_neg, first_pos = ends(layout)
    if p.negative.diffusion.shape[0] > 0:
        linearise_profiles(w, 0, n_neg, now.negative, formula.step, shells)
    if p.positive.diffusion.shape[0] > 0:
        linearise_profiles(w, first_pos, n, now.positive, formula.step, shells)


@kernel
def read_profiles(w: Workspace, start: int, stop: int, diffusion: Array, formula: Formula) -> None:
    """Fill the profiles that the step starts from, and ψ and D_s of the guessed ones."""
    for k in range(w.profile.shape[1]):
        for i in range(start, stop):
            newest, older = w.profile[0, k, i], w.profile[1, k, i]
            w.profile[PAST, k, i] = formula.newest * newest + formula.older * older
            value, slope = look_up(diffusion, w.profile[NEW, k, i])
            w.profile[INTEGRAL, k, i], w.profile[SLOPE, k, i] = value, slope


@node_kernel
def scaled(
    shell: Array, rate: float
) -> tuple[
    float, float, float, float, float, float, float, float, float, float, float, float, float, float
]:
    """The masses of an element, and its stiffness times `rate`."""
    return (
        shell[0],
        shell[1],
        shell[2],
        shell[3],
        rate * shell[4],
        rate * shell[5],
        rate * shell[6],
        rate * shell[7],
        rate * shell[8],
        rate * shell[9],
        rate * shell[10],
        rate * shell[11],
        rate * shell[12],
        rate * shell[13],
    )


@node_kernel
def four(profile: Array, row: int, a: int, i: int) -> tuple[float, float, float, float]:
    """What stands at the nodes of an element of particle `i`."""
    return (
        profile[row, a, i],
        profile[row, a + 1, i],
        profile[row, a + 2, i],
        profile[row, a + 3, i],
    )


@kernel
def linearise_profiles(
    w: Workspace, start: int, stop: int, at: ElectrodeConditions, step: float, shells: Array
) -> None:
    """Eliminate the particles of nodes [start, stop), linear about ``profile_new``.

    The unknowns are the changes of ψ, for which the equations of an element are symmetric: its
    first three nodes drop out, and its last one is the first of the next element.  Fills
    ``surface_history`` and ``depletion``, which hold diagonal and residual of that node meanwhile.
    """
    for i in range(start, stop):
        w.depletion[i], w.surface_history[i] = 0.0, 0.0
    rate, last = step * at.diffusion_rate, 3 * shells.shape[0]
    for e in range(shells.shape[0]):
        a = 3 * e
        m0, m1, m2, m3, k00, k01, k02, k03, k11, k12, k13, k22, k23, k33 = scaled(shells[e], rate)
        for i in range(start, stop):
            s0, s1, s2, s3 = four(w.profile, SLOPE, a, i)
            v0, v1, v2, v3 = four(w.profile, INTEGRAL, a, i)
            h0, h1, h2, h3 = four(w.profile, PAST, a, i)
            t0, t1, t2, t3 = four(w.profile, NEW, a, i)
            r0 = w.surface_history[i] + m0 * (h0 - t0)
            r0 -= k00 * v0 + k01 * v1 + k02 * v2 + k03 * v3
            r1 = m1 * (h1 - t1) - (k01 * v0 + k11 * v1 + k12 * v2 + k13 * v3)
            r2 = m2 * (h2 - t2) - (k02 * v0 + k12 * v1 + k22 * v2 + k23 * v3)
            r3 = m3 * (h3 - t3) - (k03 * v0 + k13 * v1 + k23 * v2 + k33 * v3)
            inverse = 1.0 / (w.depletion[i] + k00 + m0 / s0)
            u1, u2, u3, z = k01 * inverse, k02 * inverse, k03 * inverse, r0 * inverse
            w.profile_factors[e, 0, i], w.profile_factors[e, 1, i] = u1, u2
            w.profile_factors[e, 2, i], w.profile_factors[e, 3, i] = u3, z
            d11, d12, d13 = k11 + m1 / s1 - k01 * u1, k12 - k01 * u2, k13 - k01 * u3
            d22, d23 = k22 + m2 / s2 - k02 * u2, k23 - k02 * u3
            d33 = k33 + m3 / s3 - k03 * u3
            r1, r2, r3 = r1 - k01 * z, r2 - k02 * z, r3 - k03 * z
            inverse = 1.0 / d11
            u2, u3, z = d12 * inverse, d13 * inverse, r1 * inverse
            w.profile_factors[e, 4, i], w.profile_factors[e, 5, i] = u2, u3
            w.profile_factors[e, 6, i] = z
            d22, d23, d33 = d22 - d12 * u2, d23 - d12 * u3, d33 - d13 * u3
            r2, r3 = r2 - d12 * z, r3 - d13 * z
            u3, z = d23 / d22, r2 / d22
            w.profile_factors[e, 7, i], w.profile_factors[e, 8, i] = u3, z
            w.depletion[i] = d33 - d23 * u3
            w.surface_history[i] = r3 - d23 * z
    taken = step * at.flux
    for i in range(start, stop):
        inverse = 1.0 / (w.depletion[i] * w.profile[SLOPE, last, i])
        w.surface_history[i] = w.profile[NEW, last, i] + w.surface_history[i] * inverse
        w.depletion[i] = taken * inverse


@kernel
def profile_gap(w: Workspace, start: int, stop: int, e: ElectrodeParameters) -> float:
    """Put the profiles where the j that was found takes them; how far ψ is off its line there.

    In units of stoichiometry.
    """
    gap, last = 0.0, w.profile.shape[1] - 1
    for i in range(start, stop):
        surface = w.surface_history[i] - w.depletion[i] * w.j_new[i]
        y3 = w.profile[SLOPE, last, i] * (surface - w.profile[NEW, last, i])
        gap = max(gap, move_node(w, last, i, y3, e.diffusion))
        for shell in range(w.profile_factors.shape[0] - 1, -1, -1):
            f, a = w.profile_factors[shell], 3 * shell
            y2 = f[8, i] - f[7, i] * y3
            y1 = f[6, i] - f[4, i] * y2 - f[5, i] * y3
            y0 = f[3, i] - f[0, i] * y1 - f[1, i] * y2 - f[2, i] * y3
            gap = max(gap, move_node(w, a + 2, i, y2, e.diffusion))
            gap = max(gap, move_node(w, a + 1, i, y1, e.diffusion))
            gap = max(gap, move_node(w, a, i, y0, e.diffusion))
            y3 = y0
    return gap


@node_kernel
def move_node(w: Workspace, k: int, i: int, change: float, diffusion: Array) -> float:
    """Change ψ at one radial node; how far that is from ψ(θ), in units of θ."""
    expected = w.profile[INTEGRAL, k, i] + change
    w.profile[NEW, k, i] += change / w.profile[SLOPE, k, i]
    value, slope = look_up(diffusion, w.profile[NEW, k, i])
    w.profile[INTEGRAL, k, i], w.profile[SLOPE, k, i] = value, slope
    return abs(value - expected) / slope


@kernel
def accept_profiles(w: Workspace, n: int) -> None:
    """Move the histories of all nodes on."""
    for k in range(w.profile.shape[1]):
        for i in range(n):
            w.profile[2, k, i] = w.profile[1, k, i]
            w.profile[1, k, i] = w.profile[0, k, i]
            w.profile[0, k, i] = w.profile[NEW, k, i]
