"""Training the curve network: its decoder in one step, its encoders by gradient descent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from microbatt.checks import check_extra
from microbatt.features import TARGETS, Augmentation, Curves, tensors_of_cube, true_values
from microbatt.networks import CurveNetwork, CurveNetworkConfig, draft_curve_network
from microbatt.training.fit import Task, check_alpha_and_S, fit_ensemble, training_points
from microbatt.training.losses import negative_log_likelihood
from microbatt.training.settings import TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import ArrayLike

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
    cube : xarray.Dataset
        A grid or scattered points.
    points : array_like, optional
        Numbers of the points to train on; None is all that have every curve.
    config : CurveNetworkConfig, optional
        Sizes of the network.
    settings : TrainingSettings, default CURVE_SETTINGS
        How its encoders are trained.
    folder : pathlib.Path, optional
        For checkpoints, from which an interrupted training goes on; None keeps none.
    listeners : sequence of callable, default ()
        Hear of the events.

    Returns
    -------
    CurveNetwork
        Ready to estimate.

    Raises
    ------
    ParameterError
        If there is too little to train on.
    MissingExtraError
        If TensorFlow is not installed.
    """
    check_extra("tensorflow", extra="learn")
    sizes = config or CurveNetworkConfig()
    check_alpha_and_S(cube, CurveNetworkConfig.kind)
    chosen = training_points(cube, points)
    tensors = tensors_of_cube(cube, samples=sizes.samples).take(chosen)
    draft = draft_curve_network(tensors, true_values(cube, TARGETS)[chosen], sizes)

    def member(name: str, own: TrainingSettings) -> Task:
        return Task(
            name=name,
            network=draft.encoder(seed=own.seed, precision=own.precision),
            features=(Curves(samples=sizes.samples),),
            augmentation=DISTURBANCE,
            inputs=draft.scaled_inputs,
            targets=draft.scaled_targets,
            loss=negative_log_likelihood,
        )

    return draft.finished(
        fit_ensemble(
            member, sizes.members, cube, chosen, settings, folder=folder, listeners=listeners
        )
    )
