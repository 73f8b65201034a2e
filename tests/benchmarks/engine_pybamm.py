"""PyBaMM's Doyle–Fuller–Newman model of cell 1 as a peer, solved by IDAKLU.

The same equations and fits.  PyBaMM has spheres only, a = 3 ε/r: the ``conserving`` balance at
S is the sphere whose exchange-current density is S/3 times as large, since a j and what the
particle loses are then the same.  The film on the negative particles is a constant SEI of no
volume change, distributed over the electrode.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"  # read when PyBaMM is imported

import numpy as np
import pybamm
from engine_sample import Curve

from microbatt.constants import FARADAY, REFERENCE_TEMPERATURE, SECONDS_PER_HOUR
from microbatt.porous_electrode.lookup import CONDUCTIVITY_FLOOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_sample import Array

    from microbatt.cells.cell import Cell
    from microbatt.cells.electrode import Electrode

VERSION = pybamm.__version__
CUTOFF = 2.0
FILM_THICKNESS = 5e-9
CHECKED = 1e-9


def coke(x: Any) -> Any:
    """Petroleum coke; Doyle et al. (1996)."""
    return -0.132056 + 1.40854 * pybamm.exp(-3.52312 * x)


def spinel(y: Any) -> Any:
    """LiMn₂O₄ of Bellcore; Doyle et al. (1996). Held beyond its pole, where PyBaMM may look."""
    room = pybamm.maximum(0.998432 - y, 1e-6)
    return (
        4.19829
        + 0.0565661 * pybamm.tanh(-14.5546 * y + 8.60942)
        - 0.0275479 * (room**-0.492465 - 1.90111)
        - 0.157123 * pybamm.exp(-0.04738 * y**8)
        + 0.810239 * pybamm.exp(-40.0 * (y - 0.133875))
    )


def polynomial(c: Any) -> Any:
    """Conductivity of LiPF₆ in EC:DMC 1:2 in p(VdF-HFP); Doyle et al. (1996)."""
    c = c / 1000.0
    return 1.0793e-2 + c * (0.67461 + c * (-0.52245 + c * (0.13605 - 0.011724 * c)))


def check_fits(cell: Cell) -> None:
    """Refuse a cell whose fits are not those written above.

    Raises
    ------
    ValueError
        If a fit differs.
    """
    theta, c = np.linspace(0.05, 0.95, 50), np.linspace(10.0, 4000.0, 50)
    for ours, theirs, at in (
        (cell.negative.open_circuit.potential, coke, theta),
        (cell.positive.open_circuit.potential, spinel, theta),
        (cell.electrolyte.fit.conductivity, polynomial, c),
    ):
        values = np.ravel(pybamm.convert_to_symbol(theirs(pybamm.Vector(at))).evaluate())
        if not np.allclose(values, ours(at), rtol=CHECKED, atol=0.0):
            raise ValueError(f"{cell.name} does not have the fit {theirs.__name__}")


def _exchange_current(electrode: Electrode, factor: Any) -> Callable[..., Any]:
    def density(c_e: Any, c_surface: Any, c_max: Any, T: Any) -> Any:  # noqa: ARG001
        k = factor * FARADAY * electrode.rate_constant
        return k * pybamm.sqrt(c_e * c_surface * (c_max - c_surface))

    return density


def _electrode(
    name: str, electrode: Electrode, potential: Any, alpha: Any, factor: Any
) -> dict[str, Any]:
    c_max = electrode.max_concentration
    return {
        f"{name} electrode thickness [m]": electrode.thickness,
        f"{name} electrode porosity": electrode.porosity,
        f"{name} electrode active material volume fraction": electrode.active_fraction,
        f"{name} particle radius [m]": electrode.particle_radius,
        f"{name} particle diffusivity [m2.s-1]": electrode.solid_diffusivity,
        f"Maximum concentration in {name.lower()} electrode [mol.m-3]": c_max,
        f"Initial concentration in {name.lower()} electrode [mol.m-3]": (
            electrode.initial_stoichiometry * c_max
        ),
        f"{name} electrode conductivity [S.m-1]": electrode.solid_conductivity,
        f"{name} electrode Bruggeman coefficient (electrode)": 1.5,
        f"{name} electrode Bruggeman coefficient (electrolyte)": 1.0 + alpha,
        f"{name} electrode OCP [V]": potential,
        f"{name} electrode OCP entropic change [V.K-1]": 0.0,
        f"{name} electrode exchange-current density [A.m-2]": _exchange_current(electrode, factor),
    }


def _parameters(cell: Cell) -> dict[str, Any]:
    """Cell 1 in PyBaMM's words, 1 m² of it; alpha, S and current are inputs."""
    salt, sep = cell.electrolyte, cell.separator
    floor = CONDUCTIVITY_FLOOR * float(np.max(polynomial(np.arange(0.0, 5000.0, 10.0))))
    alpha, S = pybamm.InputParameter("alpha"), pybamm.InputParameter("S")
    return {
        "Electrode height [m]": 1.0,
        "Electrode width [m]": 1.0,
        "Current function [A]": pybamm.InputParameter("current"),
        "Nominal cell capacity [A.h]": cell.one_c_current,
        "Lower voltage cut-off [V]": CUTOFF,
        "Upper voltage cut-off [V]": 6.0,
        "Reference temperature [K]": REFERENCE_TEMPERATURE,
        "Ambient temperature [K]": REFERENCE_TEMPERATURE,
        "Initial temperature [K]": REFERENCE_TEMPERATURE,
        "Initial concentration in electrolyte [mol.m-3]": salt.initial_concentration,
        "Cation transference number": salt.fit.transference,
        "Thermodynamic factor": 1.0,
        "Electrolyte diffusivity [m2.s-1]": float(salt.fit.diffusivity(1000.0)),
        "Electrolyte conductivity [S.m-1]": lambda c, T: (  # noqa: ARG005
            pybamm.maximum(polynomial(c), floor)
        ),
        "Separator thickness [m]": sep.thickness,
        "Separator porosity": sep.porosity,
        "Separator Bruggeman coefficient (electrolyte)": 1.0 + sep.alpha,
        "SEI resistivity [Ohm.m]": cell.negative.film_resistance / FILM_THICKNESS,
        "Initial SEI thickness [m]": FILM_THICKNESS,
        **_electrode("Negative", cell.negative, coke, cell.negative.alpha, 1.0),
        **_electrode("Positive", cell.positive, spinel, alpha, S / 3.0),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Finite volumes of negative, separator, positive and particles; IDAKLU's tolerances."""

    volumes: tuple[int, int, int, int] = (20, 20, 20, 20)
    rtol: float = 1e-4
    atol: float = 1e-6
    compiled: bool = False

    def __str__(self) -> str:
        negative, separator, positive, radial = self.volumes
        how = ", compiled" if self.compiled else ""
        return f"{negative} + {separator} + {positive}, {radial} radial, rtol {self.rtol:g}{how}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharged:
    """One discharge: CPU time [s], its curve or why there is none, and the least salt."""

    seconds: float
    curve: Curve | None
    ended: str
    min_salt: float


class Peer:
    """The model, built once; alpha, S and current are inputs of each solution.

    Two solvers: one that keeps the voltage alone is timed, one that keeps the state gives the
    voltage between the steps and the salt.
    """

    def __init__(self, cell: Cell, resolution: Resolution) -> None:
        check_fits(cell)
        start = time.perf_counter()
        model = pybamm.lithium_ion.DFN(
            {"SEI": ("constant", "none"), "SEI film resistance": "distributed"}
        )
        parameters = model.default_parameter_values
        parameters.update(_parameters(cell))
        *across, radial = resolution.volumes
        simulation = pybamm.Simulation(
            model,
            parameter_values=parameters,
            var_pts=dict(zip(("x_n", "x_s", "x_p"), across, strict=True))
            | {"r_n": radial, "r_p": radial},
        )
        simulation.build()
        self.model = simulation.built_model
        self.timed, self.whole = (
            pybamm.IDAKLUSolver(
                rtol=resolution.rtol,
                atol=resolution.atol,
                output_variables=outputs,
                options={"compile": resolution.compiled, "silence_sundials_errors": True},
            )
            for outputs in (["Voltage [V]"], [])
        )
        self._solve(self.timed, np.array([2.3, 3.0, 17.5]))
        self.build_seconds = time.perf_counter() - start

    def _solve(self, solver: Any, point: Array) -> Any:
        alpha, S, current = (float(one) for one in point)
        longest = 25.0 * SECONDS_PER_HOUR / current  # 25 A h m⁻²: more than the cell holds
        inputs = {"alpha": alpha, "S": S, "current": current}
        return solver.solve(self.model, [0.0, longest], inputs=inputs)

    def discharge(self, point: Array, *, passes: int = 3) -> Discharged:
        """Discharge at a point; the time is the least of some passes."""
        seconds = np.inf
        try:
            for _ in range(passes):
                start = time.process_time()
                self._solve(self.timed, point)
                seconds = min(seconds, time.process_time() - start)
            solution = self._solve(self.whole, point)
        except pybamm.SolverError as error:
            return Discharged(seconds=np.nan, curve=None, ended=f"failed: {error}", min_salt=np.nan)
        return Discharged(
            seconds=seconds,
            curve=_curve(solution, float(point[2])),
            ended=solution.termination,
            min_salt=float(solution["Electrolyte concentration [mol.m-3]"].entries.min()),
        )


def _curve(solution: Any, current: float) -> Curve:
    """Voltage at and, by IDAKLU's own Hermite interpolant, between its steps."""
    steps = solution.t
    finer = np.unique(
        np.concatenate([steps, *(steps[:-1] + f * np.diff(steps) for f in (0.25, 0.5, 0.75))])
    )
    return Curve(
        capacity=current * finer / SECONDS_PER_HOUR,
        voltage=np.asarray(solution["Voltage [V]"](finer)),
    )
