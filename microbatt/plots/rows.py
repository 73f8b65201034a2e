"""A cube, or a part of one, as rows: one for each microstructure, the currents across."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import numpy as np
import xarray as xr

from microbatt.checks import check_choice, check_number
from microbatt.cube.contents import varied_in
from microbatt.errors import ParameterError
from microbatt.parameters import PARAMETERS, POINT, customary, quantity_of
from microbatt.quantities import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from numpy.typing import ArrayLike


class Point(NamedTuple):
    """One microstructure."""

    alpha: float
    S: float


_LISTED: Final = 12
"""So many values of an axis are listed from its beginning."""
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


def check_reach(name: str, value: float, known: ArrayLike) -> None:
    """Refuse a value that lies beyond an axis, of which none of its values is meant.

    Parameters
    ----------
    name : str
        Of the axis.
    value : float
        What is asked for, and may lie beyond the ends by half of the step that lies there, or by
        half of the value where there is but one.
    known : array_like
        Values of the axis.

    Raises
    ------
    ParameterError
        Naming the values that there are.

    Examples
    --------
    >>> check_reach("positive_thickness", 7.2e-5, [5e-5, 6e-5, 7e-5])
    >>> check_reach("positive_thickness", 70.0, [5e-5, 6e-5, 7e-5])
    Traceback (most recent call last):
    microbatt.errors.ParameterError: `positive_thickness` is 70 m, and the cube has 5e-05, 6e-05...
    """
    axis = np.unique(np.asarray(known, dtype=float))
    axis = axis[np.isfinite(axis)]
    if not axis.size:
        return
    steps = np.diff(axis) if axis.size > 1 else np.abs(axis[:1])
    if axis[0] - 0.5 * steps[0] <= value <= axis[-1] + 0.5 * steps[-1]:
        return
    units = quantity_of(name).pretty_units if name in {*QUANTITIES, *PARAMETERS} else ""
    unit = f" {units}" if units not in ("", "1") else ""
    first, last = axis[:_LISTED], axis[_LISTED:][-1:]
    listed = ", ".join(f"{one:.6g}" for one in first)
    more = f" … {last[0]:.6g}" if last.size else ""
    raise ParameterError(
        f"`{name}` is {value:.6g}{unit}, and the cube has {listed}{more}{unit}. Give one of these; "
        "between two of them the nearest is taken."
    )


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
        If the cube has no such axis (the nearest are offered), or a value lies beyond it.
    """
    axes = [name for name in varied_in(cube) if name not in ("current", "c_rate")]
    for name, value in at.items():
        check_choice("axis", name, axes)
        check_reach(name, value, cube[name])
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
        If both are given, one is no number or lies beyond those of the cube, or the cell does not
        say what 1C is.
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
    for one in wanted:
        check_reach(name, one, known)
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
