"""From the description of a cell to the numbers that the kernels read."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from microbatt.porous_electrode.kinetics import ALWAYS_OPEN
from microbatt.porous_electrode.lookup import (
    SEGMENT_INTERVALS,
    UNIFORM_NODES,
    diffusion_table,
    electrolyte_levels,
    electrolyte_table,
    open_circuit_table,
    uniform_table,
)
from microbatt.porous_electrode.parameters import (
    STANDARD_EXPONENT,
    CellParameters,
    ElectrodeParameters,
    Numerics,
)
from microbatt.porous_electrode.particle import reduced_sphere
from microbatt.porous_electrode.radial_elements import BRIEF_OUTERMOST, radial_elements

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.cells import Cell, Electrode, LithiumMetal, OpenCircuitFit

FIRST_ELEMENT = 0.4
LARGEST_ELEMENT = 0.2
GROWTH = 0.14
FOCUS_ELEMENT = 0.005
FEWEST_SHELLS = 3
FEWER_SHELLS = 2
"""An element of a particle has three nodes, and does more than an exponential."""
BRIEF_MODES = 6
BRIEF_SHELLS = 3
"""More exponentials, over more rates, and elements for a discharge that is soon over."""
_NO_TABLE = np.zeros((0, 2))
_NO_ENTROPY = np.zeros((2, 2))
_NO_EXCHANGE = np.array([[1.0, 0.0], [1.0, 0.0]])
_NO_TEMPERATURE = np.array([math.nan])
_NEVER = 1e-30
"""Diffusivity of a particle that is none [m² s⁻¹]."""


CLOSING = 1e-3
"""Within this of an end of a potential that is inside (0, 1) the kinetics close."""
INSIDE = 1e-6
"""A surface begins so far from the ends of its potential, where nothing would be left to move."""
SHEER = 1.0
"""A potential that falls by so much within `CLOSING` [V] closes a surface by itself."""


def _per_closing(fit: OpenCircuitFit, end: float, beyond: float) -> float:
    """One over the stretch within which the kinetics close at an end of a potential.

    No longer than what there would be `beyond` the end: where that is nothing, θ or 1 − θ in i_0
    closes a surface.
    """
    inside = end + math.copysign(CLOSING, 0.5 - end)
    at_end, before = fit.potential(np.array([end, inside]))
    stretch = min(CLOSING, beyond)
    if stretch * ALWAYS_OPEN <= 1.0 or abs(at_end - before) > SHEER:
        return ALWAYS_OPEN
    return 1.0 / stretch


@lru_cache(maxsize=256)
def _electrode(e: Electrode) -> ElectrodeParameters:
    low, high = e.open_circuit.limits
    return ElectrodeParameters(
        length=e.thickness,
        pore_fraction=e.porosity,
        active_fraction=e.active_fraction,
        pore_factor=e.transport_factor,
        solid_resistivity=1.0 / e.matrix_conductivity,
        area_density=e.area_density,
        flux_factor=e.S / 3.0,
        particle_radius=e.particle_radius,
        solid_diffusivity=_diffusivity_at_rest(e),
        max_concentration=e.max_concentration,
        initial_stoichiometry=min(max(e.initial_stoichiometry, low + INSIDE), high - INSIDE),
        rate_constant=e.rate_constant,
        film_resistance=e.film_resistance,
        solid_diffusivity_activation=e.solid_diffusivity_activation,
        rate_constant_activation=e.rate_constant_activation,
        film_resistance_activation=e.film_resistance_activation,
        lowest_stoichiometry=low,
        highest_stoichiometry=high,
        per_closing_low=_per_closing(e.open_circuit, low, low),
        per_closing_high=_per_closing(e.open_circuit, high, 1.0 - high),
        open_circuit=open_circuit_table(e.open_circuit),
        diffusion=_diffusion(e),
        entropy=_entropy(e),
        exchange=_exchange(e),
        salt_exponent=e.salt_exponent,
        standard=_is_standard(e),
        planar=False,
    )


def _metal(metal: LithiumMetal, salt: float) -> ElectrodeParameters:
    """A sheet at the separator; see `ElectrodeParameters`."""
    return ElectrodeParameters(
        length=0.0,
        pore_fraction=1.0,
        active_fraction=1.0,
        pore_factor=1.0,
        solid_resistivity=0.0,
        area_density=1.0,
        flux_factor=0.0,
        particle_radius=1.0,
        solid_diffusivity=_NEVER,
        max_concentration=1.0,
        initial_stoichiometry=1.0,
        rate_constant=metal.exchange_current_density / salt**metal.salt_exponent,
        film_resistance=metal.film_resistance,
        solid_diffusivity_activation=0.0,
        rate_constant_activation=metal.exchange_current_density_activation,
        film_resistance_activation=metal.film_resistance_activation,
        lowest_stoichiometry=0.0,
        highest_stoichiometry=2.0,
        per_closing_low=ALWAYS_OPEN,
        per_closing_high=ALWAYS_OPEN,
        open_circuit=np.zeros((3, SEGMENT_INTERVALS + 2, 2)),
        diffusion=_NO_TABLE,
        entropy=_NO_ENTROPY,
        exchange=_NO_EXCHANGE,
        salt_exponent=metal.salt_exponent,
        standard=False,
        planar=True,
    )


def _exchange(e: Electrode) -> NDArray[np.float64]:
    shape = e.exchange_current_shape
    if shape is None:
        return _NO_EXCHANGE
    return uniform_table(shape.value(UNIFORM_NODES), shape.slope(UNIFORM_NODES))


def _diffusivity_at_rest(e: Electrode) -> float:
    """D_s at the stoichiometry before the discharge [m² s⁻¹]."""
    shape = e.solid_diffusivity_shape
    if shape is None:
        return e.solid_diffusivity
    return e.solid_diffusivity * float(shape.value(e.initial_stoichiometry))


def _diffusion(e: Electrode) -> NDArray[np.float64]:
    shape = e.solid_diffusivity_shape
    if shape is None:
        return _NO_TABLE
    return diffusion_table(shape, float(shape.value(e.initial_stoichiometry)))


def _is_standard(e: Electrode) -> bool:
    """Whether the kernels need nothing but the standard form of the kinetics."""
    own = (e.entropic_change_coefficient, e.exchange_current_shape)
    return all(one is None for one in own) and e.salt_exponent == STANDARD_EXPONENT


def _entropy(e: Electrode) -> NDArray[np.float64]:
    entropy = e.entropic_change_coefficient
    if entropy is None:
        return _NO_ENTROPY
    return uniform_table(entropy.value(UNIFORM_NODES), entropy.slope(UNIFORM_NODES))


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
    salt = cell.electrolyte.initial_concentration
    electrolyte = electrolyte_table(cell.electrolyte)
    temperatures, levels = electrolyte_levels(cell.electrolyte)
    known = _NO_TEMPERATURE
    if temperatures.size:  # both are written to, see `conditions.warm`
        electrolyte, known = electrolyte.copy(), np.append(temperatures, math.nan)
    return CellParameters(
        negative=_electrode(cell.negative) if cell.metal is None else _metal(cell.metal, salt),
        positive=_electrode(cell.positive),
        separator_length=cell.separator.thickness,
        separator_pore_fraction=cell.separator.porosity,
        separator_pore_factor=cell.separator.transport_factor,
        initial_concentration=salt,
        transference=cell.electrolyte.transference,
        conductivity_activation=cell.electrolyte.conductivity_activation,
        diffusivity_activation=cell.electrolyte.diffusivity_activation,
        conductivity_scale=cell.electrolyte.conductivity_scale,
        diffusivity_scale=cell.electrolyte.diffusivity_scale,
        electrolyte=electrolyte,
        electrolyte_levels=levels,
        electrolyte_temperatures=known,
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
    shells = max(FEWEST_SHELLS, particle_modes - FEWER_SHELLS)
    rates, weights = reduced_sphere(particle_modes)
    brief_rates, brief_weights = reduced_sphere(
        particle_modes + BRIEF_MODES, slowest=1e2, fastest=1e8
    )
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
        shells=radial_elements(shells),
        brief_rates=brief_rates,
        brief_weights=brief_weights,
        brief_shells=radial_elements(shells + BRIEF_SHELLS, outermost=BRIEF_OUTERMOST),
    )
