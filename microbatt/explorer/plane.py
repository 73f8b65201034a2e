"""Where the microstructures of a cube lie: a grid of alpha and S, or scattered points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

Scale = Literal["linear", "log"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """The points of a cube, numbered with the last dimension fastest.

    Parameters
    ----------
    dims : tuple of str
        ``("alpha", "S")`` of a grid, ``("point",)`` of scattered points.
    alpha, S : numpy.ndarray of float
        Values of each point, shape (n,).
    alpha_axis, S_axis : numpy.ndarray of float
        The axes of a grid, increasing; empty for scattered points.
    """

    dims: tuple[str, ...]
    alpha: NDArray[np.float64]
    S: NDArray[np.float64]
    alpha_axis: NDArray[np.float64]
    S_axis: NDArray[np.float64]

    @property
    def is_grid(self) -> bool:
        """Whether the points are every combination of two axes."""
        return len(self.dims) == 2

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return (self.alpha_axis.size, self.S_axis.size) if self.is_grid else (self.alpha.size,)

    @property
    def scales(self) -> tuple[Scale, Scale]:
        """Scales of the axes alpha and S that make the cells of a grid most even."""
        if not self.is_grid:
            return "linear", "linear"
        return even_scale(self.alpha_axis), even_scale(self.S_axis)

    def place(self, number: int) -> dict[str, int]:
        """Return the index of a point along each dimension."""
        steps = np.unravel_index(number, self.shape)
        return {dim: int(step) for dim, step in zip(self.dims, steps, strict=True)}

    def number(self, **place: int) -> int:
        """Return the number of the point at an index along each dimension."""
        return int(np.ravel_multi_index([place[dim] for dim in self.dims], self.shape))

    def nearest(self, alpha: float, S: float) -> int:
        """Return the number of the nearest point, each axis measured by its extent on its scale.

        Examples
        --------
        >>> axis = np.array([1.0, 2.0, 4.0])
        >>> grid_plane(axis, axis).nearest(2.1, 9.0)
        5
        """
        along_alpha = _distance(self.alpha, alpha, self.scales[0])
        along_S = _distance(self.S, S, self.scales[1])
        return int(np.argmin(np.hypot(along_alpha, along_S)))


def plane_of(dataset: xr.Dataset) -> Plane:
    """Return the plane of a cube in the form of `microbatt.explorer.source.as_cube`."""
    alpha, S = (np.asarray(dataset[name], dtype=float) for name in ("alpha", "S"))
    if "point" not in dataset.dims:
        return grid_plane(alpha, S)
    return Plane(dims=("point",), alpha=alpha, S=S, alpha_axis=alpha[:0], S_axis=S[:0])


def grid_plane(alpha: NDArray[np.float64], S: NDArray[np.float64]) -> Plane:
    """Return the plane of every combination of two increasing axes."""
    all_alpha, all_S = (values.ravel() for values in np.meshgrid(alpha, S, indexing="ij"))
    return Plane(dims=("alpha", "S"), alpha=all_alpha, S=all_S, alpha_axis=alpha, S_axis=S)


def even_scale(axis: NDArray[np.float64]) -> Scale:
    """Return the scale on which the steps of an axis are most even.

    Examples
    --------
    >>> even_scale(np.array([1.0, 2.0, 5.0, 10.0])), even_scale(np.array([0.0, 0.5, 1.0]))
    ('log', 'linear')
    """
    if axis.size < 3 or axis[0] <= 0:
        return "linear"
    return "log" if _unevenness(np.log(axis)) < _unevenness(axis) else "linear"


def _unevenness(at: NDArray[np.float64]) -> float:
    steps = np.diff(at)
    return float(steps.max() / steps.min())


def _distance(values: NDArray[np.float64], value: float, scale: Scale) -> NDArray[np.float64]:
    if scale == "log":
        values, value = np.log(values), float(np.log(max(value, float(values.min()) / 10)))
    extent = float(np.ptp(values)) or 1.0
    distance: NDArray[Any] = (values - value) / extent
    return distance
