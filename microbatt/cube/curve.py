"""One curve of a cube, by the values of its axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import check_choice, check_number
from microbatt.cube.contents.depth import rebuild_voltage
from microbatt.cube.contents.layout import SAMPLE_DIM, STEP_DIM
from microbatt.cube.contents.outcomes import outcomes_of, status_of, varied_in
from microbatt.cube.contents.protocol_outcome import ProtocolOutcome
from microbatt.cube.protocol_cube import curve_along_samples, run_at
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import ArrayLike

_SAME: Final = 5e-6
"""Two values of an axis that agree in the six digits that are shown are the same."""


def run_of(
    dataset: xr.Dataset, at: Mapping[str, float], *, method: str | None = None
) -> xr.Dataset:
    """Return one run of a protocol; see `microbatt.cube.accessor.CubeAccessor.run`."""
    if outcomes_of(status_of(dataset)) is not ProtocolOutcome:
        raise ParameterError(
            "the cube holds discharges at constant current, and no runs of a protocol; `curve` "
            "returns one of them."
        )
    dataset, at = _of_step(dataset, at)
    return run_at(dataset.isel(place_of(dataset, at, method)))


def _of_step(
    dataset: xr.Dataset, at: Mapping[str, float]
) -> tuple[xr.Dataset, Mapping[str, float]]:
    """Return a cube with one step of its protocol alone, if one is asked for or was selected."""
    if STEP_DIM in at and STEP_DIM in dataset.dims:
        dataset = dataset.isel({STEP_DIM: _index(dataset, STEP_DIM, at[STEP_DIM], None)})
        at = {name: value for name, value in at.items() if name != STEP_DIM}
    if STEP_DIM not in dataset.coords or STEP_DIM in dataset.dims:
        return dataset, at
    named = [name for name in dataset.data_vars if str(name).startswith("step_")]
    samples = np.flatnonzero(dataset["sample_step"].to_numpy() == dataset[STEP_DIM].item())
    others = dataset.drop_vars([*named, STEP_DIM]).isel({SAMPLE_DIM: samples})
    return others.merge(dataset[named].expand_dims(STEP_DIM), compat="override"), at


def curve_of(
    dataset: xr.Dataset,
    at: Mapping[str, float],
    *,
    capacity: ArrayLike | None = None,
    method: str | None = None,
) -> xr.DataArray:
    """Return one curve; see `microbatt.cube.accessor.CubeAccessor.curve`."""
    for name, value in at.items():
        check_number(name, np.asarray(value).item(), remedy="A current is in A m⁻².")
    if outcomes_of(status_of(dataset)) is ProtocolOutcome:
        dataset, at = _of_step(dataset, at)
    place = dataset.isel(place_of(dataset, at, method))
    if outcomes_of(status_of(dataset)) is ProtocolOutcome:
        if capacity is not None:
            raise ParameterError(
                "`capacity` is of discharges, and in a run of a protocol it comes and goes; leave "
                "it out, and interpolate over the coordinate `time`."
            )
        return curve_along_samples(place)
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
    import xarray as xr

    scalars = {name: place[name] for name in varied_in(place)}
    return xr.DataArray(
        voltage,
        dims="capacity",
        coords={"capacity": ("capacity", capacity, quantity("capacity").attrs), **scalars},
        name="voltage",
        attrs=quantity("voltage").attrs | {"outcome": end.name.lower(), "reason": end.message},
    )


def place_of(dataset: xr.Dataset, at: Mapping[str, float], method: str | None) -> dict[str, int]:
    """Return where one curve lies: dimension → index."""
    dims = [str(dim) for dim in status_of(dataset).dims]
    selected = {str(name) for name in dataset.coords if dataset[name].ndim == 0}
    for name in at:
        if name not in selected:
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
    if method != "nearest" and not abs(axis[index] - value) <= _SAME * abs(axis[index]):
        raise ParameterError(
            f"`{dim}` is {value:.9g}, which the cube does not hold; the nearest is "
            f'{axis[index]:.9g}. Ask for that, or pass `method="nearest"`.'
        )
    return index


def _number(dim: str, value: float, size: int) -> int:
    if value != int(value) or not 0 <= value < size:
        raise ParameterError(f"`{dim}` is {value!r}; it must be a number from 0 to {size - 1}.")
    return int(value)
