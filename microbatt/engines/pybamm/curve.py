"""From PyBaMM's solution, or its error, to a discharge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import Discharge
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    import pybamm
    from numpy.typing import NDArray

    from microbatt.cells import Cell

_BETWEEN: Final = (0.25, 0.5, 0.75)
"""IDAKLU's own interpolant gives the voltage between two steps, here too."""
_SALT: Final = "Electrolyte concentration [mol.m-3]"
_SURFACES: Final = (
    ("Negative particle surface stoichiometry", np.min),
    ("Positive particle surface stoichiometry", np.max),
)
_ENDINGS: Final = (
    ("Minimum voltage", Outcome.CUTOFF_REACHED),
    ("final time", Outcome.STEP_BUDGET),
)


def discharge_from_solution(
    cell: Cell,
    point: tuple[float, float, float],
    solution: pybamm.Solution,
) -> Discharge:
    """Return the curve of a solution; one with salt below zero ends where that begins.

    Parameters
    ----------
    cell : Cell
        Whose discharge it is.
    point : tuple of float
        alpha, S and current [A m⁻²].
    solution : Solution
        At IDAKLU's steps.
    """
    salt = np.min(solution[_SALT].entries, axis=0)
    steps = np.asarray(solution.t)
    unphysical = np.flatnonzero(~(salt > 0.0))
    if unphysical.size:
        steps = steps[: unphysical[0]]
    time = _refined(steps)
    voltage = np.asarray(solution["Voltage [V]"](time), dtype=float)
    outcome = Outcome.UNPHYSICAL if unphysical.size else ending(str(solution.termination))
    last = max(steps.size - 1, 0)
    surfaces = [float(reach(solution[name].entries[:, last])) for name, reach in _SURFACES]
    return _discharge(
        cell,
        point,
        outcome,
        time=time,
        voltage=voltage,
        salt=float(salt.min()),
        surfaces=(surfaces[0], surfaces[1]),
        steps=int(solution.t.size) - 1,
    )


def discharge_without_curve(
    cell: Cell, point: tuple[float, float, float], outcome: Outcome
) -> Discharge:
    """Return an ending and nothing else."""
    nothing = np.empty(0)
    return _discharge(cell, point, outcome, time=nothing, voltage=nothing)


def ending(words: str) -> Outcome:
    """Tell a discharge's ending from PyBaMM's words.

    Examples
    --------
    >>> ending("event: Minimum voltage [V]").name
    'CUTOFF_REACHED'
    """
    for part, outcome in _ENDINGS:
        if part in words:
            return outcome
    return Outcome.NO_CONVERGENCE


def ending_of_error(words: str) -> Outcome:
    """Tell a discharge's ending from the words of PyBaMM's solver error.

    Examples
    --------
    >>> ending_of_error("Events ['Minimum voltage [V]'] are non-positive at initial").name
    'CUTOFF_AT_START'
    """
    at_start = "non-positive at initial" in words and "Minimum voltage" in words
    return Outcome.CUTOFF_AT_START if at_start else Outcome.NO_CONVERGENCE


def _refined(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    between = [steps[:-1] + share * np.diff(steps) for share in _BETWEEN]
    return np.unique(np.concatenate([steps, *between]))


def _discharge(
    cell: Cell,
    point: tuple[float, float, float],
    outcome: Outcome,
    *,
    time: NDArray[np.float64],
    voltage: NDArray[np.float64],
    salt: float = np.nan,
    surfaces: tuple[float, float] = (np.nan, np.nan),
    steps: int = 0,
) -> Discharge:
    alpha, S, current = point
    hours = time / SECONDS_PER_HOUR
    exists = time.size > 1
    energy = (
        current * float(np.trapezoid(voltage, hours)) / cell.mass_per_area if exists else np.nan
    )
    return Discharge(
        alpha=alpha,
        S=S,
        current=current,
        time=time,
        voltage=voltage,
        capacity=current * hours,
        temperature=np.full(time.shape, cell.initial_temperature),
        outcome=outcome,
        open_circuit_voltage=cell.open_circuit_voltage,
        initial_voltage=float(voltage[0]) if exists else np.nan,
        end_temperature=cell.initial_temperature if exists else np.nan,
        min_salt_concentration=salt,
        negative_surface_stoichiometry=surfaces[0],
        positive_surface_stoichiometry=surfaces[1],
        steps=steps,
        newton_iterations=0,
        rejected_steps=0,
        energy=energy,
        power=energy / float(hours[-1]) if exists else np.nan,
    )
