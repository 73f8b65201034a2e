"""What is assumed of each unknown before looking at the data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import Interval, check_number
from microbatt.engines import HeatOf, Inventory
from microbatt.inference.forward.unknowns import (
    MICROSTRUCTURE,
    PARAMETERS,
    check_unknowns,
    range_in_cell,
    value_in_cell,
)
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import Thermal

ALPHA: Final = Interval(0.0, 15.0)
"""Where alpha is looked for."""
SHAPE_FACTOR: Final = Interval(0.05, 200.0)
"""Where S is looked for."""

WIDTHS: Final = {
    "contact_resistance": 0.02,
    "voltage_offset": 0.01,
    "area_scale": 0.02,
    "negative_stoichiometry": 0.01,
    "positive_stoichiometry": 0.01,
    "temperature": 5.0,
}
"""Standard deviation assumed of an unknown beside alpha and S: Ω m², V, –, –, –, K."""
WIDEST: Final = {
    "contact_resistance": 1.0,
    "voltage_offset": 0.5,
    "area_scale": 0.5,
    "negative_stoichiometry": 0.5,
    "positive_stoichiometry": 0.5,
    "temperature": 100.0,
}
"""Largest standard deviation that can be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """The unknowns of a fit in the coordinates in which it is made.

    The coordinates are alpha, ln S and the other unknowns as they are.  Transport in the pores is
    proportional to ε^(1 + alpha), so alpha is the logarithm of what the curves see.

    Attributes
    ----------
    names
        alpha, S, then the other unknowns.
    mean, std
        Of normal priors; alpha and ln S are flat, with an infinite ``std``; shape (p,).
    low, high
        Bounds in the coordinates, shape (p,).
    """

    names: tuple[str, ...]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def free(self) -> tuple[str, ...]:
        """What is free beside alpha and S."""
        return self.names[len(MICROSTRUCTURE) :]

    def natural(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the parameters of coordinates; the last axis is the parameter's."""
        values = np.array(x, dtype=float)
        values[..., 1] = np.exp(values[..., 1])
        return values

    def deviation(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far the unknowns of x, shape (..., p), lie from what is expected [std]."""
        known = np.isfinite(self.std)
        return (x[..., known] - self.mean[known]) / self.std[known]

    def describe(self, index: int) -> str:
        """Return what was assumed of a parameter, in words."""
        if index == 0:
            return f"flat in {ALPHA}"
        if index == 1:
            low, high = np.exp([self.low[1], self.high[1]])
            return f"flat in ln S, S in {Interval(low, high)}"
        found = quantity(self.names[index])
        unit = "" if found.units == "1" else f" {found.pretty_units}"
        text = f"normal, {self.mean[index]:.6g} ± {self.std[index]:.3g}{unit}"
        return text + (", not negative" if self.low[index] == 0.0 else "")


def free_widths(free: str | Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    """Return how far each unknown beside alpha and S is known beforehand.

    Parameters
    ----------
    free
        Names of `UNKNOWNS`, or one name, of the widths in `WIDTHS`; or name → width.

    Raises
    ------
    ParameterError
        If an unknown is not known or stands twice, or a width cannot be meant.
    """
    widths = free if isinstance(free, Mapping) else WIDTHS
    names = check_unknowns([free] if isinstance(free, str) else free)
    return {
        name: check_number(
            f"width of {name}",
            widths[name],
            Interval(0.0, WIDEST[name], low_open=True),
            unit=quantity(name).units,
        )
        for name in names
    }


def shape_factors(inventory: Inventory, thermal: Thermal) -> Interval:
    """Return where S is looked for: no further than the engine goes on these terms.

    With heat reckoned at the charge delivered, the area-only balance has no potential beyond S = 3.
    """
    of_charge = getattr(thermal, "heat_of", None) is HeatOf.CHARGE
    if of_charge and inventory is Inventory.AREA_ONLY:
        return Interval(SHAPE_FACTOR.low, 2.9)
    return SHAPE_FACTOR


def make_priors(
    cell: Cell,
    free: Iterable[str] | Mapping[str, float],
    shape_factor: Interval = SHAPE_FACTOR,
) -> Priors:
    """Return the priors of alpha, S and the other unknowns.

    Parameters
    ----------
    cell
        Gives the other unknowns their expected values.
    free
        As for `free_widths`.
    shape_factor
        Where S is looked for.

    Raises
    ------
    ParameterError
        As for `free_widths`.
    """
    widths = free_widths(free)
    names = tuple(widths)
    ranges = [_range(cell, name) for name in names]
    flat = [ALPHA, Interval(math.log(shape_factor.low), math.log(shape_factor.high))]
    return Priors(
        names=(*MICROSTRUCTURE, *names),
        mean=np.array([2.0, math.log(3.0), *(_expected(cell, name) for name in names)]),
        std=np.array([math.inf, math.inf, *widths.values()]),
        low=np.array([one.low for one in [*flat, *ranges]]),
        high=np.array([one.high for one in [*flat, *ranges]]),
    )


def _expected(cell: Cell, name: str) -> float:
    neutral = PARAMETERS[name].neutral
    if PARAMETERS[name].owner != "cell" and neutral is not None:
        return neutral
    return value_in_cell(cell, name)


def _range(cell: Cell, name: str) -> Interval:
    parameter = PARAMETERS[name]
    return range_in_cell(cell, name) if parameter.owner == "cell" else parameter.allowed
