"""A cube, or a part of one, as rows: one for each microstructure, the currents across."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import xarray as xr

_Labelled = TypeVar("_Labelled", xr.DataArray, xr.Dataset)


def as_rows(part: _Labelled) -> _Labelled:
    """Return the same numbers with ``alpha`` and ``S`` along one dimension ``point``.

    Parameters
    ----------
    part
        Of a cube: a grid, scattered points, or a selection in which some of them are scalars.

    Returns
    -------
    xarray.DataArray or xarray.Dataset
        With the dimension ``point``, first, and the coordinates ``alpha(point)``, ``S(point)``.

    Examples
    --------
    >>> grid = xr.DataArray([[1.0], [2.0]], coords=[("alpha", [0.5, 1.0]), ("S", [3.0])])
    >>> as_rows(grid)["alpha"].values
    array([0.5, 1. ])
    """
    if "point" in part.dims:
        return part.transpose("point", ...)
    single = [name for name in ("alpha", "S") if name not in part.dims]
    rows = part.expand_dims(single).stack(point=("alpha", "S"), create_index=False)
    return rows.transpose("point", ...)


def nearest_row(rows: xr.Dataset, point: tuple[float, float]) -> int:
    """Return the place of the row nearest to (alpha, S), distances relative to the extent.

    Examples
    --------
    >>> rows = xr.Dataset(coords={"alpha": ("point", [0.0, 10.0]), "S": ("point", [1.0, 40.0])})
    >>> nearest_row(rows, (6.0, 39.0))
    1
    """
    places = np.stack([rows["alpha"].to_numpy(), rows["S"].to_numpy()])
    extent = np.ptp(places, axis=1, keepdims=True)
    away = (places - np.reshape(point, (2, 1))) / np.where(extent > 0, extent, 1.0)
    return int(np.argmin(np.sum(away**2, axis=0)))
