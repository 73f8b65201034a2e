"""Training the published network: two copies, one with L_w and one with L_M."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import check_extra
from microbatt.features import (
    Energies,
    Image,
    curve_images,
    energy_vectors,
    read_curves,
    true_values,
)
from microbatt.networks import (
    PublishedNetwork,
    PublishedNetworkConfig,
    bin_scores,
    build_published,
)
from microbatt.training.checkpoints import CHECKPOINT_ENDING
from microbatt.training.fit import Task, Tensor, check_alpha_and_S, fit, training_points
from microbatt.training.losses import mean_relative, weighted_square
from microbatt.training.settings import TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from microbatt.training.events import Listener

PUBLISHED_SETTINGS: Final = TrainingSettings(epochs=60, batch=64, learning_rate=1e-3)
LOSSES: Final = {"L_w": weighted_square, "L_M": mean_relative}
"""Name → function, in the order of the two copies."""
NO_SCORES: Final = bin_scores([], np.empty((len(LOSSES), 0, 2)))
"""Of copies of which nobody knows yet where each is the better one."""


def fit_published_network(
    cube: xr.Dataset,
    *,
    points: ArrayLike | None = None,
    scores: NDArray[np.float64] | None = None,
    config: PublishedNetworkConfig | None = None,
    settings: TrainingSettings = PUBLISHED_SETTINGS,
    folder: Path | None = None,
    listeners: Sequence[Listener] = (),
) -> PublishedNetwork:
    """Train the published network: two copies, and the scores by which they are combined.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    points : array_like, optional
        Numbers of the points to train on; None is all that have every curve.
    scores : numpy.ndarray of float, optional
        From cross-validation, shape (2, 5); None takes those on the training points, which
        flatter both copies.
    config : PublishedNetworkConfig, optional
        Sizes of the network; the number of energies follows the cube.
    settings : TrainingSettings, default PUBLISHED_SETTINGS
        How to train.
    folder : pathlib.Path, optional
        For checkpoints, from which an interrupted training goes on; None keeps none.
    listeners : sequence of callable, default ()
        Hear of the events.

    Returns
    -------
    PublishedNetwork
        Ready to estimate.

    Raises
    ------
    ParameterError
        If there is too little to train on.
    MissingExtraError
        If TensorFlow is not installed.
    """
    check_extra("tensorflow", extra="learn")
    check_alpha_and_S(cube, PublishedNetworkConfig.kind)
    chosen = training_points(cube, points)
    curves = read_curves(cube)
    energies = energy_vectors(curves)[chosen]
    mean, spread = energies.mean(axis=0).astype(float), energies.std(axis=0).astype(float)
    sizes = replace(config or PublishedNetworkConfig(), energies=int(mean.size))
    weights = {}
    for name, loss in LOSSES.items():
        task = Task(
            name=name,
            network=build_published(
                sizes, mean, spread, seed=settings.seed, precision=settings.precision
            ),
            features=(Image(), Energies()),
            inputs=_inputs,
            targets=_unchanged,
            loss=loss,
        )
        path = None if folder is None else folder / f"{name}{CHECKPOINT_ENDING}"
        weights[name] = fit(task, cube, chosen, settings, checkpoint=path, listeners=listeners)
    network = PublishedNetwork(
        config=sizes,
        current=curves.current,
        energy_mean=mean,
        energy_spread=spread,
        weighted=tuple(weights["L_w"]),
        relative=tuple(weights["L_M"]),
        bin_scores=NO_SCORES if scores is None else scores,
    )
    if scores is not None:
        return network
    answers = copy_answers(network, cube, chosen)
    return replace(network, bin_scores=copy_scores(cube, chosen, answers))


def copy_answers(
    network: PublishedNetwork, cube: xr.Dataset, points: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return alpha and S of some points of a cube from each copy, shape (2, n, 2)."""
    curves = read_curves(cube)
    return network.answers(curve_images(curves)[points], energy_vectors(curves)[points])


def copy_scores(
    cube: xr.Dataset, points: NDArray[np.int64], answers: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean relative error of alpha of each copy in each bin of alpha, shape (2, 5) [%].

    Parameters
    ----------
    cube : xarray.Dataset
        With the true values.
    points : numpy.ndarray of int
        Numbers of the points that were answered.
    answers : numpy.ndarray of float
        alpha and S of each copy, shape (2, n, 2).
    """
    alpha, _ = true_values(cube)[points].T
    return bin_scores(alpha, answers)


def _inputs(features: dict[str, Tensor]) -> list[Tensor]:
    import tensorflow as tf

    return [tf.cast(features["image"], tf.float32), tf.cast(features["energies"], tf.float32)]


def _unchanged(targets: Tensor) -> Tensor:
    return targets
