"""One fit: which points, a Keras network, batches from the bridge, Adam, checkpoints and events."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from microbatt.bridge import select_points
from microbatt.errors import ParameterError
from microbatt.features import TARGETS, targets_of
from microbatt.training.checkpoints import (
    CHECKPOINT_ENDING,
    Checkpoint,
    read_checkpoint,
    write_checkpoint,
)
from microbatt.training.events import EpochFinished, FitFinished, FitStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from microbatt.features import Augmentation, Feature
    from microbatt.training.events import Event, Listener
    from microbatt.training.settings import TrainingSettings

LEAST_POINTS = 16
"""Fewer than this teach nothing."""


def training_points(
    cube: xr.Dataset, chosen: ArrayLike | None = None, *, complete: bool = True
) -> NDArray[np.int64]:
    """Return the numbers of the points to train on.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    chosen : array_like, optional
        Numbers to choose from; None is all.
    complete : bool, default True
        Whether a point needs a whole curve at every current.

    Returns
    -------
    numpy.ndarray of int
        Increasing.

    Raises
    ------
    ParameterError
        If the cube has no whole curves, labels that are no numbers, or too few points.
    """
    usable = select_points(cube, complete=complete).usable
    points = usable if chosen is None else np.intersect1d(usable, np.asarray(chosen))
    if points.size < LEAST_POINTS:
        raise ParameterError(
            f"{points.size} points with whole curves are left to train on; at least "
            f"{LEAST_POINTS} are needed. Simulate more points, or choose more of them."
        )
    return points


def check_alpha_and_S(cube: xr.Dataset, kind: str) -> None:  # noqa: N802 - the symbols
    """Refuse a cube in which something else varies than alpha and S.

    Raises
    ------
    ParameterError
        Saying what does, and which network learns it.
    """
    names = targets_of(cube)
    if set(names) != {*TARGETS}:
        raise ParameterError(
            f"in the cube {', '.join(names)} vary, and the {kind} network answers alpha and S "
            "alone. Train the joint network: `microbatt train CUBE --network joint`."
        )


Tensor: TypeAlias = Any
"""Of TensorFlow, which has no annotations."""

_WARM_UP: Final = 0.05
_LEAST_RATE: Final = 1e-3
"""Of the highest learning rate, at the end."""
_LONGEST_GRADIENT: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is fitted to what.

    Parameters
    ----------
    name : str
        Name of the part, for events and the checkpoint.
    network : object
        A Keras model with float32 head.
    features : sequence of Curves, Image or Energies
        That the bridge makes.
    augmentation : Augmentation, optional
        How the bridge disturbs them.
    inputs : callable
        Features of a batch → what the network takes.
    targets : callable
        True values of a batch → what the loss compares with.
    loss : callable
        Targets and the network's outputs → a scalar.
    names : tuple of str, default ("alpha", "S")
        Which true values, in which order.
    """

    name: str
    network: Any
    features: Sequence[Feature]
    inputs: Callable[[dict[str, Tensor]], Tensor]
    targets: Callable[[Tensor], Tensor]
    loss: Callable[[Tensor, Tensor], Tensor]
    augmentation: Augmentation | None = None
    names: tuple[str, ...] = TARGETS


def fit(
    task: Task,
    cube: xr.Dataset,
    points: NDArray[np.int64],
    settings: TrainingSettings,
    *,
    checkpoint: Path | None = None,
    listeners: Sequence[Listener] = (),
) -> list[NDArray[np.float32]]:
    """Fit a network's weights.

    Parameters
    ----------
    task : Task
        What to fit; its network is changed.
    cube : xarray.Dataset
        With whole curves at the points.
    points : numpy.ndarray of int
        Numbers of the points to train on.
    settings : TrainingSettings
        How.
    checkpoint : pathlib.Path, optional
        File to go on from and to write; None keeps none.
    listeners : sequence of callable, default ()
        Hear of the events.

    Returns
    -------
    list of numpy.ndarray
        The weights, in Keras's order; the same, to the bit, whether or not the fit was cut short.
    """
    import keras

    started = time.perf_counter()
    batches = max(points.size // settings.batch, 1)
    optimizer = keras.optimizers.Adam(
        settings.learning_rate, beta_2=0.99, clipnorm=_LONGEST_GRADIENT
    )
    optimizer.build(task.network.trainable_variables)
    variables = [*task.network.variables, *optimizer.variables]
    identity = _identity(task, cube, points, settings)
    losses = _restored(checkpoint, identity, variables)
    _tell(listeners, FitStarted(name=task.name, epochs=settings.epochs, done=len(losses),
                                points=points.size))  # fmt: skip
    step = _step(task, optimizer, settings, batches * settings.epochs)
    for epoch_loss, rate in _epochs(task, cube, points, settings, step, len(losses), batches):
        losses.append(epoch_loss)
        _tell(listeners, EpochFinished(name=task.name, epoch=len(losses),
                                       metrics={"loss": epoch_loss},
                                       samples_per_second=rate))  # fmt: skip
        last = len(losses) == settings.epochs
        if checkpoint is not None and (last or len(losses) % settings.checkpoint_every == 0):
            arrays = [np.asarray(v) for v in variables]
            write_checkpoint(checkpoint, Checkpoint(identity=identity, epoch=len(losses),
                                                    variables=arrays, losses=losses))  # fmt: skip
    _tell(listeners, FitFinished(name=task.name, elapsed=time.perf_counter() - started,
                                 metrics={"loss": losses[-1]}))  # fmt: skip
    return [np.asarray(w, dtype=np.float32) for w in task.network.get_weights()]


def fit_ensemble(
    task_of: Callable[[str, TrainingSettings], Task],
    members: int,
    cube: xr.Dataset,
    points: NDArray[np.int64],
    settings: TrainingSettings,
    *,
    folder: Path | None = None,
    listeners: Sequence[Listener] = (),
) -> list[list[NDArray[np.float32]]]:
    """Fit networks that differ in their seeds, one after the other.

    Parameters
    ----------
    task_of : callable
        Name of a member and its settings → what is fitted.
    members : int
        How many.
    cube : xarray.Dataset
        With curves at the points.
    points : numpy.ndarray of int
        Numbers of the points to train on.
    settings : TrainingSettings
        How; each member's seed follows from theirs.
    folder : pathlib.Path, optional
        For checkpoints, from which an interrupted training goes on; None keeps none.
    listeners : sequence of callable, default ()
        Hear of the events.

    Returns
    -------
    list of list of numpy.ndarray
        The weights of each, in Keras's order.
    """
    trained = []
    for number in range(members):
        own = replace(settings, seed=settings.seed * 100 + number)
        task = task_of(f"member-{number + 1}", own)
        path = None if folder is None else folder / f"{task.name}{CHECKPOINT_ENDING}"
        trained.append(fit(task, cube, points, own, checkpoint=path, listeners=listeners))
    return trained


def _epochs(
    task: Task,
    cube: xr.Dataset,
    points: NDArray[np.int64],
    settings: TrainingSettings,
    step: Callable[[int, Any, Tensor], Tensor],
    done: int,
    batches: int,
) -> Iterator[tuple[float, float]]:
    """Yield the mean loss and the points per second of each epoch that is left."""
    from microbatt.bridge import Passes, to_tf_dataset

    if done >= settings.epochs:
        return
    size = min(settings.batch, points.size)
    dataset = to_tf_dataset(
        cube,
        features=task.features,
        split=points,
        batch=size,
        seed=settings.seed,
        passes=Passes(epochs=range(done, settings.epochs), drop_remainder=True),
        augmentation=task.augmentation,
        targets=task.names,
    )
    losses: list[Tensor] = []
    start = time.perf_counter()
    for number, (features, targets) in enumerate(dataset, start=done * batches):
        losses.append(step(number, features, targets))
        if len(losses) == batches:
            mean = float(np.mean(np.array(losses, dtype=np.float64)))
            yield mean, batches * size / (time.perf_counter() - start)
            losses, start = [], time.perf_counter()


def _step(
    task: Task,
    optimizer: Tensor,
    settings: TrainingSettings,
    steps: int,
) -> Callable[[int, Any, Tensor], Tensor]:
    """Return a compiled step: number, features, targets → loss."""
    import tensorflow as tf

    weights = task.network.trainable_variables
    scaled = settings.precision == "mixed_float16"

    @tf.function(jit_compile=settings.xla)  # type: ignore[untyped-decorator]
    def stepped(rate: Tensor, features: dict[str, Tensor], targets: Tensor) -> Tensor:
        with tf.GradientTape() as tape:
            outputs = task.network(task.inputs(features), training=True)
            loss = task.loss(task.targets(targets), outputs)
            raised = loss * _FLOAT16_SCALE if scaled else loss
        gradients = tape.gradient(raised, weights)
        if scaled:
            gradients = [g / _FLOAT16_SCALE for g in gradients]
        optimizer.learning_rate.assign(rate)
        optimizer.apply(gradients, weights)
        return loss

    def step(number: int, features: dict[str, Tensor], targets: Tensor) -> Tensor:
        rate = settings.learning_rate * rate_share(number, steps)
        return stepped(tf.constant(rate, tf.float32), features, targets)

    return step


_FLOAT16_SCALE: Final = 1024.0
"""Keeps small gradients above the least half-precision number."""


def rate_share(number: int, steps: int) -> float:
    """Return the learning rate of a step over the highest: a rise, then half a cosine.

    Examples
    --------
    >>> [round(rate_share(n, 100), 3) for n in (0, 4, 99)]
    [0.2, 1.0, 0.001]
    """
    warm = max(int(_WARM_UP * steps), 1)
    rise = min((number + 1) / warm, 1.0)
    fall = 0.5 * (1.0 + np.cos(np.pi * max(number + 1 - warm, 0) / max(steps - warm, 1)))
    return float(rise * max(fall, _LEAST_RATE))


def _identity(
    task: Task, cube: xr.Dataset, points: NDArray[np.int64], settings: TrainingSettings
) -> str:
    """Return a hash of what decides the fit; not of how often it is written down."""
    chosen = {k: v for k, v in asdict(settings).items() if k != "checkpoint_every"}
    shapes = [list(weight.shape) for weight in task.network.variables]
    words = [task.name, chosen, shapes, repr(task.features), repr(task.augmentation)]
    words.append(cube.attrs.get("campaign_hash", ""))
    words += [] if task.names == TARGETS else [task.names]
    text = json.dumps(words, sort_keys=True).encode()
    return sha256(text + points.astype(np.int64).tobytes()).hexdigest()


def _restored(path: Path | None, identity: str, variables: Sequence[Any]) -> list[float]:
    """Put a checkpoint's values into the variables; return the losses of the epochs done."""
    checkpoint = None if path is None else read_checkpoint(path, identity)
    if checkpoint is None:
        return []
    for variable, value in zip(variables, checkpoint.variables, strict=True):
        variable.assign(value)
    return list(checkpoint.losses)


def _tell(listeners: Sequence[Listener], event: Event) -> None:
    for listener in listeners:
        listener(event)
