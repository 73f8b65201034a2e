"""What a protocol gave at each point, as the rows of a cube: samples, and what is said of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cube.contents.layout import SAMPLED, STATUS
from microbatt.cube.contents.protocol_outcome import ProtocolOutcome
from microbatt.cube.store.voltage_codec import rounded
from microbatt.engines.protocols import RESISTANCE_AT
from microbatt.outcomes import StepOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from microbatt.cube.contents.layout import Layout
    from microbatt.engines import Simulation
    from microbatt.engines.protocols import StepResult
    from microbatt.protocols import Samples

    Rows: TypeAlias = "dict[str, NDArray[Any]]"

_SAME_TIME: Final = 1e-9
"""Two times closer than this, relative to 1 s or to the time, are the same."""
_OF_A_STEP: Final = {
    f"step_{name}": name
    for name in (
        "start", "duration", "capacity", "energy", "start_voltage", "end_voltage", "end_current"
    )
}  # fmt: skip
_FAILED: Final = {
    StepOutcome.STEP_BUDGET: ProtocolOutcome.STEP_BUDGET,
    StepOutcome.NO_CONVERGENCE: ProtocolOutcome.NO_CONVERGENCE,
    StepOutcome.UNRESOLVED_FALL: ProtocolOutcome.UNRESOLVED_FALL,
    StepOutcome.TIME_LIMIT: ProtocolOutcome.TIME_LIMIT,
}


def rows_from_simulations(
    simulations: Sequence[Simulation],
    layout: Layout,
    elapsed: float,
    rounding: float | None = None,
) -> Rows:
    """Turn what a protocol gave into rows.

    Parameters
    ----------
    simulations : sequence of Simulation
        Of one protocol, in the order of the points; n of them.
    layout : Layout
        What the cube holds of each.
    elapsed : float
        Wall-clock time of all of them [s]; shared out by Newton iterations.
    rounding : float, optional
        By how much voltages may be rounded [V]; None keeps every bit.

    Returns
    -------
    dict
        Every variable of the cube, ``status`` last.
    """
    rows: Rows = {
        variable.name: np.full(
            (len(simulations), *layout.lengths(variable)),
            variable.fill_value,
            dtype=variable.dtype,
        )
        for variable in layout.variables
    }
    places = _places(layout)
    for row, simulation in enumerate(simulations):
        _sample(rows, row, simulation, layout, places)
        _summarise(rows, row, simulation)
        rows["open_circuit_voltage"][row] = simulation.open_circuit_voltage
        rows["min_salt_concentration"][row] = simulation.min_salt_concentration.min(initial=np.inf)
        rows["newton_iterations"][row] = simulation.newton_iterations
        rows["rejected_steps"][row] = simulation.rejected_steps
        rows[STATUS.name][row] = _status(simulation)
    none = np.isinf(rows["min_salt_concentration"])
    rows["min_salt_concentration"][none] = np.nan
    rows["solve_time"][:] = shared_out(elapsed, rows["newton_iterations"])
    if rounding is not None:
        rows["voltage"] = rounded(rows["voltage"], rounding)
    return rows


def _places(layout: Layout) -> list[slice]:
    """Return where the samples of each step lie on the axis of all."""
    counts = np.bincount(layout.coordinates["sample_step"][1])
    ends = np.cumsum(counts)
    return [slice(int(end - count), int(end)) for end, count in zip(ends, counts, strict=True)]


def _status(simulation: Simulation) -> ProtocolOutcome:
    stopped = simulation.stopped
    if stopped is None:
        return ProtocolOutcome.COMPLETED
    return _FAILED.get(stopped.outcome, ProtocolOutcome.STOPPED)


def _sample(
    rows: Rows, row: int, simulation: Simulation, layout: Layout, places: Sequence[slice]
) -> None:
    """Fill in the samples of one simulation; a step that took no time has none."""
    shares = layout.coordinates["sample_fraction"][1]
    for asked, step, place in zip(simulation.protocol.steps, simulation.steps, places, strict=True):
        if step.points.stop - step.points.start < _FEWEST:
            continue
        if asked.samples is None:
            rows["time"][row, place] = step.start + shares[place] * step.duration
            for name in _CURVES:
                curve = getattr(simulation, name)[step.points]
                rows[name][row, place] = _at_shares(simulation, step, curve, shares[place])
        else:
            _follow(rows, row, simulation, step, asked.samples, place)


_FEWEST: Final = 2
"""Points of a step that took some time."""
_CURVES: Final = tuple(variable.name for variable in SAMPLED if variable.name != "time")


def _at_shares(
    simulation: Simulation,
    step: StepResult,
    curve: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return a curve of a step at shares of its time, by a monotone cubic between its points."""
    from microbatt.engines.protocols import resample_points

    return resample_points(simulation.time[step.points] - step.start, curve, shares)


def _follow(
    rows: Rows,
    row: int,
    simulation: Simulation,
    step: StepResult,
    samples: Samples,
    place: slice,
) -> None:
    """Fill in a sampled step at the times of its samples, as far as it came."""
    points = simulation.time[step.points]
    wanted = step.start + samples.time
    wanted = _snapped(wanted, points)
    there = wanted <= points[-1]
    after_jump = np.concatenate([[False], np.diff(samples.time) == 0.0])
    rows["time"][row, place] = np.where(there, step.start + samples.time, np.nan)
    for name in _CURVES:
        curve = getattr(simulation, name)[step.points]
        values = _between(points, curve, wanted, after_jump)
        rows[name][row, place] = np.where(there, values, np.nan)


def _snapped(wanted: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return times, those of points where they are the same but for rounding."""
    right = np.clip(np.searchsorted(points, wanted), 1, points.size - 1)
    for near in (points[right - 1], points[right]):
        same = np.abs(wanted - near) <= _SAME_TIME * np.maximum(1.0, wanted)
        wanted = np.where(same, near, wanted)
    return wanted


def _between(
    points: NDArray[np.float64],
    curve: NDArray[np.float64],
    wanted: NDArray[np.float64],
    after_jump: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return a curve at some times by straight lines, before or after a jump that is there."""
    last = points.size - 1
    left = np.clip(np.searchsorted(points, wanted, side="left"), 1, last)
    right = np.clip(np.searchsorted(points, wanted, side="right"), 1, last)
    place = np.where(after_jump, right, left)
    span = points[place] - points[place - 1]
    share = np.where(span > 0.0, (wanted - points[place - 1]) / np.where(span > 0, span, 1.0), 1.0)
    values: NDArray[np.float64] = curve[place - 1] + share * (curve[place] - curve[place - 1])
    return values


def _summarise(rows: Rows, row: int, simulation: Simulation) -> None:
    """Fill in what is said of each step."""
    for k, step in enumerate(simulation.steps):
        rows["step_outcome"][row, k] = step.outcome
        if step.outcome is StepOutcome.NOT_RUN:
            continue
        for variable, name in _OF_A_STEP.items():
            rows[variable][row, k] = getattr(step, name)
        if step.points.start == step.points.stop:
            continue
        rows["step_end_temperature"][row, k] = simulation.temperature[step.points][-1]
        rows["step_min_lithium_overpotential"][row, k] = simulation.lithium_overpotential[
            step.points
        ].min()
        rows["step_resistance"][row, k] = [
            simulation.resistance(step.number, after) for after in RESISTANCE_AT
        ]


def protocol_trouble(rows: Rows) -> NDArray[np.bool_]:
    """Whether each row breaks the rules that tie samples and steps to outcomes, shape (n,).

    Samples are there together or not at all; a point that was not run has none; one that was run to
    its end has an outcome, and a time, of every step.
    """
    status = rows[STATUS.name]
    missing = [np.isnan(rows[variable.name]) for variable in SAMPLED]
    torn = np.any([(one != missing[0]).any(axis=1) for one in missing[1:]], axis=0)
    none = np.isin(status, (ProtocolOutcome.NOT_RUN, ProtocolOutcome.CRASHED))
    ran = rows["step_outcome"] != StepOutcome.NOT_RUN
    untold = (ran != np.isfinite(rows["step_duration"])).any(axis=1)
    unknown = ~np.isin(status, list(ProtocolOutcome))
    unknown |= ~np.isin(rows["step_outcome"], list(StepOutcome)).all(axis=1)
    short = (status == ProtocolOutcome.COMPLETED) & ~ran.all(axis=1)
    some = ~missing[0].all(axis=1) | ran.any(axis=1)
    trouble: NDArray[np.bool_] = torn | untold | unknown | short | (none & some)
    return trouble


def shared_out(elapsed: float, work: NDArray[np.int32]) -> NDArray[np.float64]:
    """Share a time out by the work that each row took."""
    total = int(work.sum())
    share = work / total if total else np.full(work.size, 1 / max(work.size, 1))
    shares: NDArray[np.float64] = elapsed * share
    return shares
