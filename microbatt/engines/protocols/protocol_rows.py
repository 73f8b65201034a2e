"""A protocol for one cell: rows in SI units per area, as the native engine takes them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines.contract.points import ALLOWED
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.porous_electrode import Row
    from microbatt.protocols import Protocol, Samples, Step

    Array = NDArray[np.float64]

_SLACK: Final = 1e-9
"""A voltage may lie so far beyond a limit [V]: 4.2 is 4.2 however it was computed."""
_CURRENT, _VOLTAGE, _POWER = range(3)
_EMPTY: Final = np.empty(0)


class Limits(NamedTuple):
    """Voltages between which a cell is used [V]; infinite where there is none.

    ``stated`` is whether the cell or the caller says the upper one.
    """

    lowest: float
    highest: float
    stated: bool = True

    @property
    def upper_cutoff(self) -> float | None:
        """The upper one, where there is one that somebody stated [V]."""
        return self.highest if self.stated and math.isfinite(self.highest) else None


_ROUNDING: Final = 1e-12
"""Of all samples, a time that is none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """What becomes one row of the engine; see `microbatt.porous_electrode.Row` for the fields.

    A piece that follows samples has their times, from its own start, and their values.
    """

    control: int
    value: float
    duration: float = math.inf
    lowest: float = -math.inf
    highest: float = math.inf
    lowest_is_limit: bool = False
    highest_is_limit: bool = False
    least_current: float = -1.0
    charge: float = math.inf
    time: Array = field(default_factory=lambda: _EMPTY)
    values: Array = field(default_factory=lambda: _EMPTY)
    step: int = 0
    largest: float = 0.0
    by_capacity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """What the engine runs: rows, the samples that they follow, and the largest current [A m⁻²].

    ``by_capacity`` are the rows whose duration stands for a capacity.
    """

    rows: tuple[Row, ...]
    time: Array
    value: Array
    charge: Array
    largest_current: float
    by_capacity: frozenset[int]


def table_of(protocol: Protocol, cell: Cell, limits: Limits) -> Table:
    """Return the rows of a protocol for a cell whose voltage stays inside the limits.

    Raises
    ------
    ParameterError
        Naming the step that asks for what cannot be, or for the size of a cell that does not say.
    """
    pieces: list[Piece] = []
    for number, step in enumerate(protocol.steps):
        try:
            pieces += [replace(piece, step=number) for piece in _pieces(step, cell, limits)]
        except ParameterError as error:
            raise ParameterError(f"in step {number} of the protocol, '{step}': {error}") from error
    return _assembled(pieces, cell)


def _assembled(pieces: list[Piece], cell: Cell) -> Table:
    from microbatt.porous_electrode import Row

    rows, first = [], 0
    for piece in pieces:
        last = first + max(piece.time.size - 1, 0)
        rows.append(
            Row(
                piece.control,
                piece.value,
                piece.duration,
                piece.lowest,
                piece.highest,
                piece.lowest_is_limit,
                piece.highest_is_limit,
                piece.least_current,
                piece.charge,
                first,
                last,
                piece.step,
            )
        )
        first += piece.time.size
    return Table(
        rows=tuple(rows),
        time=np.concatenate([piece.time for piece in pieces]),
        value=np.concatenate([piece.values for piece in pieces]),
        charge=np.concatenate([_integral(piece) for piece in pieces]),
        largest_current=max([cell.one_c_current, *(piece.largest for piece in pieces)]),
        by_capacity=frozenset(k for k, piece in enumerate(pieces) if piece.by_capacity),
    )


def _integral(piece: Piece) -> Array:
    if not piece.time.size:
        return _EMPTY
    parts = 0.5 * np.diff(piece.time) * (piece.values[1:] + piece.values[:-1])
    return np.concatenate([[0.0], np.cumsum(parts)])


def _pieces(step: Step, cell: Cell, limits: Limits) -> Iterator[Piece]:
    step = step.between(limits.lowest, limits.upper_cutoff)
    for voltage in (step.voltage, step.until_voltage):
        _check_voltage(voltage, limits)
    duration = math.inf if step.duration is None else float(step.duration)
    charge = math.inf
    if step.until_capacity is not None:
        charge = SECONDS_PER_HOUR * step.capacity_in(cell)
    if step.samples is not None:
        yield from _following(step.samples, cell, limits, duration, charge)
    elif step.voltage is not None:
        yield _holding(step, float(step.voltage), cell, duration, charge)
    elif step.power is not None:
        yield _powering(step, cell, limits, duration, charge)
    else:
        yield _driving(step, cell, limits, duration, charge)


def _driving(step: Step, cell: Cell, limits: Limits, duration: float, charge: float) -> Piece:
    current = step.current_in(cell)
    _check_current(abs(current))
    by_capacity = charge < duration * abs(current)
    return replace(
        _between(step, limits, current),
        control=_CURRENT,
        value=current,
        duration=charge / abs(current) if by_capacity else duration,
        largest=abs(current),
        by_capacity=by_capacity,
    )


def _holding(step: Step, voltage: float, cell: Cell, duration: float, charge: float) -> Piece:
    least = -1.0
    if step.until_current is not None:
        least = abs(cell.current_density(step.until_current))
    return Piece(
        control=_VOLTAGE, value=voltage, duration=duration, least_current=least, charge=charge
    )


def _powering(step: Step, cell: Cell, limits: Limits, duration: float, charge: float) -> Piece:
    power = step.power_in(cell)
    if power == 0.0:
        raise ParameterError("no power is a rest; write it as one.")
    largest = abs(power) / _least_voltage(cell)
    _check_current(largest)
    return replace(
        _between(step, limits, power),
        control=_POWER,
        value=power,
        duration=duration,
        charge=charge,
        largest=largest,
    )


def _following(
    samples: Samples, cell: Cell, limits: Limits, duration: float, charge: float
) -> Iterator[Piece]:
    values = np.array(samples.value)
    if samples.unit in ("A", "W"):
        if cell.area is None:
            raise ParameterError(
                f"its samples are in {samples.unit}, and the cell does not say how large it is. "
                f"Add `electrode_area` to it, or give {samples.unit} m-2."
            )
        values /= cell.area
    by_power = samples.quantity == "power"
    largest = float(np.abs(values).max()) / (_least_voltage(cell) if by_power else 1.0)
    _check_current(largest)
    left = duration
    for time, value in _without_jumps(samples.time, values):
        if left <= _ROUNDING * float(samples.time[-1]):  # no time, but for that of adding up
            return
        yield Piece(
            control=_POWER if by_power else _CURRENT,
            value=0.0,
            duration=min(left, float(time[-1])),
            lowest=limits.lowest,
            highest=limits.highest,
            lowest_is_limit=True,
            highest_is_limit=True,
            charge=charge,
            time=time,
            values=value,
            largest=largest,
        )
        left -= float(time[-1])


def _without_jumps(time: Array, values: Array) -> Iterator[tuple[Array, Array]]:
    """Cut samples where two of them stand at one time; times from each start."""
    cuts = np.flatnonzero(np.diff(time) == 0.0) + 1
    for t, value in zip(np.split(time, cuts), np.split(values, cuts), strict=True):
        if t.size > 1:
            yield t - t[0], value


def _between(step: Step, limits: Limits, direction: float) -> Piece:
    """Return where a current or a power ends, and which of that is a limit of the protocol."""
    ends = Piece(control=_CURRENT, value=0.0)
    if direction == 0.0:
        return ends
    ends = replace(
        ends,
        lowest=limits.lowest,
        highest=limits.highest,
        lowest_is_limit=True,
        highest_is_limit=True,
    )
    if step.until_voltage is None:
        return ends
    if direction > 0.0:
        return replace(ends, lowest=float(step.until_voltage), lowest_is_limit=False)
    return replace(ends, highest=float(step.until_voltage), highest_is_limit=False)


def _least_voltage(cell: Cell) -> float:
    """Return a voltage below which a cell is of no use, to bound the current of a power."""
    return max(cell.cutoff_voltage, 0.5 * cell.open_circuit_voltage)


def _check_current(size: float) -> None:
    largest = ALLOWED["current"].high
    if not size <= largest:
        raise ParameterError(
            f"its current is {size:.6g} A m⁻²; it must be at most {largest:g} A m⁻². Give a "
            "smaller current or power, and check its unit."
        )


def _check_voltage(voltage: float | str | None, limits: Limits) -> None:
    low, high, _ = limits
    if voltage is not None and not low - _SLACK <= float(voltage) <= high + _SLACK:
        raise ParameterError(
            f"{float(voltage):g} V lies outside the range in which the cell is used, [{low:g}, "
            f"{high:g}] V. Give another voltage, or other limits as `lower_voltage` and "
            "`upper_voltage`."
        )
