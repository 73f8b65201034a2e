"""Training the joint network: its encoders by gradient descent, at one level of noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from microbatt.checks import check_extra
from microbatt.features import (
    Augmentation,
    Curves,
    check_targets,
    targets_of,
    tensors_of_cube,
    true_values,
)
from microbatt.networks import JointNetwork, JointNetworkConfig, draft_joint_network
from microbatt.training.fit import Task, fit_ensemble, training_points
from microbatt.training.losses import joint_likelihood
from microbatt.training.settings import TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import ArrayLike

    from microbatt.training.events import Listener

JOINT_SETTINGS: Final = TrainingSettings(epochs=200, batch=256, learning_rate=2e-3)


def fit_joint_network(
    cube: xr.Dataset,
    *,
    targets: Sequence[str] | None = None,
    points: ArrayLike | None = None,
    config: JointNetworkConfig | None = None,
    box: tuple[ArrayLike, ArrayLike] | None = None,
    settings: TrainingSettings = JOINT_SETTINGS,
    folder: Path | None = None,
    listeners: Sequence[Listener] = (),
) -> JointNetwork:
    """Train a joint network.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    targets : sequence of str, optional
        What it is to answer, by the names of `microbatt.parameters`; None is all that vary in the
        cube.
    points : array_like, optional
        Numbers of the points to train on; None is all that have a curve.
    config : JointNetworkConfig, optional
        Sizes of the network, and the noise that it is for.
    box : tuple of array_like, optional
        Lowest and highest coordinate of each target, which a bounded network does not leave; None
        is where the points lie.
    settings : TrainingSettings, default JOINT_SETTINGS
        How its encoders are trained.
    folder : pathlib.Path, optional
        For checkpoints, from which an interrupted training goes on; None keeps none.
    listeners : sequence of callable, default ()
        Hear of the events.

    Returns
    -------
    JointNetwork
        Ready to estimate.

    Raises
    ------
    ParameterError
        If there is too little to train on, or a target does not vary.
    MissingExtraError
        If TensorFlow is not installed.
    """
    check_extra("tensorflow", extra="learn")
    sizes = config or JointNetworkConfig()
    names = targets_of(cube) if targets is None else check_targets(cube, targets)
    chosen = training_points(cube, points, complete=False)
    tensors = tensors_of_cube(cube, samples=sizes.samples).take(chosen)
    draft = draft_joint_network(tensors, true_values(cube, names)[chosen], names, sizes, box=box)

    def member(name: str, own: TrainingSettings) -> Task:
        return Task(
            name=name,
            network=draft.encoder(seed=own.seed, precision=own.precision),
            features=(Curves(samples=sizes.samples),),
            augmentation=Augmentation(noise=sizes.noise),
            inputs=draft.scaled_inputs,
            targets=draft.scaled_targets,
            loss=joint_likelihood,
            names=names,
        )

    return draft.finished(
        fit_ensemble(
            member, sizes.members, cube, chosen, settings, folder=folder, listeners=listeners
        )
    )
