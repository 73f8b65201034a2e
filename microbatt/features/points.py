"""The points of a cube in one fixed order, whatever its dimensions: a grid's or scattered ones.

Points are counted along the dimensions that are not ``current``, the last one fastest, so that a
number means the same point in every array made of the same cube.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.cube.contents import check_discharges, status_of, varied_in
from microbatt.errors import ParameterError
from microbatt.parameters import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

CURRENT = "current"
_LISTED = "point"
TARGETS = ("alpha", "S")
"""What the published work learns, in the order in which targets and covariances hold it."""


def targets_of(cube: xr.Dataset) -> tuple[str, ...]:
    """Return which numbers of the cell vary in a cube, and so can be learned from it.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.

    Returns
    -------
    tuple of str
        Names of `microbatt.parameters`, alpha and S first; the current is none.

    Raises
    ------
    ParameterError
        If the dataset has no coordinate of that kind, so that it is not a cube.

    Examples
    --------
    ``targets_of(cube)`` says ``("alpha", "S")`` of the published sweep.
    """
    names = tuple(name for name in varied_in(cube) if name in PARAMETERS)
    if not names:
        raise ParameterError(
            "the dataset has no coordinate `alpha`, `S` or of another number of a cell, so it is "
            "not a microbatt cube; open one with `microbatt.open_dataset`, and keep its "
            "coordinates."
        )
    return names


def arranged(cube: xr.Dataset) -> xr.Dataset:
    """Return the curves of a cube with the dimensions of its points first, then ``current``.

    An axis that was picked away by ``cube.sel(current=17.5)`` becomes a dimension of length one
    again; variables that are not one value or one curve per discharge are left out.

    Parameters
    ----------
    cube : xarray.Dataset
        With ``status`` and the coordinates of its points and ``current``.

    Returns
    -------
    xarray.Dataset
        Lazy where the cube is.

    Raises
    ------
    ParameterError
        If it is not a cube.
    """
    check_discharges(cube, "learning from a cube")
    status = status_of(cube)
    axes = [str(dim) for dim in status.dims if dim != _LISTED]
    for name in dict.fromkeys((*axes, CURRENT)):
        if name not in cube.coords:
            raise ParameterError(
                f"the dataset has no coordinate `{name}`, so it is not a microbatt cube; "
                "open one with `microbatt.open_dataset`, and keep its coordinates."
            )
    per_curve = [name for name, v in cube.data_vars.items() if set(status.dims) <= set(v.dims)]
    scalars = [name for name in (*targets_of(cube), CURRENT) if cube[name].ndim == 0]
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
        Such as ``("alpha", "S")``, or ``("point",)``.
    """
    return tuple(str(dim) for dim in status_of(cube).dims if dim != CURRENT)


def true_values(cube: xr.Dataset, targets: Sequence[str] | None = None) -> NDArray[np.float64]:
    """Return the numbers that vary of every point of a cube, shape (points, k).

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    targets : sequence of str, optional
        Which numbers, in which order; None is `targets_of` the cube.

    Returns
    -------
    numpy.ndarray of float
        Values in SI units, shape (points, k).

    Raises
    ------
    ParameterError
        If one of them does not vary in the cube.
    """
    full = arranged(cube)
    dims = point_dims(full)
    like = full["status"].isel({CURRENT: 0})
    names = targets_of(full) if targets is None else check_targets(cube, targets)
    columns = [by_point(full[name].broadcast_like(like), dims) for name in names]
    return np.stack(columns, axis=1).astype(float)


def check_targets(cube: xr.Dataset, targets: Sequence[str]) -> tuple[str, ...]:
    """Return names of targets, after refusing one that does not vary in a cube.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    targets : sequence of str
        Names of `microbatt.parameters`.

    Returns
    -------
    tuple of str
        The same names.

    Raises
    ------
    ParameterError
        Saying what varies.
    """
    there = targets_of(cube)
    lacking = [name for name in targets if name not in there]
    if lacking:
        raise ParameterError(
            f"`{lacking[0]}` does not vary in the cube, so that it can be neither learned nor "
            f"predicted there; what varies is {', '.join(there)}."
        )
    return tuple(targets)


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
