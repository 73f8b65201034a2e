"""Measured runs beside discharges: charges, rests, pulses and drive cycles as data of a fit.

The measured current, and a measured temperature, drive the engine from the state in which the run
begins, and voltages are compared in time, averaged over stretches.  A current of more kinks than
`SMOOTHED` is averaged over as many spans for derivatives and for voltages at draws, and voltages
are averaged over the same spans: what is faster says nothing then, and no derivative leaves it out.
What averaging leaves out of the voltage is taken from one run with every sample, near the fit.

A model error is smooth along the charge, as that of discharges.  Its part of each curve's own is an
error of the impedance: it follows the current, as it is and as it was over the last `MEMORIES`, and
at the rms current of the run it is that of a discharge.  What the current does faster than the
shortest memory is off by as much, from average to average.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from microbatt.cells import HIGHEST_VOLTAGE
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import Settings, simulate
from microbatt.errors import ParameterError
from microbatt.inference.forward.finite_differences import moves_curve
from microbatt.inference.forward.temperature_smoothing import temperature_of
from microbatt.inference.forward.unknowns import MICROSTRUCTURE, PARAMETERS
from microbatt.measured import begin_run, cell_from
from microbatt.protocols import Samples as Drive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import Inventory, MeasuredTemperature, Simulation, Thermal
    from microbatt.engines.contract import Request
    from microbatt.inference.forward.priors import Priors
    from microbatt.measured import MeasuredRun, RunStart

    Array = NDArray[np.float64]

AVERAGES: Final = 300
"""At most this many averages of a run, beside those between which a tester switched."""
SMOOTHED: Final = 150
"""A current of more kinks is averaged over so many spans, and so are the voltages."""
SETTINGS: Final = Settings(tolerance=2e-5)
"""Of runs: within 0.01 mV of a refined solution, for errors of hours do not average out."""
QUICK: Final = Settings(tolerance=4e-4)
"""Of runs whose model has an error of `ERROR` or more: within 0.05 mV rms."""
ERROR: Final = 5e-4
"""Of a model, beside which that of the engine is nothing [V]."""
FIT_MESH: Final = 1.5
"""Factor on the elements that discharges are fitted with."""
FALL: Final = -10.0
"""Beyond its end a simulated run falls by this much per charge that the cell holds [V]."""
_OF_WIDTH, _WIDEST = 0.2, 0.5
"""An unknown is displaced by this share of its width, and of no wider one than that.

S and the rate constant move a run alike.  Where one is displaced further than the other, curvature
makes a difference between them that is not there, and a fit follows it.
"""
_HALF: Final = 0.5
"""Between two rows a switch is looked for halfway at first, and is uniform over all of it."""
_ASIDE: Final = 0.15
"""Share of that time by which a switch is displaced where it is known better."""
_ALIKE: Final = 3.0
"""How much less is known of what all switches have in common."""
_BENT: Final = 1.0 / math.sqrt(5.0)
"""Rms of u² where a switch is uniform over u from -1 to 1 between two rows."""
_SWITCHES: Final = 100
"""More switches than this are not taken one by one."""
MEMORIES: Final = (30.0, 300.0)
"""Over which a cell's voltage remembers the current: electrolyte and particles, roughly [s]."""
_START_STEP: Final = 5e-3
"""Share of the charge by which the start is displaced."""
_MARGIN: Final = 0.5
_LOWEST: Final = 0.3
_QUIET: Final = 4.0
"""Voltage steps below this many standard deviations of the noise are none."""


class Unknowns(Protocol):
    """What runs need of a model: its cell at coordinates, and its terms."""

    @property
    def priors(self) -> Priors: ...  # noqa: D102

    @property
    def inventory(self) -> Inventory: ...  # noqa: D102 - see ForwardModel

    @property
    def thermal(self) -> Thermal: ...  # noqa: D102

    @property
    def settings(self) -> Settings: ...  # noqa: D102

    @property
    def model_error(self) -> float: ...  # noqa: D102

    def request_at(self, x: Array) -> Request: ...  # noqa: D102

    def value(self, x: Array, name: str) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class BinnedRun:
    """A measured run as averages over stretches.

    Attributes
    ----------
    source, remarks
        As of the run.
    start
        In which state it begins.
    samples
        How many were measured.
    time, sample_time
        Of the averages, shape (m,), and of the samples, shape (n,), since the first [s].
    starts
        Where each average begins among the samples, shape (m,).
    voltage, count
        Averages and how many samples each is of, shape (m,) [V].
    load
        Averages of the current, positive on discharge, shape (m,) [A m⁻²].
    loads
        The current as it is, and its mean over each of `MEMORIES`, forgotten exponentially, over
        their rms, shape (1 + memories, m) [-].
    fast
        Rms of the current's distance from its mean over the shortest memory, likewise, shape (m,).
    drawn
        Charge drawn since the state of the cell file, shape (m,) [A h m⁻²].
    moved
        Charge moved since the run began, either way, shape (m,) [A h m⁻²].
    current
        Root of the mean squared current [A m⁻²].
    drive
        Times [s] and currents [A m⁻²], two at a jump.
    smoothed
        The same with at most `SMOOTHED` samples; None where that is not less.
    temperature
        Measured, from the start of the run; None where it was not.
    response
        What more charge drawn before the start does to each average, shape (m,) [V per share of the
        charge].
    left_out
        What smoothing the current leaves out of each average, shape (m,) [V].
    switches
        For switches between two rows, nobody knows when, shape (k, 2): the time of the earlier row
        [s], and the share of the charge that one standard deviation of when it was draws.
    shares
        Of the time between the two rows, after which it is taken to have switched, shape (k,).
    switching
        What one standard deviation of when it switched does to each average: a column for all
        switches alike, and one for each, shape (m, 1 + k) [V].
    bent
        What of that is no straight line, rms, shape (m,) [V].
    centred
        Whether start and switches are those that a fit expects.
    measured
        The run as it was measured.
    lowest
        Where simulations end [V].
    """

    source: str
    start: RunStart
    samples: int
    time: Array
    sample_time: Array
    starts: NDArray[np.int64]
    voltage: Array
    count: Array
    load: Array
    loads: Array
    fast: Array
    drawn: Array
    moved: Array
    current: float
    drive: tuple[Array, Array]
    smoothed: tuple[Array, Array] | None
    temperature: MeasuredTemperature | None
    response: Array
    left_out: Array
    switches: Array
    shares: Array
    switching: Array
    bent: Array
    measured: MeasuredRun
    lowest: float
    centred: bool = False
    remarks: tuple[str, ...] = field(default=())

    @property
    def steep(self) -> NDArray[np.bool_]:
        """No average of a run is compared in capacity: a cliff counts by what a charge does."""
        return np.zeros(self.voltage.size, dtype=bool)

    @property
    def progress(self) -> Array:
        """How far the run is at each average [s]."""
        return self.time

    @property
    def charge(self) -> float:
        """That the cell holds [A h m⁻²]."""
        return self.start.charge

    @property
    def slope(self) -> Array:
        """dV/dQ at equal current, shape (m,) [V m² A⁻¹ h⁻¹]."""
        return np.asarray(self.response / self.charge)

    def average(self, values: Array) -> Array:
        """Average values at the samples, last axis, over the samples of each stretch."""
        sums: Array = np.add.reduceat(values, self.starts, axis=-1) / self.count
        return sums


def bin_run(
    run: MeasuredRun,
    cell: Cell,
    *,
    start_voltage: float | None = None,
    use_temperature: bool = True,
    averages: int = AVERAGES,
) -> BinnedRun:
    """Average a measured run over stretches of equal arc length in time and voltage.

    Parameters
    ----------
    run
        The run.
    cell
        Tells in which state it begins.
    start_voltage
        At rest before it, where that is stated [V].
    use_temperature
        Whether a measured temperature drives it.
    averages
        At most how many, beside those between which a tester switched.

    Raises
    ------
    CurveError
        If it cannot be told in which state it begins.
    """
    start = begin_run(run, cell, start_voltage=start_voltage)
    mixed = run.mixed_rows
    kept = np.delete(np.arange(len(run)), mixed)
    time, measured = (run.time - run.time[0])[kept], run.voltage[kept]
    drive = run.drive()
    switches = drive[0][1:][np.diff(drive[0]) == 0.0]
    jumps = np.searchsorted(time, switches, side="right")
    smoothed = smoothed_drive(*drive)
    starts = (
        _stretches(time, measured, averages, jumps)
        if smoothed is None
        else np.flatnonzero(np.diff(_span_of(time, SMOOTHED), prepend=-1))
    )
    count = np.diff(np.append(starts, time.size)).astype(float)
    charge = np.interp(time, *_integral(*drive)) / SECONDS_PER_HOUR

    def average(values: Array) -> Array:
        sums: Array = np.add.reduceat(values, starts) / count
        return sums

    drawn = start.drawn * start.charge + average(charge)
    current = run.current[kept]
    loads = [current, *_remembered(time, current)]
    unseen = _unseen_switches(run, start.charge)
    return BinnedRun(
        source=run.source,
        start=start,
        samples=len(run),
        time=average(time),
        sample_time=time,
        starts=starts,
        voltage=average(measured),
        count=count,
        load=average(current),
        loads=np.array([average(one) for one in loads]) / run.rms_current,
        fast=np.sqrt(average((loads[0] - loads[1]) ** 2)) / run.rms_current,
        drawn=drawn,
        moved=average(np.interp(time, *_integral(drive[0], np.abs(drive[1])))) / SECONDS_PER_HOUR,
        current=run.rms_current,
        drive=drive,
        smoothed=smoothed,
        temperature=temperature_of(run.time - run.time[0], run.temperature)
        if use_temperature
        else None,
        response=_open_circuit_response(cell, drawn / start.charge),
        left_out=np.zeros(starts.size),
        switches=unseen,
        shares=np.full(len(unseen), _HALF),
        switching=np.zeros((starts.size, 0)),
        bent=np.zeros(starts.size),
        measured=run,
        lowest=max(_LOWEST, float(run.voltage.min()) - _MARGIN),
        remarks=(*run.remarks, *_told_of_mixed(mixed.size), start.sentence),
    )


def _unseen_switches(run: MeasuredRun, charge: float) -> Array:
    """Return when a tester switched between two rows, and what that draws; see `BinnedRun`."""
    at = run.unseen_switches
    span = (run.time[at + 1] - run.time[at]) / np.sqrt(12.0)
    drawn = (run.current[at + 1] - run.current[at]) * span / (SECONDS_PER_HOUR * charge)
    return np.column_stack([run.time[at] - run.time[0], drawn])


def _told_of_mixed(count: int) -> list[str]:
    """Say how many rows of a run were of no use; nothing where all were."""
    if not count:
        return []
    told = "have the current of one side and the voltage of the other; their voltages were left out"
    return [f"{count} rows at a switch {told}"]


def _span_of(time: Array, count: int) -> NDArray[np.int64]:
    """Return in which of some equal spans of time each sample lies, shape (n,)."""
    share = (time - time[0]) / (time[-1] - time[0])
    return np.asarray(np.minimum((share * count).astype(np.int64), count - 1))


def smoothed_drive(time: Array, current: Array) -> tuple[Array, Array] | None:
    """Return a current averaged over `SMOOTHED` equal spans; None where that saves nothing.

    Parameters
    ----------
    time, current
        Of a drive, shape (n,) [s], [A m⁻²].
    """
    if _bends(current) <= SMOOTHED:
        return None
    at, moved = _integral(time, current)
    edges = np.linspace(time[0], time[-1], SMOOTHED + 1)
    means = np.diff(np.interp(edges, at, moved)) / np.diff(edges)
    middle = 0.5 * (edges[1:] + edges[:-1])
    return (
        np.concatenate([time[:1], middle, time[-1:]]),
        np.concatenate([current[:1], means, current[-1:]]),
    )


def run_voltage(
    model: Unknowns, x: Array, run: BinnedRun, *, whole: bool = False, more: float = 0.0
) -> Array | None:
    """Simulate a measured run at coordinates.

    Parameters
    ----------
    model, x
        The cell, its unknowns and their coordinates, shape (p,).
    run
        Of the model.
    whole
        Whether every sample drives it, and not the smoothed current.
    more
        Share of the charge that is drawn beyond the run's start.

    Returns
    -------
    ndarray, shape (m,), or None
        Averages, with what smoothing leaves out [V]; None where the engine has no such run.
    """
    cell, scale = _cell_at(model, x), model.value(x, "area_scale")
    time, current = run.drive if whole or run.smoothed is None else run.smoothed
    try:
        simulation = simulate(
            cell_from(cell, run.start.drawn + more),
            Drive(time=time, value=current / scale),
            inventory=model.inventory,
            thermal=run.temperature or model.thermal,
            lower_voltage=run.lowest,
            upper_voltage=HIGHEST_VOLTAGE,
            settings=_settings(model),
        )
    except ParameterError:  # a cell, or a start, that cannot be
        return None
    if len(simulation) < 2:
        return None
    voltage = _at_samples(simulation, run, scale) + model.value(x, "voltage_offset")
    averaged = run.average(voltage)
    return averaged if whole else averaged + run.left_out


def run_response(model: Unknowns, x: Array, run: BinnedRun) -> Array:
    """Differentiate a run by what is asked for.

    Parameters
    ----------
    model, x
        As for `run_voltage`; x of what is asked for, shape (p,).
    run
        Of the model.

    Returns
    -------
    ndarray, shape (m, p)
        [V per unit of the coordinate]; zero where the engine has no run beside.
    """
    names, scale = model.priors.names, model.value(x, "area_scale")
    jacobian = np.zeros((run.voltage.size, len(names)))
    for i, name in enumerate(names):
        if name in model.priors.held:
            continue
        if name == "voltage_offset":
            jacobian[:, i] = 1.0
        elif name == "contact_resistance" and not moves_curve(name, model.thermal):
            jacobian[:, i] = -run.load / scale
            if model.priors.by_logarithm(i):
                jacobian[:, i] *= model.value(x, name)
        else:
            jacobian[:, i] = _difference(model, x, run, i, _steps(model, x, i))
    return jacobian


def run_columns(model: Unknowns, x: Array, run: BinnedRun) -> Array:
    """Differentiate a run by the values of the cell file that are in doubt.

    Differences between a fifth of a width above and below: a run has no cliffs that it would carry
    across samples, and over less the engine's steps in time would weigh.  To one side they are up
    to eight times as far off, and a fit then stops short of its minimum.

    Parameters
    ----------
    model, x
        As for `run_voltage`.
    run
        Of the model.

    Returns
    -------
    ndarray, shape (m, values)
        [V per unit of the coordinate].
    """
    priors = model.priors
    if not priors.doubted:
        return np.empty((run.voltage.size, 0))
    here = run_voltage(model, x, run)
    columns = [
        np.zeros(run.voltage.size)
        if here is None
        else _difference(model, x, run, i, _of_width(priors, i), here)
        for i in range(priors.asked, len(priors.names))
    ]
    return np.stack(columns, axis=-1)


def _of_width(priors: Priors, i: int) -> tuple[float, float]:
    """Return a part of the width of an unknown, up and down."""
    step = _OF_WIDTH * min(float(priors.std[i]), _WIDEST)
    return step, -step


def beside_run(model: Unknowns, x: Array, run: BinnedRun) -> BinnedRun:
    """Return a run with what smoothing leaves out, and what its start does, at coordinates.

    Parameters
    ----------
    model, x
        As for `run_voltage`.
    run
        Of the model.
    """
    plain = replace(run, left_out=np.zeros_like(run.left_out))
    here = run_voltage(model, x, plain)
    there = run_voltage(model, x, plain, more=_START_STEP)
    if here is None or there is None:
        return run
    whole = here if run.smoothed is None else run_voltage(model, x, plain, whole=True)
    run = replace(
        run,
        response=(there - here) / _START_STEP,
        left_out=run.left_out if whole is None else whole - here,
    )
    if not len(run.switches) or run.smoothed is not None:
        return run
    aside = _ASIDE if run.centred else _HALF
    shares = np.clip(run.shares - aside, 0.0, 1.0), np.clip(run.shares + aside, 0.0, 1.0)
    early, late = (
        run_voltage(model, x, replace(plain, drive=run.measured.drive(one))) for one in shares
    )
    if early is None or late is None:
        return run
    moved = (early - late) / np.sqrt(12.0) / (shares[1] - shares[0])[_last_switch(run)]
    bent = run.bent if run.centred else _BENT * np.abs(0.5 * (early + late) - here)
    return replace(run, switching=switching_moves(run, moved), bent=bent)


def _last_switch(run: BinnedRun) -> NDArray[np.int64]:
    """Return the last of the switches before each average; the first one before all, (m,)."""
    behind = np.sum(run.time[:, None] > run.switches[:, 0], axis=1)
    return np.asarray(np.maximum(behind - 1, 0))


def centred_run(run: BinnedRun, start: float, switches: Array, left: Array) -> BinnedRun:
    """Return a run that begins, and whose tester switched, where a fit expects it.

    Cliffs answer by curves, and errors of start and switches are taken for small.

    Parameters
    ----------
    run
        As it was fitted.
    start
        Expected of the start, in its widths.
    switches, left
        Expected of the columns of `switching`, and the share of their variances that is left,
        shape (1 + k,).
    """
    more = run.start.width * start
    run = replace(
        run,
        start=replace(run.start, drawn=run.start.drawn + more),
        drawn=run.drawn + more * run.charge,
    )
    if not run.switching.any():
        return replace(run, centred=True)
    which = np.arange(len(run.switches)) // _together(len(run.switches))
    early = (_ALIKE * switches[0] + switches[1:][which]) / np.sqrt(12.0)
    shares = np.clip(run.shares - early, 0.0, 1.0)
    return replace(
        run,
        drive=run.measured.drive(shares),
        shares=shares,
        bent=run.bent * (1.0 if run.centred else left[1:][which[_last_switch(run)]]),
        centred=True,
    )


def _together(switches: int) -> int:
    """Return how many switches that follow each other share a column."""
    return -(-switches // _SWITCHES)


def switching_moves(run: BinnedRun, together: Array) -> Array:
    """Return what each switch does to averages if nobody knows when it was.

    A tester that switches earlier moves the voltage behind the switch, and by the charge that it
    draws all that comes.  The first is found in all switches moved together, up to the next one.
    A tester that writes a row every so many seconds and switches by the same clock switches alike
    each time, and what is alike is less known than uniform; any other does not.

    Parameters
    ----------
    run
        With the response to a charge.
    together
        What one standard deviation of all switches alike does, shape (m,) [V].

    Returns
    -------
    ndarray, shape (m, 1 + k)
        What all have alike, and one standard deviation of each [V]; of some that follow each other,
        where there are many.
    """
    time, drawn = run.switches.T
    after = run.time[:, None] > time
    by_charge = np.where(after, drawn * run.response[:, None], 0.0)
    moves = by_charge.copy()
    moves[np.arange(len(moves)), _last_switch(run)] += together - by_charge.sum(axis=1)
    each = np.add.reduceat(moves, np.arange(0, time.size, _together(time.size)), axis=1)
    return np.column_stack([_ALIKE * together, each])


def anchored_run(model: Unknowns, x: Array, run: BinnedRun) -> BinnedRun:
    """Return a run with what smoothing leaves out at coordinates, and all else as it is.

    Parameters
    ----------
    model, x
        As for `run_voltage`.
    run
        Of the model.
    """
    if run.smoothed is None:
        return run
    plain = replace(run, left_out=np.zeros_like(run.left_out))
    thin, whole = run_voltage(model, x, plain), run_voltage(model, x, plain, whole=True)
    return run if thin is None or whole is None else replace(run, left_out=whole - thin)


def _steps(model: Unknowns, x: Array, i: int) -> tuple[float, float]:
    """Return how far an unknown that is asked for is displaced, up and down."""
    name = model.priors.names[i]
    if name in MICROSTRUCTURE or np.isfinite(model.priors.std[i]):
        return _of_width(model.priors, i)
    step = PARAMETERS[name].step
    if model.priors.by_logarithm(i) and not PARAMETERS[name].logarithmic and name != "S":
        step /= max(abs(model.priors.value(x, i)), 1e-300)
    return step, -step


def _difference(
    model: Unknowns,
    x: Array,
    run: BinnedRun,
    i: int,
    steps: tuple[float, ...],
    here: Array | None = None,
) -> Array:
    """Return the derivative by one coordinate, between two places; one is x where one is missing.

    Zero where there are no two.
    """
    found = []
    for step in steps:
        moved = x.copy()
        moved[i] = np.clip(x[i] + step, model.priors.low[i], model.priors.high[i])
        voltage = None if moved[i] == x[i] else run_voltage(model, moved, run)
        if voltage is not None:
            found.append((moved[i], voltage))
    if len(found) == 1:
        base = run_voltage(model, x, run) if here is None else here
        found += [] if base is None else [(x[i], base)]
    if len(found) < 2:
        return np.zeros(run.voltage.size)
    (up, above), (down, below) = found
    return np.asarray((above - below) / (up - down))


def _cell_at(model: Unknowns, x: Array) -> Cell:
    alpha, S = model.priors.natural(x)[:2]
    return model.request_at(x).cell.with_values({"alpha": float(alpha), "S": float(S)})


def _settings(model: Unknowns) -> Settings:
    """Return settings for runs, finer where the model's mesh was made finer."""
    chosen = SETTINGS if model.model_error < ERROR else QUICK
    return replace(chosen, mesh=max(1.0, model.settings.mesh / FIT_MESH))


def _at_samples(simulation: Simulation, run: BinnedRun, scale: float) -> Array:
    """Return the voltage at the samples; beyond the simulated end it goes on with the charge."""
    voltage = simulation.voltage_at(run.sample_time)
    beyond = ~np.isfinite(voltage)
    if beyond.any():
        end = float(simulation.time[-1])
        at, moved = _integral(run.drive[0], run.drive[1] / scale)
        drawn = (
            np.interp(run.sample_time, at, moved) - np.interp(end, at, moved)
        ) / SECONDS_PER_HOUR
        fallen = float(simulation.voltage[-1]) + FALL / run.charge * drawn
        voltage = np.where(beyond, fallen, voltage)
    return voltage


def _remembered(time: Array, current: Array) -> list[Array]:
    """Return means of a current that forget with each of `MEMORIES`, shapes (n,)."""
    found, steps = [], np.diff(time)
    for memory in MEMORIES:
        kept, mean = np.exp(-steps / memory), np.empty_like(current)
        mean[0] = current[0]
        for i, share in enumerate(kept):
            mean[i + 1] = share * mean[i] + (1.0 - share) * current[i + 1]
        found.append(mean)
    return found


def _integral(time: Array, current: Array) -> tuple[Array, Array]:
    """Return times, each once, and the charge moved until then [C m⁻²]."""
    moved = np.concatenate([[0.0], np.cumsum(0.5 * np.diff(time) * (current[1:] + current[:-1]))])
    once = np.append(True, np.diff(time) > 0.0)
    return time[once], moved[once]


def _bends(current: Array) -> int:
    """Return how many samples are no straight line between their neighbours."""
    off = np.abs(np.diff(current, 2))
    return int(np.count_nonzero(off > 0.01 * np.abs(current).max()))


def _stretches(
    time: Array, voltage: Array, most: int, jumps: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return where stretches of equal arc length begin; one begins wherever a tester switched."""
    if time.size <= most:
        return np.arange(time.size)
    third = np.abs(np.diff(voltage, 3))
    noise = 1.4826 * float(np.median(third)) / np.sqrt(20.0)
    steps = np.maximum(np.abs(np.diff(voltage)) - _QUIET * noise, 0.0)
    along = np.hypot(np.diff(time) / time[-1], steps / max(float(np.ptp(voltage)), 1e-300))
    place = np.concatenate([[0.0], np.cumsum(along)])
    number = np.minimum((place / place[-1] * most).astype(int), most - 1)
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    switched = jumps[(jumps > 0) & (jumps < time.size)]
    return np.union1d(starts, switched) if switched.size <= most else starts


def _open_circuit_response(cell: Cell, shares: Array) -> Array:
    """Return the slope of the open-circuit voltage over the share of the charge drawn [V]."""
    at = np.linspace(min(0.0, float(shares.min())), max(float(shares.max()), 0.01), 60)
    level = np.array([_open_circuit_voltage(cell, float(one)) for one in at])
    known = np.isfinite(level)  # elsewhere no cell can be at rest, and the nearest slope is taken
    slope = np.gradient(level[known], at[known])
    return np.asarray(np.interp(shares, at[known], slope))


def _open_circuit_voltage(cell: Cell, drawn: float) -> float:
    """Return it after a share of the charge was drawn; NaN beyond the cell's fits [V]."""
    try:
        return cell_from(cell, drawn).open_circuit_voltage
    except ParameterError:
        return math.nan
