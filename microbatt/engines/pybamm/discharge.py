"""One discharge by PyBaMM, in this process."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from microbatt.engines.pybamm.curve import (
    discharge_from_solution,
    discharge_without_curve,
    ending_of_error,
)
from microbatt.engines.pybamm.equations import build_equations
from microbatt.pybamm_import import load_pybamm

if TYPE_CHECKING:
    from microbatt.engines import Discharge
    from microbatt.engines.contract import Request
    from microbatt.engines.pybamm.equations import Equations

    Point = tuple[float, float, float]


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
