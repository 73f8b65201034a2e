"""How good a set of curves is: the size of what stays uncertain of alpha and S.

A set is judged by the geometric mean of that size over the points where the cell may be: D-optimal
for the ellipse of alpha and S, other unknowns counted as lost (Kiefer & Wolfowitz, Canad. J. Math.
12 (1960) 363; Atkinson, Donev & Tobias, Optimum Experimental Designs (2007)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.identifiability.curve_bounds import Bounds, bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from microbatt.inference.identifiability.curve_bounds import Information

    Array = NDArray[np.float64]


def _ellipse(found: Bounds, points: Array) -> Array:
    del points
    spread = np.sqrt(1.0 - found.correlation**2)
    return np.sqrt(found.alpha * found.S * spread)


def _sum(found: Bounds, points: Array) -> Array:
    return np.hypot(found.alpha / (1.0 + points[:, 0]), found.S / points[:, 1])


CRITERIA: Final[dict[str, Callable[[Bounds, Array], Array]]] = {
    "ellipse": _ellipse,
    "sum": _sum,
    "alpha": lambda found, _: found.alpha,
    "S": lambda found, _: found.S,
}
"""Name → size of what stays uncertain at each point.

``ellipse`` is the root of the area of the joint ellipse, over π (D-optimal); ``sum`` adds the
variances of ln S and of alpha over 1 + alpha (A-optimal); the others care for one of the two.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A set of curves and what can be known from it.

    Attributes
    ----------
    currents : tuple of float
        Of the curves, increasing [A m⁻²].
    bounds : Bounds
        At each point, arrays of shape (n,).
    size : float
        The criterion: geometric mean over the points.
    hours : float
        Of discharging, median over the points [h].
    """

    currents: tuple[float, ...]
    bounds: Bounds
    size: float
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """How well a set of curves tells alpha and S, over the points where the cell may be.

    Attributes
    ----------
    low, middle, high : float
        Lowest tenth, median and highest tenth of a smallest standard deviation [-].
    """

    low: float
    middle: float
    high: float


def typical_bounds(choice: Choice, points: Array) -> dict[str, Typical]:
    """Return what a set of curves typically tells: the numbers of the table and of the pictures.

    Parameters
    ----------
    choice : Choice
        Of `propose_currents`.
    points : ndarray
        Its points: rows of alpha and S, shape (n, 2).

    Returns
    -------
    dict of str to Typical
        Of ``"alpha"``, and of ``"S"`` relative to S.
    """
    found = {"alpha": choice.bounds.alpha, "S": choice.bounds.S / points[:, 1]}
    return {
        name: Typical(
            low=_ranked(values, 0.1), middle=_ranked(values, 0.5), high=_ranked(values, 0.9)
        )
        for name, values in found.items()
    }


def _ranked(values: Array, share: float) -> float:
    """Return the value of that rank, which may be infinite, unlike the mean of two ranks."""
    return float(np.quantile(values, share, method="lower"))


def judge_choice(known: Information, chosen: Sequence[int], criterion: str) -> Choice:
    """Judge some of the curves whose information is known.

    Parameters
    ----------
    known : Information
        What each curve tells at each point.
    chosen : sequence of int
        Numbers of the curves.
    criterion : str
        A name of `CRITERIA`.
    """
    found = bounds(known.total(chosen))
    currents = known.currents[list(chosen)]
    with np.errstate(invalid="ignore"):
        sizes = CRITERIA[criterion](found, known.points)
    sizes = np.where(np.isnan(sizes), np.inf, sizes)
    hours = np.nansum(known.capacity[:, list(chosen)] / currents, axis=1)
    return Choice(
        currents=tuple(currents.tolist()),
        bounds=found,
        size=float(np.exp(np.mean(np.log(sizes)))),
        hours=float(np.median(hours)),
    )
