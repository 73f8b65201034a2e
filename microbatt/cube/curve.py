"""One curve out of a cube, as voltage against delivered capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from microbatt.checks import check_choice
from microbatt.cube.depth import rebuild_voltage
from microbatt.cube.endings import status_of
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

_SAME = 1e-9
"""Two values of an axis closer than this, relative to 1 or to the value, are the same."""


def curve_of(
    dataset: xr.Dataset,
    at: Mapping[str, float],
    *,
    capacity: ArrayLike | None = None,
    method: str | None = None,
) -> xr.DataArray:
    """Return one curve; see `microbatt.cube.accessor.CubeAccessor.curve`."""
    place = dataset.isel(_place(dataset, at, method))
    outcome = Outcome(int(place["status"]))
    end = float(place["discharge_capacity"])
    voltage = place["voltage"].to_numpy().astype(float)
    depth = place["depth"].to_numpy()
    if np.isnan(voltage).any():
        depth, voltage = depth[:0], voltage[:0]
    if capacity is not None:
        wanted = np.atleast_1d(np.asarray(capacity, dtype=float))
        voltage = rebuild_voltage(depth, voltage, wanted / end)
    else:
        wanted = depth * end
    return _labelled(wanted, voltage, place, outcome)


def _labelled(
    capacity: np.ndarray[Any, Any], voltage: np.ndarray[Any, Any], place: xr.Dataset, end: Outcome
) -> xr.DataArray:
    scalars = {name: place[name] for name in ("alpha", "S", "current", "c_rate") if name in place}
    return xr.DataArray(
        voltage,
        dims="capacity",
        coords={"capacity": ("capacity", capacity, quantity("capacity").attrs), **scalars},
        name="voltage",
        attrs=quantity("voltage").attrs | {"ending": end.name.lower(), "reason": end.message},
    )


def _place(dataset: xr.Dataset, at: Mapping[str, float], method: str | None) -> dict[str, int]:
    dims = [str(dim) for dim in status_of(dataset).dims]
    for name in at:
        if name not in dataset.coords:
            check_choice("dimension", name, dims)
    missing = [dim for dim in dims if dim not in at]
    if missing:
        raise ParameterError(
            f"`curve` needs one value for each of {dims}; {missing} came without. "
            f"Write for example `.curve({', '.join(f'{dim}=…' for dim in dims)})`."
        )
    return {dim: _index(dataset, dim, at[dim], method) for dim in dims}


def _index(dataset: xr.Dataset, dim: str, value: float, method: str | None) -> int:
    check_choice("method", method or "exact", ["exact", "nearest"])
    if dim not in dataset.coords:
        return _number(dim, value, dataset.sizes[dim])
    axis = dataset[dim].to_numpy()
    index = int(np.abs(axis - value).argmin())
    if method != "nearest" and not abs(axis[index] - value) <= _SAME * max(1.0, abs(value)):
        raise ParameterError(
            f"`{dim}` is {value:.6g}, which the cube does not hold; the nearest is "
            f'{axis[index]:.6g}. Ask for that, or pass `method="nearest"`.'
        )
    return index


def _number(dim: str, value: float, size: int) -> int:
    if value != int(value) or not 0 <= value < size:
        raise ParameterError(f"`{dim}` is {value!r}; it must be a number from 0 to {size - 1}.")
    return int(value)
