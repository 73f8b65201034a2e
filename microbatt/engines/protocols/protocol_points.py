"""Points between the steps of a protocol, such that straight lines may join them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from microbatt.engines.dense_output import CURRENT, TEMPERATURE, VOLTAGE, densify

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.engines.request import MeasuredTemperature
    from microbatt.porous_electrode import ProtocolCurves
    from microbatt.protocols import Protocol

    Array = NDArray[np.float64]

_KINK: Final = 1e-3
"""Share of the largest current by which sampled ones may leave a line; steps pass over as much."""
_BEND: Final = 0.05
"""By which a measured temperature may leave a line [K]."""
_TIME, _FLOWS, _VOLTS, _KELVIN, _STEP = 0, 1, 2, 3, 9
_ORDER: Final = [_VOLTS, _KELVIN, _FLOWS, 4, 5, 6, 7, 8]
"""Rows of the points but time and step, those first whose chords are asked to be near."""


class _Stretches(NamedTuple):
    """Points cut into stretches within which curves are smooth.

    A kink ends one stretch and starts the next, so it stands twice: ``at`` says which point each is
    and ``again`` which are second.  ``joined`` is whether the curve goes on from each to the next,
    ``rooted`` whether it runs by the square root of the time since its stretch began.
    """

    at: NDArray[np.intp]
    again: NDArray[np.bool_]
    joined: NDArray[np.bool_]
    rooted: NDArray[np.bool_]


def with_points_between(
    protocol: Protocol, curves: ProtocolCurves, measured: MeasuredTemperature | None = None
) -> tuple[Array, NDArray[np.int64]]:
    """Add points to those of a protocol until straight lines may join them.

    Where the current of samples has a kink the voltage has one too, and what lies between knows one
    side of it.  After a jump of the current the curves run by the square root of the time.

    Parameters
    ----------
    protocol : Protocol
        What was run.
    curves : ProtocolCurves
        What the engine made of it.
    measured : MeasuredTemperature, optional
        The temperature that drove it.

    Returns
    -------
    points : ndarray, shape (10, n)
        As in `curves`, with further ones; what drives the cell is on the lines between its samples.
    last : ndarray of int
        How many points there are up to the end of each row.
    """
    points, step = curves.points, curves.points[_STEP].astype(np.int64)
    if step.size == 0:
        return points, curves.last
    largest = max(float(np.abs(points[_FLOWS]).max()), 1e-6)
    bent = np.zeros(step.size, dtype=bool)
    if measured is not None:
        bent = _kinks(points[_TIME], points[_KELVIN], _together(points), _BEND)
    sampled = _samples(protocol, "current", "power")[step]
    cut = _stretches(points, sampled, _KINK * largest, bent)
    allowed = np.array([VOLTAGE, TEMPERATURE, CURRENT * largest])
    dense = densify(
        points[_TIME, cut.at], points[_ORDER][:, cut.at], allowed, cut.joined, cut.rooted
    )
    kept = np.ones(dense.time.size, dtype=bool)
    kept[dense.place[cut.again]] = False
    out = np.empty((len(points), np.count_nonzero(kept)))
    out[_TIME], out[_ORDER] = dense.time[kept], dense.columns[:, kept]
    origin = cut.at[dense.origin[kept]]
    out[_STEP] = step[origin]
    place = np.cumsum(kept)[dense.place[~cut.again]] - 1
    _follow_samples(protocol, points, out, origin, place)
    if measured is not None:
        out[_KELVIN] = np.interp(out[_TIME], measured.time, measured.temperature)
    return out, np.append(place, out.shape[1])[curves.last]


def _samples(protocol: Protocol, *quantities: str) -> NDArray[np.bool_]:
    """Return which steps follow samples of one of the quantities."""
    return np.array(
        [one.samples is not None and one.samples.quantity in quantities for one in protocol.steps]
    )


def _together(points: Array) -> NDArray[np.bool_]:
    """Return whether each point and the next are of one step, and not of one time."""
    return np.asarray((np.diff(points[_STEP]) == 0.0) & (np.diff(points[_TIME]) > 0.0))


def _stretches(
    points: Array, sampled: NDArray[np.bool_], allowed: float, bent: NDArray[np.bool_]
) -> _Stretches:
    """Cut points where a step ends, where two stand at one time and where what drives has a kink.

    That is `bent` of a temperature.
    """
    together = _together(points)
    kinks = bent | (sampled & _kinks(points[_TIME], points[_FLOWS], together, allowed))
    at = np.repeat(np.arange(sampled.size), 1 + kinks)
    again = np.append(False, np.diff(at) == 0)
    joined = np.append(together, False)[at[:-1]] & ~again[1:]
    began = np.maximum.accumulate(np.where(np.append(True, ~joined), np.arange(at.size), 0))
    steady = np.abs(np.diff(points[_FLOWS, at], append=np.inf)) <= allowed
    rooted = (~sampled[at] | (steady & ~again)[began]) & ~(bent[at] & again)[began]
    return _Stretches(at, again, joined, rooted)


def _kinks(
    time: Array, current: Array, together: NDArray[np.bool_], allowed: float
) -> NDArray[np.bool_]:
    """Return at which points the current leaves the line through its neighbours, shape (m,)."""
    kinks = np.zeros(time.size, dtype=bool)
    inner = np.flatnonzero(together[1:] & together[:-1]) + 1
    share = (time[inner] - time[inner - 1]) / (time[inner + 1] - time[inner - 1])
    line = current[inner - 1] + share * (current[inner + 1] - current[inner - 1])
    kinks[inner] = np.abs(current[inner] - line) > allowed
    return kinks


def _follow_samples(
    protocol: Protocol,
    points: Array,
    out: Array,
    origin: NDArray[np.intp],
    place: NDArray[np.intp],
) -> None:
    """Put the current, or the power, of added points on the line between those they lie between."""
    step = out[_STEP].astype(np.int64)
    added = np.ones(step.size, dtype=bool)
    added[place] = False
    for quantity in ("current", "power"):
        new = np.flatnonzero(added & _samples(protocol, quantity)[step])
        before, after = origin[new], origin[new] + 1
        drive = points[_FLOWS] if quantity == "current" else points[_FLOWS] * points[_VOLTS]
        span = points[_TIME, after] - points[_TIME, before]
        share = (out[_TIME, new] - points[_TIME, before]) / span
        line = drive[before] + share * (drive[after] - drive[before])
        out[_FLOWS, new] = line if quantity == "current" else line / out[_VOLTS, new]
