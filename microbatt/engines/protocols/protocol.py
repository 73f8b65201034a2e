"""Running a protocol on a cell: charge, rest, pulse, hold and profile, each from the last state."""

from __future__ import annotations

import hashlib
import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells import HIGHEST_VOLTAGE, load_cell
from microbatt.checks import POSITIVE, check_choice, check_integer, check_number, shown
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines.compile_notice import tell_of_compiling
from microbatt.engines.contract.points import check_varied
from microbatt.engines.interrupts import interruptible
from microbatt.engines.native import heat_follows_charge, heat_transfer, numerics_version
from microbatt.engines.protocols.protocol_points import with_points_between
from microbatt.engines.protocols.protocol_result import Simulation, step_results
from microbatt.engines.protocols.protocol_rows import Limits, Table, table_of
from microbatt.engines.request import (
    Inventory,
    Isothermal,
    MeasuredTemperature,
    Settings,
    Thermal,
    check_driven,
    check_thermal,
)
from microbatt.engines.temperature_range import warn_outside_range
from microbatt.errors import ParameterError, SimulationError
from microbatt.outcomes import StepOutcome
from microbatt.parameters import POINT
from microbatt.protocols import Protocol, as_protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells import Cell
    from microbatt.porous_electrode import ProtocolCurves


_SOURCES: Final = ("engines/dense_output.py", "engines/protocols/*.py", "protocols/*.py")
"""Where the numbers of a protocol come from beside those of a discharge."""
_HIGHEST: Final = 5.0
"""Where a charge ends if neither cell nor caller says [V]: no usual electrolyte stands more."""
_SCARCE: Final = 1e-3
"""Of the salt at rest; where less is left the reaction may be a front, thinner than any element."""
_FINER: Final = (2.0, 4.0)
"""How much finer the meshes are on which a failed protocol is run again; the last for fronts."""
_A_MOMENT: Final = 1e-9
_SALT: Final = 8
"""Row of the points with the least concentration of salt."""
_FAILURES: Final = frozenset(outcome for outcome in StepOutcome if outcome.is_failure)
_SOLVER: Final = _FAILURES - {StepOutcome.TIME_LIMIT}
"""Failures that another mesh may not have; that of the clock is told."""


@cache
def protocol_version() -> str:
    """Return a digest of the code from which the numbers of a protocol come.

    Returns
    -------
    str
        It changes when they may.
    """
    package = Path(__file__).parents[2]
    sources = sorted(path for place in _SOURCES for path in package.glob(place))
    content = b"\0".join(path.read_bytes() for path in sources)
    return f"{numerics_version()}, protocols {hashlib.sha256(content).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """All that a call says beside the cell and the protocol."""

    inventory: Inventory
    thermal: Thermal | MeasuredTemperature
    settings: Settings
    limits: Limits
    time_limit: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolRequest:
    """On which terms a protocol is to be run on which cell; the points come beside it.

    Attributes
    ----------
    cell : Cell
        Of which cell.
    protocol : Protocol
        What is run.
    lower_voltage, upper_voltage : float, default the cell's own
        Between which the cell is used [V]; see `simulate`. An infinite upper one is none.
    inventory : Inventory
        Which of the two lithium balances.
    thermal : Thermal
        What happens to the heat.
    settings : Settings, default those of the native engine
        How finely to solve.
    time_limit : float or None
        Wall-clock limit for one run of the protocol [s]; None is none.
    varied : tuple of str
        Numbers of the cell, by their name in `microbatt.parameters`, that vary from point to point
        beside alpha and S. Each is a further column of the points.
    """

    cell: Cell
    protocol: Protocol
    lower_voltage: float | None = None
    upper_voltage: float | None = None
    inventory: Inventory = Inventory.CONSERVING
    thermal: Thermal = field(default_factory=Isothermal)
    settings: Settings | None = None
    time_limit: float | None = None
    varied: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "protocol", as_protocol(self.protocol))
        object.__setattr__(self, "varied", check_varied(self.varied))
        check_thermal(self.thermal)
        terms = self.terms
        for step in self.protocol.steps:
            step.between(terms.limits.lowest, terms.limits.upper_cutoff)
        for name, value in (
            ("inventory", terms.inventory),
            ("settings", terms.settings),
            ("lower_voltage", terms.limits.lowest),
            ("upper_voltage", terms.limits.highest),
        ):
            object.__setattr__(self, name, value)

    @property
    def columns(self) -> tuple[str, ...]:
        """What the columns of the points are: alpha, S, then what else varies."""
        return (*POINT, *self.varied)

    @property
    def terms(self) -> _Terms:
        """All that a call says beside the cell and the protocol."""
        limits = (self.lower_voltage, self.upper_voltage)
        return _terms(
            self.cell, self.inventory, self.thermal, limits, self.settings, self.time_limit
        )

    def cells(self, points: NDArray[np.float64]) -> list[Cell]:
        """Return the cell at each point.

        Parameters
        ----------
        points : ndarray
            Shape (n, 2 + k), with the columns that `columns` names.

        Returns
        -------
        list of Cell
            Of length n.

        Raises
        ------
        ParameterError
            If there can be no such cell.
        """
        return [
            self.cell.with_values(dict(zip(self.columns, row, strict=True)))
            for row in points.tolist()
        ]


def check_points(request: ProtocolRequest, points: NDArray[np.float64]) -> None:
    """Refuse cells that there cannot be, and a protocol that asks one for what cannot be.

    Parameters
    ----------
    request : ProtocolRequest
        On which terms.
    points : ndarray
        Shape (n, 2 + k), with the columns that ``request.columns`` names.

    Raises
    ------
    ParameterError
        Saying which number of a cell, or which step, it is and why.
    """
    limits = request.terms.limits
    for cell in request.cells(points):
        table_of(request.protocol, cell, limits)


def simulate_points(
    request: ProtocolRequest, points: NDArray[np.float64]
) -> tuple[Simulation, ...]:
    """Run a protocol at some points.

    Parameters
    ----------
    request : ProtocolRequest
        On which terms.
    points : ndarray
        Shape (n, 2 + k), with the columns that ``request.columns`` names.

    Returns
    -------
    tuple of Simulation
        In the order of the rows; the same numbers as one by one.

    Raises
    ------
    ParameterError
        As for `check_points`.
    """
    terms = request.terms
    return tuple(_run(cell, request.protocol, terms) for cell in request.cells(points))


def simulate(  # noqa: PLR0913 - one parameter a term
    cell: str | Path | Cell,
    protocol: Any,  # noqa: ANN401 - see the docstring
    *,
    inventory: Inventory | str = Inventory.CONSERVING,
    thermal: Thermal | MeasuredTemperature = Isothermal(),
    lower_voltage: float | None = None,
    upper_voltage: float | None = None,
    settings: Settings | None = None,
    time_limit: float | None = None,
    raise_on_failure: bool = False,
    **values: float,
) -> Simulation:
    """Run a protocol on a cell: charges, discharges, rests, holds, powers and sampled profiles.

    Each step begins from the state that the one before left; the first from rest. A step that
    cannot be run, or leaves the range in which the cell is used, ends the protocol, and the steps
    after it say that they were not run.

    Parameters
    ----------
    cell : str, Path or Cell
        A name that `microbatt cells` lists, the path of a cell file, or a cell.
    protocol : str, Step, Samples, Path, Protocol or iterable of these
        Sentences such as ``"Charge at 1C until 4.2 V"`` or ``"Rest for 1 hour"``, a TOML file, or
        records; see `microbatt.protocols.as_protocol`.
    inventory : {"conserving", "area-only"}
        The lithium balance of the particles; see `simulate_discharge`.
    thermal : Isothermal, Adiabatic, Lumped or MeasuredTemperature
        What happens to the heat, or a temperature that was measured.
    lower_voltage, upper_voltage : float, default the cell's own
        Between which the cell is used [V]; 2 V and 5 V where it does not say. 0 and infinity
        are no limits. A step may end there, and none goes beyond.
    settings : Settings, default those of the native engine
        How finely to solve.
    time_limit : float, optional
        Wall-clock limit for the whole protocol [s].
    raise_on_failure : bool
        Raise instead of returning a simulation whose protocol was not run to its end.
    **values : float
        Other numbers of the cell, by the names of `microbatt.parameters` in SI units:
        ``alpha=2.0``, ``positive_thickness=1e-4``.

    Returns
    -------
    Simulation
        Time, current, voltage and more, and how each step ended.

    Raises
    ------
    ParameterError
        If an argument is out of range or unknown, a sentence is not understood, or a step asks for
        a voltage outside the limits.
    SimulationError
        If `raise_on_failure` and a step did not end as it says.

    See Also
    --------
    simulate_many : Many cells by their numbers, one protocol.
    simulate_discharge : A discharge from rest by itself, which is faster.

    Examples
    --------
    >>> simulation = simulate("lco-graphite", ["Discharge at 1C for 10 minutes", "Rest for 1 hour"])
    >>> [step.outcome.name for step in simulation.steps]
    ['TIME', 'TIME']
    >>> round(simulation.steps[0].capacity, 3)
    5.0
    """
    loaded = load_cell(cell)
    loaded = loaded.with_values(values) if values else loaded
    terms = _terms(loaded, inventory, thermal, (lower_voltage, upper_voltage), settings, time_limit)
    simulation = _run(loaded, as_protocol(protocol), terms)
    if raise_on_failure and simulation.stopped is not None:
        step = simulation.stopped
        raise SimulationError(f"step {step.number}, '{step.text}': {step.outcome.message}.")
    return simulation


def simulate_many(  # noqa: PLR0913 - one parameter a term
    cell: str | Path | Cell,
    protocol: Any,  # noqa: ANN401 - see `simulate`
    values: Mapping[str, ArrayLike],
    *,
    inventory: Inventory | str = Inventory.CONSERVING,
    thermal: Thermal | MeasuredTemperature = Isothermal(),
    lower_voltage: float | None = None,
    upper_voltage: float | None = None,
    settings: Settings | None = None,
    time_limit: float | None = None,
    threads: int = 1,
) -> tuple[Simulation, ...]:
    """Run one protocol on many cells that differ in some numbers.

    Parameters
    ----------
    cell : str, Path or Cell
        As for `simulate`.
    protocol : str, Step, Samples, Path, Protocol or iterable of these
        As for `simulate`.
    values : mapping of str to array_like
        Columns of numbers by the names of `microbatt.parameters`, of one length or single numbers:
        ``{"alpha": [1.0, 2.0], "S": 3.0}``.
    inventory : {"conserving", "area-only"}
        As for `simulate`.
    thermal : Isothermal, Adiabatic, Lumped or MeasuredTemperature
        As for `simulate`.
    lower_voltage, upper_voltage : float, default the cell's own
        As for `simulate` [V].
    settings : Settings, default those of the native engine
        How finely to solve.
    time_limit : float, optional
        Wall-clock limit for each [s].
    threads : int
        How many threads share the work.

    Returns
    -------
    tuple of Simulation
        In the order of the rows; the same numbers as one by one.

    Raises
    ------
    ParameterError
        As for `simulate`, or if the columns differ in length.

    Examples
    --------
    >>> both = simulate_many("lco-graphite", "Discharge at 1C for 60 s", {"alpha": [0.5, 3.0]})
    >>> bool(both[0].voltage[-1] > both[1].voltage[-1])
    True
    """
    loaded = load_cell(cell)
    check_integer("threads", threads, low=1)
    steps = as_protocol(protocol)
    terms = _terms(loaded, inventory, thermal, (lower_voltage, upper_voltage), settings, time_limit)
    cells = [loaded.with_values(row) for row in _rows(values)]
    if threads == 1:
        return tuple(_run(one, steps, terms) for one in cells)
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(_run, one, steps, terms) for one in cells]
        try:
            return tuple(future.result() for future in futures)
        finally:  # after an interrupt nothing that waits is begun
            pool.shutdown(cancel_futures=True)


def _rows(values: Mapping[str, ArrayLike]) -> list[dict[str, float]]:
    if not hasattr(values, "items"):
        raise ParameterError(
            f"`values` is {shown(values)}; give columns by name, as in {{'alpha': [1.0, 2.0]}}."
        )
    try:
        columns = {
            name: np.atleast_1d(np.asarray(column, float)) for name, column in values.items()
        }
        table = np.broadcast_arrays(*columns.values())
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"`values` are not columns of numbers of one length: {error}."
        ) from error
    if not columns or table[0].ndim != 1:
        raise ParameterError("`values` must hold at least one column, of one dimension.")
    return [dict(zip(columns, map(float, row), strict=True)) for row in zip(*table, strict=True)]


def _terms(
    cell: Cell,
    inventory: Inventory | str,
    thermal: Thermal | MeasuredTemperature,
    limits: tuple[float | None, float | None],
    settings: Settings | None,
    time_limit: float | None,
) -> _Terms:
    check_choice("inventory", str(inventory), [str(one) for one in Inventory])
    check_driven(thermal)
    if settings is not None and not isinstance(settings, Settings):
        raise ParameterError(f"`settings` is {settings!r}; it must be microbatt.Settings(…).")
    if time_limit is not None:
        check_number("time_limit", time_limit, POSITIVE, unit="s")
    return _Terms(
        inventory=Inventory(inventory),
        thermal=thermal,
        settings=settings or Settings(),
        limits=_limits(cell, *limits),
        time_limit=time_limit,
    )


def _limits(cell: Cell, lower: float | None, upper: float | None) -> Limits:
    for name, value in (("lower_voltage", lower), ("upper_voltage", upper)):
        endless = isinstance(value, float) and math.isinf(value)
        if value is not None and not endless:
            check_number(name, value, unit="V")
    highest = cell.upper_cutoff_voltage if upper is None else upper
    limits = Limits(
        float(cell.cutoff_voltage if lower is None else lower),
        _HIGHEST if highest is None else min(float(highest), HIGHEST_VOLTAGE),
        stated=highest is not None,
    )
    if not 0.0 <= limits.lowest < limits.highest:
        raise ParameterError(
            f"`lower_voltage` is {limits.lowest:g} V and `upper_voltage` {limits.highest:g} V; the "
            "first must be at least 0 V and below the second."
        )
    return limits


def _run(cell: Cell, protocol: Protocol, terms: _Terms) -> Simulation:
    from microbatt.porous_electrode import Samples as Drive
    from microbatt.porous_electrode import Terms, cell_parameters, numerics, run_protocol

    if not isinstance(terms.thermal, Isothermal | MeasuredTemperature):
        cell.check_heat()
    tell_of_compiling()
    table = table_of(protocol, cell, terms.limits)
    thermal, settings = terms.thermal, terms.settings
    measured = isinstance(thermal, MeasuredTemperature)
    heated = Isothermal() if isinstance(thermal, MeasuredTemperature) else thermal
    empty = np.empty(0)
    drive = Drive(
        table.time,
        table.value,
        table.charge,
        np.array(thermal.time, float) if isinstance(thermal, MeasuredTemperature) else empty,
        np.array(thermal.temperature, float) if isinstance(thermal, MeasuredTemperature) else empty,
    )
    prepared = cell_parameters(
        cell,
        heat_transfer_coefficient=heat_transfer(heated),
        heat_follows_charge=heat_follows_charge(heated),
    )

    def solve(finer: float, time_limit: float | None) -> ProtocolCurves:
        resolution = numerics(
            tolerance=float(settings.tolerance),
            mesh=finer * float(settings.mesh),
            particle_modes=int(settings.particle_modes),
            max_steps=int(settings.max_steps),
        )
        run_on = Terms(
            alpha=cell.positive.alpha,
            S=cell.positive.S,
            conserving=terms.inventory is Inventory.CONSERVING,
            largest_current=table.largest_current,
            initial_temperature=(
                float(np.interp(0.0, drive.temperature_time, drive.temperature))
                if measured
                else cell.initial_temperature
            ),
            time_limit=time_limit,
        )
        return run_protocol(prepared, resolution, table.rows, drive, run_on)

    scarce = _SCARCE * cell.electrolyte.initial_concentration

    def solve_all(look: Callable[[], None]) -> ProtocolCurves:
        def looking(finer: float, time_limit: float | None) -> ProtocolCurves:
            look()
            return solve(finer, time_limit)

        return _on_mesh_that_serves(looking, scarce, terms.time_limit)

    curves = interruptible(solve_all)  # a signal that a kernel's end meets would end the process
    driven = thermal if isinstance(thermal, MeasuredTemperature) else None
    return _labelled(cell, protocol, table, curves, driven)


def _on_mesh_that_serves(
    solve: Callable[[float, float | None], ProtocolCurves], scarce: float, time_limit: float | None
) -> ProtocolCurves:
    """Run a protocol, and again on finer meshes where it fails or has a front.

    A front is supposed where less salt than `scarce` was left [mol m⁻³]. A step that could not be
    reached is asked of finer meshes too: where salt and surfaces are all but exhausted, powers have
    several currents. A finer mesh counts unless it fails where the one before did not.
    """
    begin = time.perf_counter()
    curves = solve(1.0, time_limit)
    for finer in _FINER:
        front = curves.points[_SALT].min(initial=math.inf) < scarce
        failed = _failed(curves)
        doubted = failed or StepOutcome.UNREACHABLE in _outcomes(curves)
        if StepOutcome.TIME_LIMIT in failed or not (doubted or front):
            break
        if front and finer < _FINER[-1]:
            continue
        left = time_limit and max(time_limit - time.perf_counter() + begin, _A_MOMENT)
        again = solve(finer, left)
        if failed or not _failed(again) & _SOLVER:
            curves = again
    return curves


def _failed(curves: ProtocolCurves) -> frozenset[StepOutcome]:
    return _outcomes(curves) & _FAILURES


def _outcomes(curves: ProtocolCurves) -> frozenset[StepOutcome]:
    return frozenset(StepOutcome(code) for code in curves.outcome.tolist())


def _labelled(
    cell: Cell,
    protocol: Protocol,
    table: Table,
    curves: ProtocolCurves,
    measured: MeasuredTemperature | None,
) -> Simulation:
    """Give the kernel's rows their names."""
    points, ends = with_points_between(protocol, curves, measured)
    warn_outside_range(cell, points[3])
    return Simulation(
        cell=cell.name,
        protocol=protocol,
        time=points[0],
        current=points[1],
        voltage=points[2],
        temperature=points[3],
        capacity=points[4] / SECONDS_PER_HOUR,
        lithium_overpotential=points[5],
        mean_negative_stoichiometry=points[6],
        mean_positive_stoichiometry=points[7],
        min_salt_concentration=points[8],
        step=points[9].astype(np.int64),
        steps=step_results(
            protocol, points[[0, 1, 2, 4]], _endings(table, curves.outcome, ends, len(protocol))
        ),
        open_circuit_voltage=cell.open_circuit_voltage,
        area=cell.area,
        newton_iterations=curves.newton_iterations,
        rejected_steps=curves.rejected_steps,
    )


def _endings(
    table: Table, outcomes: NDArray[np.int8], ends: NDArray[np.int64], steps: int
) -> Sequence[tuple[int, StepOutcome]]:
    """Return where the points of each step end and how it did: as its last row that was run."""
    endings = [(0, StepOutcome.NOT_RUN)] * steps
    for k, row in enumerate(table.rows):
        outcome = StepOutcome(int(outcomes[k]))
        if outcome is StepOutcome.TIME and k in table.by_capacity:
            outcome = StepOutcome.CAPACITY
        if outcome is not StepOutcome.NOT_RUN:
            endings[row.step] = (int(ends[k]), outcome)
    return endings
