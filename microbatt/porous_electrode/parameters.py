"""The numbers that the kernels read, in SI units."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbatt.cells import area_density as area_density_law
from microbatt.cells import transport_factor as transport_factor_law
from microbatt.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from microbatt.porous_electrode.compilation import kernel

Array = NDArray[np.float64]


STANDARD_EXPONENT = 0.5
"""Power of the salt in the exchange-current density of the standard kinetics."""


class ElectrodeParameters(NamedTuple):
    """One electrode at one microstructure.

    ``flux_factor`` is what a particle loses per unit of the current density on its area:
    1 in the ``area-only`` balance, S/3 in the ``conserving`` one, for which a cell is prepared
    (`at_point`).  The kinetics close within 1/``per_closing_low`` of the lowest stoichiometry and
    1/``per_closing_high`` of the highest, see `kinetics.openness`.  Three tables are of
    `lookup.uniform_table`: ``diffusion`` is without rows where D_s is constant, else divided by
    ``solid_diffusivity``; ``entropy`` is dU/dT; and ``exchange`` is what the exchange-current
    density is multiplied by beside its standard form, in which c_e has the power
    ``salt_exponent``.  Where the electrode is ``standard`` the last two are nought and one.  A
    ``planar`` electrode is a sheet of lithium at the separator, of no thickness here and with an
    area density of one: its rate constant is i_0/c_e^``salt_exponent``, and all that concerns
    particles is without meaning.
    """

    length: float
    pore_fraction: float
    active_fraction: float
    pore_factor: float
    solid_resistivity: float
    area_density: float
    flux_factor: float
    particle_radius: float
    solid_diffusivity: float
    max_concentration: float
    initial_stoichiometry: float
    rate_constant: float
    film_resistance: float
    solid_diffusivity_activation: float
    rate_constant_activation: float
    film_resistance_activation: float
    lowest_stoichiometry: float
    highest_stoichiometry: float
    per_closing_low: float
    per_closing_high: float
    open_circuit: Array
    diffusion: Array
    entropy: Array
    exchange: Array
    salt_exponent: float
    standard: bool
    planar: bool


class CellParameters(NamedTuple):
    """The whole cell; the positive electrode stands at the point's alpha and S.

    Where properties of the electrolyte depend on temperature in their own way, `conditions.warm`
    writes their table at each new temperature, from those at the ``levels``; the last of
    ``electrolyte_temperatures`` is that of the table, the others are those of the levels [K].
    """

    negative: ElectrodeParameters
    positive: ElectrodeParameters
    separator_length: float
    separator_pore_fraction: float
    separator_pore_factor: float
    initial_concentration: float
    transference: float
    conductivity_activation: float
    diffusivity_activation: float
    conductivity_scale: float
    diffusivity_scale: float
    electrolyte: Array
    electrolyte_levels: Array
    electrolyte_temperatures: Array
    contact_resistance: float
    heat_capacity: float
    heat_transfer_coefficient: float
    heat_follows_charge: bool
    ambient_temperature: float
    initial_temperature: float
    mass: float


class Numerics(NamedTuple):
    """How finely one discharge is solved.

    Element widths are relative: ``first_element`` to the depth of the reaction next to the
    separator, ``largest_element`` to the thickness of the electrode; ``growth`` is the gain of
    width per unit of distance from the separator; ``focus_element`` to the place of a front.
    ``rates`` and ``weights`` are those of the reduced sphere, ``shells`` the elements of one whose
    D_s depends on the stoichiometry; ``brief_…`` are for a discharge that is over before lithium
    gets anywhere in the particles.
    """

    tolerance: float
    first_element: float
    largest_element: float
    growth: float
    focus_element: float
    separator_elements: int
    max_steps: int
    rates: Array
    weights: Array
    shells: Array
    brief_rates: Array
    brief_weights: Array
    brief_shells: Array


transport_factor = kernel(transport_factor_law)
area_density = kernel(area_density_law)


@kernel
def rebuilt(
    e: ElectrodeParameters, pore_factor: float, area: float, flux_factor: float
) -> ElectrodeParameters:
    """The electrode with another pore factor, area density and flux factor."""
    return ElectrodeParameters(
        e.length,
        e.pore_fraction,
        e.active_fraction,
        pore_factor,
        e.solid_resistivity,
        area,
        flux_factor,
        e.particle_radius,
        e.solid_diffusivity,
        e.max_concentration,
        e.initial_stoichiometry,
        e.rate_constant,
        e.film_resistance,
        e.solid_diffusivity_activation,
        e.rate_constant_activation,
        e.film_resistance_activation,
        e.lowest_stoichiometry,
        e.highest_stoichiometry,
        e.per_closing_low,
        e.per_closing_high,
        e.open_circuit,
        e.diffusion,
        e.entropy,
        e.exchange,
        e.salt_exponent,
        e.standard,
        e.planar,
    )


@kernel
def with_electrodes(
    p: CellParameters, negative: ElectrodeParameters, positive: ElectrodeParameters
) -> CellParameters:
    """The cell with other electrodes."""
    return CellParameters(
        negative,
        positive,
        p.separator_length,
        p.separator_pore_fraction,
        p.separator_pore_factor,
        p.initial_concentration,
        p.transference,
        p.conductivity_activation,
        p.diffusivity_activation,
        p.conductivity_scale,
        p.diffusivity_scale,
        p.electrolyte,
        p.electrolyte_levels,
        p.electrolyte_temperatures,
        p.contact_resistance,
        p.heat_capacity,
        p.heat_transfer_coefficient,
        p.heat_follows_charge,
        p.ambient_temperature,
        p.initial_temperature,
        p.mass,
    )


@kernel
def at_point(p: CellParameters, alpha: float, S: float, conserving: bool) -> CellParameters:
    """The cell with its positive electrode at (`alpha`, `S`), and both electrodes in a balance."""
    neg, pos = p.negative, p.positive
    negative_flux = neg.flux_factor if conserving or neg.planar else 1.0
    return with_electrodes(
        p,
        rebuilt(neg, neg.pore_factor, neg.area_density, negative_flux),
        rebuilt(
            pos,
            transport_factor(pos.pore_fraction, alpha),
            area_density(S, pos.active_fraction, pos.particle_radius),
            S / 3.0 if conserving else 1.0,
        ),
    )


@kernel
def arrhenius(activation: float, temperature: float) -> float:
    """exp(E/R (1/T_ref − 1/T)) for an activation temperature E/R [K]."""
    return math.exp(activation * (1.0 / REFERENCE_TEMPERATURE - 1.0 / temperature))


@kernel
def thermal_voltage(temperature: float) -> float:
    """2RT/F [V]."""
    return 2.0 * GAS_CONSTANT * temperature / FARADAY
