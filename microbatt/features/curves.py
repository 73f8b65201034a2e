"""Curves as a cube stores them, by point and in memory: what every feature is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import POSITIVE, check_number
from microbatt.cube.contents import WHOLE
from microbatt.errors import ParameterError
from microbatt.features.points import CURRENT, arranged, by_point, point_dims

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

SAME_CURRENT: Final = 1e-6
"""Two currents closer than this, relatively, are the same."""
PER_CURVE: Final = ("discharge_capacity", "energy", "power")
"""Variables of one number per curve that features are made of."""
_REQUIRED: Final = ("voltage", "discharge_capacity")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCurves:
    """The curves of n points on one depth axis, as stored.

    Parameters
    ----------
    depth : numpy.ndarray of float
        Increasing from 0 to 1, shape (k,).
    current : numpy.ndarray of float
        [A m⁻²], shape (c,).
    voltage : numpy.ndarray
        [V], shape (n, c, k).
    discharge_capacity, energy, power : numpy.ndarray of float
        [A h m⁻²], [W h kg⁻¹], [W kg⁻¹], shape (n, c).
    whole : numpy.ndarray of bool
        Whether the curve ran to a physical end and is finite throughout, shape (n, c).
    """

    depth: NDArray[np.float64]
    current: NDArray[np.float64]
    voltage: NDArray[Any]
    discharge_capacity: NDArray[np.float64]
    energy: NDArray[np.float64]
    power: NDArray[np.float64]
    whole: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.whole.shape[0])

    def at_currents(self, currents: Sequence[float] | None) -> StoredCurves:
        """Return the curves at other currents; one that is not stored is not whole, and NaN.

        Parameters
        ----------
        currents : sequence of float or None
            [A m⁻²], in the order wanted; None changes nothing.

        Returns
        -------
        StoredCurves
            Of the same points.

        Raises
        ------
        ParameterError
            If a current is not positive.
        """
        if currents is None:
            return self
        wanted = checked_currents(currents)
        place = [current_place(self.current, c) for c in wanted]
        stored = np.array([p is not None for p in place], dtype=bool)
        index = np.array([p or 0 for p in place], dtype=np.int64)
        columns = {name: getattr(self, name)[:, index] for name in ("voltage", *PER_CURVE)}
        for values in columns.values():
            values[:, ~stored] = np.nan
        whole = self.whole[:, index] & stored
        return replace(self, current=wanted, whole=whole, **columns)


def read_curves(cube: xr.Dataset) -> StoredCurves:
    """Read every curve of a cube into memory.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.

    Returns
    -------
    StoredCurves
        The points are numbered along the dimensions that are not ``current``, the last one fastest.

    Raises
    ------
    ParameterError
        If it is not a cube or has no voltages.
    """
    full = arranged(cube)
    scalars = scalars_by_point(full)
    return stored_curves(full, by_point(full["voltage"], point_dims(full)), scalars)


def stored_curves(
    full: xr.Dataset, voltage: NDArray[Any], scalars: Mapping[str, NDArray[Any]]
) -> StoredCurves:
    """Join the voltages of some points of an arranged cube with their scalars.

    Parameters
    ----------
    full : xarray.Dataset
        Tells the depths and currents.
    voltage : numpy.ndarray
        [V], shape (n, c, k).
    scalars : mapping of str to numpy.ndarray
        From `scalars_by_point`, of the same points.

    Returns
    -------
    StoredCurves
        Of these points.
    """
    whole = scalars["whole"] & np.isfinite(voltage).all(axis=-1)
    return StoredCurves(
        depth=full["depth"].to_numpy(),
        current=full[CURRENT].to_numpy(),
        voltage=voltage,
        **{**scalars, "whole": whole},
    )


def scalars_by_point(full: xr.Dataset) -> dict[str, NDArray[Any]]:
    """Return what an arranged cube says of each curve, without its voltages, shape (n, c).

    Parameters
    ----------
    full : xarray.Dataset
        From `arranged`.

    Returns
    -------
    dict of str to numpy.ndarray
        Fields of `StoredCurves` of one number a curve, shape (n, c).
    """
    check_curves(full)
    dims = point_dims(full)
    status = by_point(full["status"], dims)
    scalars = {
        name: by_point(full[name], dims) if name in full else np.full(status.shape, np.nan)
        for name in PER_CURVE
    }
    capacity = scalars["discharge_capacity"]
    return {"whole": np.isin(status, WHOLE) & (capacity > 0) & np.isfinite(capacity), **scalars}


def check_curves(cube: xr.Dataset) -> None:
    """Refuse a cube without voltages or capacities.

    Raises
    ------
    ParameterError
        Naming the variable.
    """
    for name in _REQUIRED:
        if name not in cube:
            raise ParameterError(
                f"the cube has no variable `{name}`, which features are made of; "
                "keep it when selecting variables."
            )


def checked_currents(currents: Sequence[float]) -> NDArray[np.float64]:
    """Return currents as an array.

    Raises
    ------
    ParameterError
        If there is none, or one is not positive and finite.
    """
    if len(currents) == 0:
        raise ParameterError("`currents` is empty; give at least one current [A m⁻²].")
    return np.array([check_number("current", c, POSITIVE, unit="A m⁻²") for c in currents])


def current_place(currents: NDArray[np.float64], current: float) -> int | None:
    """Return which of the currents one is, None if it is none of them.

    Examples
    --------
    >>> current_place(np.array([17.5, 35.0]), 35.0), current_place(np.array([17.5]), 20.0)
    (1, None)
    """
    place = int(np.abs(currents - current).argmin())
    return place if abs(currents[place] - current) <= SAME_CURRENT * current else None
