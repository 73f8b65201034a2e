"""Butler–Volmer kinetics, solved for the overpotential."""

from __future__ import annotations

import math

from microbatt.constants import FARADAY
from microbatt.porous_electrode.compilation import node_kernel
from microbatt.porous_electrode.lanes import logarithm, number_as, where
from microbatt.porous_electrode.parameters import ElectrodeParameters


@node_kernel
def exchange_current_density(
    k: float, c_e: float, theta: float, vacant: float, c_max: float
) -> float:
    """Exchange-current density [A m⁻²] of an insertion reaction.

    i_0 = F k c_max √(c_e θ (1 − θ)); Doyle, Fuller & Newman (1993), symmetric transfer.  `vacant`
    is 1 − θ, which a surface that is all but full knows better than the difference.
    """
    return FARADAY * k * c_max * math.sqrt(c_e * theta * vacant)


ALWAYS_OPEN = 1e300
"""One over the stretch of `openness` where there is none."""


@node_kernel
def openness(
    j: float, empty: float, full: float, per_low: float, per_high: float
) -> tuple[float, float]:
    """By what θ (1 − θ) of i_0 is multiplied as a surface nears an end of its potential.

    A potential that is known inside (0, 1) only, and finite where it ends, would leave the kinetics
    as quick as ever where nothing more can be taken.  They close there as they do at θ = 0 and 1:
    like a root of what is left, within 1/`per_low` and 1/`per_high`, and only for a current that
    leads there, so that a cell may start where its potential does.  Without a current it is the
    nearer end that counts.

    Parameters
    ----------
    j
        Current density [A m⁻²], positive leaves the particle.
    empty, full
        What is left to the lowest and to the highest stoichiometry.
    per_low, per_high
        One over the stretches; `ALWAYS_OPEN` for none.

    Returns
    -------
    tuple
        The factor, 1 away from both ends, and its derivative by θ.
    """
    if per_low == ALWAYS_OPEN and per_high == ALWAYS_OPEN:
        return number_as(1.0, j), number_as(0.0, j)
    leaves = (j > 0.0) | ((j >= 0.0) & (empty * per_low < full * per_high))
    per_stretch = where(leaves, per_low, per_high)
    left = min(where(leaves, empty, full) * per_stretch, 1.0)
    slope = 2.0 * (1.0 - left) * per_stretch
    return left * (2.0 - left), where(leaves, slope, -slope)


@node_kernel
def insertion_kinetics(
    e: ElectrodeParameters,
    rate_constant: float,
    c_e: float,
    per_c_e: float,
    room: tuple[float, float],
    j: float,
) -> tuple[float, float]:
    """1/i_0 [m² A⁻¹] of an insertion reaction at a surface, and ∂ln i_0/∂θ.

    `room` is what the surface has left to the lowest and to the highest stoichiometry.

    1/√y = √y/y: the reciprocal of c_e, `per_c_e`, is known already, and that of θ (1 − θ) is needed
    anyway, so that the node divides once.
    """
    empty, full = room
    theta, vacant = e.lowest_stoichiometry + empty, (1.0 - e.highest_stoichiometry) + full
    factor, factor_slope = openness(j, empty, full, e.per_closing_low, e.per_closing_high)
    both = theta * vacant
    product = both * factor
    per_product = 1.0 / product
    scale = 1.0 / (FARADAY * rate_constant * e.max_concentration)
    per_i_0 = scale * math.sqrt(c_e * product) * (per_c_e * per_product)
    return per_i_0, 0.5 * ((vacant - theta) * factor + both * factor_slope) * per_product


@node_kernel
def planar_exchange_current_density(k: float, c_e: float, exponent: float) -> float:
    """Exchange-current density [A m⁻²] of lithium metal, i_0 = k c_e^exponent.

    In the place of the particles of a counter-electrode; `k` is i_0 at rest over c_e^exponent.
    """
    return k * math.exp(exponent * logarithm(c_e))


@node_kernel
def overpotential(j: float, i_0: float, thermal_voltage: float) -> tuple[float, float, float]:
    """Overpotential [V] that drives the current density j, anodic positive.

    η = (2RT/F) asinh(j / 2 i_0), the inverse of j = 2 i_0 sinh(F η / 2RT): growing like a
    logarithm where the other form grows like an exponential, so Newton's method takes it well.

    Parameters
    ----------
    j, i_0
        [A m⁻²].
    thermal_voltage
        2RT/F [V].

    Returns
    -------
    tuple
        η [V], ∂η/∂j [Ω m²], ∂η/∂ln i_0 [V].
    """
    return overpotential_of(j, 1.0 / i_0, thermal_voltage)


@node_kernel
def overpotential_of(
    j: float, per_i_0: float, thermal_voltage: float
) -> tuple[float, float, float]:
    """`overpotential` where 1/i_0 is known."""
    x = 0.5 * j * per_i_0
    root = math.sqrt(1.0 + x * x)
    slope = thermal_voltage / root
    eta = thermal_voltage * math.copysign(logarithm(abs(x) + root), x)
    return eta, 0.5 * per_i_0 * slope, -x * slope
