"""Butler–Volmer kinetics, solved for the overpotential."""

from __future__ import annotations

import math

from microbatt.constants import FARADAY
from microbatt.porous_electrode.compilation import node_kernel
from microbatt.porous_electrode.lanes import logarithm


@node_kernel
def exchange_current_density(
    k: float, c_e: float, theta: float, vacant: float, c_max: float
) -> float:
    """Exchange-current density [A m⁻²] of an insertion reaction.

    i_0 = F k c_max √(c_e θ (1 − θ)); Doyle, Fuller & Newman (1993), symmetric transfer.  `vacant`
    is 1 − θ, which a surface that is all but full knows better than the difference.
    """
    return FARADAY * k * c_max * math.sqrt(c_e * theta * vacant)


@node_kernel
def inverse_exchange_current_density(
    k: float, c_e: float, per_c_e: float, theta: float, vacant: float, c_max: float
) -> tuple[float, float]:
    """1/i_0 [m² A⁻¹] of an insertion reaction, and 1/(θ (1 − θ)).

    1/√y = √y/y: the reciprocal of c_e, `per_c_e`, is known already, and that of θ (1 − θ) is needed
    anyway, so that the node divides once.
    """
    product = theta * vacant
    per_product = 1.0 / product
    scale = 1.0 / (FARADAY * k * c_max)
    return scale * math.sqrt(c_e * product) * (per_c_e * per_product), per_product


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
