"""Discharges out of a recorded table: signs, rests, several curves in one file, bad rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import MeasurementError
from microbatt.measured.measurement import MIN_SAMPLES, Measurement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CHANGE: Final = 0.05
"""A current that changes by more than this share begins another curve."""
REST: Final = 0.02
"""Currents below this share of the largest are rest."""
UNSTEADY: Final = 0.02
"""Largest relative standard deviation of a constant current."""
APART: Final = 0.02
"""Largest relative difference of the capacity column from current × time."""
_PATTERN: Final = 0.99
_VOLTS: Final = (0.05, 20.0)
_FACTORS: Final = (60.0, 3600.0, 1000.0, 10.0, 100.0, 1e4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a tester wrote down, in s, V, A m⁻² and A h m⁻²; None where there is no such column.

    Attributes
    ----------
    source
        The file.
    rows
        Row of each sample in the file, shape (n,).
    voltage, current, time, capacity
        Shape (n,).
    time_step
        To which the times are rounded [s]; 0 if to none that matters.
    remarks
        What was done to the samples.
    """

    source: str
    rows: NDArray[np.int64]
    voltage: Array
    current: Array
    time: Array | None
    capacity: Array | None
    time_step: float = 0.0
    remarks: tuple[str, ...] = ()

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Record:
        """Return some of the samples."""
        return replace(
            self,
            rows=self.rows[which],
            voltage=self.voltage[which],
            current=self.current[which],
            time=None if self.time is None else self.time[which],
            capacity=None if self.capacity is None else self.capacity[which],
        )

    def remark(self, text: str) -> Record:
        """Return the record with another remark."""
        return replace(self, remarks=(*self.remarks, text))


def discharges(record: Record, *, skip_bad_rows: bool = False) -> tuple[Measurement, ...]:
    """Find the discharges in a record.

    Rests and charges are left out; which sign of the current discharges is told by the voltage,
    which falls.

    Parameters
    ----------
    record
        What was recorded.
    skip_bad_rows
        Leave out rows that lack a number, or repeat a time with another voltage, instead of
        refusing them.

    Returns
    -------
    tuple of Measurement
        At least one.

    Raises
    ------
    MeasurementError
        Naming the row and the remedy.
    """
    record = _without_gaps(record, skip=skip_bad_rows)
    _check_volts(record)
    once = _each_step_once(record)
    rounded = once is not record  # its times are rounded, so the first steps may share one
    record = once
    pieces = [record.take(part) for part in _pieces(record)]
    falling = [piece for piece in pieces if _falls(piece)]
    if not falling:
        raise MeasurementError(_no_discharge(record, pieces))
    if len(falling) < len(pieces):
        left = len(pieces) - len(falling)
        falling = [piece.remark(f"{left} stretches of charging left out") for piece in falling]
    return tuple(
        _measurement(piece, number if len(falling) > 1 else None, skip=skip_bad_rows or rounded)
        for number, piece in enumerate(falling, start=1)
    )


def _without_gaps(record: Record, *, skip: bool) -> Record:
    known = [record.voltage, record.current, record.time, record.capacity]
    good = np.asarray(np.isfinite([one for one in known if one is not None]).all(axis=0))
    if good.all():
        return record
    if not skip:
        raise MeasurementError(
            f"{record.source}: row {record.rows[~good][0]} lacks a number ({(~good).sum()} rows do)"
            ". Complete it, or leave such rows out with `--skip-bad-rows`."
        )
    return record.take(good).remark(f"{(~good).sum()} rows without a number left out")


def _check_volts(record: Record) -> None:
    if record.voltage.size == 0:
        raise MeasurementError(f"{record.source}: there is no row with numbers.")
    low, high = _VOLTS
    typical = float(np.median(np.abs(record.voltage)))
    if low <= typical <= high:
        return
    guess = " Are they millivolts?" if high < typical <= 1e3 * high else ""
    raise MeasurementError(
        f"{record.source}: the voltage of row {record.rows[0]} is {record.voltage[0]:.6g} V and "
        f"the median {typical:.6g} V, not that of a cell.{guess} Write the unit into the heading, "
        "`voltage [mV]` for instance, or map it: `--column voltage='NAME:mV'`."
    )


def _each_step_once(record: Record) -> Record:
    """Return one sample of each step where every step stands three times, once with a stale time.

    So do exports of dualfoil's output: the start once, then each step under the time of the step
    before, and twice as it should be.
    """
    if record.time is None or record.voltage.size < 3 * MIN_SAMPLES:
        return record
    n = (record.voltage.size - 1) // 3 * 3
    time, voltage = record.time[1 : n + 1].reshape(-1, 3), record.voltage[1 : n + 1].reshape(-1, 3)
    twice = (time[:, 1] == time[:, 2]) & (voltage[:, 1] == voltage[:, 2])
    stale = (voltage[:, 0] == voltage[:, 1]) & np.append(True, time[1:, 0] == time[:-1, 2])
    if not np.mean(twice & stale) > _PATTERN:
        return record
    return record.take(slice(0, n + 1, 3)).remark(
        "every step stands three times; the last of them was taken"
    )


def _pieces(record: Record) -> list[NDArray[np.int64]]:
    """Return the samples of each stretch of one current; rests are left out."""
    current = record.current
    largest = float(np.abs(current).max())
    if not largest > 0.0:
        raise MeasurementError(f"{record.source}: the current is zero in every row.")
    resting = np.abs(current) < REST * largest
    jump = np.abs(np.diff(current)) > CHANGE * np.maximum(np.abs(current[1:]), REST * largest)
    jump |= resting[1:] != resting[:-1]
    if record.time is not None:
        jump |= _restarts(record, record.time)
    parts = np.split(np.arange(current.size), np.flatnonzero(jump) + 1)
    return [part for part in parts if part.size >= MIN_SAMPLES and not resting[part[0]]] or [
        np.flatnonzero(~resting)
    ]


def _restarts(record: Record, time: Array) -> NDArray[np.bool_]:
    """Tell where the time begins again; refuse it where it merely goes back."""
    back = np.diff(time) < 0.0
    for i in np.flatnonzero(back):
        if time[i + 1] > 0.01 * np.ptp(time):
            raise MeasurementError(
                f"{record.source}: the time goes back in row {record.rows[i + 1]}, from "
                f"{time[i]:.6g} to {time[i + 1]:.6g} s. Sort the rows, or give each discharge a "
                "file of its own."
            )
    return back


def _falls(piece: Record) -> bool:
    quarter = max(1, piece.voltage.size // 4)
    return bool(np.mean(piece.voltage[-quarter:]) < np.mean(piece.voltage[:quarter]))


def _no_discharge(record: Record, pieces: list[Record]) -> str:
    if pieces and pieces[0].voltage.size < MIN_SAMPLES:
        return (
            f"{record.source}: there are {pieces[0].voltage.size} samples with a current; at least "
            f"{MIN_SAMPLES} are needed for a curve. Give the whole discharge."
        )
    return (
        f"{record.source}: the voltage rises from row {record.rows[0]} to {record.rows[-1]} while "
        "the current flows: this is a charge. Give the discharge."
    )


def _measurement(piece: Record, number: int | None, *, skip: bool) -> Measurement:
    source = piece.source if number is None else f"{piece.source}, discharge {number}"
    piece = _without_repeats(replace(piece, source=source), skip=skip)
    if piece.voltage.size < MIN_SAMPLES:
        raise MeasurementError(
            f"{source}: there are {piece.voltage.size} samples; at least {MIN_SAMPLES} are needed "
            "for a curve. Give the whole discharge."
        )
    current = _steady(piece)
    capacity = _capacity(piece, current)
    if np.sign(np.median(piece.current)) < 0.0:
        piece = piece.remark("discharge has a negative current in the file")
    return Measurement(
        source=source,
        current=current,
        capacity=capacity,
        voltage=piece.voltage,
        capacity_step=current * piece.time_step / SECONDS_PER_HOUR,
        remarks=piece.remarks,
    )


def _without_repeats(piece: Record, *, skip: bool) -> Record:
    """Leave out samples that repeat the time, or the capacity, of the one before."""
    along = piece.time if piece.time is not None else piece.capacity
    if along is None:
        return piece
    repeats = np.append(False, np.diff(along) == 0.0)
    if not repeats.any():
        return piece
    other = repeats & np.append(False, np.diff(piece.voltage) != 0.0)
    if other.any() and not skip:
        row = piece.rows[other][0]
        raise MeasurementError(
            f"{piece.source}: row {row} repeats the time of the row before with another voltage "
            f"({other.sum()} rows do). Export more decimals of the time, or leave such rows out "
            "with `--skip-bad-rows`."
        )
    return piece.take(~repeats).remark(f"{repeats.sum()} repeated rows left out")


def _steady(piece: Record) -> float:
    size = np.abs(piece.current[1:])
    mean = float(size.mean())
    spread = float(size.std()) / mean
    if not spread <= UNSTEADY:
        worst = int(np.argmax(np.abs(size - mean))) + 1
        raise MeasurementError(
            f"{piece.source}: the current is not constant; it is {piece.current[worst]:.4g} A m⁻² "
            f"in row {piece.rows[worst]} and {mean:.4g} A m⁻² on average. Only discharges at "
            "constant current can be read."
        )
    return mean


def _capacity(piece: Record, current: float) -> Array:
    """Return the delivered capacity [A h m⁻²]: current × time, else the column."""
    if piece.time is None:
        return _from_column(piece)
    begun = piece.time - piece.time[0]
    middle = 0.5 * (np.abs(piece.current[1:]) + np.abs(piece.current[:-1]))
    middle[0] = current
    steps = middle * np.diff(begun) / SECONDS_PER_HOUR
    capacity = np.concatenate([[0.0], np.cumsum(steps)])
    if piece.capacity is not None:
        _check_one_way(piece, piece.capacity)
        _compare(piece, float(capacity[-1]), float(np.ptp(piece.capacity)))
    return capacity


def _from_column(piece: Record) -> Array:
    if piece.capacity is None:
        raise MeasurementError(
            f"{piece.source}: there is neither a time nor a capacity. Export one of them."
        )
    column = piece.capacity
    back = np.flatnonzero(np.diff(column) <= 0.0)
    if back.size:
        row = piece.rows[back[0] + 1]
        raise MeasurementError(
            f"{piece.source}: the capacity falls in row {row}, from {column[back[0]]:.6g} to "
            f"{column[back[0] + 1]:.6g} A h m⁻²; delivered capacity only grows. Map the discharge "
            "capacity: `--column capacity='NAME:UNIT'`, or export the time."
        )
    return column - column[0] if column[0] > APART * np.ptp(column) else column


def _check_one_way(piece: Record, column: Array) -> None:
    """Refuse a capacity column that turns back on its way, whether it is delivered or left."""
    back = np.diff(column) * np.sign(column[-1] - column[0]) < -APART * np.ptp(column)
    if back.any():
        i = int(np.argmax(back))
        raise MeasurementError(
            f"{piece.source}: the capacity turns back in row {piece.rows[i + 1]}, from "
            f"{column[i]:.6g} to {column[i + 1]:.6g} A h m⁻², while the time goes on. Correct the "
            "file, give each discharge a file of its own, or leave the column out."
        )


def _compare(piece: Record, by_time: float, by_column: float) -> None:
    """Refuse a capacity column that current × time does not give."""
    if not by_column > 0.0 or abs(by_time / by_column - 1.0) <= APART:
        return
    ratio = max(by_time, by_column) / min(by_time, by_column)
    factor = next((one for one in _FACTORS if abs(ratio / one - 1.0) < APART), None)
    guess = "" if factor is None else f" They differ by {factor:g}: one unit is wrong."
    raise MeasurementError(
        f"{piece.source}: up to row {piece.rows[-1]} the capacity column gives {by_column:.5g} and "
        f"current × time {by_time:.5g} A h m⁻².{guess} Correct the unit in the heading, or map the "
        "columns: `--column time='NAME:UNIT'`."
    )
