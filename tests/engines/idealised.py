"""Cells so simple that their voltage has a closed form, and those forms."""

from dataclasses import replace

import numpy as np

from microbatt.cells import Cell, Electrode, load_cell
from microbatt.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE

CELL = load_cell("doyle-1996-cell-1")
THERMAL_VOLTAGE = 2.0 * GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY


def constant(value):
    """A property that does not depend on the salt."""
    return lambda c: np.full(np.shape(c), value)


def with_electrolyte(
    cell: Cell, *, conductivity: float, diffusivity: float, thermodynamic_factor: float
) -> Cell:
    """`cell` with an electrolyte of constant properties; no factor, no diffusion potential."""
    fit = replace(
        cell.electrolyte.fit,
        conductivity=constant(conductivity),
        conductivity_slope=constant(0.0),
        diffusivity=constant(diffusivity),
        diffusivity_slope=constant(0.0),
        thermodynamic_factor=constant(thermodynamic_factor),
        thermodynamic_factor_slope=constant(0.0),
    )
    return replace(cell, electrolyte=replace(cell.electrolyte, fit=fit))


def without_transport_resistance(cell: Cell) -> Cell:
    """`cell` with nothing left but its particles: kinetics, films and diffusion in them."""
    cell = with_electrolyte(cell, conductivity=1e6, diffusivity=1e-3, thermodynamic_factor=0.0)
    return replace(
        cell,
        negative=replace(cell.negative, effective_solid_conductivity=1e6),
        positive=replace(cell.positive, effective_solid_conductivity=1e6),
    )


def sphere_roots(count: int) -> np.ndarray:
    """The first `count` positive roots of tan λ = λ, by fixed-point iteration."""
    offset = (np.arange(1, count + 1) + 0.5) * np.pi
    roots = offset
    for _ in range(50):
        roots = offset - np.arctan(1.0 / roots)
    return roots


ROOTS = sphere_roots(4000)


def surface_depletion(tau: np.ndarray) -> np.ndarray:
    """Stoichiometry lost by a sphere's surface after a unit flux for `tau`; Crank (1975), § 6.3."""
    series = (np.exp(-(ROOTS**2) * tau[:, None]) / ROOTS**2).sum(axis=1)
    exact = 3.0 * tau + 0.2 - 2.0 * series
    root = np.sqrt(tau / np.pi)  # the series converges too slowly at first
    early = 2.0 * root + tau + 4.0 / 3.0 * root * tau
    return np.where(tau < 1e-5, early, exact)


def electrode_voltage(
    e: Electrode, salt: float, j: float, t: np.ndarray, flux_factor: float
) -> np.ndarray:
    """φ_s − φ_e of particles that share the current evenly [V]."""
    flux = (
        j * flux_factor * e.particle_radius / (FARADAY * e.solid_diffusivity * e.max_concentration)
    )
    tau = t * e.solid_diffusivity / e.particle_radius**2
    theta = e.initial_stoichiometry - flux * surface_depletion(tau)
    i_0 = FARADAY * e.rate_constant * e.max_concentration * np.sqrt(salt * theta * (1.0 - theta))
    return (
        e.open_circuit.potential(theta)
        + e.film_resistance * j
        + THERMAL_VOLTAGE * np.arcsinh(0.5 * j / i_0)
    )


def single_particle_voltage(
    cell: Cell, S: float, current: float, t: np.ndarray, flux_factor: float = 1.0
) -> np.ndarray:
    """Voltage of a cell whose particles are all alike [V]: a closed form but for a series."""
    negative, positive = cell.negative, cell.with_microstructure(alpha=0.5, S=S).positive
    salt = cell.electrolyte.initial_concentration
    j = current / (negative.area_density * negative.thickness)
    low = electrode_voltage(negative, salt, j, t, 1.0)
    j = -current / (positive.area_density * positive.thickness)
    return electrode_voltage(positive, salt, j, t, flux_factor) - low


def coulomb_counted(cell: Cell, S: float, capacity: np.ndarray) -> np.ndarray:
    """Open-circuit voltage after `capacity` [A h m⁻²] in the ``area-only`` balance [V]."""
    theta = []
    for e, share in ((cell.negative, -1.0), (cell.positive, 3.0 / S)):
        full = FARADAY * e.active_fraction * e.thickness * e.max_concentration
        theta.append(e.initial_stoichiometry + share * 3600.0 * capacity / full)
    low = cell.negative.open_circuit.potential(theta[0])
    return cell.positive.open_circuit.potential(theta[1]) - low


def linear_cell(
    conductivity: float, negative: dict[str, float], positive: dict[str, float]
) -> Cell:
    """Cell 1 with films for all of its kinetics: at the first instant it is a resistor."""
    cell = with_electrolyte(
        CELL, conductivity=conductivity, diffusivity=7.5e-11, thermodynamic_factor=1.0
    )
    return replace(
        cell,
        negative=replace(cell.negative, rate_constant=1.0, **negative),
        positive=replace(cell.positive, rate_constant=1.0, **positive),
    )


def porous_resistance(e: Electrode, conductivity: float) -> float:
    """Resistance of a porous electrode of linear kinetics [Ω m²].

    Newman & Tobias, J. Electrochem. Soc. 109 (1962) 1183.
    """
    kappa, sigma = conductivity * e.transport_factor, e.matrix_conductivity
    nu = e.thickness * np.sqrt(e.area_density / e.film_resistance * (1.0 / kappa + 1.0 / sigma))
    shape = (2.0 + (sigma / kappa + kappa / sigma) * np.cosh(nu)) / (nu * np.sinh(nu))
    return e.thickness / (kappa + sigma) * (1.0 + shape)


def scaled(cell: Cell, k: float) -> Cell:
    """`cell` k times as large in every length, slower by nothing: the same V(t) at k times I."""
    fit = cell.electrolyte.fit

    def times(function, factor):
        return lambda c: factor * function(c)

    fit = replace(
        fit,
        conductivity=times(fit.conductivity, k * k),
        conductivity_slope=times(fit.conductivity_slope, k * k),
        diffusivity=times(fit.diffusivity, k * k),
        diffusivity_slope=times(fit.diffusivity_slope, k * k),
    )

    def electrode(e):
        return replace(
            e,
            thickness=k * e.thickness,
            particle_radius=k * e.particle_radius,
            solid_diffusivity=k * k * e.solid_diffusivity,
            solid_conductivity=k * k * e.solid_conductivity,
            rate_constant=k * e.rate_constant,
            film_resistance=e.film_resistance / k,
        )

    return replace(
        cell,
        negative=electrode(cell.negative),
        positive=electrode(cell.positive),
        separator=replace(cell.separator, thickness=k * cell.separator.thickness),
        electrolyte=replace(cell.electrolyte, fit=fit),
    )
