"""Discharging a cell: the one call that every engine answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microbatt.cells import load_cell
from microbatt.checks import check_integer, check_number
from microbatt.engines.contract.points import ALLOWED, UNITS, varied_in
from microbatt.engines.contract.registry import load_engine
from microbatt.engines.dense_output import with_points_between
from microbatt.engines.request import Inventory, Isothermal, Thermal
from microbatt.engines.sensitivities import check_sensitivities, differentiate
from microbatt.errors import ParameterError, SimulationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike

    from microbatt.cells import Cell
    from microbatt.engines.contract.engine import Engine, EngineSettings, Request
    from microbatt.engines.result import Discharge, DischargeBatch


def simulate_discharge(  # noqa: PLR0913 - the point, and one parameter a term
    cell: str | Path | Cell = "doyle-1996-cell-1",
    alpha: float | None = None,
    S: float | None = None,
    current: float | str | None = None,
    *,
    inventory: Inventory | str = Inventory.CONSERVING,
    cutoff_voltage: float | None = None,
    thermal: Thermal = Isothermal(),
    settings: EngineSettings | None = None,
    engine: str = "native",
    time_limit: float | None = None,
    raise_on_failure: bool = False,
    sensitivities: Sequence[str] = (),
    **values: float,
) -> Discharge:
    """Discharge a cell from rest at constant current down to a cut-off voltage.

    Solves the porous-electrode equations of Doyle, Fuller & Newman (1993); see docs/physics.md.

    Parameters
    ----------
    cell : str, Path or Cell
        A name that `microbatt cells` lists, the path of a cell file, or a cell.
    alpha : float, default the cell's own
        Tortuosity exponent of the positive electrode [-].
    S : float, default the cell's own
        Particle shape factor of the positive electrode [-].
    current : float or str, default the cell's 1 C
        Discharge current: [A m⁻² of separator], or text such as ``"2C"``, ``"C/20"``, ``"12.5 A"``.
    inventory : {"conserving", "area-only"}
        The lithium balance of the particles. A particle of a real cell loses what crosses its
        surface, ``"conserving"``; in ``"area-only"``, the balance of dualfoil and of the published
        data set, S also multiplies the capacity.
    cutoff_voltage : float, default the cell's own, else 2 V
        Where the discharge ends [V].
    thermal : Isothermal, Adiabatic or Lumped
        What happens to the heat: `Isothermal()`, `Adiabatic()` or
        `Lumped(heat_transfer_coefficient=…)`.
    settings : EngineSettings, default the engine's own
        How the engine is to solve: `Settings` for the native one.
    engine : str
        ``"native"``, ``"dualfoil"``, ``"pybamm"``, or ``"module:attribute"`` of your own; see
        `load_engine`.
    time_limit : float, optional
        Wall-clock limit [s], for engines that may take long; the native one keeps none.
    raise_on_failure : bool
        Raise instead of returning a discharge without a whole curve.
    sensitivities : sequence of str
        Numbers of the cell, by their names in `microbatt.parameters`, by which voltage, capacity
        and energy are differentiated; the native engine does so.
    **values : float
        Other numbers of the cell, by the names of `microbatt.parameters` in SI units:
        ``positive_thickness=1e-4``.

    Returns
    -------
    Discharge
        The curve and how it ended. Straight lines between its points are within 0.02 mV of the
        monotone cubic through the engine's steps.

    Raises
    ------
    ParameterError
        If an argument is out of range or beyond the engine, or the cell or engine is unknown.
    SimulationError
        If `raise_on_failure` and there is no whole curve.

    See Also
    --------
    simulate_discharges : Many points in one call.

    Examples
    --------
    >>> discharge = simulate_discharge("doyle-1996-cell-1", current=35.0)
    >>> discharge.alpha, discharge.S, discharge.outcome.name
    (2.3, 3.0, 'CUTOFF_REACHED')
    >>> round(discharge.discharge_capacity, 1)
    15.5
    """
    loaded = load_cell(cell)
    if values:  # a number that is given twice, by two names, is refused
        point = {"alpha": alpha, "S": S}
        loaded = loaded.with_values(values | {k: v for k, v in point.items() if v is not None})
    own = {"alpha": loaded.positive.alpha, "S": loaded.positive.S, "current": loaded.one_c_current}
    along = current if current is None else loaded.current_density(current)
    given = {"alpha": alpha, "S": S, "current": along}
    point = {name: own[name] if value is None else value for name, value in given.items()}
    for name, value in point.items():
        check_number(name, value, ALLOWED[name], unit=UNITS[name])
    found = load_engine(engine)
    request = found.request(
        cell=loaded,
        inventory=inventory,
        cutoff_voltage=cutoff_voltage,
        thermal=thermal,
        settings=settings,
        time_limit=time_limit,
    )
    discharge = with_points_between(_solved(found, request, point, sensitivities))[0]
    if raise_on_failure and not discharge.outcome.is_whole:
        at = f"alpha {discharge.alpha:g}, S {discharge.S:g}, {discharge.current:g} A m⁻²"
        raise SimulationError(f"{at}: {discharge.outcome.message}.")
    return discharge


def simulate_discharges(  # noqa: PLR0913 - one parameter a term
    cell: str | Path | Cell,
    points: ArrayLike | Mapping[str, Any],
    *,
    inventory: Inventory | str = Inventory.CONSERVING,
    cutoff_voltage: float | None = None,
    thermal: Thermal = Isothermal(),
    settings: EngineSettings | None = None,
    engine: str = "native",
    time_limit: float | None = None,
    threads: int = 1,
    sensitivities: Sequence[str] = (),
) -> DischargeBatch:
    """Discharge a cell at many points; the same numbers, to the last bit, as one by one.

    Parameters
    ----------
    cell : str, Path or Cell
        A name that `microbatt cells` lists, the path of a cell file, or a cell.
    points : array_like, dict, DataFrame or Dataset
        Rows of (alpha, S, current [A m⁻²]), shape (n, 3); or columns of these names. A dict
        without ``alpha`` or ``S`` means the cell's own.
    inventory : {"conserving", "area-only"}
        The lithium balance of the particles; see `simulate_discharge`.
    cutoff_voltage : float, default the cell's own, else 2 V
        Where a discharge ends [V].
    thermal : Isothermal, Adiabatic or Lumped
        What happens to the heat.
    settings : EngineSettings, default the engine's own
        How the engine is to solve.
    engine : str
        Name of the engine; see `load_engine`.
    time_limit : float, optional
        Wall-clock limit for each curve [s]; the native engine keeps none.
    threads : int
        How many threads share the points, with an engine that works in threads.
    sensitivities : sequence of str
        As for `simulate_discharge`; the numbers must be the same for all points but alpha and S.

    Returns
    -------
    DischargeBatch
        The n discharges, in the order of the points.

    Raises
    ------
    ParameterError
        If an argument or a point is out of range or beyond the engine, or the cell or engine is
        unknown.

    See Also
    --------
    simulate_discharge : One point, by keyword.

    Examples
    --------
    >>> batch = simulate_discharges("doyle-1996-cell-1", [(2.3, 3.0, 17.5), (2.3, 3.0, 70.0)])
    >>> batch[1].discharge_capacity < batch[0].discharge_capacity
    True
    """
    loaded = load_cell(cell)
    check_integer("threads", threads, low=1)
    found = load_engine(engine)
    request = found.request(
        cell=loaded,
        inventory=inventory,
        cutoff_voltage=cutoff_voltage,
        thermal=thermal,
        settings=settings,
        time_limit=time_limit,
    )
    return with_points_between(_solved(found, request, points, sensitivities, threads))


def _solved(
    engine: Engine,
    request: Request,
    points: ArrayLike | Mapping[str, Any],
    names: Sequence[str],
    threads: int = 1,
) -> DischargeBatch:
    """Return the discharges at some points, with their derivatives if any are asked for."""
    if request.time_limit is not None and not engine.keeps_time_limit:
        raise ParameterError(
            f"`time_limit` is {request.time_limit:g} s; the engine {engine.name!r} keeps none, as "
            "a curve takes it milliseconds. Leave `time_limit` out; `settings` bound the steps."
        )
    checked = check_sensitivities(names)
    if not checked:
        return engine.run(request, points, threads=threads)
    if varied_in(points):
        raise ParameterError(
            f"`sensitivities` came with points in which {', '.join(varied_in(points))} vary; give "
            "a cell for each of them, `cell.with_values(…)`, and points of alpha, S and current."
        )
    return differentiate(engine, request, points, checked, threads=threads)
