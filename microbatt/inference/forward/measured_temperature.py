"""Discharges at a temperature that was measured: the protocol's engine in place of the fast one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from microbatt.cells import HIGHEST_VOLTAGE
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import ENGINE, Discharge, MeasuredTemperature, as_batch, simulate
from microbatt.outcomes import Outcome, StepOutcome
from microbatt.protocols import Step

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells import Cell
    from microbatt.engines import DischargeBatch, Settings
    from microbatt.engines.contract import Request

    Array = NDArray[np.float64]

Temperatures: TypeAlias = "tuple[MeasuredTemperature | None, ...]"
"""Of each current, as it was measured; empty where none was."""

_LONGEST = 20.0
"""A discharge is given up after so many times what its charge takes."""
_ENDINGS = {
    StepOutcome.VOLTAGE: Outcome.CUTOFF_REACHED,
    StepOutcome.VOLTAGE_LIMIT: Outcome.CUTOFF_REACHED,
    StepOutcome.UNRESOLVED_FALL: Outcome.CUTOFF_REACHED,
    StepOutcome.ALREADY: Outcome.CUTOFF_AT_START,
    StepOutcome.SALT_EXHAUSTED: Outcome.SALT_EXHAUSTED,
    StepOutcome.LITHIUM_EXHAUSTED: Outcome.LITHIUM_EXHAUSTED,
}


def run_points(
    request: Request, points: ArrayLike, temperatures: Temperatures = (), *, threads: int = 1
) -> DischargeBatch:
    """Simulate discharges, those of a measured temperature at that.

    Parameters
    ----------
    request
        The cell and how to simulate it.
    points
        Rows of alpha, S and current, shape (n, 3); currents in the order of `temperatures`, again
        and again.
    temperatures
        Of each current; empty where none was measured.
    threads
        How many share the curves at no measured temperature.

    Returns
    -------
    DischargeBatch
        In the order of the points.
    """
    rows = np.atleast_2d(np.asarray(points, dtype=float))
    if not any(one is not None for one in temperatures):
        return ENGINE.run(request, rows, threads=threads)
    found = []
    for i, row in enumerate(rows):
        warmth = temperatures[i % len(temperatures)]
        if warmth is None:
            found.append(ENGINE.run(request, row[None])[0])
        else:
            found.append(_discharge(request, row, warmth))
    return as_batch(found)


def _discharge(request: Request, row: Array, warmth: MeasuredTemperature) -> Discharge:
    """Return a discharge at a measured temperature as one of the fast engine."""
    alpha, S, current = map(float, row)
    cell: Cell = request.cell.with_values({"alpha": alpha, "S": S})
    settings: Settings = request.settings  # type: ignore[assignment]
    simulation = simulate(
        cell,
        Step(current=current, until_voltage=request.cutoff_voltage, duration=_hours(cell, current)),
        inventory=request.inventory,
        thermal=warmth,
        lower_voltage=request.cutoff_voltage,
        upper_voltage=HIGHEST_VOLTAGE,
        settings=settings,
    )
    outcome = _ENDINGS.get(simulation.steps[0].outcome, Outcome.NO_CONVERGENCE)
    kept = np.append(True, np.diff(simulation.time) > 0.0) if len(simulation) else slice(0)
    time, voltage = simulation.time[kept], simulation.voltage[kept]
    if len(time) < 2 or outcome is Outcome.CUTOFF_AT_START:
        time, voltage = time[:0], voltage[:0]
    loaded = float(voltage[0]) if len(voltage) else float("nan")
    return Discharge(
        alpha=alpha,
        S=S,
        current=current,
        time=time,
        voltage=voltage,
        capacity=current * time / SECONDS_PER_HOUR,
        temperature=simulation.temperature[kept][: len(time)],
        outcome=outcome,
        open_circuit_voltage=simulation.open_circuit_voltage,
        initial_voltage=loaded,
        end_temperature=float(simulation.temperature[-1]) if len(time) else float("nan"),
        min_salt_concentration=float("nan"),
        negative_surface_stoichiometry=float("nan"),
        positive_surface_stoichiometry=float("nan"),
        steps=len(time),
        newton_iterations=simulation.newton_iterations,
        rejected_steps=simulation.rejected_steps,
        energy=float("nan"),
        power=float("nan"),
    )


def _hours(cell: Cell, current: float) -> float:
    """Return a time after which a discharge is over, whatever the cell [s]."""
    return _LONGEST * SECONDS_PER_HOUR * cell.one_c_current / current
