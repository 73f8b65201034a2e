"""Predictions of every point of a cube, labelled (`predict`) or joined to it (`predict_into`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.cube import Location, join_predictions, locate, open_cube, open_prediction_group
from microbatt.cube.predicted import predicted_by
from microbatt.errors import ParameterError
from microbatt.networks import NOISE_FREE, CurveNetwork, MeasurementNoise, TrainedNetwork, origin_of
from microbatt.prediction.copies import predict_copies
from microbatt.prediction.loading import shipped_for

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.features import CurveTensors
    from microbatt.prediction.copies import Copies


def predict_curves(
    tensors: CurveTensors,
    network: TrainedNetwork | CurveNetwork,
    noise: MeasurementNoise = NOISE_FREE,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Predict alpha and S of n points from their curves.

    Parameters
    ----------
    tensors : CurveTensors
        From `microbatt.features`, at the network's currents; a missing curve is masked.
    network : TrainedNetwork or CurveNetwork
        A curve network.
    noise : MeasurementNoise, default none
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
    of_curves = network.network if isinstance(network, TrainedNetwork) else network
    if not isinstance(of_curves, CurveNetwork):
        raise ParameterError(
            f"`network` is a {of_curves.config.kind!r} network, which takes pictures; give a curve "
            "network, such as `load_shipped()`."
        )
    estimate = of_curves.estimate(tensors, noise)
    return estimate.mean, estimate.covariance, estimate.in_range


def predict(
    cube: xr.Dataset,
    network: TrainedNetwork | None = None,
    *,
    noise: MeasurementNoise = NOISE_FREE,
) -> xr.Dataset:
    """Predict alpha and S of every point of a cube with one network.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    network : TrainedNetwork, optional
        None takes the shipped curve network for the cube's cell.
    noise : MeasurementNoise, default none
        What a measurement added to the cube's curves; simulated ones have none.

    Returns
    -------
    xarray.Dataset
        ``alpha_predicted``, ``S_predicted``, their ``…_std``, ``predicted_correlation``,
        ``held_out`` and ``prediction_status`` over the points of the cube, with its coordinates.

    Raises
    ------
    ParameterError
        If the network was trained on another cell, balance, cut-off or thermal mode, or none is
        shipped for the cube's.
    """
    trained = network or shipped_for(origin_of(cube))
    return predicted_by(predict_copies(cube, {0: trained}, noise=noise), trained.kind, 0)


def predict_into(
    store: str | Path | Location,
    network: TrainedNetwork | Copies | None = None,
    *,
    name: str | None = None,
    noise: MeasurementNoise = NOISE_FREE,
    into: str | Path | Location | None = None,
) -> xr.Dataset:
    """Predict a stored cube and join the predictions to it, or to another store.

    Predicting again with the same name replaces these predictions and nothing else; see
    `microbatt.cube.write_predictions` for what a reader sees meanwhile.

    Parameters
    ----------
    store : str, pathlib.Path or Location
        Path or URL of the cube.
    network : TrainedNetwork, mapping of int to TrainedNetwork, optional
        One network, or copies by fold; None takes the shipped curve network.
    name, noise : str or MeasurementNoise
        As for `predict_copies`.
    into : str, pathlib.Path, Location, optional
        Path or URL of another cube's store, which gets a group named after the predicted cube;
        None is the cube's own.

    Returns
    -------
    xarray.Dataset
        The cube with its predictions, or the group.

    Raises
    ------
    ParameterError
        As for `predict_copies`, or if the other store has no place for the group.
    StoreError
        If a store cannot be read or written.
    """
    place = _location(store)
    cube = open_cube(place, chunks=None)
    trained = shipped_for(origin_of(cube)) if network is None else network
    copies = {0: trained} if isinstance(trained, TrainedNetwork) else trained
    predicted = predict_copies(cube, copies, name=name, noise=noise)
    if into is None:
        join_predictions(place, predicted)
        return open_cube(place)
    other = _location(into)
    join_predictions(other, predicted, as_group=True)
    return open_prediction_group(other, str(cube.attrs["name"]))


def _location(store: str | Path | Location) -> Location:
    return store if isinstance(store, Location) else locate(store)
