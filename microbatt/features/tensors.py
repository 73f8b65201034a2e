"""Curve tensors: voltage at shared depths, delivered capacity, current, and which curves exist.

The same function makes them of a cube and of a measured curve, so that what a network learned
from is what it is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import POSITIVE, check_integer, check_number
from microbatt.cube.endings import whole_curves
from microbatt.errors import ParameterError
from microbatt.features.points import CURRENT, arranged, by_point, point_dims
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

SAMPLES: Final = 100
"""Voltages per curve unless somebody asks for another number."""
_SAME_CURRENT: Final = 1e-6
"""Two currents closer than this, relatively, are the same."""
_LATEST_START: Final = 0.02
"""A measured curve must begin before this share of its capacity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveTensors:
    """The curves of n points; where `mask` is False there is none, and all else is 0.

    Attributes
    ----------
    voltage
        At `samples` equally spaced depths from 0 to 1 of the delivered capacity [V], float32 of
        shape (n, currents, samples).
    capacity
        Delivered at the end [A h m⁻²], float32 of shape (n, currents).
    current
        [A m⁻²], float32 of shape (n, currents); also of missing curves.
    mask
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
        """Return the points of the given numbers, or those where a boolean array is True."""
        index = np.asarray(points)
        return CurveTensors(**{name: values[index] for name, values in self.arrays().items()})

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as a network takes them."""
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
    depth
        Increasing, shape (k,).
    voltage
        [V], shape (..., k).
    wanted
        Depths, shape (samples,).

    Returns
    -------
    numpy.ndarray
        [V], shape (..., samples); NaN throughout for a curve that is not finite throughout.

    Examples
    --------
    >>> resampled(np.array([0.0, 0.5, 1.0]), np.array([4.0, 3.5, 3.0]), wanted=np.array([0.25]))
    array([3.75], dtype=float32)
    """
    from microbatt.features.interpolation import resample_rows

    rows = np.ascontiguousarray(voltage).reshape(-1, depth.size)
    out = np.empty((rows.shape[0], wanted.size), dtype=np.float32)
    axis = np.ascontiguousarray(depth, dtype=float)
    resample_rows(axis, rows, np.ascontiguousarray(wanted, dtype=float), out)
    return out.reshape(*voltage.shape[:-1], wanted.size)


def curve_tensors(
    cube: xr.Dataset, *, samples: int = SAMPLES, currents: Sequence[float] | None = None
) -> xr.Dataset:
    """Make the curve tensors of a cube, labelled.

    Parameters
    ----------
    cube
        A grid or scattered points.
    samples
        Voltages per curve.
    currents
        Which, and in which order [A m⁻²]; one that the cube lacks is masked. None takes the cube's.

    Returns
    -------
    xarray.Dataset
        ``voltage`` along the points, ``current`` and ``depth``, ``capacity`` and ``mask`` without
        the depth; 0 and False where there is no whole, finite curve. Lazy where the cube is.

    Raises
    ------
    ParameterError
        If the dataset is not a cube, or lacks the voltages or capacities.
    """
    import xarray as xr

    full = with_currents(arranged(cube), currents)
    for name in ("voltage", "discharge_capacity"):
        if name not in full:
            raise ParameterError(
                f"the cube has no variable `{name}`, which curve tensors need; "
                "keep it when selecting variables."
            )
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
    ).assign_coords(depth=("depth", depths, quantity("depth").attrs))
    capacity = full["discharge_capacity"].astype(np.float32)
    mask = whole_curves(full) & (capacity > 0.0) & np.isfinite(voltage.isel(depth=0))
    mask = mask.drop_vars("depth")
    return xr.Dataset(
        {
            "voltage": voltage.where(mask, np.float32(0.0)).assign_attrs(quantity("voltage").attrs),
            "capacity": capacity.where(mask, np.float32(0.0)).assign_attrs(
                quantity("capacity").attrs
            ),
            "mask": mask.assign_attrs(units="1", long_name="whether there is a curve"),
        }
    )


def tensors_of_cube(
    cube: xr.Dataset, *, samples: int = SAMPLES, currents: Sequence[float] | None = None
) -> CurveTensors:
    """Make the curve tensors of every point of a cube, in the order of `features.points`.

    Parameters
    ----------
    cube, samples, currents
        As in `curve_tensors`.

    Returns
    -------
    CurveTensors
        In memory; points without any curve are in it too, all masked.
    """
    labelled = curve_tensors(cube, samples=samples, currents=currents).compute()
    dims = point_dims(arranged(cube))
    mask = by_point(labelled["mask"], dims)
    return CurveTensors(
        voltage=by_point(labelled["voltage"], dims),
        capacity=by_point(labelled["capacity"], dims),
        current=np.broadcast_to(labelled["current"].to_numpy().astype(np.float32), mask.shape),
        mask=mask,
    )


def tensors_of_curves(
    curves: Mapping[float, tuple[ArrayLike, ArrayLike]],
    *,
    samples: int = SAMPLES,
    currents: Sequence[float] | None = None,
) -> CurveTensors:
    """Make the curve tensors of one measured cell.

    Parameters
    ----------
    curves
        Current [A m⁻²] → (delivered capacity [A h m⁻²], voltage [V]), each of shape (k,), to the
        end of discharge.
    samples
        Voltages per curve.
    currents
        Which, and in which order [A m⁻²]; one that was not measured is masked. None takes those
        measured, increasing.

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
    measured = sorted(check_number("current", c, POSITIVE, unit="A m⁻²") for c in curves)
    wanted = np.asarray(measured if currents is None else list(currents), dtype=float)
    voltage = np.zeros((1, wanted.size, samples), dtype=np.float32)
    capacity = np.zeros((1, wanted.size), dtype=np.float32)
    mask = np.zeros((1, wanted.size), dtype=bool)
    for given, (charge, potential) in curves.items():
        place = _place(wanted, float(given))
        depth, rows = _checked_curve(float(given), charge, potential)
        voltage[0, place] = resampled(depth / depth[-1], rows, wanted=sample_depths(samples))
        capacity[0, place] = depth[-1]
        mask[0, place] = True
    current = wanted.astype(np.float32)[np.newaxis]
    return CurveTensors(voltage=voltage, capacity=capacity, current=current, mask=mask)


def joined_tensors(parts: Sequence[CurveTensors]) -> CurveTensors:
    """Lay the points of several tensors end to end; they must agree in currents and samples."""
    arrays = [part.arrays() for part in parts]
    return CurveTensors(**{name: np.concatenate([a[name] for a in arrays]) for name in arrays[0]})


def with_currents(cube: xr.Dataset, currents: Sequence[float] | None) -> xr.Dataset:
    """Return an arranged cube at other currents; what it lacks has status 0 and no curve.

    Parameters
    ----------
    cube
        From `microbatt.features.points.arranged`.
    currents
        [A m⁻²]; None changes nothing.
    """
    if currents is None:
        return cube
    wanted = [check_number("current", c, POSITIVE, unit="A m⁻²") for c in currents]
    own = cube[CURRENT].to_numpy()
    if own.size == len(wanted) and np.allclose(own, wanted, rtol=_SAME_CURRENT, atol=0.0):
        return cube
    nearest = {float(own[np.abs(own - c).argmin()]): c for c in wanted}
    same = {a: c for a, c in nearest.items() if abs(a - c) <= _SAME_CURRENT * c}
    renamed = cube.assign_coords({CURRENT: [same.get(float(c), float(c)) for c in own]})
    fills = dict.fromkeys(renamed.data_vars, np.nan) | {"status": np.int8(0)}
    return renamed.reindex({CURRENT: wanted}, fill_value=fills)


def _whole_along_depth(voltage: xr.DataArray) -> xr.DataArray:
    return voltage.chunk({"depth": -1}) if voltage.chunks is not None else voltage


def _place(currents: NDArray[np.float64], current: float) -> int:
    place = int(np.abs(currents - current).argmin())
    if not abs(currents[place] - current) <= _SAME_CURRENT * current:
        shown = ", ".join(f"{c:g}" for c in currents)
        raise ParameterError(
            f"`current` is {current:.6g} A m⁻²; allowed here are {shown}. "
            "Leave that curve out, or ask for its current in `currents`."
        )
    return place


def _checked_curve(
    current: float, capacity: ArrayLike, voltage: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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
