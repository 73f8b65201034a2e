"""Our fits as PyBaMM's interpolants, so that every fit of every cell is served."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from microbatt.constants import REFERENCE_TEMPERATURE
from microbatt.porous_electrode import SALT_STEP, electrolyte_table
from microbatt.pybamm_import import load_pybamm

if TYPE_CHECKING:
    from collections.abc import Callable

    import pybamm
    from numpy.typing import NDArray

    from microbatt.cells import Electrode, Electrolyte

    Law: TypeAlias = Callable[..., pybamm.Symbol]

_NODES: Final = 2000


def open_circuit_law(e: Electrode, temperature: float) -> Law:
    """Return U(θ, T) [V] as a cubic spline whose nodes crowd at both ends, where it plunges."""
    low, high = e.open_circuit.limits
    theta = low + (high - low) * 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, _NODES)))
    potential = e.open_circuit.potential(theta)
    if e.entropic_change_coefficient is not None:
        warmth = temperature - REFERENCE_TEMPERATURE
        potential = potential + warmth * e.entropic_change_coefficient.value(theta)
    spline = _spline(theta, potential, f"open circuit, {e.open_circuit.name}")

    def law(sto: pybamm.Symbol) -> pybamm.Symbol:
        return spline(sto)

    return law


def solid_diffusivity_law(e: Electrode, factor: float) -> Law | float:
    """Return `factor` D_s(θ) [m² s⁻¹], a number where it is one."""
    shape = e.solid_diffusivity_shape
    if shape is None:
        return factor * e.solid_diffusivity
    theta = np.linspace(0.0, 1.0, _NODES + 1)
    spline = _spline(theta, factor * e.solid_diffusivity * shape.value(theta), "solid diffusivity")

    def law(
        sto: pybamm.Symbol,
        T: pybamm.Symbol,  # noqa: ARG001 - PyBaMM's signature
    ) -> pybamm.Symbol:
        return spline(sto)

    return law


def conductivity_law(electrolyte: Electrolyte, factor: float) -> Law:
    """Return `factor` κ(c) [S m⁻¹], held from below as the native engine holds it."""
    return _electrolyte_law(
        electrolyte, column=0, factor=factor * electrolyte.conductivity_scale, name="conductivity"
    )


def diffusivity_law(electrolyte: Electrolyte, factor: float) -> Law:
    """Return `factor` D(c) [m² s⁻¹]."""
    return _electrolyte_law(
        electrolyte, column=2, factor=factor * electrolyte.diffusivity_scale, name="diffusivity"
    )


def thermodynamic_law(electrolyte: Electrolyte) -> Law:
    """Return 1 + ∂ln f/∂ln c, a function of c [-]."""
    return _electrolyte_law(electrolyte, column=4, factor=1.0, name="thermodynamic factor")


def _electrolyte_law(electrolyte: Electrolyte, *, column: int, factor: float, name: str) -> Law:
    values = np.asarray(factor * electrolyte_table(electrolyte)[:, column], dtype=np.float64)
    salt = np.linspace(0.0, SALT_STEP * (values.size - 1), values.size)
    spline = _spline(salt, values, f"{name}, {electrolyte.fit.name}")

    def law(
        c_e: pybamm.Symbol,
        T: pybamm.Symbol,  # noqa: ARG001 - PyBaMM's signature
    ) -> pybamm.Symbol:
        return spline(c_e)

    return law


def _spline(x: NDArray[np.float64], y: NDArray[np.float64], name: str) -> Law:
    pybamm = load_pybamm()
    if np.ptp(y) == 0.0:
        return lambda symbol: pybamm.Scalar(float(y[0])) + 0.0 * symbol
    identifier = re.sub(r"\W+", "_", name)
    return lambda symbol: pybamm.Interpolant(x, y, symbol, identifier, interpolator="cubic")
