"""Curve tensors: voltage at shared depths, delivered capacity, current, and which curves exist.

The same interpolation makes them of a cube and of a measured curve, so that a network is asked
about what it learned from.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import check_integer
from microbatt.cube.contents import whole_curves
from microbatt.errors import ParameterError
from microbatt.features.curves import (
    StoredCurves,
    check_curves,
    checked_currents,
    current_place,
    read_curves,
)
from microbatt.features.points import arranged
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

SAMPLES: Final = 100
"""Voltages per curve unless somebody asks for another number."""
_LATEST_START: Final = 0.02
"""A measured curve must begin before this share of its capacity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveTensors:
    """The curves of n points; where `mask` is False there is none, and voltage and capacity are 0.

    Parameters
    ----------
    voltage : numpy.ndarray of float32
        At `samples` equally spaced depths from 0 to 1 of the delivered capacity [V], float32 of
        shape (n, currents, samples).
    capacity : numpy.ndarray of float32
        Delivered at the end [A h m⁻²], float32 of shape (n, currents).
    current : numpy.ndarray of float32
        [A m⁻²], float32 of shape (n, currents); also of missing curves.
    mask : numpy.ndarray of bool
        Whether there is a curve, shape (n, currents).
    """

    voltage: NDArray[np.float32]
    capacity: NDArray[np.float32]
    current: NDArray[np.float32]
    mask: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.mask.shape[0])

    @property
    def samples(self) -> int:
        """Voltages per curve."""
        return int(self.voltage.shape[-1])

    def take(self, points: ArrayLike) -> CurveTensors:
        """Return the points of the given numbers, or those where a boolean array is True.

        Parameters
        ----------
        points : array_like
            Numbers, shape (m,), or whether to take each, shape (n,).

        Returns
        -------
        CurveTensors
            Of these points, in this order.
        """
        index = np.asarray(points)
        return CurveTensors(**{name: values[index] for name, values in self.arrays().items()})

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as a network takes them.

        Returns
        -------
        dict of str to numpy.ndarray
            The first axis runs along the points.
        """
        return {field.name: getattr(self, field.name) for field in fields(self)}


def sample_depths(samples: int = SAMPLES) -> NDArray[np.float64]:
    """Return the depths of a curve tensor: `samples` shares of the delivered capacity, 0 to 1."""
    return np.linspace(0.0, 1.0, check_integer("samples", samples, low=2))


def resampled(
    depth: NDArray[np.float64], voltage: NDArray[Any], *, wanted: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Interpolate curves that lie on one axis at other depths (monotone cubic).

    Parameters
    ----------
    depth : numpy.ndarray of float
        Increasing, shape (k,).
    voltage : numpy.ndarray
        [V], shape (..., k).
    wanted : numpy.ndarray of float
        Depths, shape (samples,).

    Returns
    -------
    numpy.ndarray
        [V], shape (..., samples); NaN throughout for a curve that is not finite throughout.

    Examples
    --------
    >>> depth, voltage = np.array([0.0, 0.5, 1.0]), np.array([4.0, 3.5, 3.0])
    >>> resampled(depth, voltage, wanted=np.array([0.25]))
    array([3.75], dtype=float32)
    """
    from microbatt.features.interpolation import resample_rows

    rows = np.ascontiguousarray(voltage).reshape(-1, depth.size)
    out = np.empty((rows.shape[0], wanted.size), dtype=np.float32)
    axis = np.ascontiguousarray(depth, dtype=float)
    resample_rows(axis, rows, np.ascontiguousarray(wanted, dtype=float), out)
    return out.reshape(*voltage.shape[:-1], wanted.size)


def curve_tensors(curves: StoredCurves, *, samples: int = SAMPLES) -> CurveTensors:
    """Make the curve tensors of curves in memory.

    Parameters
    ----------
    curves : StoredCurves
        Curves of n points.
    samples : int, default 100
        Voltages per curve.

    Returns
    -------
    CurveTensors
        Of the same points; a curve that is not whole or not finite is masked.
    """
    voltage = resampled(curves.depth, curves.voltage, wanted=sample_depths(samples))
    mask = curves.whole & np.isfinite(voltage[..., 0])
    voltage[~mask] = 0.0
    capacity = np.where(mask, curves.discharge_capacity, 0.0).astype(np.float32)
    current = np.broadcast_to(curves.current.astype(np.float32), mask.shape)
    return CurveTensors(voltage=voltage, capacity=capacity, current=current, mask=mask)


def tensors_of_cube(
    cube: xr.Dataset, *, samples: int = SAMPLES, currents: Sequence[float] | None = None
) -> CurveTensors:
    """Make the curve tensors of every point of a cube, in the order of `features.points`.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    samples : int, default 100
        Voltages per curve.
    currents : sequence of float, optional
        Which currents, and in which order [A m⁻²]; one that the cube lacks is masked. None takes
        those of the cube.

    Returns
    -------
    CurveTensors
        In memory; points without any curve are in it too, all masked.

    Raises
    ------
    ParameterError
        If the dataset is not a cube, or lacks the voltages or capacities.
    """
    return curve_tensors(read_curves(cube).at_currents(currents), samples=samples)


def labelled_tensors(cube: xr.Dataset, *, samples: int = SAMPLES) -> xr.Dataset:
    """Make the curve tensors of a cube with its labels, lazily where the cube is lazy.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    samples : int, default 100
        Voltages per curve.

    Returns
    -------
    xarray.Dataset
        ``voltage`` along the points, ``current`` and ``depth``, ``capacity`` and ``mask`` without
        the depth; 0 and False where there is no whole, finite curve.

    Raises
    ------
    ParameterError
        If the dataset is not a cube, or lacks the voltages or capacities.
    """
    import xarray as xr

    full = arranged(cube)
    check_curves(full)
    depths = sample_depths(samples)
    voltage = xr.apply_ufunc(
        partial(resampled, full["depth"].to_numpy(), wanted=depths),
        _whole_along_depth(full["voltage"]),
        input_core_dims=[["depth"]],
        output_core_dims=[["depth"]],
        exclude_dims={"depth"},
        dask="parallelized",
        dask_gufunc_kwargs={"output_sizes": {"depth": samples}},
        output_dtypes=[np.float32],
    )
    capacity = full["discharge_capacity"]
    mask = whole_curves(full) & (capacity > 0.0) & np.isfinite(voltage.isel(depth=0))
    columns = {
        "voltage": voltage.assign_coords(depth=("depth", depths, quantity("depth").attrs)),
        "capacity": capacity,
    }
    filled = {
        name: values.where(mask, 0.0).astype(np.float32).assign_attrs(quantity(name).attrs)
        for name, values in columns.items()
    }
    shown = mask.assign_attrs(units="1", long_name="whether there is a curve")
    return xr.Dataset({**filled, "mask": shown})


def tensors_of_curves(
    curves: Mapping[float, tuple[ArrayLike, ArrayLike]],
    *,
    samples: int = SAMPLES,
    currents: Sequence[float] | None = None,
) -> CurveTensors:
    """Make the curve tensors of one measured cell.

    Parameters
    ----------
    curves : mapping of float to tuple of array_like
        Current [A m⁻²] → (delivered capacity [A h m⁻²], voltage [V]), each of shape (k,), to the
        end of discharge.
    samples : int, default 100
        Voltages per curve.
    currents : sequence of float, optional
        Which currents, and in which order [A m⁻²]; one that was not measured is masked. None takes
        those measured, increasing.

    Returns
    -------
    CurveTensors
        Of one point.

    Raises
    ------
    ParameterError
        If a curve is not finite, its capacity does not increase or starts late, or its current
        is not among `currents`.

    Examples
    --------
    >>> tensors_of_curves({17.5: ([0.0, 10.0, 20.0], [4.0, 3.5, 3.0])}, samples=3).voltage
    array([[[4. , 3.5, 3. ]]], dtype=float32)
    """
    axis = checked_currents(sorted(curves) if currents is None else currents)
    voltage = np.zeros((1, axis.size, samples), dtype=np.float32)
    capacity = np.zeros((1, axis.size), dtype=np.float32)
    mask = np.zeros((1, axis.size), dtype=bool)
    for current, curve in curves.items():
        place = (0, _place(axis, current))
        charge, potential = checked_curve(current, *curve)
        depth = charge / charge[-1]
        voltage[place] = resampled(depth, potential, wanted=sample_depths(samples))
        capacity[place], mask[place] = charge[-1], True
    return CurveTensors(
        voltage=voltage, capacity=capacity, current=axis.astype(np.float32)[np.newaxis], mask=mask
    )


def joined_tensors(parts: Sequence[CurveTensors]) -> CurveTensors:
    """Lay the points of several tensors end to end; they must agree in currents and samples."""
    arrays = [part.arrays() for part in parts]
    return CurveTensors(**{name: np.concatenate([a[name] for a in arrays]) for name in arrays[0]})


def checked_curve(
    current: float, capacity: ArrayLike, voltage: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a measured curve as arrays.

    Parameters
    ----------
    current : float
        For the message [A m⁻²].
    capacity, voltage : array_like
        [A h m⁻²], [V], shape (k,).

    Raises
    ------
    ParameterError
        If it is not finite, or its capacity does not increase or starts late.
    """
    charge, potential = np.asarray(capacity, dtype=float), np.asarray(voltage, dtype=float)
    name = f"the curve at {current:.6g} A m⁻²"
    if charge.ndim != 1 or charge.shape != potential.shape or charge.size < 2:
        raise ParameterError(
            f"{name} has capacities of shape {charge.shape} and voltages of shape "
            f"{potential.shape}; give two lists of one length, at least 2."
        )
    if not (np.isfinite(charge).all() and np.isfinite(potential).all()):
        raise ParameterError(f"{name} holds NaN or infinity; leave those samples out.")
    if not (np.diff(charge) > 0.0).all():
        raise ParameterError(
            f"the capacity of {name} does not increase throughout; sort the samples by time and "
            "leave repeated ones out."
        )
    if not 0.0 <= charge[0] <= _LATEST_START * charge[-1]:
        raise ParameterError(
            f"{name} starts at {charge[0]:.6g} A h m⁻² and ends at {charge[-1]:.6g}; it must start "
            f"within the first {100 * _LATEST_START:g} %. Count capacity from the start of "
            "discharge, and keep its beginning."
        )
    return charge, potential


def _whole_along_depth(voltage: xr.DataArray) -> xr.DataArray:
    return voltage.chunk({"depth": -1}) if voltage.chunks is not None else voltage


def _place(currents: NDArray[np.float64], current: float) -> int:
    place = current_place(currents, current)
    if place is None:
        shown = ", ".join(f"{c:g}" for c in currents)
        raise ParameterError(
            f"`current` is {current:.6g} A m⁻²; allowed here are {shown}. "
            "Leave that curve out, or ask for its current in `currents`."
        )
    return place
