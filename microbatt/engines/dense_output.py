"""Curves that straight lines may join: points between the steps of an engine.

An engine takes as few steps as its tolerance allows, and the curve between two of them is the
monotone cubic that fills a cube (`microbatt.engines.resample_curves`); a chord may be off by most
of a millivolt.  What is handed out therefore has further points of that cubic wherever a chord
would be off.  The steps are among the points to the last bit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.engines.result import DischargeBatch

    Array = NDArray[np.float64]

VOLTAGE: Final = 2e-5
"""By so much a chord may be off [V]."""
TEMPERATURE: Final = 2e-3
"""The same [K]."""
CURRENT: Final = 1e-4
"""The same of a current that changes, over the largest of its protocol."""
VERTICAL: Final = 1e-6
"""A shorter step, over the time since the curve began, is a vertical fall: a straight line."""
MOST_PARTS: Final = 2000.0
"""Into which one step goes: one that leaves all voltages of cells would ask for millions."""
_TOLD_APART: Final = 1e-15
"""Share of a time below which two times may be the same number."""


class Denser(NamedTuple):
    """Points with further ones among them.

    `time` has shape (n,), `columns` (c, n); `place` (m,) is where the m points that were given now
    stand, and `origin` (n,) the last of them at or before each point.
    """

    time: Array
    columns: Array
    place: NDArray[np.intp]
    origin: NDArray[np.intp]


class _Clock(NamedTuple):
    """By what the cubics run, at all points, and their widths.

    That is the time, or where it is ``rooted`` the square root of that since the stretch began.
    """

    at: Array
    width: Array
    rooted: NDArray[np.bool_]


class _Cubics(NamedTuple):
    """Cubics between neighbours: value at the left, rise, and both slopes times the width."""

    start: Array
    rise: Array
    left: Array
    right: Array

    def bend(self) -> Array:
        """Return the largest second derivative of each by the share of its width: at an end."""
        at_left = 6.0 * self.rise - 4.0 * self.left - 2.0 * self.right
        at_right = 2.0 * self.left + 4.0 * self.right - 6.0 * self.rise
        return np.maximum(np.abs(at_left), np.abs(at_right))

    def steepest(self) -> Array:
        """Return the largest rise of each over its width: that at an end, or the whole one."""
        ends = np.maximum(np.abs(self.left), np.abs(self.right))
        return np.maximum(ends, np.abs(self.rise))

    def at(self, k: NDArray[np.intp], share: Array) -> Array:
        """Return the values at shares of the widths of some of them."""
        rise, left, right = self.rise[:, k], self.left[:, k], self.right[:, k]
        inner = 3.0 * rise - 2.0 * left - right + share * (left + right - 2.0 * rise)
        return self.start[:, k] + share * (left + share * inner)


def densify(
    time: Array,
    columns: Array,
    allowed: Array,
    together: NDArray[np.bool_],
    rooted: NDArray[np.bool_] | None = None,
) -> Denser:
    """Put points between given ones, until chords are off by no more than what is allowed.

    Parameters
    ----------
    time : ndarray, shape (m,)
        Increasing within each stretch of points that belong together.
    columns : ndarray, shape (c, m)
        Values at these times.
    allowed : ndarray, shape (a,)
        By how much chords of the first columns, at most c, may differ from the monotone cubic.
    together : ndarray of bool, shape (m - 1,)
        Whether the curve goes on from each point to the next.
    rooted : ndarray of bool, shape (m,), optional
        Where the cubic is one of the square root of the time since its stretch began, the same all
        over a stretch: after a switch of current surfaces move like it. Nowhere by default.

    Returns
    -------
    Denser
        All points, the given ones unchanged.

    Examples
    --------
    >>> time, square = np.array([1.0, 2.0, 3.0]), np.array([[1.0, 4.0, 9.0]])
    >>> densify(time, square, np.array([0.2]), np.array([True, True])).time.tolist()
    [1.0, 1.5, 2.0, 2.5, 3.0]
    """
    here = np.flatnonzero(together)
    began = np.maximum.accumulate(np.where(np.append(True, ~together), np.arange(time.size), 0))
    roots = np.zeros(time.size, dtype=bool) if rooted is None else rooted
    clock = np.where(roots, np.sqrt(time - time[began]), time)
    width = (clock[1:] - clock[:-1])[here]
    slopes = _slopes(clock, columns, together)
    cubics = _Cubics(
        columns[:, here],
        columns[:, here + 1] - columns[:, here],
        width * slopes[:, here],
        width * slopes[:, here + 1],
    )
    parts = np.ones(time.size, dtype=np.intp)
    judged = _Cubics(*(part[: allowed.size] for part in cubics))
    parts[here] = _parts(judged, allowed, roots[here], clock[here] / width)
    since, steps = (time - time[began])[here + 1], (time[1:] - time[:-1])[here]
    apart = np.floor(steps / (_TOLD_APART * np.abs(time[here + 1]))).astype(np.intp)
    parts[here] = np.where(
        steps < VERTICAL * since, 1, np.clip(parts[here], 1, np.maximum(apart, 1))
    )
    return _filled(time, columns, parts, here, _Clock(clock, width, roots), cubics)


def _parts(
    cubics: _Cubics, allowed: Array, rooted: NDArray[np.bool_], since: Array
) -> NDArray[np.intp]:
    """Into how many equal parts each cubic goes, so that chords are as near as allowed.

    A cubic of √t bends besides as √t does: a rise a within a step that begins q of its widths after
    the start leaves a chord over the first of n parts by a/(4 n (2 q n + 1)).  `since` is q.  A
    step whose voltage leaves what a cell can have is not drawn any finer than `MOST_PARTS`.
    """
    wanted = np.sqrt(cubics.bend() / (8.0 * allowed[:, None]))
    rise = np.where(rooted, cubics.steepest() / (4.0 * allowed[:, None]), 0.0)
    wanted = np.hypot(wanted, 2.0 * rise / (1.0 + np.sqrt(1.0 + 8.0 * since * rise)))
    most = np.minimum(wanted.max(axis=0, initial=1.0), MOST_PARTS)
    return np.ceil(np.where(most > 0.0, most, 1.0) - 1e-9).astype(np.intp)


def _filled(
    time: Array,
    columns: Array,
    parts: NDArray[np.intp],
    here: NDArray[np.intp],
    clock: _Clock,
    cubics: _Cubics,
) -> Denser:
    """Return the given points, each followed by those within its part of the curve."""
    place = np.cumsum(parts) - parts
    origin = np.repeat(np.arange(time.size), parts)
    among = np.arange(origin.size) - place[origin]
    added = np.flatnonzero(among)
    k = np.searchsorted(here, origin[added])
    share = among[added] / parts[origin[added]]
    all_time, all_columns = time[origin], columns[:, origin]
    further, start = share * clock.width[k], origin[added]
    # s² − s₁² of the root, without the rounding of either
    root = further * (2.0 * clock.at[start] + further)
    all_time[added] += np.where(clock.rooted[start], root, further)
    all_columns[:, added] = cubics.at(k, share)
    return Denser(all_time, all_columns, place, origin)


def _slopes(time: Array, columns: Array, together: NDArray[np.bool_]) -> Array:
    """Return the slopes of `microbatt.monotone_cubic` at all points of many stretches at once."""
    m = time.size
    h = np.where(together, time[1:] - time[:-1], 1.0)
    d = np.where(together, columns[:, 1:] - columns[:, :-1], 0.0) / h
    goes_on, came = np.append(together, False), np.append(False, together)
    slopes = np.zeros(columns.shape)
    inner = np.flatnonzero(goes_on & came)
    slopes[:, inner] = _inner_slopes(h[inner - 1], h[inner], d[:, inner - 1], d[:, inner])
    first = np.flatnonzero(goes_on & ~came)
    second = np.minimum(first + 1, m - 2)
    slopes[:, first] = _end_slopes(h, d, first, second, (second > first) & together[second])
    last = np.flatnonzero(came & ~goes_on) - 1
    second = np.maximum(last - 1, 0)
    slopes[:, last + 1] = _end_slopes(h, d, last, second, (second < last) & together[second])
    return slopes


def _inner_slopes(h0: Array, h1: Array, d0: Array, d1: Array) -> Array:
    """`microbatt.monotone_cubic.inner_slope` of arrays."""
    w0, w1 = 2.0 * h1 + h0, h1 + 2.0 * h0
    turns = ~(d0 * d1 > 0.0)
    d0, d1 = np.where(turns, 1.0, d0), np.where(turns, 1.0, d1)
    return np.where(turns, 0.0, (w0 + w1) / (w0 / d0 + w1 / d1))


def _end_slopes(
    h: Array,
    d: Array,
    nearest: NDArray[np.intp],
    second: NDArray[np.intp],
    has_second: NDArray[np.bool_],
) -> Array:
    """`microbatt.monotone_cubic.end_slope` of arrays; the chord's where a stretch has no more."""
    h0, h1, d0, d1 = h[nearest], h[second], d[:, nearest], d[:, second]
    slope = ((2.0 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    bent = (d0 * d1 <= 0.0) & (np.abs(slope) > 3.0 * np.abs(d0))
    slope = np.where(slope * d0 <= 0.0, 0.0, np.where(bent, 3.0 * d0, slope))
    return np.where(has_second, slope, d0)


def with_points_between(batch: DischargeBatch) -> DischargeBatch:
    """Return discharges whose curves may be read by straight lines between their points.

    Parameters
    ----------
    batch : DischargeBatch
        As an engine made it.

    Returns
    -------
    DischargeBatch
        The same discharges; curves and their sensitivities have further points.
    """
    n, told = batch.time.size, batch.sensitivities
    if n < 2:
        return batch
    together = np.ones(n - 1, dtype=bool)
    starts = batch.offsets[(batch.offsets > 0) & (batch.offsets < n)]
    together[starts - 1] = False
    columns = np.stack([batch.voltage, batch.temperature])
    if told is not None:
        own = [np.vstack([one.voltage, one.slope]) for one in told]
        columns = np.concatenate([columns, np.concatenate(own, axis=1)])
    dense = densify(batch.time, columns, np.array([VOLTAGE, TEMPERATURE]), together)
    offsets = np.append(dense.place, dense.time.size)[batch.offsets]
    if told is not None:
        derivatives = np.split(dense.columns[2:], offsets[1:-1], axis=1)
        told = tuple(
            replace(one, voltage=part[:-1], slope=part[-1])
            for one, part in zip(told, derivatives, strict=True)
        )
    return replace(
        batch,
        time=dense.time,
        voltage=dense.columns[0],
        temperature=dense.columns[1],
        offsets=offsets,
        sensitivities=told,
    )
