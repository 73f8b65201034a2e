"""The charge that a discharge has delivered, and how well the file knows it.

The tester's own counter is believed before current times time: it goes on counting while no row is
written, and between currents that are rounded.  Without one, the charge is that of current and
time, and a rounded current makes it uncertain by one factor for the whole curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import MeasurementError
from microbatt.measured.numerals import middle
from microbatt.measured.record import ZERO_ROW, named_rows
from microbatt.measured.steps import charges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.measured.record import Record
    from microbatt.measured.steps import Step

    Array = NDArray[np.float64]

UNSTEADY: Final = 0.02
"""Largest relative standard deviation of a constant current."""
APART: Final = 0.02
"""Largest relative difference of the counter from current × time."""
GAP: Final = 5.0
"""An interval so many times those around it is a gap."""
_SPREAD: Final = float(np.sqrt(12.0))
"""A uniform distribution is so many times as wide as its standard deviation."""
_MATTERS: Final = 2e-3
"""Charge of a gap that matters, relative to that of the curve."""
_WRONG_UNITS: Final = {
    60.0: ("time", "s", "time", "min"),
    3600.0: ("time", "s", "time", "h"),
    1000.0: ("current", "mA", "capacity", "mAh"),
    10.0: ("current", "A/m2", "current", "mA/cm2"),
    100.0: ("current", "UNIT", "current", "UNIT"),
    1e4: ("current", "UNIT", "current", "UNIT"),
}
"""Factor between current × time and the counter → the likely column and its unit, where the product
is too large and where it is too small."""
_ONE_INTERVAL: Final = 1.5
"""A counter that falls to at most so many times the charge of one interval has begun again."""
_COARSE: Final = 0.01
"""From which share of the current on its rounding asks for another export."""
_NO_MATTER, _TOLD = 3e-5, 1e-3
"""Shares of the charge up to which the rounding of a counter does not count, and is not told."""
_STARTS: Final = 40
"""So many times are tried for the start of a discharge, …"""
_FIRST: Final = 6
"""… on so many samples, …"""
_USUAL: Final = 0.4
"""… at whose first, and at whose last, where it is one interval away, testers begin so often; …"""
_LATEST: Final = 10.0
"""… a file's time that begins with it comes so many intervals later at most; …"""
_ROUGHLY: Final = 0.01
"""… its law is off by so much of what the voltage falls; …"""
_SURE: Final = 0.99
"""… one that is so probable is taken for certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a discharge has delivered.

    Attributes
    ----------
    current : float
        Positive [A m⁻²].
    capacity : numpy.ndarray
        At each sample [A h m⁻²].
    step : float
        To which the capacities are rounded [A h m⁻²].
    relative : float
        Standard deviation of one factor on all of them [-].
    start : float
        Standard deviation of the charge before the first sample [A h m⁻²].
    remarks : tuple of str
        Where it comes from.
    """

    current: float
    capacity: Array
    step: float
    relative: float
    start: float
    remarks: tuple[str, ...]


def steady_current(piece: Record) -> float:
    """Return the size of a constant current.

    Raises
    ------
    MeasurementError
        If it is not constant, naming the worst row.
    """
    size = np.abs(piece.current[1:]) if len(piece) > 1 else np.abs(piece.current)
    mean = float(size.mean())
    spread = float(size.std()) / mean
    if not spread <= max(UNSTEADY, piece.steps.get("current", 0.0) / mean / 2.0):
        worst = int(np.argmax(np.abs(size - mean))) + 1
        raise MeasurementError(
            f"{piece.source}: the current is not constant; it is {piece.current[worst]:.4g} "
            f"{piece.units[0]} in row {piece.rows[worst]} and {mean:.4g} {piece.units[0]} on "
            "average. Only discharges at constant current can be read: give those."
        )
    return mean


def delivered(record: Record, step: Step, piece: Record) -> Charge:
    """Return the charge that a discharge has delivered at each of its samples.

    Parameters
    ----------
    record : Record
        All samples of the file, for what stands before the discharge.
    step : Step
        Where it stands there, from where the current began to rise.
    piece : Record
        Its samples from the full current on, without repeated ones.

    Returns
    -------
    Charge
        With what the file knows of its error.

    Raises
    ------
    MeasurementError
        If there is neither a time nor a counter, the two contradict each other, or there is a gap
        that neither explains.
    """
    current = steady_current(piece)
    counted, remarks = _counted(piece)
    if piece.time is None:
        if counted is None:
            raise MeasurementError(
                f"{piece.source}: there is neither a time nor a capacity. Export one of them."
            )
        _check_one_way(piece, counted, by_time=False)
        before = (_counter_before(record, step, current) or 0.0) + _ramp(record, step, piece)
        exact = _counter_error(piece, counted)
        return Charge(
            current=current,
            capacity=counted + before,
            step=piece.steps.get("capacity", 0.0),
            relative=exact if exact > _NO_MATTER else 0.0,
            start=0.0,
            remarks=remarks,
        )
    by_time = _by_time(piece, current)
    rounded = piece.steps.get("current", 0.0) / _SPREAD / current
    if counted is not None:
        return _from_counter(record, step, piece, current, counted, by_time, rounded, remarks)
    _check_gaps(piece)
    before, start, told = _before_first(record, step, piece, current)
    before += _ramp(record, step, piece)
    return Charge(
        current=current,
        capacity=by_time + before,
        step=current * piece.steps.get("time", 0.0) / SECONDS_PER_HOUR,
        relative=rounded,
        start=start,
        remarks=(*remarks, *_told_of_digits(piece, current, rounded), *told),
    )


def _counter_error(piece: Record, counted: Array) -> float:
    """Return to which share of the charge a counter knows it, both of whose ends are rounded."""
    fine = piece.steps.get("capacity", 0.0)
    return float(np.sqrt(2.0) * fine / _SPREAD / max(float(counted[-1]), 1e-300))


def _told_of_digits(piece: Record, current: float, rounded: float) -> tuple[str, ...]:
    """Return what is to be said of the digits of a current on which the charge rests."""
    if rounded > _TOLD:
        told = f"the current is rounded to {piece.steps['current']:.2g} {piece.units[0]}, so the "
        told += f"charge is known to {rounded:.1%} only"
        remedy = "; export it in a smaller unit, or the capacity" if rounded > _COARSE else ""
        return (told + remedy,)
    if _written(piece) / _SPREAD > _TOLD * current:
        told = f"a current of {current:.4g} {piece.units[0]} is taken for the one that was set"
        return (f"{told}; if it was read, export more digits of it",)
    return ()


def _from_counter(
    record: Record,
    step: Step,
    piece: Record,
    current: float,
    counted: Array,
    by_time: Array,
    rounded: float,
    remarks: tuple[str, ...],
) -> Charge:
    """Return the charge of the tester's counter, which current and time must confirm.

    Where these have more digits, the counter tells what came before the first row alone.
    """
    _check_one_way(piece, counted, by_time=True)
    _compare(piece, counted, by_time)
    fine = piece.steps.get("capacity", 0.0)
    told = list(remarks)
    away = _outages(piece, counted, by_time)
    exact = _counter_error(piece, counted)
    by_current = rounded > 0.0 and exact > max(rounded, _NO_MATTER) and not away.size
    if away.size:
        rows = ", ".join(str(piece.rows[i + 1]) for i in away[:4])
        told.append(f"current off, by the capacity column, in the time before row {rows}")
    if rounded == 0.0 and abs(by_time[-1] / counted[-1] - 1.0) > _TOLD + 3.0 * exact:
        rounded = _written(piece) / _SPREAD / current  # what was set did not flow
    if rounded > 3e-4 and exact < rounded:
        on = np.ones(by_time.size - 1, dtype=bool)
        on[away] = False
        hours = float(np.diff(piece.seconds)[on].sum()) / SECONDS_PER_HOUR
        current = float(np.diff(counted)[on].sum()) / hours
        told.append("current from the capacity column, whose steps are finer")
    before = _counter_before(record, step, current)
    start = fine / _SPREAD
    if before is None:
        before, start, more = _before_first(record, step, piece, current)
        told += more
    before += _ramp(record, step, piece, counted=True)
    if by_current:
        told.append("charge from current × time, which have more digits than the capacity column")
        time_step = current * piece.steps.get("time", 0.0) / SECONDS_PER_HOUR
        return Charge(
            current=current,
            capacity=by_time + before,
            step=time_step,
            relative=rounded,
            start=start,
            remarks=(*told, *_told_of_digits(piece, current, rounded)),
        )
    told.append("charge from the capacity column")
    if exact > _TOLD:
        told.append(
            f"the capacity is rounded to {fine:.2g} {piece.units[1]}, so the charge is known to "
            f"{exact:.1%} only; export it in a smaller unit"
        )
    return Charge(
        current=current,
        capacity=_increasing(counted, by_time, fine) + before,
        step=fine,
        relative=exact if exact > _NO_MATTER else 0.0,
        start=start,
        remarks=tuple(told),
    )


def _ramp(record: Record, step: Step, piece: Record, *, counted: bool = False) -> float:
    """Return the charge while the current rose, before the first sample at its full size."""
    at = int(np.searchsorted(record.rows, piece.rows[0]))
    if at <= step.first:
        return 0.0
    if counted and record.capacity is not None:
        return abs(float(record.capacity[at] - record.capacity[step.first]))
    return float(charges(record)[step.first : at].sum())


def _counted(piece: Record) -> tuple[Array | None, tuple[str, ...]]:
    """Return what the counter has counted since the first sample, whichever way it runs."""
    column = piece.capacity
    if column is None:
        return None, ()
    if not np.isfinite(column).all():
        return None, ("capacity column ignored: it has no number in some rows",)
    if np.ptp(column) == 0.0:
        return None, ("capacity column ignored: it stands still during the discharge",)
    if piece.time is None:
        return column - column[0], ()
    going_on, told = _begun_again(piece, column)
    return (going_on - going_on[0]) * np.sign(going_on[-1] - going_on[0]), told


def _begun_again(piece: Record, column: Array) -> tuple[Array, tuple[str, ...]]:
    """Return a counter that goes on where it began again at zero within a discharge.

    The charge of the interval in which it did is that of current × time.
    """
    away = np.abs(column)
    meanwhile = np.abs(piece.current[1:]) * np.diff(piece.seconds) / SECONDS_PER_HOUR
    if not middle(np.diff(away)) > 0.0:  # it counts what is left, or stands still
        return column, ()
    fine = piece.steps.get("capacity", 0.0)
    again = (away[1:] < away[:-1] - fine) & (away[1:] <= _ONE_INTERVAL * meanwhile + fine)
    # A net counter passes zero by as much as it counts, and does not begin again.
    again &= np.abs(np.diff(column)) > _ONE_INTERVAL * meanwhile + 2.0 * fine
    again[:-1] &= np.diff(away)[1:] <= 2.0 * _ONE_INTERVAL * meanwhile[1:] + fine  # and goes on
    rows = np.flatnonzero(again) + 1
    if not rows.size:
        return column, ()
    going_on = column.copy()
    for i in rows:
        way = np.sign(column[i - 1])
        going_on[i:] += going_on[i - 1] + way * meanwhile[i - 1] - going_on[i]
    where = named_rows(piece.rows[rows])
    return going_on, (f"the capacity column begins again at zero in {where}, and is counted on",)


def _by_time(piece: Record, current: float) -> Array:
    """Return current × time since the first sample."""
    middle = 0.5 * (np.abs(piece.current[1:]) + np.abs(piece.current[:-1]))
    middle[0] = current
    steps = middle * np.diff(piece.seconds) / SECONDS_PER_HOUR
    return np.concatenate([[0.0], np.cumsum(steps)])


def _increasing(counted: Array, by_time: Array, fine: float) -> Array:
    """Return counted charges that a coarse counter repeats, spread by current × time."""
    if (np.diff(counted) > 0.0).all():
        return counted
    changes = np.flatnonzero(np.append(True, np.diff(counted) > 0.0))
    spread = np.interp(by_time, by_time[changes], counted[changes])
    beyond = by_time > by_time[changes[-1]]
    spread[beyond] = counted[changes[-1]] + np.minimum(
        by_time[beyond] - by_time[changes[-1]], fine * np.linspace(0.5, 1.0, int(beyond.sum()))
    )
    return np.asarray(np.maximum.accumulate(spread + 1e-9 * by_time))


def _check_one_way(piece: Record, counted: Array, *, by_time: bool) -> None:
    """Refuse a counter that turns back on its way."""
    back = np.diff(counted) < (-APART * np.ptp(counted) if by_time else 0.0)
    still = np.diff(counted) == 0.0
    bad = back if by_time else back | still
    if not bad.any() or piece.capacity is None:
        return
    i = int(np.flatnonzero(bad)[0])
    went = f"from {piece.capacity[i]:.6g} to {piece.capacity[i + 1]:.6g} {piece.units[1]}"
    if by_time:
        raise MeasurementError(
            f"{piece.source}: the capacity turns back in row {piece.rows[i + 1]}, {went}, while "
            "the time goes on. Correct the file, give each discharge a file of its own, or leave "
            "the column out."
        )
    raise MeasurementError(
        f"{piece.source}: the capacity falls in row {piece.rows[i + 1]}, {went}; delivered "
        "capacity only grows. Map the discharge capacity: `--column capacity='NAME:UNIT'`, or "
        "export the time."
    )


def _compare(piece: Record, counted: Array, by_time: Array) -> None:
    """Refuse a counter that current × time does not confirm, gaps apart."""
    if not by_time[-1] > 0.0:
        raise MeasurementError(
            f"{piece.source}: the time stands still from row {piece.rows[0]} to {piece.rows[-1]}. "
            "Map another column: `--column time='NAME:UNIT'`."
        )
    current = float(np.abs(piece.current[1:]).mean())
    time_step = current * piece.steps.get("time", 0.0) / SECONDS_PER_HOUR
    time_step *= min(1.0, float(counted[-1] / by_time[-1]))
    ratio = _usual_ratio(counted, by_time, max(piece.steps.get("capacity", 0.0), time_step))
    rounded = 0.55 * _written(piece) / current
    coarse = 2.0 * piece.steps.get("capacity", 0.0) / float(counted[-1])
    if abs(ratio - 1.0) <= APART + rounded + coarse:
        return
    raise MeasurementError(
        f"{piece.source}: up to row {piece.rows[-1]} the capacity column gives {counted[-1]:.5g} "
        f"and current × time {by_time[-1]:.5g} {piece.units[1]}. {_wrong_unit(ratio)}"
    )


def _written(piece: Record) -> float:
    """Return to which step a current is written, by an instrument or by a person."""
    return max(piece.steps.get("current", 0.0), piece.steps.get("current written", 0.0))


def _wrong_unit(ratio: float) -> str:
    """Say which unit is likely wrong where current × time is so many times the counter's charge."""
    larger = max(ratio, 1.0 / max(ratio, 1e-300))
    factor = next((one for one in _WRONG_UNITS if abs(larger / one - 1.0) < APART), None)
    if factor is None:
        return (
            "One of the three columns is wrong, or is another than it seems: correct the unit in "
            "its heading, or map it, `--column current='NAME:UNIT'` for instance."
        )
    too_large, its_unit, too_small, other_unit = _WRONG_UNITS[factor]
    name, unit = (too_large, its_unit) if ratio > 1.0 else (too_small, other_unit)
    stored = "another unit" if unit == "UNIT" else unit
    return (
        f"They differ by {factor:g}, as if the {name} were stored in {stored} under a heading that "
        f"says otherwise: correct its heading, or map it, `--column {name}='NAME:{unit}'`. "
        "If it is right, look at the other two of current, time and capacity."
    )


def _usual_ratio(counted: Array, by_time: Array, fine: float) -> float:
    """Return current × time over counted charge: the median of stretches that rounding spares.

    Single intervals of a fast tester count a few steps of the counter each, or none.
    """
    stretches = int(min(counted.size - 1, 200, APART * counted[-1] / max(2.0 * fine, 1e-300)))
    if stretches < 3:
        return float(by_time[-1] / counted[-1])
    edges = np.linspace(0, counted.size - 1, stretches + 1).astype(int)
    moved, expected = np.diff(counted[edges]), np.diff(by_time[edges])
    some = moved > 0.0
    return middle(expected[some] / moved[some])


def _outages(piece: Record, counted: Array, by_time: Array) -> NDArray[np.int64]:
    """Return the intervals in which the counter stood still for a good part of the time."""
    missing = np.diff(by_time) - np.diff(counted)
    usual = middle(np.diff(by_time))
    return np.flatnonzero(missing > 0.5 * usual + 2.0 * piece.steps.get("capacity", 0.0))


def _counter_before(record: Record, step: Step, current: float) -> float | None:
    """Return what the counter says of the charge before the first sample; None if nothing."""
    column = record.capacity
    if column is None or not np.isfinite(column[step.first]):
        return None
    last = min(step.first + 6, step.last)
    way = float(np.sign(column[step.last] - column[step.first])) or 1.0
    if record.time is None:
        first = float(column[step.first])
        return first if first <= APART * abs(float(column[step.last] - first)) else 0.0
    intervals = np.diff(record.time[step.first : last + 1])
    interval = middle(intervals) if intervals.size else 0.0
    gap = interval
    if step.first > 0 and record.time[step.first] >= record.time[step.first - 1]:
        gap = float(record.time[step.first] - record.time[step.first - 1])
    most = 1.05 * current * max(gap, interval) / SECONDS_PER_HOUR
    most += 2.0 * record.steps.get("capacity", 0.0)
    first = float(column[step.first])
    ways = [way * first] if way > 0.0 else []
    if step.first > 0 and np.isfinite(column[step.first - 1]):
        ways.insert(0, way * (first - float(column[step.first - 1])))
    return next((max(one, 0.0) for one in ways if -1e-12 <= one <= most), None)


def _before_first(
    record: Record, step: Step, piece: Record, current: float
) -> tuple[float, float, tuple[str, ...]]:
    """Return the charge before the first sample, its standard deviation, and a remark.

    A tester writes the first row of a step at its start, one interval later, or on a grid of times
    that knows nothing of steps.  Which it is tell the time in the step, the grid of the rest
    before, and how the voltage begins to fall; what they leave open is the standard deviation.
    """
    per_second = current / SECONDS_PER_HOUR
    since = _time_in_step(record, step)
    if since is not None:
        return since * per_second, 0.0, ()
    interval = middle(np.diff(piece.seconds[:4]))
    gap, rest = _gap_before(record, step)
    if gap is None:  # the file begins with the discharge, and its time perhaps with the load
        begins = float(piece.seconds[0])
        most = begins if 0.0 <= begins <= _LATEST * interval else interval
        likely = True
    else:
        most, likely = min(gap, 1.02 * interval), _alike(gap, interval)
    if most <= 0.0:
        return 0.0, 0.0, ()
    if gap is not None and rest is not None and _alike(gap, rest) and not likely:
        return 0.0, 0.0, ()
    if _lost_its_start(record, step):
        since, error = most, 0.0
    else:
        since, error = _since_start(piece, most, whole=likely)
    about = f"{since:.4g} s" if error == 0.0 else f"{since:.2g} ± {error:.2g} s"
    told = f"the first row comes {about} after the start; the charge until then counts"
    if since == 0.0:
        told = f"the first row is taken for the start of the load, to {error:.2g} s"
    return since * per_second, error * per_second, (told,) if since or error else ()


def _lost_its_start(record: Record, step: Step) -> bool:
    """Whether the row before the first was left out as the start of the step."""
    zero = {row for rows, why in record.left_out if why == ZERO_ROW for row in rows}
    return int(record.rows[step.first]) - 1 in zero


def _time_in_step(record: Record, step: Step) -> float | None:
    """Return the time since the step began, where the tester writes it and begins it anew."""
    times = record.step_time
    if times is None or times is record.time:
        return None
    first = float(times[step.first])
    if step.first > 0 and not first < times[step.first - 1]:
        following = float(times[min(step.first + 1, step.last)])
        return first if first == 0.0 < following else None
    span = float(times[step.last] - first)
    return first if 0.0 <= first <= 0.2 * span else None


def _gap_before(record: Record, step: Step) -> tuple[float | None, float | None]:
    """Return the time since the row before [s], and between the rows there."""
    if step.first == 0 or record.time is None:
        return None, None
    gap = float(record.time[step.first] - record.time[step.first - 1])
    if gap < 0.0:
        return None, None
    before = np.diff(record.time[max(0, step.first - 4) : step.first])
    before = before[before > 0.0]
    return gap, middle(before) if before.size else None


def _since_start(piece: Record, most: float, *, whole: bool) -> tuple[float, float]:
    """Return how long after the start the first sample stands, and the standard deviation [s].

    In the first moments of a load the voltage falls as a + b √t + c t.  How well that fits the
    first samples tells the time since the start; where it hardly does, as where diffusion has gone
    through the particles between two samples, what testers usually do is what is left.

    Parameters
    ----------
    piece
        Samples of the discharge.
    most
        Longest time that can have passed [s].
    whole
        Whether that is one interval between samples, after which many testers write the first.
    """
    since = np.linspace(0.0, most, 1 + _STARTS)
    likely = np.full(since.size, (1.0 - (1 + whole) * _USUAL) / _STARTS)
    likely[0] = _USUAL
    likely[-1] = _USUAL if whole else likely[1]
    n = min(_FIRST, len(piece))
    free = n - 3  # of what is fitted
    if free > 1:
        time, voltage = piece.seconds[:n] - piece.seconds[0], piece.voltage[:n]
        floor = np.hypot(0.3 * piece.steps.get("voltage", 0.0), _ROUGHLY * np.ptp(voltage))
        squares = []
        for each in since:
            base = np.stack([np.ones(n), np.sqrt(time + each), time + each], axis=1)
            left = voltage - base @ np.linalg.lstsq(base, voltage, rcond=None)[0]
            squares.append(float(left @ left) + n * float(floor) ** 2)
        if min(squares) > 0.0:
            likely *= (np.array(squares) / min(squares)) ** (-0.5 * free)
    likely /= likely.sum()
    best = int(np.argmax(likely))
    if likely[best] > _SURE:
        return float(since[best]), 0.0
    centre = float(since[best] if likely[best] > 0.5 else likely @ since)
    return centre, float(np.sqrt(likely @ (since - centre) ** 2))


def _check_gaps(piece: Record) -> None:
    """Refuse a gap in which the current may have been off, where no counter tells."""
    intervals = np.diff(piece.seconds)
    total = float(intervals.sum())
    for i in np.flatnonzero(intervals > _MATTERS * total):
        around = np.concatenate([intervals[max(0, i - 4) : i], intervals[i + 1 : i + 5]])
        if around.size < 3 or intervals[i] <= GAP * float(around.max()):
            continue
        if _current_went_on(piece, int(i)):
            continue
        raise MeasurementError(
            f"{piece.source}: there is no row for {intervals[i]:.4g} s before row "
            f"{piece.rows[i + 1]}, and nothing tells whether the current went on. Export the "
            f"capacity as well, or give the rows up to {piece.rows[i]} only."
        )


def _current_went_on(piece: Record, i: int) -> bool:
    """Tell whether the voltage falls through a gap as it does around it."""
    slopes = []
    for a, b in ((max(0, i - 5), i), (i + 1, min(i + 6, len(piece) - 1))):
        if b - a >= 2:
            slopes.append(
                float(piece.voltage[b] - piece.voltage[a])
                / float(piece.seconds[b] - piece.seconds[a])
            )
    if not slopes:
        return False
    interval = float(piece.seconds[i + 1] - piece.seconds[i])
    expected = np.sort(np.array(slopes) * interval)
    fell = float(piece.voltage[i + 1] - piece.voltage[i])
    decisive = abs(float(expected.mean())) > 5e-3
    return decisive and 2.0 * expected[0] <= fell <= 0.5 * expected[-1]


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= 0.03 * max(abs(one), abs(other))
