"""Discharging a cell: the one call that every engine answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells.reading import load_cell
from microbatt.checks import check_integer, check_number
from microbatt.engines.points import ALLOWED, UNITS, as_points, in_parts
from microbatt.engines.registry import load_engine
from microbatt.engines.request import Inventory, Isothermal, Thermal
from microbatt.engines.result import Discharge, DischargeBatch, join_batches
from microbatt.errors import ParameterError, SimulationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells.cell import Cell
    from microbatt.engines.engine import Engine, EngineSettings, Request

_POINTS_A_PART: Final = 16
"""At most so many of a call go to a thread at once."""


def simulate_discharge(  # noqa: PLR0913 - the point, and one parameter a term
    cell: str | Path | Cell = "doyle-1996-cell-1",
    alpha: float = 2.3,
    S: float = 3.0,
    current: float = 17.5,
    *,
    inventory: Inventory | str = Inventory.AREA_ONLY,
    cutoff_voltage: float = 2.0,
    thermal: Thermal = Isothermal(),
    settings: EngineSettings | None = None,
    engine: str = "native",
    time_limit: float | None = None,
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
        How the engine is to solve: `Settings` for the native one; None is the engine's default.
    engine
        ``"native"``, ``"dualfoil"``, ``"pybamm"``, or ``"module:attribute"`` of your own; see
        `microbatt.engines.registry.load_engine`.
    time_limit
        Wall-clock limit [s], for engines that may take long.
    raise_on_failure
        Raise instead of returning a discharge without a whole curve.

    Returns
    -------
    Discharge
        The curve and how it ended.

    Raises
    ------
    ParameterError
        If an argument is out of range or beyond the engine, or the cell or engine is unknown.
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
        engine=engine,
        time_limit=time_limit,
    )[0]
    if raise_on_failure and not discharge.outcome.is_whole:
        raise SimulationError(
            f"alpha {alpha:g}, S {S:g}, {current:g} A m⁻²: {discharge.outcome.message}."
        )
    return discharge


def simulate_discharges(  # noqa: PLR0913 - one parameter a term
    cell: str | Path | Cell,
    points: ArrayLike | Mapping[str, Any],
    *,
    inventory: Inventory | str = Inventory.AREA_ONLY,
    cutoff_voltage: float = 2.0,
    thermal: Thermal = Isothermal(),
    settings: EngineSettings | None = None,
    engine: str = "native",
    time_limit: float | None = None,
    threads: int = 1,
) -> DischargeBatch:
    """Discharge a cell at many points; the same numbers, to the last bit, as one by one.

    Parameters
    ----------
    cell, inventory, cutoff_voltage, thermal, settings, engine
        As for `simulate_discharge`.
    points
        Rows of (alpha, S, current [A m⁻²]), shape (n, 3); or a dict, DataFrame or Dataset with
        columns of these names.
    time_limit
        Wall-clock limit for each curve [s].
    threads
        How many threads share the points, with an engine that works in threads.

    Returns
    -------
    DischargeBatch
        The n discharges, in the order of the points.

    Raises
    ------
    ParameterError
        If an argument or a point is out of range or beyond the engine, or the cell or engine is
        unknown.

    Examples
    --------
    >>> batch = simulate_discharges("doyle-1996-cell-1", [(2.3, 3.0, 17.5), (2.3, 3.0, 70.0)])
    >>> batch[1].discharge_capacity < batch[0].discharge_capacity
    True
    """
    rows = as_points(points)
    check_integer("threads", threads, low=1)
    found = load_engine(engine)
    request = found.request(
        cell=load_cell(cell),
        inventory=inventory,
        cutoff_voltage=cutoff_voltage,
        thermal=thermal,
        settings=settings,
        time_limit=time_limit,
    )
    found.refuse(request, rows)
    if threads == 1 or len(rows) == 1:
        return found.simulate(request, rows)
    return _shared(found, request, rows, threads)


def _shared(
    engine: Engine, request: Request, rows: NDArray[np.float64], threads: int
) -> DischargeBatch:
    if not engine.in_threads:
        raise ParameterError(
            f"`threads` is {threads}; the engine {engine.name!r} does not work in threads. Leave "
            "`threads` out, or run a campaign, which starts processes."
        )
    parts = in_parts(rows, threads, _POINTS_A_PART)
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(engine.simulate, request, part) for part in parts]
        try:
            return join_batches([future.result() for future in futures])
        finally:  # after an interrupt nothing that waits is begun
            pool.shutdown(cancel_futures=True)
