"""microbatt's own engine: the porous-electrode equations in compiled kernels."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.cells.reading import load_cell
from microbatt.checks import POSITIVE, check_choice, check_integer, check_number
from microbatt.engines.points import ALLOWED, UNITS, as_points
from microbatt.engines.request import (
    Adiabatic,
    Inventory,
    Isothermal,
    Lumped,
    Settings,
    Thermal,
    check_settings,
    check_thermal,
)
from microbatt.engines.result import Discharge, DischargeBatch, join_batches
from microbatt.errors import SimulationError
from microbatt.porous_electrode.batch import simulate_many
from microbatt.porous_electrode.preparation import cell_parameters, numerics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells.cell import Cell

POINTS_A_THREAD = 16


def simulate_discharge(  # noqa: PLR0913 - the point, and one parameter a term
    cell: str | Path | Cell = "doyle-1996-cell-1",
    alpha: float = 2.3,
    S: float = 3.0,
    current: float = 17.5,
    *,
    inventory: Inventory | str = Inventory.AREA_ONLY,
    cutoff_voltage: float = 2.0,
    thermal: Thermal = Isothermal(),
    settings: Settings = Settings(),
    raise_on_failure: bool = False,
) -> Discharge:
    """Discharge a cell from rest at constant current down to a cut-off voltage.

    Solves the porous-electrode equations of Doyle, Fuller & Newman (1993); see docs/physics.md.

    Parameters
    ----------
    cell
        A name that `microbatt cells` lists, the path of a cell file, or a `Cell`.
    alpha, S
        Tortuosity exponent and particle shape factor of the positive electrode [-].
    current
        Discharge current [A m⁻² of separator].
    inventory
        The lithium balance of the particles: ``"area-only"`` or ``"conserving"``.
    cutoff_voltage
        Where the discharge ends [V].
    thermal
        `Isothermal()`, `Adiabatic()` or `Lumped(heat_transfer_coefficient=…)`.
    settings
        How finely to solve.
    raise_on_failure
        Raise instead of returning a discharge without a whole curve.

    Returns
    -------
    Discharge
        The curve and how it ended.

    Raises
    ------
    ParameterError
        If an argument is out of range, or the cell is unknown.
    SimulationError
        If `raise_on_failure` and there is no whole curve.

    Examples
    --------
    >>> discharge = simulate_discharge("doyle-1996-cell-1", alpha=2.3, S=3.0, current=35.0)
    >>> discharge.outcome.name
    'CUTOFF_REACHED'
    >>> round(discharge.discharge_capacity, 1)
    15.5
    """
    point = {"alpha": alpha, "S": S, "current": current}
    for name, value in point.items():
        check_number(name, value, ALLOWED[name], unit=UNITS[name])
    discharge = simulate_discharges(
        cell,
        point,
        inventory=inventory,
        cutoff_voltage=cutoff_voltage,
        thermal=thermal,
        settings=settings,
    )[0]
    if raise_on_failure and not discharge.outcome.is_whole:
        raise SimulationError(
            f"alpha {alpha:g}, S {S:g}, {current:g} A m⁻²: {discharge.outcome.message}."
        )
    return discharge


def simulate_discharges(
    cell: str | Path | Cell,
    points: ArrayLike | Mapping[str, Any],
    *,
    inventory: Inventory | str = Inventory.AREA_ONLY,
    cutoff_voltage: float = 2.0,
    thermal: Thermal = Isothermal(),
    settings: Settings = Settings(),
    threads: int = 1,
) -> DischargeBatch:
    """Discharge a cell at many points; the same numbers, to the last bit, as one by one.

    The interpreter lock is released while the kernels run.

    Parameters
    ----------
    cell, inventory, cutoff_voltage, thermal, settings
        As for `simulate_discharge`.
    points
        Rows of (alpha, S, current [A m⁻²]), shape (n, 3); or a dict, DataFrame or Dataset with
        columns of these names.
    threads
        How many threads share the points.

    Returns
    -------
    DischargeBatch
        The n discharges, in the order of the points.

    Raises
    ------
    ParameterError
        If an argument or a point is out of range, or the cell is unknown.

    Examples
    --------
    >>> batch = simulate_discharges("doyle-1996-cell-1", [(2.3, 3.0, 17.5), (2.3, 3.0, 70.0)])
    >>> batch[1].discharge_capacity < batch[0].discharge_capacity
    True
    """
    rows = as_points(points)
    check_choice("inventory", str(inventory), [str(one) for one in Inventory])
    check_number("cutoff_voltage", cutoff_voltage, POSITIVE, unit="V")
    check_integer("threads", threads, low=1)
    check_settings(settings)
    parameters = cell_parameters(
        load_cell(cell), heat_transfer_coefficient=_heat_transfer(check_thermal(thermal))
    )
    resolution = numerics(
        tolerance=float(settings.tolerance),
        mesh=float(settings.mesh),
        particle_modes=int(settings.particle_modes),
        max_steps=int(settings.max_steps),
    )
    conserving = Inventory(inventory) is Inventory.CONSERVING

    def solve(part: NDArray[np.float64]) -> DischargeBatch:
        batch, _ = simulate_many(parameters, resolution, part, conserving, float(cutoff_voltage))
        return _labelled(part, batch)

    if threads == 1 or len(rows) <= POINTS_A_THREAD:
        return solve(rows)
    parts = np.array_split(rows, -(-len(rows) // POINTS_A_THREAD))
    with ThreadPoolExecutor(threads) as pool:
        return join_batches(list(pool.map(solve, parts)))


def _heat_transfer(thermal: Thermal) -> float | None:
    if isinstance(thermal, Lumped):
        return float(thermal.heat_transfer_coefficient)
    return 0.0 if isinstance(thermal, Adiabatic) else None


def _labelled(points: NDArray[np.float64], batch: Any) -> DischargeBatch:  # noqa: ANN401 - numba's tuple
    """Give the kernel's columns their names."""
    scalars, counters = batch.scalars.T, batch.counters.T
    return DischargeBatch(
        alpha=points[:, 0],
        S=points[:, 1],
        current=points[:, 2],
        outcome=batch.outcome,
        offsets=batch.offsets,
        time=batch.curves[0],
        voltage=batch.curves[1],
        temperature=batch.curves[2],
        open_circuit_voltage=scalars[0],
        initial_voltage=scalars[1],
        end_temperature=scalars[2],
        min_salt_concentration=scalars[3],
        negative_surface_stoichiometry=scalars[4],
        positive_surface_stoichiometry=scalars[5],
        energy=scalars[6],
        power=scalars[7],
        steps=counters[0],
        newton_iterations=counters[1],
        rejected_steps=counters[2],
    )
