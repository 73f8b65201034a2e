"""Training the published network: two copies, one with L_w and one with L_M."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import check_extra
from microbatt.features.energies import energy_vectors
from microbatt.features.images import curve_images
from microbatt.features.points import arranged, true_values
from microbatt.features.specification import Energies, Image
from microbatt.features.stored_curves import read_curves
from microbatt.networks.combination import bin_means
from microbatt.networks.published import (
    PublishedNetwork,
    PublishedNetworkConfig,
    build_published,
    published_answers,
)
from microbatt.training.fit import Task, Tensor, fit
from microbatt.training.losses import mean_relative, weighted_square
from microbatt.training.points import training_points
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Both copies, trained on the same points.

    Attributes
    ----------
    config
        Their sizes.
    energy_mean, energy_spread
        Of the training points, shape (energies,).
    weights
        Name of the loss → weights in Keras's order.
    """

    config: PublishedNetworkConfig
    energy_mean: NDArray[np.float64]
    energy_spread: NDArray[np.float64]
    weights: dict[str, list[NDArray[np.float32]]]

    def answers(self, cube: xr.Dataset, points: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return alpha and S of some points from each copy, shape (2, n, 2)."""
        curves = read_curves(cube)
        images, energies = curve_images(curves)[points], energy_vectors(curves)[points]
        found = []
        for weights in self.weights.values():
            network = build_published(
                self.config, self.energy_mean, self.energy_spread, seed=0, precision="float32"
            )
            network.set_weights(weights)
            found.append(published_answers(network, images, energies))
        return np.stack(found)


def fit_copies(
    cube: xr.Dataset,
    *,
    points: ArrayLike | None = None,
    config: PublishedNetworkConfig | None = None,
    settings: TrainingSettings = PUBLISHED_SETTINGS,
    folder: Path | None = None,
    listeners: Sequence[Listener] = (),
) -> Copies:
    """Train both copies of the published network.

    Parameters
    ----------
    cube
        A grid or scattered points.
    points
        Numbers of the points to train on; None is all that have every curve.
    config
        Sizes of the network; the number of energies follows the cube.
    settings
        How to train.
    folder
        For checkpoints, from which an interrupted training goes on; None keeps none.
    listeners
        Hear of the events.

    Raises
    ------
    ParameterError
        If there is too little to train on.
    MissingExtraError
        If TensorFlow is not installed.
    """
    check_extra("tensorflow", extra="learn")
    chosen = training_points(cube, points)
    energies = energy_vectors(read_curves(cube))[chosen]
    mean, spread = energies.mean(axis=0).astype(float), energies.std(axis=0).astype(float)
    sizes = replace(config or PublishedNetworkConfig(), energies=int(mean.size))
    weights = {}
    for name, loss in LOSSES.items():
        network = build_published(
            sizes, mean, spread, seed=settings.seed, precision=settings.precision
        )
        task = Task(
            name=name,
            network=network,
            features=(Image(), Energies()),
            inputs=_inputs,
            targets=_unchanged,
            loss=loss,
        )
        path = None if folder is None else folder / f"{name}.checkpoint.npz"
        weights[name] = fit(task, cube, chosen, settings, checkpoint=path, listeners=listeners)
    return Copies(config=sizes, energy_mean=mean, energy_spread=spread, weights=weights)


def fit_published_network(
    cube: xr.Dataset,
    *,
    held_out: xr.Dataset | None = None,
    settings: TrainingSettings = PUBLISHED_SETTINGS,
    folder: Path | None = None,
    listeners: Sequence[Listener] = (),
) -> PublishedNetwork:
    """Train the published network: both copies, and the scores by which they are combined.

    Parameters
    ----------
    cube
        A grid or scattered points.
    held_out
        What `microbatt.training.folds.cross_validate` returned for the same cube, for the scores;
        None takes those on the training points, which flatter both copies.
    settings, folder, listeners
        As for `fit_copies`.
    """
    copies = fit_copies(cube, settings=settings, folder=folder, listeners=listeners)
    points = training_points(cube)
    if held_out is None:
        answers = copies.answers(cube, points)
    else:
        answers = _held_out_answers(held_out)
        points = np.flatnonzero(np.isfinite(answers).all(axis=(0, 2)))
        answers = answers[:, points]
    return PublishedNetwork(
        config=copies.config,
        current=read_curves(cube).current,
        energy_mean=copies.energy_mean,
        energy_spread=copies.energy_spread,
        weighted=tuple(copies.weights["L_w"]),
        relative=tuple(copies.weights["L_M"]),
        bin_scores=copy_scores(cube, points, answers),
    )


def _held_out_answers(held_out: xr.Dataset) -> NDArray[np.float64]:
    """Return alpha and S of every point from each copy, shape (2, n, 2); NaN where none."""
    both = held_out.sel(network=list(LOSSES))
    columns = [both[name].to_numpy().reshape(2, -1) for name in ("alpha_predicted", "S_predicted")]
    return np.stack(columns, axis=-1)


def copy_scores(
    cube: xr.Dataset, points: NDArray[np.int64], answers: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean relative error of alpha of each copy in each bin of alpha, shape (2, 5) [%].

    Parameters
    ----------
    cube
        With the true values.
    points
        Numbers of the points that were answered.
    answers
        alpha and S of each copy, shape (2, n, 2).
    """
    truth = true_values(arranged(cube))[points, 0]
    size = np.maximum(0.5 * np.abs(truth + answers[:, :, 0]), 1e-12)
    errors = 100.0 * np.abs(truth - answers[:, :, 0]) / size
    return np.stack([bin_means(truth, row) for row in errors])


def _inputs(features: dict[str, Tensor]) -> list[Tensor]:
    import tensorflow as tf

    return [tf.cast(features["image"], tf.float32), tf.cast(features["energies"], tf.float32)]


def _unchanged(targets: Any) -> Any:  # noqa: ANN401 - a tensor
    return targets
