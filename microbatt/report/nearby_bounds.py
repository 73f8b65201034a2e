"""What can be known around an estimate, from curves like those that were measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.forward import ENGINE_VOLTAGE, UNKNOWNS, native_request
from microbatt.inference.identifiability import Readings, bound_map

if TYPE_CHECKING:
    import xarray as xr

    from microbatt.inference import Estimate

MAP_STEPS: Final = 7
"""Points along each axis of the map of a report; seconds of simulation, a minute for flat cells."""
_ALPHA: Final = 2.0
"""So far from the estimate, on both sides."""
_S: Final = 4.0
"""As many times the estimate, and as small a part of it."""


def bounds_around(estimate: Estimate, *, steps: int = MAP_STEPS) -> xr.Dataset:
    """Map the smallest standard deviations over alpha and S, with the estimate in the map.

    The terms are those of the estimate: its cell, its currents, its noise and its free nuisances.

    Parameters
    ----------
    estimate
        The estimate.
    steps
        Points along each axis.

    Returns
    -------
    xarray.Dataset
        See `microbatt.inference.identifiability.bound_map.bound_map`; computed.
    """
    alpha = np.linspace(max(0.0, estimate.alpha - _ALPHA), estimate.alpha + _ALPHA, steps)
    S = np.geomspace(estimate.S / _S, _S * estimate.S, steps)
    return _bounds(estimate, alpha, S)


def bounds_at(estimate: Estimate) -> xr.Dataset:
    """Return the smallest standard deviations at the estimate itself; see `bounds_around`."""
    return _bounds(estimate, np.array([estimate.alpha]), np.array([estimate.S]))


def _bounds(estimate: Estimate, alpha: np.ndarray, S: np.ndarray) -> xr.Dataset:
    request = native_request(
        estimate.cell,
        inventory=estimate.inventory,
        thermal=estimate.thermal,
        cutoff_voltage=float(min(curve.measured.min() for curve in estimate.curves)),
    )
    currents = [curve.current for curve in estimate.curves]
    free = [name for name in estimate.names if name in UNKNOWNS]
    lazy = bound_map(request, alpha, S, currents, _readings(estimate), free=free)
    # Dask looks for a cluster otherwise, which takes longer to load than some maps to compute.
    return lazy.compute(scheduler="threads")


def _readings(estimate: Estimate) -> Readings:
    """Return what was read from a typical curve, averages of samples counted as such."""
    points = float(np.median([curve.capacity.size for curve in estimate.curves]))
    averaged = float(np.median([curve.samples / curve.capacity.size for curve in estimate.curves]))
    noise = float(np.hypot(estimate.noise / np.sqrt(averaged), ENGINE_VOLTAGE))
    return Readings(noise=noise, samples=max(2, round(points)))
