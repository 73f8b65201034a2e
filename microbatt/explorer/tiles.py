"""What a map draws: a tile for each microstructure, its value, and how its curve ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.explorer.legend import NOT_STORED, OUTCOMES, prediction_legend
from microbatt.explorer.source import is_whole
from microbatt.explorer.variables import variable_values
from microbatt.plots import cell_edges

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from microbatt.explorer.legend import LegendEntry
    from microbatt.explorer.plane import Plane, Scale
    from microbatt.explorer.source import CubeSource
    from microbatt.explorer.variables import MapVariable

MOST_TILES: Final = 12_000
"""A browser draws so many with ease; of a finer grid every second, third, … is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """The tiles of a map, all arrays of shape (tiles,).

    Parameters
    ----------
    number : numpy.ndarray of int
        Number of the point in the cube.
    x, y : numpy.ndarray of float
        Values of the point along the two axes.
    value : numpy.ndarray of float
        What is shown; NaN where there is none.
    reason : numpy.ndarray of int8
        Code that says why the value is what it is: how the curve ended or, where a value is
        missing for what happens at another current, how the first curve ended that is not whole.
        Of what a network says, ``prediction_status``.
    legend : mapping of int to LegendEntry
        What the codes say.
    stride : int
        Which share of the points is drawn: one in so many along each axis.
    """

    number: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    value: NDArray[np.float64]
    reason: NDArray[np.int8]
    legend: Mapping[int, LegendEntry]
    stride: int

    @property
    def codes(self) -> NDArray[np.int64]:
        """Values that are codes; `NOT_STORED` where there is none."""
        return np.where(np.isfinite(self.value), self.value, NOT_STORED).astype(int)


def map_tiles(source: CubeSource, variable: MapVariable, current: int) -> Tiles:
    """Return the tiles of a map of one variable at one current (its index)."""
    value = variable_values(source, variable, current)
    number, stride = drawn_points(source.plane)
    predicted = variable.from_network and "prediction_status" in source.dataset
    reason = (
        source.values("prediction_status").astype(np.int8)
        if predicted
        else _outcomes(source, variable, value, current)
    )
    return Tiles(
        number=number,
        x=source.plane.x[number],
        y=source.plane.y[number],
        value=value[number],
        reason=reason[number],
        legend=prediction_legend(source.dataset) if predicted else OUTCOMES,
        stride=stride,
    )


def _outcomes(
    source: CubeSource, variable: MapVariable, value: NDArray[np.float64], current: int
) -> NDArray[np.int8]:
    """Return the outcomes at a current; of missing values, the outcome that explains it."""
    outcome = source.status[:, current].copy()
    elsewhere = ~np.isfinite(value) & (is_whole(outcome) | (not variable.per_current))
    rows = source.status[elsewhere]
    first = rows[np.arange(len(rows)), (~is_whole(rows)).argmax(axis=1)]
    outcome[elsewhere] = np.where(is_whole(first), NOT_STORED, first)
    return outcome


def drawn_points(plane: Plane, most: int = MOST_TILES) -> tuple[NDArray[np.int64], int]:
    """Return the numbers of the points to draw, and one in how many along each axis that is."""
    numbers = np.arange(plane.x.size)
    if not plane.is_grid:
        return numbers, 1
    stride = 1
    while np.prod([-(-length // stride) for length in plane.shape]) > most:
        stride += 1
    return numbers.reshape(plane.shape)[::stride, ::stride].ravel(), stride


def drawn_edges(plane: Plane, stride: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the edges of the drawn tiles of a grid along alpha and along S."""
    return (
        _edges_of_drawn(plane.x_axis, plane.scales[0], stride),
        _edges_of_drawn(plane.y_axis, plane.scales[1], stride),
    )


def extents(plane: Plane) -> dict[str, tuple[float, float]]:
    """Return the limits of the axes alpha and S: the outer edges of a grid's tiles."""
    alpha, S = drawn_edges(plane, 1) if plane.is_grid else map(_padded, (plane.x, plane.y))
    return {"xlim": (float(alpha[0]), float(alpha[-1])), "ylim": (float(S[0]), float(S[-1]))}


def _padded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    margin = 0.03 * (float(np.ptp(values)) or 1.0)
    return np.array([values.min() - margin, values.max() + margin])


def _edges_of_drawn(axis: NDArray[np.float64], scale: Scale, stride: int) -> NDArray[np.float64]:
    """Return the edges of every stride-th tile, which grow to fill the axis."""
    fine = cell_edges(axis, logarithmic=scale == "log")
    return np.append(fine[:-1:stride], fine[-1])
