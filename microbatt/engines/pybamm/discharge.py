"""One discharge by PyBaMM, in this process, whose equations take alpha, S and current as inputs."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.engines import Inventory
from microbatt.engines.pybamm.curve import (
    discharge_from_solution,
    discharge_without_curve,
    ending_of_error,
)
from microbatt.engines.pybamm.parameters import SPHERE, cell_parameters
from microbatt.pybamm_import import load_pybamm

if TYPE_CHECKING:
    import pybamm

    from microbatt.cells import Cell, Electrode
    from microbatt.engines import Discharge
    from microbatt.engines.contract import Request
    from microbatt.engines.pybamm.settings import PybammSettings

    Point = tuple[float, float, float]

_LAYERS = ("x_n", "x_s", "x_p")
_LONGER = 1.1


@dataclass(slots=True, kw_only=True)
class Equations:
    """Discretised equations of one cell in one lithium balance, and their solver."""

    cell: Cell
    built: pybamm.BaseModel
    solver: pybamm.BaseSolver

    def solve(self, alpha: float, S: float, current: float) -> pybamm.Solution:
        """Discharge until an event; PyBaMM's own errors come through.

        A solver that failed begins its next solution from another guess, which shows in the last
        digits; so it is replaced by a new one, which takes half a second.
        """
        inputs = {"alpha": alpha, "S": S, "current": current}
        longest = _LONGER * SECONDS_PER_HOUR * _sites(self.cell, S) / current
        try:
            return self.solver.solve(self.built, [0.0, longest], inputs=inputs)
        except load_pybamm().SolverError:
            self.solver = self.solver.copy()
            raise


@lru_cache(maxsize=4)
def build_equations(
    cell: Cell, inventory: Inventory, cutoff_voltage: float, settings: PybammSettings
) -> Equations:
    """Build the equations of a cell, which takes a second.

    Parameters
    ----------
    cell, inventory, cutoff_voltage, settings
        As in a `microbatt.engines.contract.engine.Request`.
    """
    pybamm = load_pybamm()
    equations = pybamm.lithium_ion.DFN(_options(cell))
    if inventory is Inventory.AREA_ONLY:
        _patch_flux(equations, "negative particle", SPHERE / cell.negative.S)
        _patch_flux(equations, "positive particle", SPHERE / pybamm.InputParameter("S"))
    values = equations.default_parameter_values
    values.update(cell_parameters(cell, cutoff_voltage=cutoff_voltage))
    radial = dict.fromkeys(("r_n", "r_p"), settings.particle_volumes)
    simulation = pybamm.Simulation(
        equations,
        parameter_values=values,
        var_pts=dict(zip(_LAYERS, settings.volumes, strict=True)) | radial,
    )
    simulation.build()
    solver = pybamm.IDAKLUSolver(
        rtol=settings.rtol,
        atol=settings.atol,
        on_extrapolation="ignore",
        options={"silence_sundials_errors": True},
    )
    return Equations(cell=cell, built=simulation.built_model, solver=solver)


def _options(cell: Cell) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if cell.negative.film_resistance > 0.0:
        options |= {"SEI": ("constant", "none"), "SEI film resistance": "distributed"}
    if cell.contact_resistance > 0.0:
        options["contact resistance"] = "true"
    return options


def _patch_flux(equations: pybamm.BaseModel, domain: str, factor: float | pybamm.Symbol) -> None:
    """Take from each particle of a domain `factor` times what crosses PyBaMM's area."""
    for variable, sides in equations.boundary_conditions.items():
        if variable.domain == [domain]:
            slope, kind = sides["right"]
            sides["right"] = (factor * slope, kind)


def _sites(cell: Cell, S: float) -> float:
    """Charge that the larger electrode could take if it were empty [A h m⁻²]."""
    return max(_capacity(cell.negative), _capacity(cell.positive) * max(S / SPHERE, 1.0))


def _capacity(e: Electrode) -> float:
    return FARADAY * e.max_concentration * e.active_fraction * e.thickness / SECONDS_PER_HOUR


def equations_of(request: Request) -> Equations:
    """Build the equations that a request needs, or find them built."""
    settings: Any = request.settings
    return build_equations(request.cell, request.inventory, request.cutoff_voltage, settings)


def discharge(request: Request, point: Point) -> Discharge:
    """Discharge at alpha, S and current [A m⁻²]; failures are endings.

    PyBaMM warns where a discharge ends by an event before the last time asked for; this always
    does.
    """
    pybamm = load_pybamm()
    equations = equations_of(request)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return discharge_from_solution(request.cell, point, equations.solve(*point))
    except pybamm.SolverError as error:
        return discharge_without_curve(request.cell, point, ending_of_error(str(error)))
