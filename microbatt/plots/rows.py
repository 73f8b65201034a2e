"""A cube, or a part of one, as rows: one for each microstructure, the currents across."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import xarray as xr

from microbatt.checks import check_choice, check_number
from microbatt.cube.contents import varied_in
from microbatt.errors import ParameterError
from microbatt.parameters import PARAMETERS, POINT, customary

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence


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


def nearest_row(rows: xr.Dataset, point: Mapping[str, float]) -> int:
    """Return the place of the row nearest to a point, distances relative to the extent.

    Parameters
    ----------
    rows : xarray.Dataset
        With coordinates along ``point``.
    point : mapping of str to float
        Values of some of them; the others do not matter.

    Returns
    -------
    int
        Index along ``point``; the middle one where nothing is said.

    Examples
    --------
    >>> rows = xr.Dataset(coords={"alpha": ("point", [0.0, 10.0]), "S": ("point", [1.0, 40.0])})
    >>> nearest_row(rows, {"alpha": 6.0, "S": 39.0})
    1
    """
    if not point:
        return rows.sizes["point"] // 2
    places = np.stack([rows[name].to_numpy() for name in point])
    extent = np.ptp(places, axis=1, keepdims=True)
    away = (places - np.reshape(list(point.values()), (-1, 1))) / np.where(extent > 0, extent, 1.0)
    return int(np.argmin(np.sum(away**2, axis=0)))


def nearest_point(cube: xr.Dataset, at: Mapping[str, float]) -> xr.Dataset:
    """Return what of a cube lies nearest to a point of its axes.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid, or scattered points; distances are relative to its extent.
    at : mapping of str to float
        Values of axes, in SI units. On an axis of a grid without one the middle is taken; where a
        selection has left one value of an axis, it is that.

    Returns
    -------
    xarray.Dataset
        Without the dimensions of its axes, or ``point``, which are scalar coordinates.

    Raises
    ------
    ParameterError
        If the cube has no such axis; the nearest are offered.
    """
    axes = [name for name in varied_in(cube) if name not in ("current", "c_rate")]
    for name in at:
        check_choice("axis", name, axes)
    if "point" in cube.dims:
        listed = {name: value for name, value in at.items() if cube[name].dims == ("point",)}
        return cube.isel(point=nearest_row(cube, listed))
    lying = {
        name: at.get(name, float(cube[name][cube.sizes[name] // 2]))
        for name in axes
        if name in cube.dims
    }
    return cube.sel(lying, method="nearest")


def at_currents(
    point: xr.Dataset,
    current: float | Sequence[float] | None = None,
    c_rate: float | Sequence[float] | None = None,
) -> xr.Dataset:
    """Return one point of a cube at the currents that lie nearest to those asked for.

    Parameters
    ----------
    point : xarray.Dataset
        From `nearest_point`.
    current : float or sequence of float, optional
        [A m⁻²]; None for all.
    c_rate : float or sequence of float, optional
        The same as C-rates [h⁻¹].

    Returns
    -------
    xarray.Dataset
        Along ``current``, each once.

    Raises
    ------
    ParameterError
        If both are given, one is no number, or the cell does not say what 1C is.
    """
    if current is None and c_rate is None:
        return point
    if current is not None and c_rate is not None:
        raise ParameterError(f"`current` is {current} and `c_rate` is {c_rate}; give one of them.")
    name, asked = ("c_rate", c_rate) if current is None else ("current", current)
    unit, remedy = ("h⁻¹", "") if current is None else ("A m⁻²", "A rate is `c_rate=1`.")
    listed = [asked] if isinstance(asked, str | int | float) else list(asked or ())
    wanted = [check_number(name, one, unit=unit, remedy=remedy) for one in listed]
    if name not in point.coords:
        raise ParameterError(
            "the cube has no coordinate `c_rate`, because its cell says neither what 1C is nor "
            "its area; give `current` in A m⁻²."
        )
    along = point if "current" in point.dims else point.expand_dims("current")
    known = np.atleast_1d(along[name].to_numpy())
    places = {int(np.abs(known - one).argmin()) for one in wanted}
    return along.isel(current=sorted(places))


def point_title(
    point: xr.Dataset | xr.DataArray, *, line: int = 60, names: Container[str] | None = None
) -> str:
    """Return where a part of a cube lies on the axes that it has lost, such as ``α 2, S 3``.

    Parameters
    ----------
    point : xarray.Dataset or xarray.DataArray
        Part of a cube.
    line : int, default 60
        Most characters in a line; a new one begins before an axis that would go beyond.
    names : container of str, optional
        Axes that are told, of those that it has lost; None for all.

    Returns
    -------
    str
        In one line or several.
    """
    part = point.to_dataset(name="shown") if isinstance(point, xr.DataArray) else point
    lost = [
        customary(name)
        for name in varied_in(part)
        if name not in ("current", "c_rate")
        and part[name].ndim == 0
        and (names is None or name in names)
    ]
    title = ""
    for axis in lost:
        words = f"{axis.short} {axis.text(float(point[axis.name]))}"
        here = len(title) - title.rfind("\n") - 1 + len(words) + 2
        title += (("," + ("\n" if here > line else " ")) if title else "") + words
    return title
