"""What a simulated curve owes to each number of its cell: derivatives on the steps of the curve.

Each number is displaced by a millionth, and the discharge solved again on the mesh and the steps of
the curve; see `microbatt.porous_electrode.follow`.  At constant current a fixed time is a fixed
capacity.  The end moves by dt_end/dp = −(∂V/∂p)/(∂V/∂t), both at the last step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from microbatt.checks import check_choice
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines.native import cell_for_kernels, resolution_of
from microbatt.engines.points import COLUMNS
from microbatt.engines.request import Inventory
from microbatt.engines.result import Sensitivities
from microbatt.errors import ParameterError
from microbatt.parameters import POINT, Transform, parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from microbatt.engines.engine import Engine, Request

    Array: TypeAlias = NDArray[np.float64]

RELATIVE_STEP: Final = 1e-6
"""Displacement of a number that is fitted as a logarithm, over the number."""
SHARE_OF_STEP: Final = 1e-4
"""Displacement of any other, over the step of its finite differences."""
SHORTER: Final = 1e-6
"""By which share the last step is shortened to see how the voltage falls there."""


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


def _displaced(request: Request, name: str) -> Callable[[Array], tuple[Any, Array, float]]:
    """Return what gives, for a point, another cell or point and by how much its number differs."""
    found = parameter(name)
    low, high = found.range_in(request.cell).low, found.range_in(request.cell).high

    def other(value: float) -> float:
        step = (
            RELATIVE_STEP * value
            if found.transform is Transform.LOG
            else SHARE_OF_STEP * found.step
        )
        return value + step if value + step < high or value - step <= low else value - step

    if name in POINT:
        column, own = COLUMNS.index(name), cell_for_kernels(request)

        def at_point(row: Array) -> tuple[Any, Array, float]:
            there = row.copy()
            there[column] = other(float(row[column]))
            return own, there, float(there[column] - row[column])

        return at_point
    value = request.cell.value(name)
    cell = cell_for_kernels(request, {name: other(value)})
    change = other(value) - value
    return lambda row: (cell, row, change)


def _of_one(
    request: Request,
    row: Array,
    names: tuple[str, ...],
    moved: Sequence[Callable[[Array], tuple[Any, Array, float]]],
) -> Sensitivities:
    from microbatt.porous_electrode import follow, lead

    resolution, cell = resolution_of(request), cell_for_kernels(request)
    conserving = request.inventory is Inventory.CONSERVING
    cutoff, current = float(request.cutoff_voltage), float(row[2])
    track, times, leader, _ = lead(cell, resolution, row, conserving, cutoff)
    voltage = np.full((len(names), times.size), np.nan)
    ends, energies = np.full(len(names), np.nan), np.full(len(names), np.nan)
    if not leader.solved or track.h.size == 0:
        return _named(names, voltage, ends, energies)
    shorter, _ = follow(cell, resolution, row, conserving, track, 1.0 - SHORTER)
    fall = (leader.voltage[-1] - shorter.voltage[-1]) / (SHORTER * track.h[-1])
    solved = slice(0, track.h.size + 1)
    work = _work(times[solved], leader.voltage)
    falls = times.size > solved.stop
    whole = work + (_last_piece(times, leader.voltage[-1], cutoff) if falls else 0.0)
    for i, displaced in enumerate(moved):
        other_cell, there, change = displaced(row)
        other, _ = follow(other_cell, resolution, there, conserving, track, 1.0)
        if not other.solved:
            continue
        moved_by = (other.voltage - leader.voltage) / change
        late = -moved_by[-1] / fall
        voltage[i, solved] = moved_by
        if falls:
            voltage[i, -1] = -late * _last_slope(times, leader.voltage[-1], cutoff)
        ends[i] = current * late / SECONDS_PER_HOUR
        more = (_work(times[solved], other.voltage) - work) / change
        end_voltage = cutoff if falls else leader.voltage[-1]
        heavier = (other.mass - leader.mass) / change / leader.mass
        gained = more + end_voltage * late - heavier * whole
        energies[i] = current * gained / leader.mass / SECONDS_PER_HOUR
    return _named(names, voltage, ends, energies)


def _named(names: tuple[str, ...], voltage: Array, ends: Array, energies: Array) -> Sensitivities:
    return Sensitivities(names=names, voltage=voltage, discharge_capacity=ends, energy=energies)


def _work(time: Array, voltage: Array) -> float:
    """Return ∫ V dt of the monotone cubic through a curve [V s]."""
    from scipy.interpolate import PchipInterpolator

    return float(PchipInterpolator(time, voltage).integrate(time[0], time[-1]))


def _last_piece(times: Array, voltage: float, cutoff: float) -> float:
    """Return ∫ V dt of a vertical fall at the end [V s]."""
    return 0.5 * (voltage + cutoff) * float(times[-1] - times[-2])


def _last_slope(times: Array, voltage: float, cutoff: float) -> float:
    return (cutoff - voltage) / float(times[-1] - times[-2])
