"""A measured run: current and voltage against time, from rest, whatever the tester did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import NOT_NEGATIVE, check_number
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import MeasurementError, ParameterError
from microbatt.measured.measurement import MIN_SAMPLES
from microbatt.measured.numerals import middle
from microbatt.times import as_numbers, in_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.measured.samples import Samples

    Array = NDArray[np.float64]

_AT_REST: Final = 0.005
"""Rows at rest differ by less from one to the next [V]."""
_STEADY: Final = 0.1
"""A jump of the current is the tester's if both sides change by no more than this share of it."""
_HARDLY: Final = 0.2
"""Of the answer to a switch, what a row may move that is not beyond it."""
_CLEARLY: Final = 8.0
"""Standard deviations of the noise that the answer must have."""
_AS_LONG: Final = 2.0
"""Times between rows that are compared differ by no more than this factor."""
AT_ONCE: Final = 1e-6
"""So much later than the row before stands a row of the same time, behind a switch [s]."""
_SAME: Final = 0.01
"""Share of the largest current by which it changes where a tester switches."""
_TOLD: Final = 1e-3
"""Share of the charge from which on it is told that currents are rounded."""
_MAD: Final = 1.4826
_KELVIN: Final = (200.0, 400.0)
"""Temperatures that a cell can have [K]."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MeasuredRun:
    """What a tester recorded from rest on: rests, charges, pulses, holds or a drive cycle.

    Attributes
    ----------
    source : str
        Where it comes from, for people: a file name.
    time : numpy.ndarray
        Rising, shape (n,): seconds, durations of NumPy, pandas or Python, or dates.
    current : numpy.ndarray
        Positive while the cell discharges, shape (n,) [A m⁻² of separator].
    voltage : numpy.ndarray
        Between the terminals, shape (n,) [V].
    temperature : numpy.ndarray or None, default None
        Of the cell, shape (n,) [K].
    rest_voltage : float or None, default None
        At rest before the first load [V]; it tells the state of charge at the start.
    charge_error : float, default 0
        Relative standard deviation of its charge, beside what every fit allows: of a rounded
        current.
    remarks : tuple of str
        What was changed while reading.

    Raises
    ------
    ParameterError
        If `charge_error` is not a number from 0 on.
    MeasurementError
        If there are fewer than `MIN_SAMPLES` samples, arrays differ in length, a value is not
        finite or is masked, the time does not rise, or a voltage is not positive.

    Examples
    --------
    >>> MeasuredRun(
    ...     source="pulse",
    ...     time=[0.0, 10.0, 20.0, 30.0, 40.0],
    ...     current=[0.0, 0.0, 17.5, 17.5, 0.0],
    ...     voltage=[4.1, 4.1, 4.0, 3.9, 4.0],
    ...     rest_voltage=4.1,
    ... )
    <MeasuredRun 'pulse': 5 samples over 0.01111 h, 0 to 17.5 A m⁻², 3.900–4.100 V>
    """

    source: str
    time: Array
    current: Array
    voltage: Array
    temperature: Array | None = None
    rest_voltage: float | None = None
    charge_error: float = 0.0
    remarks: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name in ("time", "current", "voltage", "temperature"):
            if getattr(self, name) is None:
                continue
            read = in_seconds if name == "time" else as_numbers
            try:
                values = read(name, getattr(self, name))
            except ParameterError as error:
                raise MeasurementError(f"{self.source}: {error}") from error
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        self._check()

    def _check(self) -> None:
        check_number("charge_error", self.charge_error, NOT_NEGATIVE)
        self._check_columns()
        if self.time.size < MIN_SAMPLES:
            raise MeasurementError(
                f"{self.source}: there are {self.time.size} samples; at least {MIN_SAMPLES} are "
                "needed for a run."
            )
        back = np.flatnonzero(~(np.diff(self.time) > 0.0))
        if back.size:
            raise MeasurementError(
                f"{self.source}: the time does not rise at sample {back[0] + 1}; sort the samples, "
                "each once."
            )
        if not self.voltage.min() > 0.0:
            raise MeasurementError(
                f"{self.source}: the voltage of sample {int(np.argmin(self.voltage))} is "
                f"{self.voltage.min():.6g} V; it must be above 0 V."
            )
        if not float(np.abs(self.current).max()) > 0.0:
            raise MeasurementError(
                f"{self.source}: the current is zero in every sample; a rest tells nothing."
            )

    def _check_columns(self) -> None:
        named = {"time": self.time, "current": self.current, "voltage": self.voltage}
        if self.temperature is not None:
            named["temperature"] = self.temperature
        for name, values in named.items():
            if values.ndim != 1 or values.shape != self.time.shape:
                raise MeasurementError(
                    f"{self.source}: {name} has the shape {values.shape} and time "
                    f"{self.time.shape}; give one value of each for every sample."
                )
            bad = np.flatnonzero(~np.isfinite(values))
            if bad.size:
                raise MeasurementError(
                    f"{self.source}: the {name} of sample {bad[0]} is {values[bad[0]]}; leave such "
                    "samples out."
                )

    def __len__(self) -> int:
        return int(self.time.size)

    def __repr__(self) -> str:
        return (
            f"<MeasuredRun {self.source!r}: {len(self)} samples over {self.hours:.4g} h, "
            f"{self.current.min():.4g} to {self.current.max():.4g} A m⁻², "
            f"{self.voltage.min():.3f}–{self.voltage.max():.3f} V>"
        )

    @property
    def hours(self) -> float:
        """From the first sample to the last [h]."""
        return float(self.time[-1] - self.time[0]) / SECONDS_PER_HOUR

    @property
    def rms_current(self) -> float:
        """Root of the mean squared current [A m⁻²]."""
        span = self.time[-1] - self.time[0]
        return float(np.sqrt(np.trapezoid(self.current**2, self.time) / span))

    def drive(self, switched: float | Array = 0.5) -> tuple[Array, Array]:
        """Return times, from 0, and currents as they drive a simulation.

        Straight lines between the samples; where the tester switched between two steady currents,
        or between two rows of one time, a jump between the two rows, which two samples at one time
        are.

        Parameters
        ----------
        switched : float or numpy.ndarray, default 0.5
            Share of the time between the two rows after which the jump comes, of all
            `unseen_switches` or of each; files do not tell, but for `mixed_rows`.

        Returns
        -------
        tuple of numpy.ndarray
            Times [s] and currents [A m⁻²].
        """
        time, current = self.time - self.time[0], self.current
        at = np.flatnonzero(_jumps(current) | self._at_once)
        share = np.full(at.size, 0.5)
        share[np.isin(at, self.unseen_switches)] = switched
        share[np.isin(at + 1, self.mixed_rows)] = 1.0
        share[np.isin(at, self.mixed_rows)] = 0.0
        jump = time[at] + share * (time[at + 1] - time[at])
        both = np.column_stack([current[at], current[at + 1]]).ravel()
        time = np.insert(time, at.repeat(2) + 1, jump.repeat(2))
        current = np.insert(current, at.repeat(2) + 1, both)
        once = np.append(True, (np.diff(time) > 0.0) | (np.diff(current) != 0.0))
        return time[once], current[once]

    @property
    def _at_once(self) -> NDArray[np.bool_]:
        """Between which samples no time passes but that which tells them apart."""
        return np.asarray(np.diff(self.time) < 2.0 * AT_ONCE)

    @property
    def unseen_switches(self) -> NDArray[np.int64]:
        """Rows after which the tester switched before the next one, nobody knows when."""
        at = np.flatnonzero(_jumps(self.current) & ~self._at_once)
        mixed = self.mixed_rows
        return at[~(np.isin(at, mixed) | np.isin(at + 1, mixed))]

    @property
    def mixed_rows(self) -> NDArray[np.int64]:
        """Rows with the current of one side of a switch and the voltage of the other.

        A tester that reads the two one after the other writes such rows, and so does a simulation
        whose rows fall on its switches.  The tester switched at such a row; its voltage is of no
        use, since a fit would take it for an error of a whole voltage jump.
        """
        return _mixed_rows(self.time, self.current, self.voltage)


def _mixed_rows(time: Array, current: Array, voltage: Array) -> NDArray[np.int64]:
    """Return which rows beside a switch have the other side's voltage.

    The voltage answers a switch at once, and ever more slowly then.  Where it hardly moves while
    the current does, and moves the way of the switch one row later, or did one row earlier, over
    about as much time, the row between has the voltage of the other side.
    """
    switched = np.flatnonzero(_jumps(current))
    switched = switched[(switched >= 1) & (switched + 2 < time.size)]
    steps, spans, turned = np.diff(voltage), np.diff(time), np.sign(np.diff(current))
    noise = _MAD * float(np.median(np.abs(np.diff(voltage, 3)))) / np.sqrt(20.0)
    mixed = []
    for row, beside in ((switched + 1, switched + 1), (switched, switched - 1)):
        answer = -turned[switched] * steps[beside]
        like = (spans[beside] < _AS_LONG * spans[switched]) & ~np.isin(beside, switched)
        still = np.abs(steps[switched]) < _HARDLY * answer + 0.5 * _CLEARLY * noise
        late = still & (answer > _CLEARLY * noise) & (answer > 2.0 * np.abs(steps[switched]))
        mixed.append(row[late & like])
    return np.unique(np.concatenate(mixed))


def _jumps(current: Array) -> NDArray[np.bool_]:
    """Tell between which samples a tester switched: steady before and after, shape (n − 1,).

    A single row between two that are alike is a short pulse, and no ramp up and down.
    """
    turns = np.diff(current, prepend=current[:1], append=current[-1:])
    turns = np.concatenate([[0.0], turns, [0.0]])
    steps = np.abs(turns)
    two_before, before, here, after, two_after = (
        np.roll(steps, shift)[2:-2] for shift in (2, 1, 0, -1, -2)
    )
    back, forth = (turns[2:-2] * np.roll(turns, shift)[2:-2] < 0.0 for shift in (1, -1))
    little = _STEADY * here
    calm = ((before <= little) | (back & (two_before <= little))) & (
        (after <= little) | (forth & (two_after <= little))
    )
    least = _SAME * float(np.abs(current).max())
    return np.asarray((here > least) & calm)


def run_of(
    source: str, samples: Samples, remarks: tuple[str, ...], *, from_rest: bool
) -> MeasuredRun:
    """Return all samples of a file as a run.

    Parameters
    ----------
    source : str
        The file.
    samples : Samples
        All of it.
    remarks : tuple of str
        What was changed while reading.
    from_rest : bool
        Whether its first step is a rest, which tells the start.

    Returns
    -------
    MeasuredRun
        Without rows that repeat a time, but for those behind a switch; see `_once`.

    Raises
    ------
    MeasurementError
        If the file has no time, or the samples are none of a run.
    """
    if samples.time is None:
        raise MeasurementError(
            f"{source}: it has no time, which charges, rests, pulses and changing currents need. "
            "Export the time from the tester as well."
        )
    time, once = _once(samples.time, samples.current)
    temperature = _temperature(samples)
    rows = int(np.count_nonzero(samples.step == 0))
    first = samples.voltage[: last_at_rest(samples.voltage, samples.time, 0, rows - 1) + 1]
    told = [f"{int((~once).sum())} repeated times left out"] if not once.all() else []
    current = samples.current[once]
    known = _charge_error(current, samples.current_step)
    if known > _TOLD:
        told.append(f"the currents are rounded, so that the charge is known to {known:.1%} only")
    return MeasuredRun(
        source=source,
        time=time[once],
        current=current,
        voltage=samples.voltage[once],
        temperature=None if temperature is None else temperature[once],
        rest_voltage=middle(first[-5:]) if from_rest else None,
        charge_error=known,
        remarks=(*remarks, *told),
    )


def last_at_rest(voltage: Array, time: Array | None, first: int, last: int) -> int:
    """Return the last row of a rest that has its voltage.

    Of rows of one rounded time at a switch a tester may write some with the current of before and
    the voltage of after.  Such a row leaves those at rest at once, and is nearer to the load's.

    Parameters
    ----------
    voltage : numpy.ndarray
        Of all rows, shape (n,) [V].
    time : numpy.ndarray or None
        Shape (n,) [s].
    first, last : int
        Of the rest.

    Returns
    -------
    int
        The row, from `first` to `last`; the latter where nothing follows or there is no time.

    Examples
    --------
    >>> last_at_rest(np.array([4.18, 4.18, 4.03, 4.03, 4.0]), np.array([0, 9, 9, 9, 19]), 0, 2)
    1
    """
    if time is None or last + 1 >= voltage.size:
        return last
    row, loaded = last, voltage[last + 1]
    while row > first and time[row] == time[last + 1]:
        jump, left = abs(voltage[row] - voltage[row - 1]), abs(loaded - voltage[row])
        if not (jump > _AT_REST and left < 0.5 * jump):
            break
        row -= 1
    return row


def _charge_error(current: Array, step: float) -> float:
    """Return to which share the charge of currents is known that are rounded to a step.

    Rows of one current are off by the same; what others are off by is independent of it.
    """
    loaded = current[np.abs(current) > 0.5 * step]
    if step == 0.0 or not loaded.size:
        return 0.0
    length = np.diff(np.flatnonzero(np.append(np.diff(loaded, prepend=np.nan) != 0.0, True)))
    return float(step / np.sqrt(12.0) * np.sqrt(np.sum(length**2.0)) / np.sum(np.abs(loaded)))


def _once(time: Array, current: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return rising times, and which rows are kept.

    Where a tester switches, it writes two rows of one time: the last of one current, the first of
    the other; of more than two these are the first and the last.  Both are kept, the second
    `AT_ONCE` later, and what is written within that is left out.  Other repeated times are left
    out, and so are all where more of them stand elsewhere: then the clock is coarser than the rows.
    """
    again = np.append(False, ~(np.diff(time) > 0.0))
    least = _SAME * float(np.abs(current).max())
    first = np.maximum.accumulate(np.where(again, 0, np.arange(time.size)))
    last = again & ~np.append(again[1:], False)
    switch = last & (np.abs(current - current[first]) > least)
    if np.count_nonzero(last & ~switch) > np.count_nonzero(switch):
        return time, ~again
    before = np.maximum.accumulate(np.where(switch, np.arange(time.size), -1))
    hasty = (before >= 0) & ~switch & (time - time[before] < 2.0 * AT_ONCE)
    kept = switch | ~(again | hasty)
    after = np.minimum.accumulate(np.where(again | hasty, np.inf, time)[::-1])[::-1]
    gap = np.append(after[1:], np.inf) - time
    later = np.where(switch, time + np.minimum(AT_ONCE, 0.5 * gap), time)
    kept[kept] = np.append(True, np.diff(later[kept]) > 0.0)
    return later, kept


def _temperature(samples: Samples) -> Array | None:
    """Return the temperature of every sample, between rows that lack one by straight lines."""
    return filled_temperature(samples.time, samples.temperature)


def filled_temperature(time: Array | None, temperature: Array | None) -> Array | None:
    """Return temperatures without gaps; None where none, or nothing that a cell can have, is known.

    Parameters
    ----------
    time : numpy.ndarray or None
        Shape (n,) [s].
    temperature : numpy.ndarray or None
        NaN where a row has none, shape (n,) [K].
    """
    if time is None or temperature is None:
        return None
    known = np.isfinite(temperature)
    if not known.any() or not (_KELVIN[0] <= temperature[known].min()):
        return None
    if not temperature[known].max() <= _KELVIN[1]:
        return None
    return np.interp(time, time[known], temperature[known])
