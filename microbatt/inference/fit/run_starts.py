"""Where a fit of runs alone begins: the engine at scattered points of the box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats.qmc import Sobol

from microbatt.errors import SimulationError
from microbatt.inference.fit.initial_guess import InitialGuess
from microbatt.inference.fit.shapes import SCAN_ALPHA, SCAN_LN_S
from microbatt.inference.forward.forward_model import voltages

if TYPE_CHECKING:
    from microbatt.inference.forward.forward_model import ForwardModel

POINTS: Final = 32
"""Of the box, at which runs are simulated."""
KEPT: Final = 2
"""At most this many starts."""
_FAR: Final = 5.0
"""A voltage further off counts no more [V]."""
_APART: Final = 1.0
"""In alpha or ln S between two starts."""


def run_starts(model: ForwardModel) -> tuple[InitialGuess, ...]:
    """Find where the engine's runs come nearest to the measured ones.

    Parameters
    ----------
    model
        The measured runs, without curves, and what is asked for.

    Returns
    -------
    tuple of InitialGuess
        Nearest first; different places.

    Raises
    ------
    SimulationError
        If the engine has no such run at any point.
    """
    low = np.array([SCAN_ALPHA[0], SCAN_LN_S[0]])
    high = np.array([SCAN_ALPHA[1], min(SCAN_LN_S[1], float(model.priors.high[1]))])
    points = low + Sobol(2, rng=0).random(POINTS) * (high - low)
    x = np.tile(model.priors.mean, (POINTS, 1))
    x[:, :2] = points
    x = np.clip(x, model.priors.low, model.priors.high)
    apart = np.clip(model.measured - voltages(model, x), -_FAR, _FAR)
    rms = np.sqrt(np.mean((apart - apart.mean(axis=1, keepdims=True)) ** 2, axis=1))
    order = [int(i) for i in np.argsort(np.nan_to_num(rms, nan=np.inf)) if np.isfinite(rms[i])]
    if not order:
        raise SimulationError(
            "the engine finds no run like the measured ones at any alpha and S; check the current, "
            "the area, the start and the cell file."
        )
    kept: list[int] = []
    for i in order:
        if all(np.abs(x[i, :2] - x[j, :2]).max() > _APART for j in kept):
            kept.append(i)
    return tuple(
        InitialGuess(
            origin="scan",
            alpha=float(x[i, 0]),
            S=float(np.exp(x[i, 1])),
            covariance=np.full((2, 2), np.nan),
        )
        for i in kept[:KEPT]
    )
