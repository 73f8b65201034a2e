"""What a tester did, step by step: rests, charges, discharges and holds at constant voltage.

A step ends where the tester says so, where the current jumps, changes its sign or leaves its
plateau, and, where currents have no sign, where the voltage turns.  Whether a small current is a
rest is told by the charge that it moves, not by its size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import MeasurementError
from microbatt.measured.bounds import MOST_STEPS, check_count
from microbatt.measured.numerals import middle
from microbatt.measured.record import restarts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from microbatt.measured.record import Record

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

REST, CHARGE, DISCHARGE, HOLD = "rest", "charge", "discharge", "hold"
"""Kinds of steps."""

CHANGE: Final = 0.05
"""A current that changes by more than this share begins another step."""
_SMALL: Final = 0.02
"""Currents below this share of the largest may be a rest …"""
_LITTLE: Final = 0.02
"""… if they move less than this share of the charge of the largest step."""
_GOES_ON: Final = 0.5
"""A current of at least this share of the one before goes on with it."""
_DEPARTS: Final = 0.01
"""A current that leaves its plateau by more, and does not come back, begins another step."""
_STRETCH, _STRETCHES = 512, 16
"""Of a long record so many stretches of so many rows tell the noise."""
_FEW: Final = 6
"""So many rows tell what a current is; fewer hold no two plateaus."""
_MANY: Final = 60
"""So many rows under one voltage are a hold, if the current falls."""
_EQUAL: Final = 1e-3
"""Voltages that differ by less are the same [V]."""
_HELD: Final = 4e-3
"""A held voltage varies by less [V]."""
_TURN: Final = 0.015
"""A voltage that turns moves at least so far on both sides [V]."""
_BLOCK: Final = 64
"""Rows whose lowest and highest stand for all, as far as they lie closely together."""
_SHARP: Final = 4.0
"""A step of the voltage is sharp if it is so many times those around it."""
_ASIDE: Final = 2.0
"""An outlier lies so many times as far from its neighbours as these from each other."""
_WIDE: Final = 0.1
"""A turn that is not sharp moves at least this share of the whole range on both sides."""
_WORDS: Final = (
    (
        HOLD,
        (
            r"\bcv|const\w*[ _]*volt|恒压(?!.*恒流)|定電圧(?!.*定電流)|정전압(?!.*정전류)"
            r"|spannungshalt|tension const"
        ),
    ),
    (
        REST,
        r"\brest|\bocv|\bpause|\bruhe|\brepos|^r$|^o$|静置|搁置|休止|待機|휴지|\bidle|\bstand|\bopen",
    ),
    (DISCHARGE, r"d(is)?-?ch|^d$|entlad|décharg|decharg|放电|放電|방전"),
    (CHARGE, r"\bch|chg|charge|^c$|\blad|充电|充電|충전"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Rows through which a tester did one thing.

    Attributes
    ----------
    kind : str
        Rest, charge, discharge or hold.
    first, last : int
        Samples of the record, both included.
    """

    kind: str
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    @property
    def samples(self) -> slice:
        """Which samples of the record."""
        return slice(self.first, self.last + 1)


def find_steps(record: Record) -> tuple[Step, ...]:
    """Cut a record into steps.

    Parameters
    ----------
    record : Record
        Cleaned.

    Returns
    -------
    tuple of Step
        All samples, in order.

    Raises
    ------
    MeasurementError
        If there is no current at all, or the time goes back.
    """
    if not float(np.abs(record.current).max()) > 0.0:
        raise MeasurementError(
            f"{record.source}: the current is zero in every row. Export the discharge, or map its "
            "column: `--column current='NAME:UNIT'`."
        )
    resting = _rests(record)
    cuts = _cuts(record, resting)
    check_count(record.source, "changes of the current", int(cuts.sum()), MOST_STEPS)
    edges = [0, *(np.flatnonzero(cuts) + 1), len(record)]
    pieces = [np.arange(a, b) for a, b in pairwise(edges)]
    parts: list[Indices] = []
    for piece in pieces:
        parts += [piece] if resting[piece[0]] else _plateaus(record, piece)
    signed = bool((record.current[~resting] < 0.0).any())
    if not signed:
        parts = [leg for part in parts for leg in _legs(record, part, rest=resting[part[0]])]
    discharging = _discharging_sign(record, parts, resting) if signed else 0.0
    steps = [
        Step(
            kind=REST if resting[part[0]] else _kind(record, part, discharging),
            first=int(part[0]),
            last=int(part[-1]),
        )
        for part in parts
    ]
    return tuple(_joined_holds(record, steps))


def charges(record: Record) -> Array:
    """Return the charge between each sample and the next, without sign, shape (n − 1,) [A h m⁻²].

    From current and time; from the counter without a time; one for each row without either.
    """
    size = np.abs(record.current)
    if record.time is not None:
        moved = np.diff(record.time)
        np.maximum(moved, 0.0, out=moved)
        moved /= SECONDS_PER_HOUR
        moved *= size[1:]
        return np.asarray(moved)
    if record.capacity is not None:
        return np.nan_to_num(np.abs(np.diff(record.capacity)))
    return size[1:]


def noise(voltage: Array) -> float:
    """Return about how much single voltages scatter [V], from third differences."""
    if voltage.size < 8:
        return 0.0
    if voltage.size > 2 * _STRETCH * _STRETCHES:
        every = voltage.size // _STRETCHES
        some = voltage[: every * _STRETCHES].reshape(_STRETCHES, every)[:, :_STRETCH]
        third = np.diff(some, 3, axis=1).ravel()
    else:
        third = np.diff(voltage, 3)
    return float(1.4826 * middle(np.abs(third)) / np.sqrt(20.0))


def state_kind(word: str) -> str | None:
    """Return the kind of step that a word of a tester means; None if it is not known."""
    plain = word.casefold()
    return next((kind for kind, pattern in _WORDS if re.search(pattern, plain)), None)


def _rests(record: Record) -> NDArray[np.bool_]:
    """Tell which samples rest."""
    resting = np.abs(record.current) <= 0.5 * record.steps.get("current", 0.0)
    resting |= record.current == 0.0
    moved = np.append(charges(record), 0.0)
    still = resting.copy()
    _mark_rests(np.abs(record.current), moved, np.flatnonzero(~resting), resting)
    _unmark_tails(record.current, still, resting)
    if record.state is not None:
        idle = [i for i, word in enumerate(record.words) if state_kind(word) == REST]
        if idle:
            said = np.isin(record.state, idle)
            resting |= said & (np.abs(record.current) < _SMALL * np.abs(record.current).max())
    return resting


def _mark_rests(
    size: Array, moved: Array, among: Indices, resting: NDArray[np.bool_], whole: float = 0.0
) -> None:
    """Mark small currents that move next to no charge; look again among those that move some."""
    if among.size == 0:
        return
    largest = float(size[among].max())
    is_small = size[among] < _SMALL * largest
    small = among[is_small]
    whole = max(whole, float(moved[among[~is_small]].sum()))
    again = []
    for run in np.split(small, np.flatnonzero(np.diff(small) > 1) + 1):
        if run.size == 0:
            continue
        if float(moved[run].sum()) < _LITTLE * whole:
            resting[run] = True
        else:
            again.append(run)
    if again:
        _mark_rests(size, moved, np.concatenate(again), resting, whole)


def _unmark_tails(current: Array, still: NDArray[np.bool_], resting: NDArray[np.bool_]) -> None:
    """Take back rests that are the end of a current that falls bit by bit, as in a hold."""
    begins = np.flatnonzero(resting[1:] & ~resting[:-1]) + 1
    ends = np.flatnonzero(np.append(resting[:-1] & ~resting[1:], resting[-1:])) + 1
    for first, end in zip(begins, ends[ends.size - begins.size :], strict=True):
        before, now = current[first - 1 : end - 1], current[first:end]
        stops = still[first:end] | ~(before * now > 0.0)
        stops |= ~(np.abs(now) > _GOES_ON * np.abs(before))
        resting[first : first + int(np.append(stops, True).argmax())] = False


def _cuts(record: Record, resting: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell after which samples a step ends, from what the tester wrote and from the current."""
    current = record.current
    step = record.steps.get("current", 0.0)
    before, after = np.abs(current[:-1]), np.abs(current[1:])
    load = ~resting[1:] & ~resting[:-1]
    jump = np.abs(np.diff(current)) > np.maximum(CHANGE * np.maximum(before, after), 1.5 * step)
    cuts = (jump & load) | (resting[1:] != resting[:-1])
    cuts |= restarts(record)
    if record.state is not None:
        cuts |= (record.state[1:] != record.state[:-1]) & load
    return np.asarray(cuts)


def _plateaus(record: Record, piece: Indices) -> list[Indices]:
    """Cut a piece where the current leaves its plateau for good, again and again.

    A hold is left whole: its current leaves any plateau at once.
    """
    parts: list[Indices] = []
    left = piece
    while not _is_held(record, left) and (at := _plateau_ends(record, left)) is not None:
        parts.append(left[:at])
        left = left[at:]
    return [*parts, left]


def _is_held(record: Record, piece: Indices) -> bool:
    """Tell whether the current of many rows falls while their voltage stays the same."""
    if piece.size < _MANY:
        return False
    size, voltage = np.abs(record.current[piece]), record.voltage[piece]
    if not middle(size[-_FEW:]) < (1.0 - _DEPARTS) * middle(size[:_FEW]):
        return False
    if not np.ptp(voltage) <= _held(record, voltage):
        return False
    half = voltage.size // 2
    return bool(abs(voltage[:half].mean() - voltage[half:].mean()) <= _same(record))


def _same(record: Record) -> float:
    """Return how far apart two voltages are that count as the same [V]."""
    return max(_EQUAL, record.steps.get("voltage", 0.0))


def _plateau_ends(record: Record, piece: Indices) -> int | None:
    """Return where the current leaves its first plateau for good; None if it does not."""
    size = np.abs(record.current[piece])
    if size.size < _FEW:
        return None
    level = middle(size[1:_FEW])
    far = np.abs(size - level) > max(_DEPARTS * level, 1.01 * record.steps.get("current", 0.0))
    near = np.flatnonzero(~far)
    at = int(near[-1]) + 1 if near.size else 0
    if at == 0 or size.size - at < 3:
        return None
    voltage = record.voltage[piece]
    held = middle(voltage[at:])
    if np.ptp(voltage[at:]) <= _held(record, voltage):
        while at > 2 and abs(voltage[at - 2] - held) <= _same(record):
            at -= 1
    return at


def _held(record: Record, voltage: Array) -> float:
    """Return how much a held voltage may vary [V]."""
    return max(_HELD, 3.0 * record.steps.get("voltage", 0.0), 8.0 * noise(voltage))


def _legs(record: Record, part: Indices, *, rest: bool) -> list[Indices]:
    """Cut a piece of one current where the voltage turns between charge and discharge."""
    if rest or part.size < 6:
        return [part]
    voltage = _without_outliers(record.voltage[part])
    scatter = noise(voltage)
    found = _zigzag(voltage, max(_TURN, 8.0 * scatter))
    check_count(record.source, "turns of the voltage", len(found), MOST_STEPS)
    before = np.maximum.accumulate(voltage) - np.minimum.accumulate(voltage)
    back = voltage[::-1]
    after = (np.maximum.accumulate(back) - np.minimum.accumulate(back))[::-1]
    wide = np.minimum(before, after) > _WIDE * np.ptp(record.voltage)
    turns = [
        at
        for at in found
        if _is_told(record, int(part[at]))
        or (at not in (0, part.size - 2) and (wide[at] or _is_sharp(voltage, at, scatter)))
    ]  # one row at an edge is no charge or discharge, unless the tester says so
    edges = [0, *(at + 1 for at in turns), part.size]
    return [part[a:b] for a, b in pairwise(edges) if b > a]


def _zigzag(values: Array, threshold: float) -> list[int]:
    """Return where values turn by more than a threshold, going through them once."""
    turns: list[int] = []
    low = high = 0
    rising: bool | None = None
    at = _extremes(values, threshold)
    for i, value in zip(at.tolist(), values[at].tolist(), strict=True):
        if value > values[high]:
            high = i
        if value < values[low]:
            low = i
        if rising is not False and values[high] - value > threshold:
            if rising:
                turns.append(high)
            rising, low = False, i
        elif rising is not True and value - values[low] > threshold:
            if rising is False:
                turns.append(low)
            rising, high = True, i
    return turns


def _extremes(values: Array, threshold: float) -> Indices:
    """Return all rows between which values may turn by more than a threshold.

    Of rows that lie within the threshold these are the lowest and the highest.
    """
    whole = values.size // _BLOCK * _BLOCK
    blocks = values[:whole].reshape(-1, _BLOCK)
    low, high = blocks.argmin(axis=1), blocks.argmax(axis=1)
    first = np.arange(0, whole, _BLOCK)
    narrow = values[first + high] - values[first + low] <= threshold
    kept = np.zeros(values.size, dtype=bool)
    kept[whole:] = True
    kept[:whole].reshape(-1, _BLOCK)[~narrow] = True
    kept[(first + low)[narrow]] = True
    kept[(first + high)[narrow]] = True
    return np.flatnonzero(kept)


def _without_outliers(voltage: Array) -> Array:
    """Return voltages with each row that two like neighbours contradict put between these two."""
    aside = np.zeros_like(voltage)
    before, after = voltage[1:-1] - voltage[:-2], voltage[1:-1] - voltage[2:]
    alike = np.abs(before - after)
    aside[1:-1] = np.where(before * after > 0.0, np.minimum(np.abs(before), np.abs(after)), 0.0)
    far = np.flatnonzero(aside[1:-1] > np.maximum(_TURN / 2.0, _ASIDE * alike)) + 1
    plain = voltage.copy()
    for i in far:
        around = voltage[max(0, i - 4) : i], voltage[i + 1 : i + 5]
        usual = middle(np.abs(np.concatenate([np.diff(side) for side in around])))
        if aside[i] > _SHARP * usual:
            plain[i] = 0.5 * (voltage[i - 1] + voltage[i + 1])
    return plain


def _is_told(record: Record, i: int) -> bool:
    """Whether the tester says that a step ends with a sample."""
    told = (series for series in (record.state, record.step) if series is not None)
    return i + 1 < len(record) and any(series[i + 1] != series[i] for series in told)


def _is_sharp(voltage: Array, at: int, scatter: float) -> bool:
    """Tell a turn between charge and discharge from a voltage that recovers, of a cell that warms.

    The current's own voltage changes its sign at a turn, so the voltage jumps there.
    """
    around = (
        np.abs(np.diff(voltage[max(0, at - 5) : at + 1])),
        np.abs(np.diff(voltage[at + 2 : at + 8])),
    )
    usual = max((middle(one) for one in around if one.size), default=0.0)
    jump = abs(voltage[min(at + 1, voltage.size - 1)] - voltage[at])
    return bool(jump > max(_SHARP * usual, 6.0 * scatter))


def _discharging_sign(
    record: Record, parts: Sequence[Indices], resting: NDArray[np.bool_]
) -> float:
    """Return the sign of discharge: that with which the voltage falls; negative if it stays."""
    vote = sum(
        float(
            np.sign(record.current[part[-1]]) * (record.voltage[part[-1]] - record.voltage[part[0]])
        )
        for part in parts
        if part.size > 2 and not resting[part[0]]
    )
    return 1.0 if vote < -_TURN else -1.0


def _kind(record: Record, part: Indices, discharging: float) -> str:
    """Return the kind of a step under load.

    By the sign of the current; without one by the way of the voltage, the words of the tester, or
    whether the voltage lies above that of the rest before.
    """
    voltage, size = record.voltage[part], np.abs(record.current[part])
    level = middle(size)
    varies = np.ptp(size[1:] if size.size > 4 else size) > max(
        0.02 * level, 2.0 * record.steps.get("current", 0.0)
    )
    if size.size >= 3 and varies and np.ptp(voltage) <= _held(record, voltage):
        return HOLD
    said = _said(record, int(part[0]))
    if said == HOLD and varies:
        return HOLD
    if discharging:
        return DISCHARGE if np.sign(middle(record.current[part])) == discharging else CHARGE
    quarter = max(1, voltage.size // 4)
    fall = float(np.mean(voltage[:quarter]) - np.mean(voltage[-quarter:]))
    if abs(fall) > max(3.0 * noise(voltage), record.steps.get("voltage", 0.0)):
        return DISCHARGE if fall > 0.0 else CHARGE
    if said in (CHARGE, DISCHARGE):
        return said
    before = int(part[0]) - 1
    if before >= 0 and abs(record.current[before]) < _SMALL * level:
        fall = float(record.voltage[before] - middle(voltage))
    return DISCHARGE if fall > 0.0 else CHARGE


def _said(record: Record, sample: int) -> str | None:
    """Return the kind of step that the tester says it is, if it says one."""
    if record.state is None or record.state[sample] < 0:
        return None
    return state_kind(record.words[record.state[sample]])


def _joined_holds(record: Record, steps: Sequence[Step]) -> list[Step]:
    """Join short pieces of a current that falls at one voltage into a hold."""
    joined: list[Step] = []
    for step in steps:
        before = joined[-1] if joined else None
        if before is not None and _one_hold(record, before, step):
            joined[-1] = replace(before, kind=HOLD, last=step.last)
        else:
            joined.append(step)
    return joined


def _one_hold(record: Record, before: Step, step: Step) -> bool:
    """Tell whether a step goes on with the hold before it.

    At the end of a hold a rounded current stays the same for many rows; the voltage still does.
    """
    if REST in (before.kind, step.kind):
        return False
    if before.kind != HOLD and (len(before) > 2 or (len(step) > 2 and step.kind != HOLD)):
        return False
    first, last = record.current[before.first], record.current[step.last]
    if np.sign(first) != np.sign(record.current[step.first]) or not abs(last) < abs(first):
        return False
    voltage = record.voltage[before.first : step.last + 1]
    return bool(np.ptp(voltage) <= _held(record, voltage))
