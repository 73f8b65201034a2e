"""Curves as the decoder knows them: the readings of a curve, and how steeply it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.features import CurveTensors

CAPACITY_SCALE: Final = 0.5
"""Volts that count as much as one unit of ln capacity."""


def readings_of(tensors: CurveTensors) -> NDArray[np.float64]:
    """Return the voltages of each curve and its scaled ln capacity, shape (n, c, samples + 1).

    Parameters
    ----------
    tensors
        n points; a missing curve reads 0.
    """
    capacity = np.where(tensors.mask, tensors.capacity, 1.0).astype(float)
    scaled = CAPACITY_SCALE * np.log(capacity)
    readings: NDArray[np.float64] = np.concatenate([tensors.voltage, scaled[..., None]], axis=-1)
    return readings


def end_slopes(voltage: NDArray[Any]) -> NDArray[Any]:
    """Return how fast curves fall at their ends, per unit of depth, shape (..., c) [V].

    The fall over the last step, extrapolated by how much steeper it is than the one before.

    Parameters
    ----------
    voltage
        At equally spaced depths from 0 to 1, shape (..., c, samples) [V].
    """
    last, before = (np.maximum(voltage[..., i - 1] - voltage[..., i], 1e-4) for i in (-1, -2))
    steeper = np.clip(last / before, 1.0, 100.0)
    slope: NDArray[Any] = last * (voltage.shape[-1] - 1) * steeper
    return slope
