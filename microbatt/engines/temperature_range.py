"""Whether a cell that was simulated left the temperatures at which its electrolyte is known."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from microbatt.cells import Cell

ROUNDING = 1e-6
"""Of a temperature that is at the end of a range [K]."""


def warn_outside_range(cell: Cell, temperature: NDArray[np.float64]) -> None:
    """Warn of a cell that gets colder or warmer than its electrolyte is known.

    Parameters
    ----------
    cell : Cell
        What was simulated.
    temperature : ndarray
        All that it had [K].

    Warns
    -----
    UserWarning
        Naming the temperatures between which the electrolyte is known.
    """
    low, high = cell.electrolyte.fit.temperature_range
    if temperature.size == 0:
        return
    if temperature.min() < low - ROUNDING or temperature.max() > high + ROUNDING:
        warnings.warn(
            f"{cell.name} leaves the temperatures at which its electrolyte is known, {low:.6g} to "
            f"{high:.6g} K; outside it is taken as at the nearest of them.",
            UserWarning,
            stacklevel=2,
        )
