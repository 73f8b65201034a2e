"""Butler–Volmer kinetics, solved for the overpotential."""

from __future__ import annotations

import math

from microbatt.constants import FARADAY
from microbatt.porous_electrode.compilation import node_kernel


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
def planar_exchange_current_density(k: float, c_e: float, exponent: float) -> float:
    """Exchange-current density [A m⁻²] of lithium metal, i_0 = k c_e^exponent.

    In the place of the particles of a counter-electrode; `k` is i_0 at rest over c_e^exponent.
    """
    return k * math.exp(exponent * math.log(c_e))


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
    x = 0.5 * j / i_0
    root = math.sqrt(1.0 + x * x)
    magnitude = math.log(abs(x) + root)
    eta = thermal_voltage * math.copysign(magnitude, x)
    return eta, 0.5 * thermal_voltage / (i_0 * root), -thermal_voltage * x / root
