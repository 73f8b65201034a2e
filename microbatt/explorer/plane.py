"""Where the points of a cube lie: a grid of two axes, alpha and S or others, or scattered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from microbatt.cube.contents import varied_in
from microbatt.parameters import customary

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.parameters import Customary

Scale = Literal["linear", "log"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """The points of a cube, numbered with the last dimension fastest.

    Parameters
    ----------
    dims : tuple of str
        Names of the axes of a grid, ``("point",)`` of scattered points.
    x, y : numpy.ndarray of float
        Values of each point along the two axes, shape (n,).
    x_axis, y_axis : numpy.ndarray of float
        The axes of a grid, increasing; empty for scattered points.
    names : tuple of str, default ("alpha", "S")
        What lies across and what up.
    fixed : mapping of str to float, default empty
        Values of the other axes of the cube, through which the plane is laid.
    """

    dims: tuple[str, ...]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    x_axis: NDArray[np.float64]
    y_axis: NDArray[np.float64]
    names: tuple[str, str] = ("alpha", "S")
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def written(self) -> tuple[Customary, Customary]:
        """How people write what lies across and up."""
        across, up = map(customary, self.names)
        return across, up

    @property
    def is_grid(self) -> bool:
        """Whether the points are every combination of two axes."""
        return len(self.dims) == 2

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return (self.x_axis.size, self.y_axis.size) if self.is_grid else (self.x.size,)

    @property
    def scales(self) -> tuple[Scale, Scale]:
        """Scales of the two axes that make the cells of a grid most even."""
        if not self.is_grid:
            return "linear", "linear"
        return even_scale(self.x_axis), even_scale(self.y_axis)

    def place(self, number: int) -> dict[str, int]:
        """Return the index of a point along each dimension."""
        steps = np.unravel_index(number, self.shape)
        return {dim: int(step) for dim, step in zip(self.dims, steps, strict=True)}

    def number(self, **place: int) -> int:
        """Return the number of the point at an index along each dimension."""
        return int(np.ravel_multi_index([place[dim] for dim in self.dims], self.shape))

    def nearest(self, x: float, y: float) -> int:
        """Return the number of the nearest point, each axis measured by its extent on its scale.

        Examples
        --------
        >>> axis = np.array([1.0, 2.0, 4.0])
        >>> grid_plane(axis, axis).nearest(2.1, 9.0)
        5
        """
        across = _distance(self.x, x, self.scales[0])
        up = _distance(self.y, y, self.scales[1])
        return int(np.argmin(np.hypot(across, up)))


def plane_of(dataset: xr.Dataset, names: tuple[str, str]) -> Plane:
    """Return the plane of a cube in the form of `microbatt.explorer.source.as_cube`.

    Parameters
    ----------
    dataset : xarray.Dataset
        With two axes, or points.
    names : tuple of str
        What lies across and up.
    """
    x, y = (np.asarray(dataset[name], dtype=float) for name in names)
    if "point" in dataset.dims:
        return Plane(dims=("point",), x=x, y=y, x_axis=x[:0], y_axis=y[:0], names=names)
    others = [name for name in varied_in(dataset) if name not in (*names, "current", "c_rate")]
    fixed = {name: float(dataset[name]) for name in others if dataset[name].ndim == 0}
    return replace(grid_plane(x, y), dims=names, names=names, fixed=fixed)


def grid_plane(x: NDArray[np.float64], y: NDArray[np.float64]) -> Plane:
    """Return the plane of every combination of two increasing axes, alpha and S."""
    all_x, all_y = (values.ravel() for values in np.meshgrid(x, y, indexing="ij"))
    return Plane(dims=("alpha", "S"), x=all_x, y=all_y, x_axis=x, y_axis=y)


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
