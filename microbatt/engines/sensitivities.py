"""What a simulated curve owes to each number of its cell: derivatives on the steps of the curve.

Each number is displaced by a millionth, and the discharge solved again on the mesh and the steps of
the curve; see `microbatt.porous_electrode.follow`.  At constant current a fixed time is a fixed
capacity.  Where the voltage falls along a logarithm, towards exhaustion, a millionth is too much:
there the number is displaced by less, until the voltage moves by some microvolts.  How the
curve depends on time comes from steps that are all stretched alike; a number that moves the voltage
at the end by ∂V/∂p then moves the end by the stretch that moves it back, and the energy is counted
at equal shares of the time, where a cliff stays on the cliff.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from microbatt.checks import check_choice
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines.contract.points import COLUMNS
from microbatt.engines.native import cell_for_kernels, resolution_of
from microbatt.engines.request import Inventory
from microbatt.engines.result import Sensitivities
from microbatt.errors import ParameterError
from microbatt.parameters import POINT, Transform, parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from microbatt.engines.contract.engine import Engine, Request

    Array: TypeAlias = NDArray[np.float64]
    Displace: TypeAlias = Callable[[Array, float], tuple[Any, Array, float]]

RELATIVE_STEP: Final = 1e-6
"""Displacement of a number that is fitted as a logarithm, over the number."""
SHARE_OF_STEP: Final = 1e-4
"""Displacement of any other, over the step of its finite differences."""
LINEAR: Final = 1e-5
"""By so much a voltage may move: far less than RT/F, by which logarithms bend [V]."""
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
    engine: Engine, request: Request, points: Array, names: Sequence[str]
) -> list[Sensitivities]:
    """Differentiate the curves at some points.

    Parameters
    ----------
    engine : Engine
        The native one.
    request : Request
        On which terms; its cell is the only one.
    points : ndarray
        Rows of alpha, S and current, shape (n, 3).
    names : sequence of str
        From `check_sensitivities`.

    Raises
    ------
    ParameterError
        If the engine is another one.
    """
    check_choice("engine", engine.name, ["native"])
    moved = [_displaced(request, name) for name in names]
    return [_of_one(request, np.ascontiguousarray(row), tuple(names), moved) for row in points]


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
        except ParameterError:  # no room above, as where volume fractions sum to one
            other = value - share * whole(value)
            return cell_for_kernels(request, {name: other}), other - value

    def of_cell(row: Array, share: float) -> tuple[Any, Array, float]:
        cell, change = moved(share)
        return cell, row, change

    return of_cell


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solved:
    """A discharge on its track, and how it is solved again."""

    request: Request
    row: Array
    track: Any
    leader: Array
    mass: float

    def again(self, cell: Any, row: Array, track: Any) -> tuple[Array, float]:  # noqa: ANN401 - records of the kernels
        """Return the voltages of another cell or point on a track, NaN where there are none."""
        from microbatt.porous_electrode import follow

        conserving = self.request.inventory is Inventory.CONSERVING
        found, _ = follow(cell, resolution_of(self.request), row, conserving, track, 1.0)
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
        cell = cell_for_kernels(self.request)

        def solve(share: float) -> tuple[Array, float]:
            change = RELATIVE_STEP * share
            longer = self.track._replace(h=self.track.h * (1.0 + change))
            return self.again(cell, self.row, longer)[0], change

        return self._derivative(solve)

    def _derivative(self, solve: Callable[[float], tuple[Array, float]]) -> Array:
        """Return differences over changes; where the voltage moves too far, by smaller changes."""
        share, filled = 1.0, np.full(self.leader.shape, np.nan)
        for _ in range(_TRIALS):
            voltage, change = solve(share)
            moved = voltage - self.leader
            new = (np.abs(moved) <= LINEAR) & np.isnan(filled)
            filled[new] = moved[new] / change
            if not np.isnan(filled).any():
                break
            largest = float(np.max(np.abs(moved)))
            share *= _round_down(0.3 * LINEAR / largest) if np.isfinite(largest) else _LESS
        return filled


def _of_one(
    request: Request, row: Array, names: tuple[str, ...], moved: Sequence[Displace]
) -> Sensitivities:
    from microbatt.porous_electrode import lead

    resolution, cell = resolution_of(request), cell_for_kernels(request)
    conserving = request.inventory is Inventory.CONSERVING
    cutoff, current = float(request.cutoff_voltage), float(row[2])
    track, times, leader, _ = lead(cell, resolution, row, conserving, cutoff)
    voltage = np.full((len(names), times.size), np.nan)
    ends, energies = np.full(len(names), np.nan), np.full(len(names), np.nan)
    slope = np.full(times.size, np.nan)
    if leader.solved and track.h.size > 0:
        solved = _Solved(
            request=request, row=row, track=track, leader=leader.voltage, mass=leader.mass
        )
        stretch, steps = solved.by_stretch(), track.h.size + 1
        base, last = _curve(times, leader.voltage, cutoff), float(times[steps - 1])
        slope[:steps] = stretch
        delivered = _work(times, base)
        if times.size > steps:  # a vertical fall
            slope[-1] = last * (cutoff - base[-2]) / (times[-1] - times[-2])
        for i, displaced in enumerate(moved):
            at_steps, heavier = solved.by_number(displaced)
            longer = -at_steps[-1] / stretch[-1]  # the relative change of the time at the end
            voltage[i, :steps] = at_steps
            if times.size > steps:  # its foot moves along the fall
                voltage[i, -1] = -longer * slope[-1]
            ends[i] = current * longer * last / SECONDS_PER_HOUR
            # At equal shares of the whole time a cliff stays on the cliff.
            at_depth = np.zeros(base.size)
            at_depth[:steps] = at_steps + longer * stretch
            gained = longer * delivered + _work_of_change(times, base, at_depth)
            lost = heavier / leader.mass * delivered
            energies[i] = current * (gained - lost) / leader.mass / SECONDS_PER_HOUR
    return Sensitivities(
        names=names, voltage=voltage, discharge_capacity=ends, energy=energies, slope=slope
    )


def _round_down(share: float) -> float:
    """Return the power of ten below, so that curves share the cells that they are displaced to."""
    return float(10.0 ** np.floor(np.log10(share)))


def _curve(times: Array, voltage: Array, cutoff: float) -> Array:
    """Return the voltages of the curve: one more, the cut-off, where it ends in a vertical fall."""
    return voltage if times.size == voltage.size else np.append(voltage, cutoff)


def _work(time: Array, voltage: Array) -> float:
    """Return ∫ V dt of the monotone cubic through a curve [V s]."""
    from scipy.interpolate import PchipInterpolator

    return float(PchipInterpolator(time, voltage).integrate(time[0], time[-1]))


def _work_of_change(time: Array, voltage: Array, change: Array) -> float:
    """Return how ∫ V dt of the monotone cubic changes with the voltages [V s per unit]."""
    largest = float(np.abs(change).max())
    if not largest > 0.0:
        return 0.0 if largest == 0.0 else float("nan")
    share = LINEAR / largest
    return (_work(time, voltage + share * change) - _work(time, voltage)) / share
