"""Predictions of every point of a cube, labelled (`predict`) or joined to it (`predict_into`)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from microbatt.cube.joining import join_variables
from microbatt.cube.location import Location, locate
from microbatt.cube.opening import open_cube
from microbatt.errors import ParameterError
from microbatt.features.energies import energy_vectors
from microbatt.features.images import curve_images
from microbatt.features.points import point_dims
from microbatt.features.stored_curves import StoredCurves, read_curves
from microbatt.features.tensors import CurveTensors, curve_tensors
from microbatt.networks.curve import CurveEstimate, CurveNetwork
from microbatt.networks.measurement import NOISE_FREE, MeasurementNoise
from microbatt.networks.origin import origin_of
from microbatt.prediction.loading import TrainedNetwork, shipped_for
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from microbatt.networks.published import PublishedNetwork


class PredictionStatus(IntEnum):
    """Whether and how a point was predicted; the values of ``prediction_status``."""

    NOT_PREDICTED = 0
    PREDICTED = 1
    NO_CURVES = 2
    OUT_OF_RANGE = 3


def predict_curves(
    tensors: CurveTensors,
    network: TrainedNetwork | CurveNetwork,
    noise: MeasurementNoise = NOISE_FREE,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Predict alpha and S of n points from their curves.

    Parameters
    ----------
    tensors
        From `microbatt.features.tensors`, at the network's currents; a missing curve is masked.
    network
        A curve network.
    noise
        What the measurement added to the curves.

    Returns
    -------
    mean, covariance, in_range
        Of alpha and S, shapes (n, 2) and (n, 2, 2); and whether the curves lie among those that
        the network learned, shape (n,).

    Raises
    ------
    ParameterError
        If the network is no curve network, or takes other curves.

    Examples
    --------
    ``mean, covariance, in_range = predict_curves(tensors, load_shipped())``
    """
    found = network.network if isinstance(network, TrainedNetwork) else network
    if not isinstance(found, CurveNetwork):
        raise ParameterError(
            f"`network` is a {found.config.kind!r} network, which takes pictures; give a curve "
            "network, such as `load_shipped()`."
        )
    estimate = found.estimate(tensors, noise)
    return estimate.mean, estimate.covariance, estimate.in_range


def predict(
    cube: xr.Dataset,
    network: TrainedNetwork | None = None,
    *,
    noise: MeasurementNoise = NOISE_FREE,
) -> xr.Dataset:
    """Predict alpha and S of every point of a cube.

    Parameters
    ----------
    cube
        A grid or scattered points.
    network
        None takes the shipped curve network for the cube's cell.
    noise
        What a measurement added to the cube's curves; simulated ones have none.

    Returns
    -------
    xarray.Dataset
        ``alpha_predicted``, ``S_predicted``, their ``…_std``, ``predicted_correlation`` and
        ``prediction_status`` over the points of the cube, with its coordinates.

    Raises
    ------
    ParameterError
        If the network was trained on another cell, balance, cut-off or thermal mode, or none is
        shipped for the cube's.
    """
    origin = origin_of(cube)
    trained = network or shipped_for(origin)
    trained.check_curves(origin)
    curves = read_curves(cube).at_currents(trained.currents)
    found = trained.network
    if isinstance(found, CurveNetwork):
        columns = _with_distribution(found, curves, noise)
    else:
        columns = _without_distribution(found, curves)
    return labelled(cube, columns, network_attributes(trained, noise))


def predict_into(
    store: str | Path | Location,
    network: TrainedNetwork | None = None,
    *,
    noise: MeasurementNoise = NOISE_FREE,
) -> xr.Dataset:
    """Predict a stored cube and join the predictions to it.

    Predicting again replaces the predictions and nothing else; ``prediction_status`` is emptied
    first and written last, so that a reader never takes half of them for all.

    Parameters
    ----------
    store
        Path or URL.
    network, noise
        As for `predict`.

    Returns
    -------
    xarray.Dataset
        The cube with its predictions.

    Raises
    ------
    ParameterError
        As for `predict`.
    StoreError
        If the cube cannot be read or written.
    """
    place = store if isinstance(store, Location) else locate(store)
    join_variables(place, predict(open_cube(place, chunks=None), network, noise=noise))
    return open_cube(place)


Columns = dict[str, "NDArray[Any]"]
"""Name of a variable → its value at each point."""


def _with_distribution(
    network: CurveNetwork, curves: StoredCurves, noise: MeasurementNoise
) -> Columns:
    tensors = curve_tensors(curves, samples=network.config.samples)
    there = np.flatnonzero(tensors.mask.any(axis=1))
    columns = empty_columns(len(tensors))
    if there.size:
        fill(columns, there, network.estimate(tensors.take(there), noise))
    return columns


def fill(columns: Columns, points: NDArray[np.int64], estimate: CurveEstimate) -> None:
    """Put the estimates of some points into columns."""
    spread = np.sqrt(np.diagonal(estimate.covariance, axis1=1, axis2=2))
    for i, name in enumerate(("alpha", "S")):
        columns[f"{name}_predicted"][points] = estimate.mean[:, i]
        columns[f"{name}_predicted_std"][points] = spread[:, i]
    columns["predicted_correlation"][points] = estimate.covariance[:, 0, 1] / spread.prod(axis=1)
    columns["prediction_status"][points] = np.where(
        estimate.in_range, PredictionStatus.PREDICTED, PredictionStatus.OUT_OF_RANGE
    )


def _without_distribution(network: PublishedNetwork, curves: StoredCurves) -> Columns:
    columns = empty_columns(len(curves.whole))
    there = np.flatnonzero(curves.whole.all(axis=1))
    if there.size:
        images, energies = curve_images(curves)[there], energy_vectors(curves)[there]
        found = network.estimate(images, energies)
        columns["alpha_predicted"][there], columns["S_predicted"][there] = found.T
        columns["prediction_status"][there] = PredictionStatus.PREDICTED
    return columns


def empty_columns(count: int) -> Columns:
    """Return the variables of `count` points that have no curves; the status comes last."""
    names = ("alpha_predicted", "S_predicted", "alpha_predicted_std", "S_predicted_std")
    columns: Columns = {name: np.full(count, np.nan) for name in (*names, "predicted_correlation")}
    columns["prediction_status"] = np.full(count, PredictionStatus.NO_CURVES, dtype=np.int8)
    return columns


def labelled(cube: xr.Dataset, columns: Columns, attributes: dict[str, Any]) -> xr.Dataset:
    """Give columns the dimensions and coordinates of a cube's points.

    Parameters
    ----------
    cube
        A grid or scattered points.
    columns
        From `empty_columns`, filled.
    attributes
        Of every variable: what predicted it.
    """
    like = (
        cube["status"].isel(current=0, drop=True)
        if "current" in cube["status"].dims
        else (cube["status"])
    )
    dims = point_dims(cube)
    shape = tuple(cube.sizes[dim] for dim in dims)
    kept = {name: coord for name, coord in like.coords.items() if set(coord.dims) <= set(dims)}
    variables = {
        name: (dims, values.reshape(shape), quantity(name).attrs | attributes)
        for name, values in columns.items()
    }
    joined = xr.Dataset(variables, coords=kept)
    joined["prediction_status"].attrs.update(
        flag_values=np.array([int(status) for status in PredictionStatus], dtype=np.int8),
        flag_meanings=" ".join(status.name.lower() for status in PredictionStatus),
    )
    return joined


def network_attributes(trained: TrainedNetwork, noise: MeasurementNoise) -> dict[str, Any]:
    """Return what every predicted variable says of the network that predicted it."""
    attributes: dict[str, Any] = {
        "network": trained.kind,
        "weights_hash": trained.weights_hash,
        "training_cube": trained.record.origin.cube,
        "training_campaign_hash": trained.record.origin.campaign_hash,
        "ancillary_variables": "prediction_status",
    }
    if trained.kind == "curve":
        attributes["noise_voltage"] = noise.voltage
    return attributes
