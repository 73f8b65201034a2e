"""PyBaMM as a peer: the engine's equations, timed by the solver's own work.

The engine in the package keeps the state of every step, to give the voltage between them and the
least salt.  Here a second solver that keeps the voltage alone is timed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from engine_sample import Curve

from microbatt.engines import Inventory
from microbatt.engines.pybamm.discharge import build_equations, discharge
from microbatt.engines.pybamm.engine import ENGINE
from microbatt.engines.pybamm.settings import PybammSettings
from microbatt.pybamm_import import load_pybamm

if TYPE_CHECKING:
    from engine_sample import Array

    from microbatt.cells import Cell

pybamm = load_pybamm()
VERSION = pybamm.__version__
CUTOFF = 2.0
FIRST = (2.3, 3.0, 17.5)
ITS_OWN = PybammSettings(rtol=1e-4, atol=1e-6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Settings of the engine, and whether the equations are compiled to machine code."""

    settings: PybammSettings = ITS_OWN
    compiled: bool = False

    def __str__(self) -> str:
        negative, separator, positive = self.settings.volumes
        radial, how = self.settings.particle_volumes, ", compiled" if self.compiled else ""
        across = f"{negative} + {separator} + {positive}"
        return f"{across}, {radial} radial, rtol {self.settings.rtol:g}{how}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharged:
    """One discharge: CPU time [s], its curve or why there is none, and the least salt."""

    seconds: float
    curve: Curve | None
    ended: str
    min_salt: float


class Peer:
    """The equations of a cell in the ``conserving`` balance."""

    def __init__(self, cell: Cell, resolution: Resolution) -> None:
        start = time.perf_counter()
        settings = resolution.settings
        self.request = ENGINE.request(
            cell=cell, settings=settings, inventory=Inventory.CONSERVING, cutoff_voltage=CUTOFF
        )
        equations = build_equations(cell, Inventory.CONSERVING, CUTOFF, settings)
        solver = pybamm.IDAKLUSolver(
            rtol=settings.rtol,
            atol=settings.atol,
            output_variables=["Voltage [V]"],
            on_extrapolation="ignore",
            options={"compile": resolution.compiled, "silence_sundials_errors": True},
        )
        self.timed = replace(equations, solver=solver)
        self.timed.solve(*FIRST)
        self.build_seconds = time.perf_counter() - start

    def discharge(self, point: Array, *, passes: int = 3) -> Discharged:
        """Discharge at a point; the time is the least of some passes."""
        alpha, S, current = (float(one) for one in point)
        seconds = np.inf
        try:
            for _ in range(passes):
                start = time.process_time()
                self.timed.solve(alpha, S, current)
                seconds = min(seconds, time.process_time() - start)
        except pybamm.SolverError as error:
            return Discharged(seconds=np.nan, curve=None, ended=f"failed: {error}", min_salt=np.nan)
        one = discharge(self.request, (alpha, S, current))
        curve = Curve(capacity=one.capacity, voltage=one.voltage) if one.outcome.is_whole else None
        return Discharged(
            seconds=seconds,
            curve=curve,
            ended=one.outcome.name,
            min_salt=one.min_salt_concentration,
        )
