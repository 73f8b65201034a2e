"""A measured temperature as it drives a simulation: without the noise of its sensor.

A cell's heat capacity keeps its temperature from following a sensor from row to row, and an engine
that followed it would answer noise by a voltage that no cell has.  So the smoothest curve drives it
that leaves residuals as large as the noise (Reinsch, Numerische Mathematik 10 (1967) 177); how
large that is the rows tell, and where there is none every row counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.interpolate import make_splrep

from microbatt.engines import MeasuredTemperature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

TEMPERATURES: Final = 400
"""At most this many drive a simulation."""
_ENOUGH: Final = 10
"""Fewer rows tell no noise from what the cell does."""
_THIRD: Final = np.sqrt(20.0)
"""Standard deviation of a third difference of white noise of one."""
_FEW: Final = 0.5
"""Share of the rows of which a sensor that rounds has fewer different values."""
_SAME: Final = 1e-6
"""Temperatures nearer to each other are one [K]."""
_STILL: Final = 1e-3
"""Noise below this moves no voltage [K]."""


def temperature_of(time: Array, temperature: Array | None) -> MeasuredTemperature | None:
    """Return a measured temperature as it drives a simulation; None where there is none.

    Parameters
    ----------
    time
        Since the start, rising, shape (n,) [s].
    temperature
        Shape (n,) [K].
    """
    if temperature is None:
        return None
    at = time if time.size <= TEMPERATURES else np.linspace(time[0], time[-1], TEMPERATURES)
    level = np.interp(at, time, temperature)
    middle, averages, noise = _averaged(time, temperature)
    if middle.size >= _ENOUGH and float(noise.max()) > _STILL:
        curve = make_splrep(middle, averages, w=1.0 / noise, s=float(middle.size))
        level = np.clip(curve(at), temperature.min(), temperature.max())
    return MeasuredTemperature(time=tuple(at.tolist()), temperature=tuple(level.tolist()))


def sensor_noise(temperature: Array) -> tuple[float, float]:
    """Return what single temperatures scatter by, and what rounding leaves of their mean [K].

    Parameters
    ----------
    temperature
        One after the other, shape (n,) [K].

    Examples
    --------
    >>> noise, rounded = sensor_noise(298.0 + np.arange(30.0) % 2)
    >>> round(noise, 2), round(rounded, 2)
    (0.89, 0.29)
    """
    if temperature.size < _ENOUGH:
        return 0.0, 0.0
    scatter = float(np.sqrt(np.mean(np.diff(temperature, 3) ** 2))) / float(_THIRD)
    levels = np.unique(np.round(temperature / _SAME)) * _SAME
    if not 1 < levels.size < _FEW * temperature.size:
        return scatter, 0.0
    return scatter, float(np.diff(levels).min()) / float(np.sqrt(12.0))


def _averaged(time: Array, temperature: Array) -> tuple[Array, Array, Array]:
    """Return times, averages over at most `TEMPERATURES` spans, and the noise of each [K]."""
    scatter, rounded = sensor_noise(temperature)
    if time.size <= TEMPERATURES:
        return time, temperature, np.full(time.size, max(scatter, rounded, 1e-300))
    span = np.minimum(
        ((time - time[0]) / (time[-1] - time[0]) * TEMPERATURES).astype(int), TEMPERATURES - 1
    )
    starts = np.flatnonzero(np.diff(span, prepend=-1))
    count = np.diff(np.append(starts, time.size))
    at, level = (np.add.reduceat(values, starts) / count for values in (time, temperature))
    return at, level, np.maximum(scatter / np.sqrt(count), max(rounded, 1e-300))
