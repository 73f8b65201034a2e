"""What temperature does to the parameters, and the step to the particles."""

from __future__ import annotations

import math
from typing import NamedTuple

from microbatt.constants import FARADAY, REFERENCE_TEMPERATURE
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.parameters import (
    CellParameters,
    ElectrodeParameters,
    arrhenius,
    thermal_voltage,
)

POSITIVE_COLUMNS = 6
"""Of an electrolyte's table: conductivity, diffusivity and thermodynamic factor."""


class ElectrodeConditions(NamedTuple):
    """One electrode at one temperature.

    Attributes
    ----------
    diffusion_rate
        D_s/r² [s⁻¹].
    flux
        Stoichiometry per second and per A m⁻² on the particle: factor/(F r c_max).
    rate_constant
        k [m^2.5 mol^−0.5 s⁻¹].
    film_resistance
        [Ω m²].
    warmth
        T − 298.15 K.
    salt_at_rest
        Concentration to which an exchange-current density belongs [mol m⁻³].
    """

    diffusion_rate: float
    flux: float
    rate_constant: float
    film_resistance: float
    warmth: float
    salt_at_rest: float


class Conditions(NamedTuple):
    """The cell at one temperature."""

    temperature: float
    thermal_voltage: float
    salt_voltage: float
    conductivity: float
    diffusivity: float
    negative: ElectrodeConditions
    positive: ElectrodeConditions


@kernel
def electrode_conditions(
    e: ElectrodeParameters, temperature: float, salt_at_rest: float
) -> ElectrodeConditions:
    """Rates of one electrode at `temperature` [K]."""
    diffusivity = e.solid_diffusivity * arrhenius(e.solid_diffusivity_activation, temperature)
    return ElectrodeConditions(
        diffusivity / (e.particle_radius * e.particle_radius),
        e.flux_factor / (FARADAY * e.particle_radius * e.max_concentration),
        e.rate_constant * arrhenius(e.rate_constant_activation, temperature),
        e.film_resistance * arrhenius(e.film_resistance_activation, temperature),
        temperature - REFERENCE_TEMPERATURE,
        salt_at_rest,
    )


@kernel
def conditions_at(p: CellParameters, temperature: float) -> Conditions:
    """Rates of the whole cell at `temperature` [K]; Arrhenius about 298.15 K."""
    return Conditions(
        temperature,
        thermal_voltage(temperature),
        thermal_voltage(temperature) * (1.0 - p.transference),
        p.conductivity_scale * arrhenius(p.conductivity_activation, temperature),
        p.diffusivity_scale * arrhenius(p.diffusivity_activation, temperature),
        electrode_conditions(p.negative, temperature, p.initial_concentration),
        electrode_conditions(p.positive, temperature, p.initial_concentration),
    )


@kernel
def warm(p: CellParameters, temperature: float) -> None:
    """Bring the electrolyte's table to `temperature` [K], where it has levels.

    Between two levels a value follows the Arrhenius factor that joins it at both; what may be
    negative, in the last columns, and what is nought lies on straight lines.
    """
    count = p.electrolyte_levels.shape[0]
    known = p.electrolyte_temperatures
    if count == 0 or known[count] == temperature:
        return
    known[count] = temperature
    held = min(max(temperature, known[0]), known[count - 1])
    k = 0
    while k < count - 2 and held > known[k + 1]:
        k += 1
    share = (1.0 / known[k] - 1.0 / held) / (1.0 / known[k] - 1.0 / known[k + 1])
    table, cool, hot = p.electrolyte, p.electrolyte_levels[k], p.electrolyte_levels[k + 1]
    for row in range(table.shape[0]):
        for column in range(0, table.shape[1], 2):
            a, b = cool[row, column], hot[row, column]
            rise_a, rise_b = cool[row, column + 1], hot[row, column + 1]
            value = (1.0 - share) * a + share * b
            slope = (1.0 - share) * rise_a + share * rise_b
            if column < POSITIVE_COLUMNS and a > 0.0 and b > 0.0:
                value = a * math.exp(share * math.log(b / a))
                slope = value * ((1.0 - share) * rise_a / a + share * rise_b / b)
            table[row, column], table[row, column + 1] = value, slope
