"""Which steps are discharges from a full cell, and what becomes of the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import MeasurementError
from microbatt.measured.bounds import MOST_CURVES, MOST_LOADS, check_count
from microbatt.measured.charge import delivered, steady_current
from microbatt.measured.experiment import READ, StepRead
from microbatt.measured.measurement import MIN_SAMPLES, Measurement
from microbatt.measured.numerals import middle
from microbatt.measured.record import clean, named_rows
from microbatt.measured.run import filled_temperature, last_at_rest
from microbatt.measured.samples import Samples
from microbatt.measured.steps import (
    CHARGE,
    DISCHARGE,
    HOLD,
    REST,
    Step,
    charges,
    find_steps,
    state_kind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from microbatt.measured.record import Record

    Array = NDArray[np.float64]

FULL: Final = 0.03
"""A cell that starts lower by more than this is not full [V]."""
_ALIKE: Final = 0.05
"""Currents that differ by less are the same."""
_RECHARGED: Final = 0.9
"""A charge of so much of what was drawn begins a new discharge."""
_PULSES: Final = 3
"""So many discharges that each go on where the last one stopped are pulses."""
_WHOLE: Final = 0.5
"""Of such a series the first is a discharge if it delivers at least this share of all."""
_CUT_SHORT: Final = 0.2
"""A discharge that delivers a smaller share of another one, and stops high, is a pulse."""
_HIGH: Final = 0.3
"""It stops high if it keeps this share of the other one's fall of the voltage."""
_BARELY, _JUMP = 0.003, 0.1
"""A rest that was recorded all along is of the same charge if it ends lower by more, and does not
rise by more from row to row [V]."""
_RISEN: Final = 0.3
"""A voltage at rest that rises by more from one row to the next was charged meanwhile [V]."""
_RAMP: Final = 0.02
"""A current that rises to its value moves no more than this share of the charge before."""


_TOLD: Final = 6
"""So many reasons for leaving out discharges are told in the remarks; the steps tell all."""
_PASSED: Final = "not a discharge"
_CHANGING: Final = "changing current"
_GOES_ON: Final = "goes on after the discharge"
_FEW: Final = 3
"""A load of fewer rows is no step by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """How full a discharge starts: at rest before the load, and with its first row under load."""

    rest: float | None
    loaded: float
    current: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is in a record.

    Attributes
    ----------
    measurements : tuple of Measurement
        The discharges from a full cell.
    steps : tuple of StepRead
        All steps, and what became of each.
    samples : Samples
        All samples.
    record : Record
        Without the rows that were left out.
    refusal : MeasurementError or None
        Why nothing of it should be fitted, naming the row and the remedy.
    damaged : bool
        Whether that is the fault of rows that contradict each other.
    """

    measurements: tuple[Measurement, ...]
    steps: tuple[StepRead, ...]
    samples: Samples
    record: Record
    refusal: MeasurementError | None
    damaged: bool = False


def is_run(found: Found) -> bool:
    """Tell whether a record holds what no discharge from a full cell makes up for.

    Pulses, discharges that go on after a rest, or a changing current that moves some of the charge;
    or no such discharge at all, of a record that can be read. Where a voltage at rest has risen
    since the last rest and no charge was recorded in between, pieces were put together that do not
    follow each other, and the discharges among them stand alone.

    Parameters
    ----------
    found : Found
        What is in it.
    """
    if found.damaged:
        return False
    if not found.measurements:
        return any(one.kind != REST and one.rows[1] - one.rows[0] >= _FEW for one in found.steps)
    drawn = [one for one in found.steps if one.kind in (DISCHARGE, "pulse")]
    whole = sum(one.charge for one in drawn)
    pulsed = any(one.kind == "pulse" or one.became.startswith(_GOES_ON) for one in drawn)
    changing = sum(one.charge for one in drawn if one.became == _CHANGING)
    return (pulsed or changing > _RAMP * whole) and not _begins_anew(found)


def _begins_anew(found: Found) -> bool:
    """Tell whether a rest begins at a voltage to which nothing that was recorded has led."""
    record, at_rest = found.record, np.abs(found.record.current) == 0.0
    rests = np.flatnonzero(at_rest)
    if rests.size == 0 or bool((record.current < 0.0).any() and (record.current > 0.0).any()):
        return False  # charged and discharged: a voltage may go anywhere
    jumps = np.diff(record.voltage)[at_rest[:-1] & at_rest[1:]]
    return bool(jumps.size and float(jumps.max()) > _RISEN)


def discharges(record: Record, *, skip_bad_rows: bool = False) -> Found:
    """Find the discharges from a full cell in a record.

    Parameters
    ----------
    record : Record
        What was recorded.
    skip_bad_rows : bool, default False
        Leave out rows that lack a number, or repeat a time with another voltage, instead of
        refusing them.

    Returns
    -------
    Found
        The discharges, or why there is none.

    Raises
    ------
    MeasurementError
        If the rows cannot be cut into steps; naming the row and the remedy.
    """
    cleaned = clean(record, skip=skip_bad_rows)
    rounded = any("three times" in one for one in cleaned.remarks)
    steps = find_steps(cleaned)
    moved = np.append(charges(cleaned), 0.0)
    drawn = {i: float(moved[one.first : one.last].sum()) for i, one in enumerate(steps)}
    became = _judged(cleaned, steps, drawn)
    whole = [i for i, why in became.items() if why == READ]
    check_count(cleaned.source, "discharges", len(whole), MOST_CURVES)
    found: dict[int, Measurement] = {}
    refused: dict[int, MeasurementError] = {}
    for number, i in enumerate(whole, start=1):
        name = cleaned.source + (f", discharge {number}" if len(whole) > 1 else "")
        try:
            found[i] = _measurement(cleaned, steps, i, name, skip=skip_bad_rows or rounded)
        except MeasurementError as error:
            refused[i] = error
    read = tuple(
        _step_read(cleaned, step, drawn[i], str(refused.get(i, became.get(i, _PASSED))))
        for i, step in enumerate(steps)
    )
    hard = [error for i, error in refused.items() if not _is_passable(cleaned, steps[i])]
    refusal = hard[0] if hard else None
    if not found and refusal is None:
        refusal = next(iter(refused.values()), _no_discharge(cleaned, steps, read))
    told = (*cleaned.remarks, *_left_out(read), *_contradicted(cleaned))
    return Found(
        measurements=tuple(replace(one, remarks=(*one.remarks, *told)) for one in found.values()),
        steps=read,
        samples=_samples(cleaned, steps),
        record=cleaned,
        refusal=refusal,
        damaged=bool(hard),
    )


def _samples(record: Record, steps: Sequence[Step]) -> Samples:
    """Return all samples, with the time going on and the current positive on discharge."""
    time = record.time
    if time is not None:
        forward = np.diff(time)
        if (forward < 0.0).any():
            usual = middle(forward[forward > 0.0]) if (forward > 0.0).any() else 0.0
            forward[forward < 0.0] = usual
        time = np.concatenate([[0.0], np.cumsum(forward)])
    return Samples(
        rows=record.rows,
        time=time,
        current=_discharging_positive(record, steps),
        voltage=record.voltage,
        capacity=record.capacity,
        temperature=record.temperature,
        step=np.repeat(np.arange(len(steps)), [len(one) for one in steps]),
        current_step=record.steps.get("current", 0.0),
    )


def _discharging_positive(record: Record, steps: Sequence[Step]) -> Array:
    """Return the current, positive on discharge: by the file's signs, or by the kinds of steps."""
    current = record.current
    way = {DISCHARGE: 1.0, CHARGE: -1.0}
    loaded = [one for one in steps if one.kind in way]
    vote = sum(way[one.kind] * float(current[one.samples].sum()) for one in loaded)
    if any(one.kind == CHARGE for one in loaded) and not (current < 0.0).any():
        signs = np.ones(current.size)
        last = 1.0
        for one in steps:  # a hold goes the way of the step before
            last = way.get(one.kind, last)
            signs[one.samples] = last
        return np.asarray(current * signs)
    return np.asarray(current if vote >= 0.0 else 0.0 - current)


def _is_passable(record: Record, step: Step) -> bool:
    """Whether a step is one of a changing current, which others in the file make up for."""
    try:
        steady_current(record.take(step.samples))
    except MeasurementError:
        return True
    return False


def _judged(record: Record, steps: Sequence[Step], drawn: Mapping[int, float]) -> dict[int, str]:
    """Say of each discharge whether it is read, or why not."""
    found = [i for i, one in enumerate(steps) if one.kind == DISCHARGE]
    became = _judge_runs(record, steps, drawn)
    few = [i for i in found if len(steps[i]) < MIN_SAMPLES]
    became |= {i: "too few rows" for i in few if i not in became}
    candidates = [i for i in found if i not in became]
    check_count(record.source, "discharges and pulses", len(candidates), MOST_LOADS)
    starts = {i: _start(record, steps, i) for i in candidates}
    series = _series(record, steps, found, candidates, starts, drawn)
    for chain in series:
        became |= _judge_series(record, steps, chain, drawn)
    became |= _short_pulses(record, steps, [i for i in candidates if i not in became], drawn)
    fullest = max((_highest(starts[i]) for i in candidates), default=0.0)
    for i in candidates:
        if i in became:
            continue
        if _lowest(starts[i]) >= fullest - FULL:  # no other start can be a fuller one
            became[i] = READ
            continue
        others = (j for j in candidates if became.get(j, READ) == READ)
        fuller = next((j for j in others if _is_lower(starts[i], starts[j])), None)
        if fuller is None:
            became[i] = READ
        else:
            became[i] = (
                f"does not start from a full cell: {_level(starts[i])} where the discharge of row "
                f"{record.rows[steps[fuller].first]} has {_level(starts[fuller])}"
            )
    return became


def _judge_runs(
    record: Record, steps: Sequence[Step], drawn: Mapping[int, float]
) -> dict[int, str]:
    """Say which discharges do not begin with the load: those that follow another current."""
    became: dict[int, str] = {}
    for run in _runs(record, steps):
        whole = sum(drawn[i] for i in run)
        main = next((i for i in run if drawn[i] >= _WHOLE * whole), None)
        before = 0.0 if main is None else sum(drawn[i] for i in run if i < main)
        if main is None or before > _RAMP * drawn[main]:
            became |= dict.fromkeys(run, _CHANGING)
        else:
            became |= {i: "follows another current without a rest" for i in run if i > main}
            became |= {i: "current not there yet" for i in run if i < main}
    return {i: why for i, why in became.items() if steps[i].kind == DISCHARGE}


def _runs(record: Record, steps: Sequence[Step]) -> list[list[int]]:
    """Return steps of discharge, and holds, that follow each other without rest or charge.

    A voltage that jumps back up shows that a charge between two steps was not exported.
    """
    runs: list[list[int]] = []
    back = _HIGH * float(np.ptp(record.voltage))
    for i, step in enumerate(steps):
        follows = bool(runs) and runs[-1][-1] == i - 1
        if step.kind != DISCHARGE and not (step.kind == HOLD and follows):
            continue
        if follows:
            end = float(record.voltage[steps[i - 1].last])
            if float(record.voltage[step.first]) < end + back:
                runs[-1].append(i)
                continue
        runs.append([i])
    return runs


def _series(
    record: Record,
    steps: Sequence[Step],
    found: Sequence[int],
    candidates: Sequence[int],
    starts: Mapping[int, _Start],
    drawn: Mapping[int, float],
) -> list[list[int]]:
    """Return discharges that go on where the one before stopped, without a charge between."""
    chains: list[list[int]] = []
    for i in candidates:
        chain = chains[-1] if chains else None
        if chain is not None:
            between = range(chain[-1] + 1, i)
            charged = sum(drawn[k] for k in between if steps[k].kind in (CHARGE, HOLD))
            used = sum(drawn[k] for k in found if chain[0] <= k < i)
            emptier = _is_lower(starts[i], starts[chain[0]])
            rest, before = starts[i].rest, starts[chain[0]].rest
            if rest is not None and before is not None and rest < before - _BARELY:
                stretch = steps[chain[-1]].last, steps[i].first
                resting = all(steps[k].kind == REST for k in between)
                emptier |= resting and _is_recorded(record, *stretch, used)
            if emptier and charged < _RECHARGED * used:
                chain.append(i)
                continue
        chains.append([i])
    return [chain for chain in chains if len(chain) > 1]


def _is_recorded(record: Record, first: int, last: int, used: float) -> bool:
    """Tell whether no charge can have passed unrecorded at a rest between two discharges.

    No two rows are so far apart that what was `used` could be put back between them, by twice the
    largest current of the record, and the voltage does not jump.  A flat potential tells no more.
    """
    if record.time is None or last - first < _FEW:
        return False
    longest = SECONDS_PER_HOUR * used / (2.0 * float(np.abs(record.current).max()))
    apart = float(np.diff(record.time[first : last + 1]).max())
    jump = float(np.diff(record.voltage[first + 1 : last]).max())
    return apart < longest and jump < _JUMP


def _judge_series(
    record: Record, steps: Sequence[Step], chain: Sequence[int], drawn: Mapping[int, float]
) -> dict[int, str]:
    """Say what a series of discharges is: pulses, or a discharge that was interrupted."""
    first, *later = chain
    drawing = [i for i, one in enumerate(steps) if one.kind == DISCHARGE]
    whole = sum(drawn[i] for i in drawing if first <= i <= later[-1])
    share = drawn[first] / max(whole, 1e-300)
    row = record.rows[steps[first].first]
    if len(chain) >= _PULSES and share < _WHOLE:
        return dict.fromkeys(chain, "pulse of a series (GITT, HPPC), not a whole discharge")
    if share < _CUT_SHORT:
        return dict.fromkeys(chain, "pulse, or part of a discharge that was interrupted early")
    return {first: READ} | dict.fromkeys(
        later,
        f"{_GOES_ON} of row {row}, so it does not start from a full cell",
    )


def _short_pulses(
    record: Record, steps: Sequence[Step], among: Sequence[int], drawn: Mapping[int, float]
) -> dict[int, str]:
    """Find short discharges that stop far above the end of another one."""
    if not among:
        return {}
    most = max(among, key=lambda i: drawn[i])
    top, end = (float(record.voltage[getattr(steps[most], name)]) for name in ("first", "last"))
    high = end + _HIGH * (top - end)
    return {
        i: "pulse, not a whole discharge"
        for i in among
        if drawn[i] < _CUT_SHORT * drawn[most] and record.voltage[steps[i].last] > high
    }


def _start(record: Record, steps: Sequence[Step], i: int) -> _Start:
    step = steps[i]
    loaded = float(record.voltage[step.first])
    rest = None
    before = _ramp_begins(record, steps, i) - 1
    if before >= 0 and steps[before].kind == REST:
        first, last = steps[before].first, steps[before].last
        rest = float(record.voltage[last_at_rest(record.voltage, record.time, first, last)])
    if rest is not None and rest < loaded - 0.005:
        rest = None  # a load only lowers the voltage, so this is not that of the cell
    size = middle(np.abs(record.current[step.samples]))
    return _Start(rest=rest, loaded=loaded, current=size)


def _is_lower(one: _Start, other: _Start) -> bool:
    """Tell whether a discharge surely starts emptier than another one."""
    if one.rest is not None and other.rest is not None:
        return one.rest < other.rest - FULL
    if one.rest is not None:  # whose first row may come late
        return one.rest < other.loaded - FULL and one.current <= other.current
    same_or_less = one.current <= (1.0 + _ALIKE) * other.current
    return same_or_less and one.loaded < other.loaded - FULL


def _highest(start: _Start) -> float:
    return max(start.loaded, start.loaded if start.rest is None else start.rest)


def _lowest(start: _Start) -> float:
    return min(start.loaded, start.loaded if start.rest is None else start.rest)


def _level(start: _Start) -> str:
    if start.rest is not None:
        return f"{start.rest:.4g} V before the load"
    return f"{start.loaded:.4g} V in its first row"


def _measurement(
    record: Record, steps: Sequence[Step], i: int, source: str, *, skip: bool
) -> Measurement:
    step = steps[i]
    whole = replace(record.take(step.samples), source=source, remarks=())
    piece, told = _without_repeats(whole, _beside_switches(record, step), skip=skip)
    if len(piece) < MIN_SAMPLES:
        raise MeasurementError(
            f"{source}: there are {len(piece)} samples; at least {MIN_SAMPLES} are needed "
            "for a curve. Give the whole discharge."
        )
    _check_falls(piece)
    piece = piece.rounded_anew()
    ramp = steps[_ramp_begins(record, steps, i)]
    charge = delivered(record, replace(step, first=ramp.first), piece)
    remarks = [*told, *charge.remarks]
    if np.sign(middle(piece.current)) < 0.0:
        remarks.append("discharge has a negative current in the file")
    after_charge = any(one.kind in (CHARGE, HOLD) for one in steps[:i])
    if after_charge:
        remarks.append(
            "it follows a charge and is fitted as from an even cell, which a charge leaves uneven, "
            "by millivolts that grow with the current; `--protocol` fits the charge as well"
        )
    start = _start(record, steps, i)
    return Measurement(
        source=source,
        current=charge.current,
        capacity=charge.capacity,
        voltage=piece.voltage,
        capacity_step=charge.step,
        charge_error=charge.relative,
        start_error=charge.start,
        rest_voltage=start.rest,
        temperature=filled_temperature(charge.capacity, piece.temperature),
        after_charge=after_charge,
        remarks=tuple(remarks),
    )


def _ramp_begins(record: Record, steps: Sequence[Step], i: int) -> int:
    """Return the step in which the current of a discharge began to rise: itself, or one before."""
    begins = i
    for j in range(i - 1, -1, -1):
        if steps[j].kind not in (DISCHARGE, HOLD) or len(steps[j]) >= MIN_SAMPLES:
            break
        if record.voltage[steps[j].last] < record.voltage[steps[i].first]:
            break
        begins = j
    return begins


def _check_falls(piece: Record) -> None:
    """Refuse a discharge that rises at first: something else stands before it."""
    top = int(np.argmax(piece.voltage))
    rise = float(piece.voltage[top] - piece.voltage[0])
    if top > 0 and rise > FULL:
        raise MeasurementError(
            f"{piece.source}: the voltage rises by {rise:.3g} V from row {piece.rows[0]} to "
            f"{piece.rows[top]} and falls afterwards, under one current. If it is a charge first, "
            f"give the rows from {piece.rows[min(top + 1, len(piece) - 1)]} on."
        )


def _beside_switches(record: Record, step: Step) -> NDArray[np.bool_]:
    """Tell which samples of a step share their time with a row beyond one of its ends.

    A tester writes a switch of the current in several rows of one rounded time.
    """
    beside = np.zeros(len(step), dtype=bool)
    if record.time is None:
        return beside
    own = record.time[step.samples]
    for beyond in (step.first - 1, step.last + 1):
        if 0 <= beyond < len(record):
            beside |= own == record.time[beyond]
    return beside


def _without_repeats(
    piece: Record, beside: NDArray[np.bool_], *, skip: bool
) -> tuple[Record, tuple[str, ...]]:
    """Leave out samples that repeat the time, or the capacity, of the one before.

    Those `beside` a switch of the current, of one time with a row of the other current, always are;
    elsewhere a clock coarser than the rows is refused.
    """
    along = piece.time if piece.time is not None else piece.capacity
    if along is None:
        return piece, ()
    repeats = np.append(False, np.diff(along) == 0.0)
    if not repeats.any():
        return piece, ()
    other = repeats & ~beside & np.append(False, np.diff(piece.voltage) != 0.0)
    few = other.sum() <= max(1, len(piece) // 1000) if len(piece) > 100 else False
    if other.any() and not skip and not few:
        row = piece.rows[other][0]
        raise MeasurementError(
            f"{piece.source}: row {row} repeats the time of the row before with another voltage "
            f"({other.sum()} rows do). Export more decimals of the time, or leave such rows out "
            "with `--skip-bad-rows`."
        )
    told = [
        f"{_count(int(which.sum()), 'repeated row')}{where} left out "
        f"({named_rows(piece.rows[which])})"
        for which, where in (
            (repeats & ~beside, ""),
            (repeats & beside, " at a switch of the current"),
        )
        if which.any()
    ]
    return piece.take(~repeats), tuple(told)


def _step_read(record: Record, step: Step, moved: float, became: str) -> StepRead:
    pulse = became.startswith("pulse")
    return StepRead(
        kind="pulse" if pulse else step.kind,
        rows=(int(record.rows[step.first]), int(record.rows[step.last])),
        current=middle(np.abs(record.current[step.samples])),
        charge=moved,
        became=became,
    )


def _left_out(read: Sequence[StepRead]) -> list[str]:
    """Say which steps under load were left out, those of one kind together."""
    told = []
    charging = sum(one.kind == CHARGE and one.rows[1] > one.rows[0] for one in read)
    if charging:
        told.append(f"{_count(charging, 'charge')} left out")
    holds = [one for one in read if one.kind == HOLD]
    if holds:
        told.append(f"{_count(len(holds), 'hold')} at constant voltage left out ({_rows(holds)})")
    lost = [one for one in read if one.kind in (DISCHARGE, "pulse") and not one.taken]
    lost = [one for one in lost if one.rows[1] - one.rows[0] > 1]  # not single rows at an edge
    reasons = list(dict.fromkeys(one.became for one in lost))
    for why in reasons[:_TOLD]:
        such = [one for one in lost if one.became == why]
        told.append(f"{_count(len(such), 'discharge')} left out ({_rows(such)}): {why}")
    if len(reasons) > _TOLD:
        more = [one for one in lost if one.became in reasons[_TOLD:]]
        told.append(f"{_count(len(more), 'more discharge')} left out ({_rows(more)})")
    return told


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _rows(read: Sequence[StepRead]) -> str:
    shown = ", ".join(f"{one.rows[0]}–{one.rows[1]}" for one in read[:3])
    return f"rows {shown}" + (f" and {len(read) - 3} more" if len(read) > 3 else "")


def _contradicted(record: Record) -> list[str]:
    """Say when the words of a state column are not borne out by the voltage."""
    if record.state is None:
        return []
    used = np.unique(record.state[np.abs(record.current) > 0.0])
    load = {record.words[i] for i in used if i >= 0}
    kinds = {state_kind(word) for word in load} - {None}
    if kinds == {CHARGE}:
        return [f"the state column says `{min(load)}` throughout; the voltage was believed"]
    return []


def _no_discharge(
    record: Record, steps: Sequence[Step], read: Sequence[StepRead]
) -> MeasurementError:
    """Say what was found where there is no discharge."""
    loaded = [one for one in steps if one.kind != REST]
    if loaded and all(len(one) < MIN_SAMPLES for one in loaded):
        most = max(len(one) for one in loaded)
        return MeasurementError(
            f"{record.source}: there are {most} samples with a current; at least "
            f"{MIN_SAMPLES} are needed for a curve. Give the whole discharge."
        )
    if all(one.kind == CHARGE for one in loaded):
        first, last = record.rows[loaded[0].first], record.rows[loaded[-1].last]
        return MeasurementError(
            f"{record.source}: the voltage rises from row {first} to {last} while the current "
            "flows: this is a charge. Give the discharge."
        )
    counts = Counter(one.kind for one in read)
    found = ", ".join(f"{number} × {kind}" for kind, number in counts.items())
    reasons = list(dict.fromkeys(one.became for one in read if one.kind in (DISCHARGE, "pulse")))
    why = f" ({'; '.join(reasons[:3])})" if reasons else ""
    return MeasurementError(
        f"{record.source}: no whole discharge from a full cell at constant current is in it; found "
        f"{found}{why}. Give a file with such discharges, of a rate test for instance, or read it "
        "as a run, from its first row to its last: `--protocol`, in Python `Reading(runs='auto')`."
    )
