"""A cube, or a part of one, as rows: one for each microstructure, the currents across."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
import xarray as xr

from microbatt.parameters import PARAMETERS, POINT


class Point(NamedTuple):
    """One microstructure."""

    alpha: float
    S: float


_Labelled = TypeVar("_Labelled", xr.DataArray, xr.Dataset)


def as_rows(part: _Labelled) -> _Labelled:
    """Return the same numbers with all that varies, but the current, along one dimension ``point``.

    Parameters
    ----------
    part : _Labelled
        Part of a cube: a grid, scattered points, or a selection in which some of them are scalars.

    Returns
    -------
    xarray.DataArray or xarray.Dataset
        With the dimension ``point``, first, and the coordinates along it, such as ``alpha(point)``.

    Examples
    --------
    >>> grid = xr.DataArray([[1.0], [2.0]], coords=[("alpha", [0.5, 1.0]), ("S", [3.0])])
    >>> as_rows(grid)["alpha"].values
    array([0.5, 1. ])
    """
    if "point" in part.dims:
        return part.transpose("point", ...)
    names = [name for name in (*POINT, *PARAMETERS) if name in part.coords]
    names = list(dict.fromkeys(names))
    single = [name for name in names if name not in part.dims]
    rows = part.expand_dims(single).stack(point=names, create_index=False)
    return rows.transpose("point", ...)


def nearest_row(rows: xr.Dataset, point: Point) -> int:
    """Return the place of the row nearest to a point, distances relative to the extent.

    Examples
    --------
    >>> rows = xr.Dataset(coords={"alpha": ("point", [0.0, 10.0]), "S": ("point", [1.0, 40.0])})
    >>> nearest_row(rows, Point(6.0, 39.0))
    1
    """
    places = np.stack([rows["alpha"].to_numpy(), rows["S"].to_numpy()])
    extent = np.ptp(places, axis=1, keepdims=True)
    away = (places - np.reshape(point, (2, 1))) / np.where(extent > 0, extent, 1.0)
    return int(np.argmin(np.sum(away**2, axis=0)))


def nearest_point(cube: xr.Dataset, *, alpha: float, S: float) -> xr.Dataset:
    """Return the microstructure of a cube that lies nearest to a point.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid, or scattered points; distances are relative to its extent.
    alpha, S : float
        The point.

    Returns
    -------
    xarray.Dataset
        Without the dimensions ``alpha`` and ``S``, or ``point``.
    """
    if "point" in cube.dims:
        return cube.isel(point=nearest_row(cube, Point(alpha, S)))
    wanted = {"alpha": alpha, "S": S}
    lying = {name: value for name, value in wanted.items() if name in cube.dims}
    return cube.sel(lying, method="nearest")
