"""Curves on a shared axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from microbatt.engines.result import DischargeBatch


def resample_curves(batch: DischargeBatch, depth: ArrayLike) -> NDArray[np.float64]:
    """Interpolate the voltage of each curve at shares of its own delivered capacity.

    Monotone cubic (Fritsch & Butland, 1984) between the engine's steps.

    Parameters
    ----------
    batch : DischargeBatch
        The n discharges.
    depth : array_like
        Increasing shares of the delivered capacity in [0, 1], shape (m,).

    Returns
    -------
    ndarray, shape (n, m)
        Voltage [V]; a row of NaN where there is no curve.
    """
    from microbatt.porous_electrode import resample

    shares = np.ascontiguousarray(depth, dtype=float)
    out = np.empty((len(batch), shares.size))
    resample(batch.time, batch.voltage, batch.offsets, shares, out)
    return out
