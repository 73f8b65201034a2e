"""The same dependence on temperature, in dualfoil's terms.

Both multiply a property by exp(E (1/T_ref − 1/T)), E being E/R.  In dualfoil T_ref is 298.0 K,
here 298.15 K, which makes 0.7 % at E = 4000 K; and dualfoil's film resistance falls with
temperature where E is positive, here it rises.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from microbatt.constants import REFERENCE_TEMPERATURE
from microbatt.engines import Isothermal
from microbatt.engines.dualfoil.files.activation import Activation
from microbatt.engines.dualfoil.writing import activation_from_cell

if TYPE_CHECKING:
    from microbatt.cells import Cell, Electrode
    from microbatt.engines import Thermal

DUALFOIL_REFERENCE: Final = 298.0
"""[K]"""


def in_dualfoils_terms(
    cell: Cell, thermal: Thermal, reference: float = DUALFOIL_REFERENCE
) -> tuple[Cell, Activation]:
    """Return the cell and the activation energies with which dualfoil has the same properties.

    What is in the deck is scaled.  Conductivity and diffusivity of the salt are not in it: at
    constant temperature their energies are chosen to give the same values, otherwise they differ
    by the constant factor exp(E (1/T_ref − 1/298.15 K)).

    Parameters
    ----------
    cell : Cell
        Its properties at 298.15 K.
    thermal : Thermal
        Whether the temperature stays.
    reference : float
        Of dualfoil [K].
    """
    if not isinstance(thermal, Isothermal):
        shift = 1.0 / REFERENCE_TEMPERATURE - 1.0 / reference
        return _scaled(cell, shift), activation_from_cell(cell)
    salt = cell.electrolyte
    inverse = 1.0 / cell.initial_temperature
    ours, theirs = 1.0 / REFERENCE_TEMPERATURE - inverse, 1.0 / reference - inverse
    share = ours / theirs if theirs != 0.0 else 0.0
    energies = Activation(
        conductivity=share * salt.conductivity_activation,
        salt_diffusivity=share * salt.diffusivity_activation,
    )
    return _scaled(cell, ours), energies


def _scaled(cell: Cell, inverse_kelvin: float) -> Cell:
    """Multiply what depends on temperature in the deck by exp(E · `inverse_kelvin`)."""
    return replace(
        cell,
        negative=_scaled_electrode(cell.negative, inverse_kelvin),
        positive=_scaled_electrode(cell.positive, inverse_kelvin),
    )


def _scaled_electrode(electrode: Electrode, inverse_kelvin: float) -> Electrode:
    def scaled(value: float, activation: float) -> float:
        return value * math.exp(activation * inverse_kelvin)

    return replace(
        electrode,
        solid_diffusivity=scaled(
            electrode.solid_diffusivity, electrode.solid_diffusivity_activation
        ),
        rate_constant=scaled(electrode.rate_constant, electrode.rate_constant_activation),
        film_resistance=scaled(electrode.film_resistance, electrode.film_resistance_activation),
    )
