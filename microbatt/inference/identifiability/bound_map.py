"""Cramér-Rao bounds over alpha and S as a labelled, lazy dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import xarray as xr

from microbatt.campaign import Campaign
from microbatt.cube.contents import check_discharges
from microbatt.errors import ParameterError
from microbatt.inference.forward.finite_differences import SETTINGS, native_request
from microbatt.inference.forward.priors import make_priors
from microbatt.inference.forward.unknowns import MICROSTRUCTURE
from microbatt.inference.identifiability.curve_bounds import Readings, bounds, curve_information
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import dask.array as da
    from numpy.typing import ArrayLike, NDArray

    from microbatt.engines.contract import Request

    Array = NDArray[np.float64]
    Free = Iterable[str] | Mapping[str, float]
    Attributes = dict[str, str | float | int | Array]

VARIABLES: Final = ("alpha_bound", "S_bound", "bound_correlation", "bound_curves")
"""What a map holds."""

_POINTS_A_BLOCK: Final = 64
"""About a second of work, and some tens of megabytes of curves."""


def point_bounds(
    request: Request,
    points: ArrayLike,
    currents: ArrayLike,
    readings: Readings = Readings(),
    *,
    free: Free = (),
) -> Array:
    """Return the bounds at some points.

    Parameters
    ----------
    request, points, currents, readings, free
        As for `microbatt.inference.identifiability.curve_bounds.curve_information`.

    Returns
    -------
    numpy.ndarray
        A column for each of `VARIABLES`, shape (n, 4).  NaN where there is no whole curve;
        infinite where the curves do not tell.
    """
    information = curve_information(request, points, currents, readings, free=free)
    found = bounds(information.total())
    curves = np.isfinite(information.capacity).sum(axis=1)
    columns = np.stack([found.alpha, found.S, found.correlation], axis=1)
    return np.column_stack([np.where(curves[:, None] > 0, columns, np.nan), curves])


def bound_map(
    request: Request,
    alpha: ArrayLike,
    S: ArrayLike,
    currents: ArrayLike,
    readings: Readings = Readings(),
    *,
    free: Free = (),
) -> xr.Dataset:
    """Map what can be known of alpha and S over a grid of both.

    Parameters
    ----------
    request : Request
        Of which cell, on which terms; see `microbatt.inference.forward.native_request`.
    alpha, S : array_like
        Axes of the map, shapes (a,) and (s,) [-].
    currents : array_like
        Of the curves that are measured, shape (k,) [A m⁻²].
    readings : Readings, default all defaults
        What is read from each curve.
    free : iterable of str or dict of str to float, default none
        Unknowns beside alpha and S; see `curve_information`.

    Returns
    -------
    xarray.Dataset
        ``alpha_bound``, ``S_bound`` (standard deviations [-]), ``bound_correlation`` and
        ``bound_curves`` over ``alpha`` and ``S``; lazy, computed by Dask a block of rows at a time.

    Raises
    ------
    ParameterError
        If a current is out of range or an unknown is not known.

    Examples
    --------
    >>> terms = native_request("doyle-1996-cell-1")
    >>> found = bound_map(terms, [0.5, 2.3], [3.0], [17.5, 70.0]).compute()
    >>> dict(found.sizes)
    {'alpha': 2, 'S': 1}
    """
    first, second = np.atleast_1d(alpha).astype(float), np.atleast_1d(S).astype(float)
    rows = np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)
    a_block = max(1, round(_POINTS_A_BLOCK / second.size)) * second.size
    lazy = _lazy_bounds(request, rows, a_block, currents, readings, free)
    tables = lazy.T.reshape(len(VARIABLES), first.size, second.size)
    coords = {
        name: (name, axis, quantity(name).attrs)
        for name, axis in zip(MICROSTRUCTURE, (first, second), strict=True)
    }
    return _labelled(tables, MICROSTRUCTURE, coords, _terms(request, currents, readings, free))


def cube_bounds(
    cube: xr.Dataset,
    currents: ArrayLike | None = None,
    readings: Readings = Readings(),
    *,
    free: Free = (),
) -> xr.Dataset:
    """Map what can be known at the points of a cube, on the terms on which it was simulated.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    currents : array_like, optional
        Of the curves that are measured [A m⁻²]; None takes those of the cube.
    readings, free : Readings, iterable of str
        As for `bound_map`.

    Returns
    -------
    xarray.Dataset
        As from `bound_map`, along the cube's own dimensions and with its coordinates.

    Raises
    ------
    ParameterError
        If the dataset does not say how it was simulated.
    """
    if "cell" not in cube.attrs or "design" not in cube.attrs:
        raise ParameterError(
            "the dataset does not say of which cell it is: its attributes have no `cell` and "
            "`design`. Give a cube, or use `bound_map` with a cell."
        )
    check_discharges(cube, "a map of bounds")
    made = Campaign.from_dict(cube.attrs, engine="native")
    request = native_request(
        made.cell,
        inventory=made.inventory,
        cutoff_voltage=made.cutoff_voltage,
        thermal=made.thermal,
        settings=SETTINGS,
    )
    along = cube["current"].to_numpy() if currents is None else currents
    if "point" not in cube.dims:
        return bound_map(request, cube["alpha"], cube["S"], along, readings, free=free)
    rows = np.column_stack([cube[name].to_numpy() for name in MICROSTRUCTURE])
    lazy = _lazy_bounds(request, rows, _POINTS_A_BLOCK, along, readings, free)
    coords = {
        name: ("point", cube[name].to_numpy(), quantity(name).attrs) for name in MICROSTRUCTURE
    }
    return _labelled(lazy.T, ("point",), coords, _terms(request, along, readings, free))


def _lazy_bounds(
    request: Request,
    rows: Array,
    a_block: int,
    currents: ArrayLike,
    readings: Readings,
    free: Free,
) -> da.Array:
    """Return `point_bounds` of all rows as a Dask array, shape (n, 4)."""
    import dask.array as da

    # Refuse what is out of range now, not when the first block is computed.
    curve_information(request, rows[:1], currents, readings, free=free)
    points = da.from_array(rows, chunks=(a_block, 2))
    lazy: da.Array = points.map_blocks(
        lambda block: point_bounds(request, block, currents, readings, free=free),
        chunks=(points.chunks[0], (len(VARIABLES),)),
        dtype=float,
        meta=np.empty((0, 0)),
    )
    return lazy


def _labelled(
    tables: da.Array,
    dims: tuple[str, ...],
    coords: Mapping[str, tuple[str, Array, Mapping[str, str]]],
    terms: Attributes,
) -> xr.Dataset:
    columns = {
        name: (dims, table, quantity(name).attrs | terms)
        for name, table in zip(VARIABLES, tables, strict=True)
    }
    dataset = xr.Dataset(columns, coords=coords, attrs={"Conventions": "CF-1.11"})
    dataset["bound_curves"] = dataset["bound_curves"].astype("int32")
    return dataset


def _terms(request: Request, currents: ArrayLike, readings: Readings, free: Free) -> Attributes:
    """Return what the bounds hold for, as attributes that netCDF can keep."""
    priors = make_priors(request.cell, free)
    widths = zip(priors.free, priors.std[len(MICROSTRUCTURE) :], strict=True)
    return {
        "cell_name": request.cell.name,
        "inventory": str(request.inventory),
        "thermal_mode": type(request.thermal).__name__.lower(),
        "cutoff_voltage": request.cutoff_voltage,
        "currents": np.atleast_1d(np.asarray(currents, dtype=float)),
        "noise_voltage": readings.noise,
        "samples": readings.samples,
        "reach": readings.reach,
        "charge_error": readings.charge_error,
        "capacity_error": readings.capacity_error,
        "free": "; ".join(f"{name} ± {width:.6g}" for name, width in widths) or "nothing",
    }
