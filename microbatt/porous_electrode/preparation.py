"""From the description of a cell to the numbers that the kernels read."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from microbatt.porous_electrode.lookup import electrolyte_table, open_circuit_table
from microbatt.porous_electrode.parameters import CellParameters, ElectrodeParameters, Numerics
from microbatt.porous_electrode.particle import reduced_sphere

if TYPE_CHECKING:
    from microbatt.cells import Cell, Electrode

FIRST_ELEMENT = 0.4
LARGEST_ELEMENT = 0.2
GROWTH = 0.14
FOCUS_ELEMENT = 0.005


def _electrode(e: Electrode) -> ElectrodeParameters:
    low, high = e.open_circuit.limits
    return ElectrodeParameters(
        length=e.thickness,
        pore_fraction=e.porosity,
        active_fraction=e.active_fraction,
        pore_factor=e.transport_factor,
        solid_resistivity=1.0 / e.matrix_conductivity,
        area_density=e.area_density,
        flux_factor=1.0,
        particle_radius=e.particle_radius,
        solid_diffusivity=e.solid_diffusivity,
        max_concentration=e.max_concentration,
        initial_stoichiometry=e.initial_stoichiometry,
        rate_constant=e.rate_constant,
        film_resistance=e.film_resistance,
        solid_diffusivity_activation=e.solid_diffusivity_activation,
        rate_constant_activation=e.rate_constant_activation,
        film_resistance_activation=e.film_resistance_activation,
        lowest_stoichiometry=low,
        highest_stoichiometry=high,
        open_circuit=open_circuit_table(e.open_circuit),
    )


@lru_cache(maxsize=64)
def cell_parameters(
    cell: Cell, *, heat_transfer_coefficient: float | None, heat_follows_charge: bool = False
) -> CellParameters:
    """Prepare a cell for the kernels.

    Parameters
    ----------
    cell
        The cell.
    heat_transfer_coefficient
        [W m⁻² K⁻¹]; None keeps the temperature.
    heat_follows_charge
        Whether the heat's open-circuit potential is that of the charge per site of the positive
        electrode, rather than that of its particles.
    """
    isothermal = heat_transfer_coefficient is None
    return CellParameters(
        negative=_electrode(cell.negative),
        positive=_electrode(cell.positive),
        separator_length=cell.separator.thickness,
        separator_pore_fraction=cell.separator.porosity,
        separator_pore_factor=cell.separator.transport_factor,
        initial_concentration=cell.electrolyte.initial_concentration,
        transference=cell.electrolyte.fit.transference,
        conductivity_activation=cell.electrolyte.conductivity_activation,
        diffusivity_activation=cell.electrolyte.diffusivity_activation,
        electrolyte=electrolyte_table(cell.electrolyte),
        contact_resistance=cell.contact_resistance,
        heat_capacity=math.inf if isothermal else cell.heat_capacity * cell.mass_per_area,
        heat_transfer_coefficient=heat_transfer_coefficient or 0.0,
        heat_follows_charge=heat_follows_charge,
        ambient_temperature=cell.ambient_temperature,
        initial_temperature=cell.initial_temperature,
        mass=cell.mass_per_area,
    )


@lru_cache(maxsize=64)
def numerics(*, tolerance: float, mesh: float, particle_modes: int, max_steps: int) -> Numerics:
    """Prepare the resolution; `mesh` divides every element width."""
    rates, weights = reduced_sphere(particle_modes)
    brief_rates, brief_weights = reduced_sphere(particle_modes, slowest=1e3, fastest=1e8)
    return Numerics(
        tolerance=tolerance,
        first_element=FIRST_ELEMENT / mesh,
        largest_element=LARGEST_ELEMENT / mesh,
        growth=GROWTH / mesh,
        focus_element=FOCUS_ELEMENT / mesh,
        separator_elements=max(1, round(mesh)),
        max_steps=max_steps,
        rates=rates,
        weights=weights,
        brief_rates=brief_rates,
        brief_weights=brief_weights,
    )
