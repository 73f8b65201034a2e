"""Training the curve network: its decoder in one step, its encoders by gradient descent."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import check_extra
from microbatt.features import Augmentation, Curves, tensors_of_cube
from microbatt.networks import (
    OFFSET,
    CurveNetwork,
    CurveNetworkConfig,
    build_encoder,
    encoder_inputs_in_graph,
    fit_decoder,
    fit_scaling,
    readings_of,
    to_targets,
)
from microbatt.training.fit import Task, Tensor, fit
from microbatt.training.losses import negative_log_likelihood
from microbatt.training.points import training_points
from microbatt.training.settings import TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from microbatt.networks import Scaling
    from microbatt.training.events import Listener

CURVE_SETTINGS: Final = TrainingSettings(epochs=120, batch=256, learning_rate=2e-3)
DISTURBANCE: Final = Augmentation(
    noise=(0.0, 5e-3),
    offset=(-0.01, 0.01),
    contact_resistance=(0.0, 1e-3),
    capacity_scale=(0.99, 1.01),
    missing=0.25,
)
"""What the encoders learn to see through; the decoder learns from undisturbed curves."""


def fit_curve_network(
    cube: xr.Dataset,
    *,
    points: ArrayLike | None = None,
    config: CurveNetworkConfig | None = None,
    settings: TrainingSettings = CURVE_SETTINGS,
    folder: Path | None = None,
    listeners: Sequence[Listener] = (),
) -> CurveNetwork:
    """Train a curve network.

    Parameters
    ----------
    cube
        A grid or scattered points.
    points
        Numbers of the points to train on; None is all that have every curve.
    config
        Sizes of the network.
    settings
        How its encoders are trained.
    folder
        For checkpoints, from which an interrupted training goes on; None keeps none.
    listeners
        Hear of the events.

    Returns
    -------
    CurveNetwork

    Raises
    ------
    ParameterError
        If there is too little to train on.
    MissingExtraError
        If TensorFlow is not installed.
    """
    check_extra("tensorflow", extra="learn")
    sizes = config or CurveNetworkConfig()
    chosen = training_points(cube, points)
    tensors = tensors_of_cube(cube, samples=sizes.samples).take(chosen)
    targets = to_targets(_truth(cube)[chosen])
    scaling = fit_scaling(tensors, targets, sizes.bins)
    decoder = fit_decoder(
        targets,
        readings_of(tensors),
        components=sizes.components,
        breaks=(sizes.breaks_u, sizes.breaks_v),
    )
    members = []
    for number in range(sizes.members):
        own = replace(settings, seed=settings.seed * 100 + number)
        task = _member(f"member-{number + 1}", sizes, scaling, own)
        path = None if folder is None else folder / f"{task.name}.checkpoint.npz"
        members.append(tuple(fit(task, cube, chosen, own, checkpoint=path, listeners=listeners)))
    return CurveNetwork(
        config=sizes,
        current=tensors.current[0].astype(float),
        scaling=scaling,
        members=tuple(members),
        decoder=decoder,
    )


def _member(
    name: str, sizes: CurveNetworkConfig, scaling: Scaling, settings: TrainingSettings
) -> Task:
    return Task(
        name=name,
        network=build_encoder(
            scaling.inputs, sizes.width, sizes.depth,
            seed=settings.seed, precision=settings.precision,
        ),
        features=(Curves(samples=sizes.samples),),
        augmentation=DISTURBANCE,
        inputs=partial(encoder_inputs_in_graph, scaling=scaling),
        targets=partial(_scaled_targets, scaling=scaling),
        loss=negative_log_likelihood,
    )  # fmt: skip


def _scaled_targets(targets: Tensor, *, scaling: Scaling) -> Tensor:
    import tensorflow as tf

    logs = tf.stack([tf.math.log(targets[:, 0] + OFFSET), tf.math.log(targets[:, 1])], axis=1)
    return (logs - scaling.target_mean.astype(np.float32)) / scaling.target_spread.astype(
        np.float32
    )


def _truth(cube: xr.Dataset) -> NDArray[np.float64]:
    from microbatt.features import true_values

    return true_values(cube)
