"""The points of a cube in one fixed order, whatever its dimensions: a grid's or scattered ones.

Points are counted along the dimensions that are not ``current``, the last one fastest, so that a
number means the same point in every array made of the same cube.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.cube import status_of
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

CURRENT = "current"
TARGETS = ("alpha", "S")
"""What is learned, in the order in which targets, predictions and covariances hold it."""


def arranged(cube: xr.Dataset) -> xr.Dataset:
    """Return the curves of a cube with the dimensions of its points first, then ``current``.

    An axis that was picked away by ``cube.sel(current=17.5)`` becomes a dimension of length one
    again; variables that are not one value or one curve per discharge are left out.

    Parameters
    ----------
    cube : xarray.Dataset
        With ``status`` and the coordinates ``alpha``, ``S`` and ``current``.

    Returns
    -------
    xarray.Dataset
        Lazy where the cube is.

    Raises
    ------
    ParameterError
        If it is not a cube.
    """
    status = status_of(cube)
    for name in (*TARGETS, CURRENT):
        if name not in cube.coords:
            raise ParameterError(
                f"the dataset has no coordinate `{name}`, so it is not a microbatt cube; "
                "open one with `microbatt.open_dataset`, and keep its coordinates."
            )
    per_curve = [name for name, v in cube.data_vars.items() if set(status.dims) <= set(v.dims)]
    scalars = [name for name in (*TARGETS, CURRENT) if cube[name].ndim == 0]
    full = cube[per_curve].expand_dims(scalars)
    order = [dim for dim in full["status"].dims if dim != CURRENT]
    return full.transpose(*order, CURRENT, ...)


def point_dims(cube: xr.Dataset) -> tuple[str, ...]:
    """Return the dimensions along which the points of a cube lie, in its order.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.

    Returns
    -------
    tuple of str
        ``("alpha", "S")`` or ``("point",)``.
    """
    return tuple(str(dim) for dim in status_of(cube).dims if dim != CURRENT)


def true_values(cube: xr.Dataset) -> NDArray[np.float64]:
    """Return alpha and S of every point of a cube, shape (points, 2).

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.

    Returns
    -------
    numpy.ndarray of float
        Values of alpha and S, shape (points, 2).
    """
    full = arranged(cube)
    dims = point_dims(full)
    like = full["status"].isel({CURRENT: 0})
    columns = [by_point(full[name].broadcast_like(like), dims) for name in TARGETS]
    return np.stack(columns, axis=1).astype(float)


def by_point(values: xr.DataArray, dims: tuple[str, ...]) -> NDArray[Any]:
    """Return a variable's values with its point dimensions joined to one, the first.

    Parameters
    ----------
    values : xarray.DataArray
        With all of `dims`, and possibly others.
    dims : tuple of str
        From `point_dims`.

    Returns
    -------
    numpy.ndarray
        The first axis runs along the points.
    """
    array: NDArray[Any] = values.transpose(*dims, ...).to_numpy()
    return array.reshape(-1, *array.shape[len(dims) :])
