"""What a textbook reads from a pulse of current and the rest after it.

Two numbers come out that look like properties of a material and are not quite: the resistance
depends on when it is read, and the diffusivity supposes one particle size, a flat reaction, an even
electrolyte and a pulse so short that the particle is half-infinite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import POSITIVE, check_integer, check_number
from microbatt.errors import ParameterError
from microbatt.times import ROUNDING, as_numbers, in_seconds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

READ_AT: Final = (1e-3, 1.0, 10.0)
"""Times after the current came on at which a resistance is read [s]."""
_NO_CURRENT: Final = 1e-6
"""Share of the largest current that counts as a rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """A pulse of current, read as a textbook does.

    Attributes
    ----------
    current : float
        Of the pulse, discharge positive [A m⁻²], or [A] where it was given so.
    duration : float
        Of the pulse [s].
    voltage_before, voltage_after : float
        Before the pulse, and at the end of the rest after it [V].
    resistances : tuple of (float, float)
        Time after the current came on [s], and the voltage lost since over the current [Ω m²] or
        [Ω]; times beyond the pulse are left out.
    diffusivity : float
        Apparent solid diffusivity of the particles, D = (4/π τ) (r/S)² (ΔE_s/ΔE_τ)² [m² s⁻¹];
        NaN without a radius, where the rest was not told, or for a pulse at a single time.
    """

    current: float
    duration: float
    voltage_before: float
    voltage_after: float
    resistances: tuple[tuple[float, float], ...]
    diffusivity: float


def evaluate_pulse(
    time: ArrayLike,
    current: ArrayLike,
    voltage: ArrayLike,
    *,
    particle_radius: float | None = None,
    S: float = 3.0,
    number: int | None = None,
) -> Pulse:
    """Read resistance and apparent diffusivity from one pulse and the rest after it.

    The diffusivity is that of Weppner & Huggins, J. Electrochem. Soc. 124 (1977) 1569, for a
    particle of volume over area r/S: ΔE_s is the change of the voltage from rest to rest, ΔE_τ its
    change during the pulse without the drop that the first sample under current shows.

    Parameters
    ----------
    time, current, voltage : array_like, shape (n,)
        A rest, a pulse and a rest [s], [A m⁻²] or [A], [V]; discharge positive. Two samples at one
        time are a jump. The time never falls; it may also be durations or dates.
    particle_radius : float, optional
        Of the electrode whose diffusion is meant [m].
    S : float
        Area times radius over volume of its particles; 3 for a sphere.
    number : int, optional
        Which pulse, from 0, where there are several; its rest ends where the next begins.

    Returns
    -------
    Pulse
        What was read.

    Raises
    ------
    ParameterError
        If the arrays do not fit, are not finite, or the time falls; if they hold no pulse that
        begins from a rest, or several and no `number` is given; or if the pulse changes its sign.

    Examples
    --------
    >>> pulse = evaluate_pulse([0, 0, 10, 10, 60], [0, 2, 2, 0, 0], [4.0, 3.9, 3.8, 3.9, 3.95])
    >>> [(at, round(ohm, 3)) for at, ohm in pulse.resistances]
    [(0.001, 0.05), (1.0, 0.055), (10.0, 0.1)]
    """
    t = in_seconds("time", time)
    i, v = as_numbers("current", current), as_numbers("voltage", voltage)
    if not t.ndim == 1 == i.ndim == v.ndim or not t.size == i.size == v.size or t.size < 3:
        raise ParameterError(
            f"`time`, `current` and `voltage` have the shapes {t.shape}, {i.shape} and {v.shape}; "
            "give rows of equal length, of at least three samples."
        )
    _check_samples(t, i, v)
    if particle_radius is not None:
        check_number("particle_radius", particle_radius, POSITIVE, unit="m")
    check_number("S", S, POSITIVE)
    on, off, end = _bounds(t, i, number)
    pulse = slice(on, off)
    return Pulse(
        current=float(i[on]),
        duration=float(t[off - 1] - t[on]),
        voltage_before=float(v[on - 1]),
        voltage_after=float(v[end - 1]) if off < end else math.nan,
        resistances=_resistances(t[pulse], i[pulse], v[pulse], float(v[on - 1])),
        diffusivity=(
            math.nan
            if particle_radius is None or off == end
            else _diffusivity(t[pulse], v[on - 1 : end], particle_radius / S)
        ),
    )


def _check_samples(t: Array, i: Array, v: Array) -> None:
    for name, column in (("time", t), ("current", i), ("voltage", v)):
        wrong = np.flatnonzero(~np.isfinite(column))
        if wrong.size:
            raise ParameterError(
                f"`{name}` is {column[wrong[0]]} at sample {wrong[0]}; it must be finite. Leave "
                "such samples out."
            )
    back = np.flatnonzero(np.diff(t) < 0.0)
    if back.size:
        raise ParameterError(
            f"`time` falls from {t[back[0]]:g} to {t[back[0] + 1]:g} s at sample {back[0] + 1}; it "
            "must never fall. Sort the samples."
        )


def _bounds(t: Array, i: Array, number: int | None) -> tuple[int, int, int]:
    """Return where the pulse begins, where it ends, and where the rest after it does."""
    flows = np.abs(i) > _NO_CURRENT * np.abs(i).max()
    edges = np.flatnonzero(np.diff(flows)) + 1
    begins, ends = edges[flows[edges]], edges[~flows[edges]]
    if flows[0] or not begins.size:
        raise ParameterError(
            "no pulse begins from a rest here; let the first sample be one without current."
        )
    if number is None and begins.size > 1:
        raise ParameterError(
            f"there are {begins.size} pulses, the second from {t[begins[1]]:g} s on; say with "
            "`number` which is meant, from 0, or give one with the rests around it."
        )
    asked = check_integer("number", number or 0, low=0, high=int(begins.size) - 1)
    on = int(begins[asked])
    off = int(ends[asked]) if asked < ends.size else t.size
    turns = on + np.flatnonzero(i[on:off] * i[on] < 0.0)
    if turns.size:
        raise ParameterError(
            f"the pulse turns from {'discharge' if i[on] > 0.0 else 'charge'} to the other at "
            f"{t[turns[0]]:g} s, without a rest between; a pulse has one sign. Give one alone."
        )
    return on, off, int(begins[asked + 1]) if asked + 1 < begins.size else t.size


def _resistances(t: Array, i: Array, v: Array, before: float) -> tuple[tuple[float, float], ...]:
    since = t - t[0]
    return tuple(
        (at, float((before - np.interp(at, since, v)) / np.interp(at, since, i)))
        for at in READ_AT
        if at <= since[-1] + ROUNDING * abs(t[-1])
    )


def _diffusivity(t: Array, v: Array, length: float) -> float:
    """Return it from the times of a pulse, and the voltages of it, the sample before and a rest."""
    steady, transient = v[-1] - v[0], v[t.size] - v[1]
    if transient == 0.0 or not t[-1] > t[0]:
        return math.nan
    return float(4.0 / (math.pi * (t[-1] - t[0])) * (length * steady / transient) ** 2)
