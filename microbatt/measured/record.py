"""What a tester wrote down, in SI and cube units: rows cleaned, each that is dropped named."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.errors import MeasurementError
from microbatt.measured.bounds import LONGEST
from microbatt.measured.headings import SCALES
from microbatt.measured.measurement import MIN_SAMPLES
from microbatt.measured.numerals import middle, rounding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from microbatt.measured.headings import Column, Columns
    from microbatt.measured.tables import Table

    Array = NDArray[np.float64]

_PATTERN: Final = 0.99
_STRONGEST: Final = 1e7
"""Largest current [A m⁻²]: a thousand times that of the fastest pulse."""
_TYPICAL: Final = 20_000
"""So many voltages tell the unit."""
_VOLTS: Final = (0.05, 20.0)
_KELVINS: Final = (220.0, 400.0)
_SAME: Final = 0.02
"""So far rounding may set two columns of one quantity apart: of the number and of the largest."""
_BACK: Final = 0.01
"""A time that falls to this share of the whole has begun again."""
ZERO_ROW: Final = "time zero of a step within a time that goes on"
"""Why a row under the time zero of its step is left out."""
_SERIES: Final = (
    "rows",
    "voltage",
    "current",
    "time",
    "capacity",
    "state",
    "step",
    "step_time",
    "temperature",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a tester wrote down, in s, V, A m⁻² and A h m⁻²; None where there is no such column.

    Attributes
    ----------
    source : str
        The file.
    rows : numpy.ndarray
        Row of each sample in the file, shape (n,).
    voltage, current : numpy.ndarray
        Shape (n,).
    time, capacity, state, step, step_time : numpy.ndarray or None
        Shape (n,): the time that goes on, the tester's counter of charge, which of the `words` says
        what it does, the number of the step, and the time in it.
    temperature : numpy.ndarray or None
        Of the cell [K], shape (n,); NaN where a row has none.
    words : tuple of str
        Of the state.
    counts_discharge : bool
        Whether the capacity counts discharge only.
    steps : dict of str to float
        To which time, voltage, current and capacity are rounded; 0 if to none that matters.
    factors : dict of str to float
        By what the numbers of the file were multiplied.
    per_area : bool
        Whether currents and charges are per area; in A and A h else.
    remarks : tuple of str
        What was done to the samples.
    left_out : tuple of tuple
        Rows that were left out and why.
    """

    source: str
    rows: NDArray[np.int64]
    voltage: Array
    current: Array
    time: Array | None
    capacity: Array | None
    state: NDArray[np.int64] | None = None
    words: tuple[str, ...] = ()
    step: Array | None = None
    step_time: Array | None = None
    temperature: Array | None = None
    counts_discharge: bool = False
    steps: dict[str, float] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)
    per_area: bool = True
    remarks: tuple[str, ...] = ()
    left_out: tuple[tuple[tuple[int, ...], str], ...] = ()

    def __len__(self) -> int:
        return int(self.voltage.size)

    @property
    def units(self) -> tuple[str, str]:
        """Of currents and of charges, in words."""
        return units_in_words(per_area=self.per_area)

    @property
    def seconds(self) -> Array:
        """The time, where there is one [s]."""
        if self.time is None:
            raise MeasurementError(f"{self.source}: there is no time column. Export the time.")
        return self.time

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Record:
        """Return some of the samples."""
        values = {name: getattr(self, name) for name in _SERIES}
        changed: dict[str, Any] = {
            name: None if one is None else one[which] for name, one in values.items()
        }
        return replace(self, **changed)

    def rounded_anew(self) -> Record:
        """Return the record with the steps of its own samples, not of all of the file."""
        found = {"time": self.time, "voltage": self.voltage, "capacity": self.capacity}
        fresh = {
            name: rounding(values / self.factors[name]) * self.factors[name]
            for name, values in found.items()
            if values is not None and name in self.factors
        }
        return replace(self, steps=self.steps | fresh)

    def remark(self, text: str) -> Record:
        """Return the record with another remark."""
        return replace(self, remarks=(*self.remarks, text))

    def without(self, bad: NDArray[np.bool_], reason: str) -> Record:
        """Return the record without some rows, which are told."""
        rows = tuple(int(one) for one in self.rows[bad])
        taken = self.take(~bad)
        return replace(taken, left_out=(*self.left_out, (rows, reason)))


def units_in_words(*, per_area: bool) -> tuple[str, str]:
    """Return the units of currents and of charges, per area or not."""
    return ("A m⁻²", "A h m⁻²") if per_area else ("A", "A h")


def make_record(
    table: Table,
    columns: dict[str, Column],
    *,
    area: float | None,
    given_current: float | None,
    wanted: Iterable[str],
    per_area: bool = True,
) -> Record:
    """Take the columns of use out of a table, in s, V, A m⁻² and A h m⁻².

    Parameters
    ----------
    table : Table
        As read.
    columns : dict of str to Column
        What stands where.
    area : float or None
        Of the electrode [m²].
    given_current : float or None
        Where the table has no current [A m⁻²].
    wanted : iterable of str
        Quantities that were asked for by name, which are not ignored where they cannot be used.
    per_area : bool, default True
        False where an area of 1 m² stands for one that is not known, and all is in A and A h.

    Returns
    -------
    Record
        Not cleaned yet.

    Raises
    ------
    MeasurementError
        If there is neither a current nor one given, no area for a current in A, or two voltages
        stand under one heading.
    """
    _check_one_voltage(table, columns)
    voltage = _values(table, columns["voltage"])
    if "current" in columns:
        scale = _per_area(table.source, columns["current"], area)
        current = _values(table, columns["current"]) * scale
        read, written = (scale * one for one in _current_steps(table, columns["current"]))
    elif given_current is not None:
        current, read, written = np.full(voltage.shape, given_current), 0.0, 0.0
    else:
        raise MeasurementError(
            f"{table.source}: no column is a current. Name one `current [A m-2]`, map it: "
            "`--column current='NAME:A'`, or give the value: `--current '17.5 A/m2'`."
        )
    clock = columns.get("time") or columns.get("step time") or columns.get("date")
    time = None if clock is None else _values(table, clock)
    factors = {"voltage": columns["voltage"].factor}
    if clock is not None:
        factors["time"] = clock.factor
    capacity, capacity_step, remarks = None, 0.0, []
    counter = columns.get("capacity")
    if counter is not None:
        if not counter.per_area and area is None and time is not None and "capacity" not in wanted:
            remarks = [f"column `{counter.heading}` ignored: it is not per area"]
        else:
            scale = _per_area(table.source, counter, area)
            capacity = _values(table, counter) * scale
            capacity_step = _step(table, counter) * scale
            factors["capacity"] = counter.factor * scale
    state, words = _words(table, columns.get("state"))
    return Record(
        source=table.source,
        rows=table.rows,
        voltage=voltage,
        current=current,
        time=time,
        capacity=capacity,
        state=state,
        words=words,
        step=_optional(table, columns.get("step")),
        step_time=_optional(table, columns.get("step time")),
        temperature=_temperatures(
            table, columns.get("temperature"), remarks, wanted="temperature" in wanted
        ),
        counts_discharge=counter is not None and counter.counts_discharge,
        steps={
            "time": 0.0 if clock is None else _step(table, clock),
            "voltage": _step(table, columns["voltage"]),
            "current": read,
            "current written": written,
            "capacity": capacity_step,
        },
        factors=factors,
        per_area=per_area,
        remarks=tuple(remarks),
    )


def clean(record: Record, *, skip: bool) -> Record:
    """Leave out rows without numbers and rows under the time zero of a step; check the rest.

    Parameters
    ----------
    record : Record
        As it stands in the file.
    skip : bool
        Whether to leave out rows that lack a number instead of refusing them.

    Returns
    -------
    Record
        Of rows that can be read.

    Raises
    ------
    MeasurementError
        Naming the row and the remedy.
    """
    record = _without_zero_rows(_without_gaps(record, skip=skip))
    _check_volts(record)
    _check_span(record)
    return each_step_once(record)


def each_step_once(record: Record) -> Record:
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


def restarts(record: Record) -> NDArray[np.bool_]:
    """Tell after which samples the time begins again; refuse it where it merely goes back.

    Raises
    ------
    MeasurementError
        Naming the row.
    """
    n = len(record)
    if record.time is None:
        return np.zeros(max(n - 1, 0), dtype=bool)
    time = record.time
    back = np.diff(time) < 0.0
    if not back.any():
        return np.asarray(back)
    other = np.zeros_like(back)
    for series in (record.step, record.state):
        if series is not None:
            other |= series[1:] != series[:-1]
    size = np.maximum(np.abs(record.current[1:]), np.abs(record.current[:-1]))
    other |= np.abs(np.diff(record.current)) > 0.05 * size
    for i in np.flatnonzero(back):
        begins = time[i + 1] <= _BACK * np.ptp(time) or (other[i] and time[i + 1] < 0.5 * time[i])
        if not begins:
            raise MeasurementError(
                f"{record.source}: the time goes back in row {record.rows[i + 1]}, from "
                f"{time[i]:.6g} to {time[i + 1]:.6g} s. Sort the rows, or give each discharge a "
                "file of its own."
            )
    return back


def named_rows(rows: Iterable[int]) -> str:
    """Return rows in words: `row 14`, `rows 14, 80 and 3 more`."""
    listed = list(rows)
    if len(listed) == 1:
        return f"row {listed[0]}"
    shown = ", ".join(str(one) for one in listed[:4])
    return f"rows {shown}" + (f" and {len(listed) - 4} more" if len(listed) > 4 else "")


def _without_gaps(record: Record, *, skip: bool) -> Record:
    """Leave out lines of words below the numbers, and rows that lack a number if asked to."""
    known = [one for one in (record.voltage, record.current, record.time) if one is not None]
    good = np.logical_and.reduce([np.isfinite(one) for one in known])
    if good.size and good.all():
        return record
    if not good.any():
        raise MeasurementError(
            f"{record.source}: there is no row with numbers for voltage, current and time. Export "
            "the discharge again."
        )
    empty = ~np.asarray(np.isfinite(known).any(axis=0))
    last = int(np.flatnonzero(good)[-1])
    below = empty & (np.arange(good.size) > last)
    if below.any():
        record = record.without(below, "words below the numbers")
        good = good[~below]
    if good.all():
        return record
    if good[:-1].all():
        return record.without(~good, "cut short").remark("the last row is cut short, and left out")
    if not skip:
        raise MeasurementError(
            f"{record.source}: row {record.rows[~good][0]} lacks a number ({(~good).sum()} rows do)"
            ". Complete it, or leave such rows out with `--skip-bad-rows`."
        )
    count = int((~good).sum())
    return record.without(~good, "no number").remark(f"{count} rows without a number left out")


def _without_zero_rows(record: Record) -> Record:
    """Leave out single rows under the time zero of a step within a time that goes on."""
    if record.time is None or len(record) < 3:
        return record
    time = record.time
    if not (time[1:] < time[:-1]).any():
        return record
    after = np.append(time[2:], np.inf)
    single = (time[1:] < time[:-1]) & (after >= time[:-1])
    zero = time[1:] <= max(0.0, float(time.min())) + 1e-3 * np.maximum(time[:-1], 0.0)
    changed = np.abs(np.diff(record.current)) > 0.02 * np.abs(record.current).max(initial=0.0)
    for series in (record.step, record.state):
        if series is not None:
            changed |= series[1:] != series[:-1]
    bad = np.append(False, single & zero & changed)
    if not bad.any():
        return record
    rows = named_rows(record.rows[bad])
    return record.without(bad, ZERO_ROW).remark(
        f"{rows} left out: the time there is that of a step, and goes on from the start elsewhere"
    )


def _check_volts(record: Record) -> None:
    low, high = _VOLTS
    some = record.voltage[:: record.voltage.size // _TYPICAL + 1]
    typical = middle(np.abs(some))
    if low <= typical <= high:
        return
    guess = " Are they millivolts?" if high < typical <= 1e3 * high else ""
    raise MeasurementError(
        f"{record.source}: the voltage of row {record.rows[0]} is {record.voltage[0]:.6g} V and "
        f"the median {typical:.6g} V, not that of a cell.{guess} Write the unit into the heading, "
        "`voltage [mV]` for instance, or map it: `--column voltage='NAME:mV'`."
    )


def _check_span(record: Record) -> None:
    """Refuse times, currents and counters that no test has: a wrong unit, or a damaged row."""
    for name, values, most, unit in (
        ("time", record.time, LONGEST, "s"),
        ("current", record.current, _STRONGEST, record.units[0]),
        ("capacity", record.capacity, _STRONGEST * 1e3, record.units[1]),
        ("voltage", record.voltage, 1e3, "V"),
    ):
        if values is None:
            continue
        first = float(values[0]) if name == "time" else 0.0
        if values.max() - most < first < values.min() + most:
            continue
        with np.errstate(over="ignore", invalid="ignore"):
            far = np.flatnonzero(np.abs(values - first) > most)
        if far.size:
            i = int(far[0])
            raise MeasurementError(
                f"{record.source}: the {name} in row {record.rows[i]} is {values[i]:.6g} {unit}, "
                f"more than any test has ({most:.3g} {unit}). Correct the row, or map the unit: "
                f"`--column {name}='NAME:UNIT'`."
            )


def _check_one_voltage(table: Table, columns: dict[str, Column]) -> None:
    """Refuse two voltages under one heading that are not told apart by their currents."""
    voltage = columns["voltage"]
    twins = [i for i, one in enumerate(table.headings) if one == voltage.heading]
    for i in twins:
        if i != voltage.index and not np.array_equal(
            np.asarray(table.columns[i]), np.asarray(table.columns[voltage.index]), equal_nan=True
        ):
            raise MeasurementError(
                f"{table.source}: columns {voltage.index + 1} and {i + 1} are both called "
                f"`{voltage.heading}` and differ. If they are of two cells, give each cell a file "
                "of its own; else name them differently and map the right one: `--column "
                "voltage='NAME:UNIT'`."
            )


def check_doubles(table: Table, columns: Columns) -> None:
    """Refuse a quantity that stands in two columns of two units that say different things.

    Raises
    ------
    MeasurementError
        Naming both, and the remedy.
    """
    for quantity, others in columns.doubles.items():
        mine = columns.taken[quantity]
        for other in others:
            if mine.index not in table.columns or other.index not in table.columns:
                continue
            one, two = np.abs(_values(table, mine)), np.abs(_values(table, other))
            apart = np.abs(one - two) > _SAME * np.fmax(one, two) + _SAME * np.nanmax(one)
            if not np.mean(apart) > 1.0 - _PATTERN:
                continue
            row = table.rows[int(np.flatnonzero(apart)[0])]
            raise MeasurementError(
                f"{table.source}: `{mine.heading}` and `{other.heading}` are both a {quantity} and "
                f"differ, in row {row} first. Say which one is the cell's: "
                f"`--column {quantity}='{mine.heading}'`."
            )


def _values(table: Table, column: Column) -> Array:
    values = np.asarray(table.columns[column.index], dtype=float) * column.factor + column.offset
    if column.minus is None:
        return values
    other = np.asarray(table.columns[column.minus], dtype=float) * column.minus_factor
    if column.sizes:  # a tester may leave empty what does not flow, and both in a rest
        out, back = np.abs(np.nan_to_num(values)), np.abs(np.nan_to_num(other))
        _check_halves(table, column, out, back)
        return np.asarray(out - back)
    return np.asarray(values - other)


def _check_halves(table: Table, column: Column, out: Array, back: Array) -> None:
    """Refuse columns of discharge and of charge of which both carry a current most of the time."""
    least = _FLOWS * max(float(out.max(initial=0.0)), float(back.max(initial=0.0)))
    both, either = np.minimum(out, back) > least, np.maximum(out, back) > least
    if not both.sum() > 0.5 * either.sum():
        return
    row = int(np.flatnonzero(both)[0])
    one, other = column.heading.split(" − ")
    same = "the same" if out[row] == back[row] else "one each"
    raise MeasurementError(
        f"{table.source}: `{one}` and `{other}` both hold a current, {same} in row "
        f"{table.rows[row]}; a cell is charged or discharged at a time. If one of the two is the "
        f"whole current, say which: `--column current='{one}'`."
    )


_INSTRUMENTS: Final = 0.05
"""No tester rounds its current more coarsely than that [A]."""
_VARIES: Final = 0.1
"""Share of the rows at which a current changes that an instrument reads; …"""
_TURNS: Final = 3
"""… one that changes by its last digit so often is read too."""
_FLOWS: Final = 0.01
"""Share of the largest current below which none flows."""


def _step(table: Table, column: Column) -> float:
    """Return to which step the numbers of a column are rounded, in the unit used here."""
    return rounding(np.asarray(table.columns[column.index], dtype=float)) * column.factor


def _current_steps(table: Table, column: Column) -> tuple[float, float]:
    """Return to which step a tester's current is rounded, and to which it is written [A].

    One per area is computed, not read.  Nor does a tester read 5 A or 0.5 A all along: a person
    writes it, of the current that was set.
    """
    if column.per_area:
        return 0.0, 0.0
    written = _step(table, column)  # of all numbers; some write 0.01 for 0.01000
    if column.index in table.decimals:
        places = table.decimals[column.index] * column.factor
        written = min(places, written) if written > 0.0 else places
    if written <= _INSTRUMENTS:
        return written, written
    values = np.abs(np.asarray(table.columns[column.index], dtype=float)) * column.factor
    turns = np.abs(np.diff(values[np.isfinite(values) & (values > 0.0)]))
    by_one = np.count_nonzero(np.abs(turns - written) < 0.1 * written)
    reads = by_one >= _TURNS or np.count_nonzero(turns) > _VARIES * turns.size
    return (written if reads else 0.0), written


def _optional(table: Table, column: Column | None) -> Array | None:
    if column is None:
        return None
    values = _values(table, column)
    return values if np.isfinite(values).all() else None


def _temperatures(
    table: Table, column: Column | None, remarks: list[str], *, wanted: bool
) -> Array | None:
    """Return temperatures; those of no sensor, or in another unit, are told of and ignored.

    Raises
    ------
    MeasurementError
        If such a column was asked for by name.
    """
    if column is None:
        return None
    values = _values(table, column)
    known = values[np.isfinite(values)]
    low, high = _KELVINS
    if known.size and low <= middle(known) <= high:
        return values
    hint = _in_another_unit(column, known)
    if wanted:
        raise MeasurementError(
            f"{table.source}: column `{column.heading}`, wanted as temperature, holds no "
            f"temperatures of a cell in {column.unit}. Map another one, or the right unit: "
            f"`--column temperature='{hint or 'NAME:K'}'`."
        )
    remarks.append(
        f"column `{column.heading}` ignored: it holds no temperatures of a cell in {column.unit}"
        + (f"; `--column temperature='{hint}'` takes it in another unit" if hint else "")
    )
    return None


def _in_another_unit(column: Column, kelvin: Array) -> str:
    """Return what to map a column of temperatures by, if another unit makes it one of a cell."""
    if not kelvin.size:
        return ""
    written = (middle(kelvin) - column.offset) / column.factor
    low, high = _KELVINS
    for unit, (factor, offset, _) in SCALES.items():
        if low <= written * factor + offset <= high:
            return f"{column.heading}:{unit}"
    return ""


def _words(table: Table, column: Column | None) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Return a number for each word of a column, and the words."""
    import pandas as pd

    if column is None:
        return None, ()
    values = pd.Categorical(table.columns[column.index])
    of_category, words = pd.factorize(np.array([str(one).strip() for one in values.categories]))
    codes = np.append(of_category, -1)[values.codes]  # the code of no word is −1, the last one
    return np.asarray(codes, dtype=np.int64), tuple(str(one) for one in words)


def _per_area(source: str, column: Column, area: float | None) -> float:
    """Return by what to multiply a column to get it per area."""
    if column.per_area:
        return 1.0
    if area is None:
        raise MeasurementError(
            f"{source}: column `{column.heading}` is not per area. Give the area of the "
            "electrode: `--area '1.54 cm2'`, in Python `Reading(area=1.54e-4)`, or "
            "`electrode_area` in the cell file; or export a current density."
        )
    return 1.0 / area
