"""What a simulated curve owes to each number of its cell: derivatives on the steps of the curve.

Each number is displaced by a millionth, and the discharge solved along with it on the mesh and the
steps of the curve: linearly, all numbers side by side (`microbatt.porous_electrode.tangent`), or,
where a material needs more than lanes can carry, one after the other by Newton's method
(`microbatt.porous_electrode.follow`).  At constant current a fixed time is a fixed
capacity.  How the curve depends on time comes from steps that are all stretched alike; a number
that moves the voltage at the end by ∂V/∂p then moves the end by the stretch that moves it back, and
the energy is counted at equal shares of the time, where a cliff stays on the cliff.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from microbatt.checks import check_choice
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines.contract.points import COLUMNS, as_points
from microbatt.engines.interrupts import interruptible
from microbatt.engines.native import cell_for_kernels, labelled, resolution_of
from microbatt.engines.request import Inventory
from microbatt.engines.result import Sensitivities, join_batches
from microbatt.errors import ParameterError
from microbatt.parameters import POINT, Transform, parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.engines.contract.engine import Engine, Request
    from microbatt.engines.result import DischargeBatch

    Array: TypeAlias = NDArray[np.float64]
    Displace: TypeAlias = Callable[[Array, float], tuple[Any, Array, float]]

RELATIVE_STEP: Final = 1e-6
"""Displacement of a number that is fitted as a logarithm, over the number."""
SHARE_OF_STEP: Final = 1e-4
"""Displacement of any other, over the step of its finite differences."""
LINEAR: Final = 1e-5
"""By so much a voltage may move: far less than RT/F, by which logarithms bend [V]."""
_LEAST: Final = 1e-5
"""Share of a displacement below which rounding is no smaller than what it does."""
_UNKNOWN: Final = 0.1
"""Share of the steps of which no more may be without a derivative of their own."""
_TRIALS: Final = 4
_LESS: Final = 1e-2
"""Factor on a displacement that leads to no solution: it is beyond exhaustion."""


def check_sensitivities(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of numbers by which to differentiate.

    Raises
    ------
    ParameterError
        If a cell has no such number (the nearest are offered), or one stands twice.

    Examples
    --------
    >>> check_sensitivities(["positive_alpha", "S"])
    ('alpha', 'S')
    """
    checked = tuple(parameter(name).name for name in names)
    for name in checked:
        if checked.count(name) > 1:
            raise ParameterError(f"`sensitivities` names `{name}` twice; name each once.")
        if not parameter(name).shapes_curves:
            raise ParameterError(
                f"`sensitivities` names `{name}`, on which no discharge per area depends; "
                "leave it out."
            )
    return checked


def differentiate(
    engine: Engine,
    request: Request,
    points: ArrayLike | Mapping[str, Any],
    names: Sequence[str],
    *,
    threads: int = 1,
) -> DischargeBatch:
    """Discharge at some points, and differentiate the curves.

    Parameters
    ----------
    engine : Engine
        The native one.
    request : Request
        On which terms; its cell is the only one.
    points : array_like or dict
        Rows of alpha, S and current, shape (n, 3), or columns of these names.
    names : sequence of str
        From `check_sensitivities`.
    threads : int
        How many threads share the points.

    Returns
    -------
    DischargeBatch
        The discharges that the engine gives without derivatives, and these.

    Raises
    ------
    ParameterError
        If the engine is another one, or a point is out of range.
    """
    check_choice("engine", engine.name, ["native"])
    rows = as_points(points, request.cell)
    engine.check(request, rows)
    moved = [_displaced(request, name) for name in names]
    known = tuple(names)

    def of(row: Array) -> tuple[DischargeBatch, Sensitivities]:
        return _of_one(engine, request, row, known, moved)

    def of_all(look: Callable[[], None]) -> list[tuple[DischargeBatch, Sensitivities]]:
        found = []
        for row in rows:
            look()
            found.append(of(row))
        return found

    if threads > 1 and len(rows) > 1:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(of, rows))
    else:
        found = interruptible(of_all)
    batches, told = [batch for batch, _ in found], tuple(one for _, one in found)
    joined = batches[0] if len(batches) == 1 else join_batches(batches)
    return replace(joined, sensitivities=told)


def _displaced(request: Request, name: str) -> Displace:
    """Return what gives another cell or point, and by how much its number differs.

    It takes the point, and a share of the usual displacement.
    """
    found = parameter(name)
    allowed = found.range_in(request.cell)

    def step(value: float, share: float) -> float:
        above = value + share * whole(value)
        return above if above in allowed else value - share * whole(value)

    def whole(value: float) -> float:
        of_log = found.transform is Transform.LOG
        return RELATIVE_STEP * value if of_log else SHARE_OF_STEP * found.step

    if name in POINT:
        column, own = COLUMNS.index(name), cell_for_kernels(request)

        def at_point(row: Array, share: float) -> tuple[Any, Array, float]:
            there = row.copy()
            there[column] = step(float(row[column]), share)
            return own, there, float(there[column] - row[column])

        return at_point
    value = request.cell.value(name)

    @cache
    def moved(share: float) -> tuple[Any, float]:  # the same for every point
        other = step(value, share)
        try:
            return cell_for_kernels(request, {name: other}), other - value
        except ParameterError as error:  # no room above, as where volume fractions sum to one
            below = value - share * whole(value)
            _check_room(name, value, error, room=below in allowed)
            return cell_for_kernels(request, {name: below}), below - value

    def of_cell(row: Array, share: float) -> tuple[Any, Array, float]:
        cell, change = moved(share)
        return cell, row, change

    return of_cell


def _check_room(name: str, value: float, error: ParameterError, *, room: bool) -> None:
    """Refuse a number that can move neither way."""
    if not room:
        raise ParameterError(
            f"`sensitivities` names `{name}`, which is {value:g} and can move neither up ({error}) "
            "nor down. Leave it out."
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slopes:
    """A discharge solved to rounding, and how its voltages answer to each number.

    Attributes
    ----------
    discharge
        As the engine gives it without derivatives.
    times
        Of the curve; one more than there are voltages where it ends in a vertical fall [s].
    voltage
        At t = 0+ and after each step, shape (m,) [V].
    stretch
        t ∂V/∂t there, if all steps are stretched alike [V].
    by_number
        ∂V/∂p at fixed time, shape (numbers, m) [V per unit].
    heavier
        ∂m/∂p, shape (numbers,) [kg m⁻² per unit].
    mass
        [kg m⁻²].
    """

    discharge: DischargeBatch
    times: Array
    voltage: Array
    stretch: Array
    by_number: Array
    heavier: Array
    mass: float


def _of_one(
    engine: Engine,
    request: Request,
    row: Array,
    names: tuple[str, ...],
    moved: Sequence[Displace],
) -> tuple[DischargeBatch, Sensitivities]:
    slopes = _slopes(engine, request, row, moved)
    times, steps = slopes.times, slopes.voltage.size
    voltage = np.full((len(names), times.size), np.nan)
    ends, energies = np.full(len(names), np.nan), np.full(len(names), np.nan)
    slope = np.full(times.size, np.nan)
    if steps > 1 and np.isfinite(slopes.stretch).all():
        cutoff, current = float(request.cutoff_voltage), float(row[2])
        slope[:steps] = slopes.stretch
        base, last = _curve(times, slopes.voltage, cutoff), float(times[steps - 1])
        longer = -slopes.by_number[:, -1] / slopes.stretch[-1]  # relative changes of the time
        voltage[:, :steps] = slopes.by_number
        if times.size > steps:  # a vertical fall, whose foot moves along it
            slope[-1] = last * (cutoff - base[-2]) / (times[-1] - times[-2])
            voltage[:, -1] = -longer * slope[-1]
        ends = current * longer * last / SECONDS_PER_HOUR
        # At equal shares of the whole time a cliff stays on the cliff.
        at_depth = np.zeros((len(names), base.size))
        at_depth[:, :steps] = slopes.by_number + longer[:, None] * slopes.stretch
        delivered, changes = _work(times, base, at_depth)
        gained = longer * delivered + changes
        lost = slopes.heavier / slopes.mass * delivered
        energies = current * (gained - lost) / slopes.mass / SECONDS_PER_HOUR
    told = Sensitivities(
        names=names, voltage=voltage, discharge_capacity=ends, energy=energies, slope=slope
    )
    return slopes.discharge, told


def _slopes(engine: Engine, request: Request, row: Array, moved: Sequence[Displace]) -> _Slopes:
    """Return how a discharge answers to each number: in lanes, as far as these can carry them."""
    from microbatt.porous_electrode import fits_lanes, shares_tables

    cell = cell_for_kernels(request)
    places = [displaced(row, 1.0) for displaced in moved]
    fits = np.array([shares_tables(cell, other) for other, _, _ in places], dtype=bool)
    if not fits_lanes(cell) or not fits.any():
        return _one_by_one(engine, request, cell, row, moved)
    served = [place for place, fit in zip(places, fits, strict=True) if fit]
    slopes = _in_lanes(request, cell, row, served)
    if fits.all():
        return slopes
    others = [displaced for displaced, fit in zip(moved, fits, strict=True) if not fit]
    alone = _one_by_one(engine, request, cell, row, others)
    by_number, heavier = np.empty((len(moved), slopes.voltage.size)), np.empty(len(moved))
    by_number[fits], heavier[fits] = slopes.by_number, slopes.heavier
    by_number[~fits], heavier[~fits] = alone.by_number, alone.heavier
    return replace(slopes, by_number=by_number, heavier=heavier)


def _in_lanes(
    request: Request,
    cell: Any,  # noqa: ANN401 - a record of the kernels
    row: Array,
    places: Sequence[tuple[Any, Array, float]],
) -> _Slopes:
    from microbatt.porous_electrode import column_of, side_by_side, tangents

    conserving = request.inventory is Inventory.CONSERVING
    columns = [column_of(cell, row, conserving, stretch=RELATIVE_STEP)]
    columns += [column_of(other, there, conserving) for other, there, _ in places]
    told, _ = tangents(
        cell,
        resolution_of(request),
        row,
        conserving,
        float(request.cutoff_voltage),
        side_by_side(columns),
    )
    changes = np.array([RELATIVE_STEP, *(change for _, _, change in places)])
    slopes = (told.moved[:, : changes.size] - told.voltage[:, None]) / changes
    mass = np.array([other.mass for other, _, _ in places])
    return _Slopes(
        discharge=labelled(row[None, :], told.discharge),
        times=told.time,
        voltage=told.voltage,
        stretch=slopes[:, 0],
        by_number=slopes[:, 1:].T,
        heavier=(mass - cell.mass) / changes[1:],
        mass=cell.mass,
    )


def _one_by_one(
    engine: Engine,
    request: Request,
    cell: Any,  # noqa: ANN401 - a record of the kernels
    row: Array,
    moved: Sequence[Displace],
) -> _Slopes:
    from microbatt.porous_electrode import lead

    conserving = request.inventory is Inventory.CONSERVING
    cutoff = float(request.cutoff_voltage)
    track, times, leader, _ = lead(cell, resolution_of(request), row, conserving, cutoff)
    by_number = np.full((len(moved), leader.voltage.size), np.nan)
    heavier, stretch = np.full(len(moved), np.nan), np.full(leader.voltage.size, np.nan)
    if leader.solved and track.h.size > 0:
        solved = _Solved(
            request=request,
            cell=cell,
            row=row,
            track=track,
            leader=leader.voltage,
            mass=leader.mass,
        )
        stretch = solved.by_stretch()
        for i, displaced in enumerate(moved):
            by_number[i], heavier[i] = solved.by_number(displaced)
    return _Slopes(
        discharge=engine.solve(request, row[None, :]),
        times=times,
        voltage=leader.voltage,
        stretch=stretch,
        by_number=by_number,
        heavier=heavier,
        mass=leader.mass,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solved:
    """A discharge on its track, and how it is solved again.

    Where the voltage falls along a logarithm, towards exhaustion, a millionth is too much: there a
    number is displaced by less, until the voltage moves by some microvolts.
    """

    request: Request
    cell: Any
    row: Array
    track: Any
    leader: Array
    mass: float

    def again(self, cell: Any, row: Array, track: Any) -> tuple[Array, float]:  # noqa: ANN401 - records of the kernels
        """Return the voltages of another cell or point on a track, NaN where there are none."""
        from microbatt.porous_electrode import follow

        conserving = self.request.inventory is Inventory.CONSERVING
        found, _ = follow(cell, resolution_of(self.request), row, conserving, track)
        return found.voltage, found.mass

    def by_number(self, displaced: Displace) -> tuple[Array, float]:
        """Return ∂V/∂p at fixed time at each step [V per unit], and ∂m/∂p [kg m⁻² per unit]."""
        heavier: list[float] = []

        def solve(share: float) -> tuple[Array, float]:
            cell, row, change = displaced(self.row, share)
            voltage, mass = self.again(cell, row, self.track)
            heavier.append((mass - self.mass) / change)
            return voltage, change

        return self._derivative(solve), heavier[0]

    def by_stretch(self) -> Array:
        """Return t ∂V/∂t at each step [V]: how it changes if all steps are stretched alike."""

        def solve(share: float) -> tuple[Array, float]:
            change = RELATIVE_STEP * share
            longer = self.track._replace(h=self.track.h * (1.0 + change))
            return self.again(self.cell, self.row, longer)[0], change

        return self._derivative(solve)

    def _derivative(self, solve: Callable[[float], tuple[Array, float]]) -> Array:
        """Return differences over changes; where the voltage moves too far, by smaller changes.

        A step that is off by as much however little is changed is off by itself; there the least
        change is what others are compared with.  Beside an exhaustion the engine may not know a few
        steps to that; there derivatives are those of the steps around, and none at an end.
        """
        share, filled = 1.0, np.full(self.leader.shape, np.nan)
        trials: list[tuple[Array, float]] = []
        for _ in range(_TRIALS):
            voltage, change = solve(share)
            moved = voltage - self.leader
            trials.append((moved, change))
            new = (np.abs(moved) <= LINEAR) & np.isnan(filled)
            filled[new] = moved[new] / change
            if not np.isnan(filled).any() or share == _LEAST:
                break
            largest = float(np.max(np.abs(moved)))
            less = _round_down(0.3 * LINEAR / largest) if np.isfinite(largest) else _LESS
            share = max(share * less, _LEAST)
        own, least = trials.pop()
        for moved, change in trials:
            new = (np.abs(moved - own) <= LINEAR) & np.isnan(filled)
            filled[new] = (moved - own)[new] / (change - least)
        known = np.flatnonzero(np.isfinite(filled))
        if filled.size - known.size > _UNKNOWN * filled.size:
            return filled
        at = np.arange(filled.size)
        return np.interp(at, known, filled[known], left=np.nan, right=np.nan)


def _round_down(share: float) -> float:
    """Return the power of ten below, so that curves share the cells that they are displaced to."""
    return float(10.0 ** np.floor(np.log10(share)))


def _curve(times: Array, voltage: Array, cutoff: float) -> Array:
    """Return the voltages of the curve: one more, the cut-off, where it ends in a vertical fall."""
    return voltage if times.size == voltage.size else np.append(voltage, cutoff)


def _work(time: Array, voltage: Array, changes: Array) -> tuple[float, Array]:
    """Return ∫ V dt of the monotone cubic through a curve [V s].

    And how it changes with the voltages, one number for each row of `changes` [V s per unit].
    """
    from scipy.interpolate import PchipInterpolator

    largest = np.abs(changes).max(axis=1, initial=0.0)
    share = LINEAR / np.where(largest > 0.0, largest, 1.0)
    curves = np.vstack([voltage, voltage + share[:, None] * changes])
    works = PchipInterpolator(time, curves, axis=1).integrate(time[0], time[-1])
    return float(works[0]), (works[1:] - works[0]) / share
