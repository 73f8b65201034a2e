"""Elements across the cell, graded towards the separator.

Where the pores conduct badly the reaction gathers within microns of the separator.  The element
width therefore grows with the distance x from the electrode/separator interface,

    1/h(x) = 1/h_max + 1/(h_0 + g x),

from h_0, a share of the depth that the reaction reaches, to about h_max, a share of the thickness.

Where a discharge ends by a front, full particles on one side and no salt on the other, what it has
delivered is known no better than the front is placed.  The mesh is then narrowed about x_f, where
a first pass has found the front, to h_f, a share of x_f: a Lorentzian of half width w is added to
1/h.

A thick negative electrode is emptied from the separator backwards, and its last particles node by
node: where a first pass ends so, the mesh of that electrode is made narrow throughout.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbatt.constants import FARADAY
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.conditions import Conditions, ElectrodeConditions
from microbatt.porous_electrode.kinetics import exchange_current_density
from microbatt.porous_electrode.lookup import SALT_STEP, look_up
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters, Numerics
from microbatt.porous_electrode.workspace import Workspace, make_workspace

THINNEST = 1e-5
FEWEST = 2
DEPTH_ITERATIONS = 8
FOCUS_WIDTH = 0.05
FRONT_SEPARATOR = 3
UNEVEN_ELEMENT = 0.25


class Layout(NamedTuple):
    """How many elements each layer has; element e owns nodes 2e, 2e + 1 and 2e + 2."""

    negative: int
    separator: int
    positive: int


@kernel
def ends(layout: Layout) -> tuple[int, int, int]:
    """Number of nodes; end of the negative electrode's nodes; start of the positive's."""
    first_positive = layout.negative + layout.separator
    return 2 * (first_positive + layout.positive) + 1, 2 * layout.negative + 1, 2 * first_positive


@kernel
def reaction_depth(
    p: CellParameters,
    e: ElectrodeParameters,
    at: ElectrodeConditions,
    now: Conditions,
    current: float,
) -> float:
    """How deep the reaction of a fresh electrode reaches from the separator [m].

    λ = √(R K/a), with K the conductivity of pores and solid in series and R the slope of the
    overpotential at the current density I/(a λ) that this depth leaves: film, and kinetics from
    linear to Tafel, R = R_film + (2RT/F)/√(j² + 4 i_0²).
    """
    c = p.initial_concentration
    kappa = now.conductivity * p.electrolyte[int(c / SALT_STEP), 0] * e.pore_factor
    theta = e.initial_stoichiometry
    i_0 = exchange_current_density(at.rate_constant, c, theta, 1.0 - theta, e.max_concentration)
    i_0 *= look_up(e.exchange, theta)[0]
    spread = 1.0 / ((1.0 / kappa + e.solid_resistivity) * e.area_density)
    depth = e.length
    for _ in range(DEPTH_ITERATIONS):
        j = current / (e.area_density * depth)
        resistance = at.film_resistance + now.thermal_voltage / math.sqrt(j * j + 4.0 * i_0 * i_0)
        depth = math.sqrt(spread * resistance)
    return depth


@kernel
def salt_depth(p: CellParameters, e: ElectrodeParameters, now: Conditions, current: float) -> float:
    """Depth over which diffusion alone would use up the salt: c_0 F D_eff/((1 − t₊) I) [m]."""
    c = p.initial_concentration
    diffusivity = now.diffusivity * p.electrolyte[int(c / SALT_STEP), 2] * e.pore_factor
    return c * FARADAY * diffusivity / ((1.0 - p.transference) * current)


class Focus(NamedTuple):
    """Where elements are narrow: about ``position``, over ``width`` to both sides, ``element`` [m].

    A position of zero is nowhere.
    """

    position: float
    width: float
    element: float


NOWHERE = Focus(0.0, 1.0, 1.0)


@kernel
def focus_at(position: float, numerics: Numerics) -> Focus:
    """The narrow elements about a front that was found at `position` [m] from the separator."""
    return Focus(position, FOCUS_WIDTH * position, numerics.focus_element * position)


@kernel
def count_to(x: float, first: float, largest: float, growth: float, focus: Focus) -> float:
    """Number of elements up to the distance `x`: the integral of 1/h."""
    count = x / largest + math.log1p(growth * x / first) / growth
    if focus.position > 0.0:
        angle = math.atan((x - focus.position) / focus.width)
        count += (angle + math.atan(focus.position / focus.width)) * focus.width / focus.element
    return count


@kernel
def density_at(x: float, first: float, largest: float, growth: float, focus: Focus) -> float:
    """Number of elements per distance: 1/h."""
    density = 1.0 / largest + 1.0 / (first + growth * x)
    if focus.position > 0.0:
        away = (x - focus.position) / focus.width
        density += 1.0 / (focus.element * (1.0 + away * away))
    return density


@kernel
def graded_count(
    length: float, first: float, largest: float, growth: float, focus: Focus = NOWHERE
) -> int:
    """Number of elements that `fill_graded` needs."""
    return max(FEWEST, math.ceil(count_to(length, first, largest, growth, focus)))


@kernel
def fill_graded(
    widths: NDArray[np.float64],
    length: float,
    first: float,
    largest: float,
    growth: float,
    focus: Focus = NOWHERE,
) -> None:
    """Fill `widths` [m], growing from the first, so that they add up to `length`.

    Parameters
    ----------
    widths
        Filled in place, shape (n,).
    length, first, largest
        Electrode thickness, h_0 and h_max [m].
    growth
        g, the growth of the width per unit of distance [-].
    focus
        Where elements are narrow besides.
    """
    n = widths.size
    total = count_to(length, first, largest, growth, focus)
    previous, x = 0.0, 0.0
    for i in range(n - 1):
        target = total * (i + 1) / n
        low, high = previous, length
        # Newton's method, and bisection where it leaves what is known to hold the answer
        for _ in range(100):
            gap = target - count_to(x, first, largest, growth, focus)
            if gap > 0.0:
                low = x
            else:
                high = x
            change = gap / density_at(x, first, largest, growth, focus)
            if not low <= x + change <= high:
                change = 0.5 * (low + high) - x
            x += change
            if abs(change) < 1e-12 * length:
                break
        widths[i] = x - previous
        previous = x
    widths[n - 1] = length - previous


@kernel
def first_width(e: ElectrodeParameters, depth: float, numerics: Numerics) -> float:
    """Width h_0 of the element at the separator [m]."""
    return min(max(numerics.first_element * depth, THINNEST * e.length), 0.5 * e.length)


@kernel
def finer(numerics: Numerics, near: float, far: float) -> Numerics:
    """The resolution of another pass: shares of the widths near the separator, and far from it.

    The separator is resolved too.
    """
    return Numerics(
        numerics.tolerance,
        near * numerics.first_element,
        far * numerics.largest_element,
        near * numerics.growth,
        far * numerics.focus_element,
        FRONT_SEPARATOR * numerics.separator_elements,
        numerics.max_steps,
        numerics.rates,
        numerics.weights,
        numerics.shells,
        numerics.brief_rates,
        numerics.brief_weights,
        numerics.brief_shells,
    )


class Grading(NamedTuple):
    """How the elements of one electrode widen; see `fill_graded`."""

    length: float
    first: float
    largest: float
    growth: float
    focus: Focus


@kernel
def grade(
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    current: float,
    front: float,
    uneven: bool,
) -> tuple[Grading, Grading]:
    """Choose the meshes of the negative and of the positive electrode.

    `front` is where a front was found in the positive electrode, as a distance from the separator
    [m]; zero where there was none.  `uneven` says that the negative electrode is emptied node by
    node.
    """
    neg, pos = p.negative, p.positive
    neg_depth = 0.0 if neg.planar else reaction_depth(p, neg, now.negative, now, current)
    pos_depth = reaction_depth(p, pos, now.positive, now, current)
    pos_depth = 1.0 / (1.0 / pos_depth + 1.0 / salt_depth(p, pos, now, current))
    share = UNEVEN_ELEMENT if uneven else 1.0
    return (
        Grading(
            neg.length,
            first_width(neg, neg_depth, numerics),
            share * numerics.largest_element * neg.length,
            share * numerics.growth,
            NOWHERE,
        ),
        Grading(
            pos.length,
            first_width(pos, pos_depth, numerics),
            numerics.largest_element * pos.length,
            numerics.growth,
            focus_at(front, numerics),
        ),
    )


@kernel
def shell_count(p: CellParameters, numerics: Numerics) -> int:
    """How many elements a particle needs: none where D_s is constant in both electrodes."""
    if p.negative.diffusion.shape[0] + p.positive.diffusion.shape[0] == 0:
        return 0
    return numerics.shells.shape[0]


@kernel
def lay_out(
    p: CellParameters,
    now: Conditions,
    numerics: Numerics,
    current: float,
    front: float,
    uneven: bool = False,
) -> tuple[Workspace, Layout]:
    """Build the mesh of the three layers, in a workspace of its size; see `grade` for the rest."""
    neg, pos = grade(p, now, numerics, current, front, uneven)
    n_neg = 0
    if not p.negative.planar:
        n_neg = graded_count(neg.length, neg.first, neg.largest, neg.growth, neg.focus)
    n_pos = graded_count(pos.length, pos.first, pos.largest, pos.growth, pos.focus)
    n_sep = numerics.separator_elements
    layout = Layout(n_neg, n_sep, n_pos)
    start = n_neg + n_sep
    w = make_workspace(start + n_pos, numerics.rates.size, shell_count(p, numerics))
    if n_neg > 0:
        widths = w.width[:n_neg][::-1]
        fill_graded(widths, neg.length, neg.first, neg.largest, neg.growth, neg.focus)
    w.width[n_neg:start] = p.separator_length / n_sep
    fill_graded(w.width[start:], pos.length, pos.first, pos.largest, pos.growth, pos.focus)
    share_out(w, layout, p)
    return w, layout


@kernel
def share_out(w: Workspace, layout: Layout, p: CellParameters) -> None:
    """Share pores and particle area out among the nodes by Simpson's rule."""
    start = layout.negative + layout.separator
    if p.negative.planar:
        w.area[0] = p.negative.area_density
    for e in range(start + layout.positive):
        if e < layout.negative:
            pore, area = p.negative.pore_fraction, p.negative.area_density
        elif e < start:
            pore, area = p.separator_pore_fraction, 0.0
        else:
            pore, area = p.positive.pore_fraction, p.positive.area_density
        a, width = 2 * e, w.width[e]
        w.x[a + 1] = w.x[a] + 0.5 * width
        w.x[a + 2] = w.x[a] + width
        for k in range(3):
            part = width * (4.0 if k == 1 else 1.0) / 6.0
            w.pore[a + k] += pore * part
            w.area[a + k] += area * part
