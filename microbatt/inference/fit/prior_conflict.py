"""Whether the values of the cell file are further off than was stated.

Each value is looked at as if nothing were known of it beforehand: where the curves and all other
values would put it, and how far that is from the cell file in standard deviations of both.  That is
its studentised residual (Cook & Weisberg 1982); one step from the best fit leads there, which costs
no curve.  A value that the curves cannot tell from others is never far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import norm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

CHANCE: Final = 0.05
"""Probability below which a file is called in conflict.

As many values are counted as the curves tell, as if independent.  Of true files about as many are
called in conflict as this says, see docs/results/inference.md.
"""
_TOLD: Final = 0.02
"""Share of a value's own information that other sources must have, so that they tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """The value of a cell file that the curves contradict most.

    Attributes
    ----------
    name
        Of the value; empty where none is told by the curves.
    distance
        From the file, in standard deviations of the difference, signed [-].
    chance
        Probability that any value of a true file is as far.
    """

    name: str = ""
    distance: float = 0.0
    chance: float = 1.0


def prior_conflict(model: ForwardModel, minimum: Minimum) -> Conflict:
    """Find the value of the cell file that the curves and all other values contradict most.

    Parameters
    ----------
    model, minimum
        The measured curves and the best fit to them.
    """
    priors = model.priors
    known = np.flatnonzero(np.isfinite(priors.std))
    slope, off = np.zeros(priors.mean.size), np.zeros(priors.mean.size)
    slope[known] = priors.rows(minimum.x)[np.arange(known.size), known]
    off[known] = priors.deviation(minimum.x)
    variance = np.diag(minimum.covariance)
    others = 1.0 - variance * slope**2
    values = priors.asked + np.flatnonzero(others[priors.asked :] > _TOLD)
    if not values.size:
        return Conflict()
    alone = variance[values] / others[values]
    width = priors.std[values]
    away = minimum.x[values] - priors.mean[values] + alone * slope[values] * off[values]
    distance = away / np.sqrt(alone + width**2)
    tested = max(1.0, float(np.sum(width**2 / (alone + width**2))))
    worst = int(np.argmax(np.abs(distance)))
    one = 2.0 * float(norm.sf(abs(distance[worst])))
    return Conflict(
        name=priors.names[values[worst]],
        distance=float(distance[worst]),
        chance=float(-np.expm1(tested * np.log1p(-min(one, 1.0 - 1e-12)))),
    )
