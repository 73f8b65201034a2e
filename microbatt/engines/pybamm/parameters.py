"""A cell in PyBaMM's words, one square metre of it; alpha, S and current are inputs.

PyBaMM's electrodes are spheres with an area density of 3 ε/r.  Let j be the current density on an
area S/3 times as large.  On PyBaMM's area it is j' = (S/3) j, which

- an exchange-current density S/3 times as large gives, at equal overpotential;
- makes a film 3/S times as resistive, so that its drop stays R j;
- takes from the particle S/3 times what j takes: the ``conserving`` balance.  In ``area-only`` a
  particle loses j, so the flux into it is patched: see `microbatt.engines.pybamm.discharge`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells import HIGHEST_VOLTAGE
from microbatt.constants import FARADAY, REFERENCE_TEMPERATURE
from microbatt.engines.pybamm.fits import (
    conductivity_law,
    diffusivity_law,
    open_circuit_law,
    solid_diffusivity_law,
    thermodynamic_law,
)
from microbatt.pybamm_import import load_pybamm

if TYPE_CHECKING:
    from collections.abc import Callable

    import pybamm

    from microbatt.cells import Cell, Electrode

SPHERE: Final = 3.0
"""Shape factor of PyBaMM's particles."""
FILM_THICKNESS: Final = 5e-9
"""The film is a constant SEI of this thickness [m]; only its resistance matters."""


def cell_parameters(cell: Cell, *, cutoff_voltage: float) -> dict[str, Any]:
    """Describe a cell at its initial temperature.

    Parameters
    ----------
    cell : Cell
        The alpha and S of its positive electrode are inputs named ``alpha`` and ``S``; the current
        per area of separator is the input ``current`` [A m⁻²].
    cutoff_voltage : float
        [V].
    """
    pybamm = load_pybamm()
    sep, T = cell.separator, cell.initial_temperature
    salt = cell.electrolyte.at(T)
    alpha, S = pybamm.InputParameter("alpha"), pybamm.InputParameter("S")
    return {
        "Electrode height [m]": 1.0,
        "Electrode width [m]": 1.0,
        "Number of electrodes connected in parallel to make a cell": 1,
        "Number of cells connected in series to make a battery": 1,
        "Current function [A]": pybamm.InputParameter("current"),
        "Nominal cell capacity [A.h]": cell.one_c_current,
        "Lower voltage cut-off [V]": cutoff_voltage,
        "Upper voltage cut-off [V]": HIGHEST_VOLTAGE,  # wanted, and never reached
        **{f"{one} temperature [K]": T for one in ("Reference", "Ambient", "Initial")},
        "Contact resistance [Ohm]": cell.contact_resistance,
        "Initial concentration in electrolyte [mol.m-3]": salt.initial_concentration,
        "Cation transference number": salt.fit.transference,
        "Thermodynamic factor": thermodynamic_law(salt),
        "Electrolyte diffusivity [m2.s-1]": diffusivity_law(
            salt, _warmed(salt.diffusivity_activation, T)
        ),
        "Electrolyte conductivity [S.m-1]": conductivity_law(
            salt, _warmed(salt.conductivity_activation, T)
        ),
        "Separator thickness [m]": sep.thickness,
        "Separator porosity": sep.porosity,
        "Separator Bruggeman coefficient (electrolyte)": 1.0 + sep.alpha,
        **_film(cell.negative, T),
        **_electrode("Negative", cell.negative, T, cell.negative.alpha, cell.negative.S / SPHERE),
        **_electrode("Positive", cell.positive, T, alpha, S / SPHERE),
    }


def _warmed(activation: float, temperature: float) -> float:
    """exp(E/R (1/T_ref − 1/T))."""
    return math.exp(activation * (1.0 / REFERENCE_TEMPERATURE - 1.0 / temperature))


def _film(e: Electrode, temperature: float) -> dict[str, Any]:
    resistance = e.film_resistance * _warmed(e.film_resistance_activation, temperature)
    return {
        "SEI resistivity [Ohm.m]": resistance * SPHERE / (e.S * FILM_THICKNESS),
        "Initial SEI thickness [m]": FILM_THICKNESS,
    }


def _electrode(
    name: str,
    e: Electrode,
    temperature: float,
    alpha: float | pybamm.Symbol,
    area: float | pybamm.Symbol,
) -> dict[str, Any]:
    """Describe an electrode whose area is `area` times that of its spheres."""
    c_max = e.max_concentration
    diffusivity = solid_diffusivity_law(e, _warmed(e.solid_diffusivity_activation, temperature))
    return {
        f"{name} electrode thickness [m]": e.thickness,
        f"{name} electrode porosity": e.porosity,
        f"{name} electrode active material volume fraction": e.active_fraction,
        f"{name} particle radius [m]": e.particle_radius,
        f"{name} particle diffusivity [m2.s-1]": diffusivity,
        f"Maximum concentration in {name.lower()} electrode [mol.m-3]": c_max,
        f"Initial concentration in {name.lower()} electrode [mol.m-3]": (
            e.initial_stoichiometry * c_max
        ),
        f"{name} electrode conductivity [S.m-1]": e.matrix_conductivity,
        f"{name} electrode Bruggeman coefficient (electrode)": 0.0,
        f"{name} electrode Bruggeman coefficient (electrolyte)": 1.0 + alpha,
        f"{name} electrode OCP [V]": open_circuit_law(e, temperature),
        f"{name} electrode OCP entropic change [V.K-1]": 0.0,
        f"{name} electrode exchange-current density [A.m-2]": _exchange_current(
            area, e.rate_constant * _warmed(e.rate_constant_activation, temperature)
        ),
    }


def _exchange_current(area: float | pybamm.Symbol, k: float) -> Callable[..., pybamm.Symbol]:
    sqrt = load_pybamm().sqrt

    def law(
        c_e: pybamm.Symbol,
        c_s_surf: pybamm.Symbol,
        c_s_max: pybamm.Symbol,
        T: pybamm.Symbol,  # noqa: ARG001 - PyBaMM's signature
    ) -> pybamm.Symbol:
        return area * FARADAY * k * sqrt(c_e * c_s_surf * (c_s_max - c_s_surf))

    return law
