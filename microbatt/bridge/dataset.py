"""`to_tf_dataset`: a cube as batches of features and targets, without a Python call per sample."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.bridge.blocks import Block, cut_into_blocks, read_blocks
from microbatt.bridge.in_memory import batches_in_memory
from microbatt.bridge.passes import Passes, Tensor, pass_seed
from microbatt.bridge.streaming import Source, sample_bytes, samples_of, streamed_batches
from microbatt.bridge.surveying import survey
from microbatt.checks import check_extra, check_integer
from microbatt.errors import ParameterError
from microbatt.features import (
    CURRENT,
    Augmentation,
    Curves,
    Feature,
    arranged,
    current_place,
    disturbed,
    draw_in_graph,
    scalars_by_point,
    wanted_features,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import tensorflow as tf
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

_LOGGER = logging.getLogger(__name__)
MEMORY: Final = 2**31
"""Samples that take no more than this are kept in memory [bytes]."""
_AUGMENTING: Final = 1
"""Folded into the seed of disturbances, so that they do not follow the order of the samples."""
_ONCE = Passes()


def to_tf_dataset(
    cube: xr.Dataset,
    *,
    features: str | Feature | Sequence[str | Feature] = "curves",
    split: ArrayLike | None = None,
    batch: int = 256,
    seed: int = 0,
    passes: Passes = _ONCE,
    augmentation: Augmentation | None = None,
    memory: int = MEMORY,
) -> tf.data.Dataset:
    """Turn a cube into batches of features and targets.

    Parameters
    ----------
    cube
        A grid or scattered points, lazy or in memory, in any chunks.
    features
        ``"curves"``, ``"image"``, ``"energies"``, several of them, or their records with other
        settings, such as ``Curves(samples=64)``.
    split
        Numbers of the points to take, for example ``Split.train``; None takes all. Points without
        a whole curve are left out in any case; `microbatt.bridge.surveying.survey` tells why.
    batch
        Samples per batch.
    seed
        Of the order and of the disturbances: the same seed gives the same batches.
    passes
        Order, number of passes, and which replica this is.
    augmentation
        How the curves are disturbed, anew in each pass; needs the feature ``"curves"`` alone.
    memory
        Samples that take more bytes than this are streamed instead: whole chunks are read in a
        random order and shuffled within a window of them that keeps to it, beside 25 bytes a
        curve for what is known of each. 0 always streams, a chunk at a time.

    Returns
    -------
    tf.data.Dataset
        Of pairs (features by name, targets); targets are alpha and S, float32 of shape (batch, 2).

    Raises
    ------
    ParameterError
        If the dataset is not a cube, holds no whole curve, a feature is not known, or an argument
        lies outside its range.
    MissingExtraError
        If TensorFlow is not installed.
    """
    check_extra("tensorflow", extra="learn")
    check_integer("batch", batch, low=1)
    check_integer("seed", seed, low=0, high=2**31 - 1)
    check_integer("memory", memory, low=0)
    wanted = wanted_features(features)
    finish = _finisher(wanted, augmentation, seed)
    full = _at_wanted_currents(arranged(cube), wanted)
    found = survey(full)
    points = _chosen(split, found.usable, len(found))
    _LOGGER.log(logging.WARNING if found.left_out else logging.INFO, "%s", found)
    source = Source(
        cube=full,
        blocks=cut_into_blocks(full, points),
        scalars=scalars_by_point(full),
        targets=found.targets.astype(np.float32),
        features=wanted,
    )
    if _bytes_in_memory(source, points.size) <= memory:
        dataset = batches_in_memory(
            _all_samples(source), batch=batch, seed=seed, passes=passes, finish=finish
        )
    else:
        dataset = streamed_batches(
            source, batch=batch, seed=seed, passes=passes, memory=memory, finish=finish
        )
    return _tuned(dataset, passes)


def _at_wanted_currents(cube: xr.Dataset, features: Sequence[Feature]) -> xr.Dataset:
    """Return an arranged cube without the currents that no feature takes."""
    own: NDArray[np.float64] = cube[CURRENT].to_numpy()
    wanted = {c for f in features for c in (own.tolist() if f.currents is None else f.currents)}
    places = sorted({p for c in wanted for p in [current_place(own, c)] if p is not None})
    if not places:
        raise ParameterError(
            f"`currents` are {sorted(wanted)}; the cube has none of them, but "
            f"{', '.join(f'{c:g}' for c in own)} A m⁻². Ask for some of those."
        )
    return cube if len(places) == own.size else cube.isel({CURRENT: places})


def _finisher(
    features: Sequence[Feature], augmentation: Augmentation | None, seed: int
) -> Callable[[dict[str, Tensor], Tensor, Tensor], Tensor]:
    """Return what turns a batch by name into an element: disturb the curves, part the targets."""
    samples = next((f.samples for f in features if isinstance(f, Curves)), 0)
    if augmentation is not None and [f.name for f in features] != [Curves.name]:
        raise ParameterError(
            f"`augmentation` came with the features {[f.name for f in features]}; images and "
            f"energies are made before the curves are disturbed. Ask for {Curves.name!r} alone."
        )

    def finish(found: dict[str, Tensor], epoch: Tensor, number: Tensor) -> Tensor:
        targets = found.pop("targets")
        if augmentation is None:
            return found, targets
        dice = pass_seed(seed, _AUGMENTING, epoch, number)
        return disturbed(found, draw_in_graph(augmentation, found["mask"], samples, dice)), targets

    return finish


def _chosen(split: ArrayLike | None, usable: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    if split is None:
        return usable
    asked: NDArray[Any] = np.unique(np.asarray(split))
    if not np.issubdtype(asked.dtype, np.integer) or asked.size == 0:
        raise ParameterError(
            f"`split` holds {asked.size} values of type {asked.dtype}; give numbers of points, "
            "such as `random_folds(survey(cube).usable)[0].train`."
        )
    if asked[0] < 0 or asked[-1] >= count:
        raise ParameterError(
            f"`split` goes from {asked[0]} to {asked[-1]}; the cube has points 0 to {count - 1}. "
            "Make the split of the same cube."
        )
    found = np.intersect1d(asked, usable)
    if found.size == 0:
        raise ParameterError(
            f"none of the {asked.size} points of `split` has a whole curve; "
            "take them from `survey(cube).usable`."
        )
    return found


def _all_samples(source: Source) -> dict[str, NDArray[Any]]:
    """Read every block; return all samples by name, in the order of their points."""
    blocks: tuple[Block, ...] = source.blocks
    points = np.concatenate([block.points for block in blocks])
    curves = read_blocks(source.cube, blocks, source.scalars)
    samples = samples_of(curves, source.targets[points], source.features)
    order = np.argsort(points[curves.whole.any(axis=1)], kind="stable")
    return {name: values[order] for name, values in samples.items()}


def _bytes_in_memory(source: Source, points: int) -> int:
    """Return what so many samples take while they are made of their stored curves."""
    return 2 * points * sample_bytes(source, source.window([0]))


def _tuned(dataset: Tensor, passes: Passes) -> Tensor:
    import tensorflow as tf

    options = tf.data.Options()
    options.deterministic = True
    if passes.shard is not None:  # shared out already: a strategy must not do it again
        off = tf.data.experimental.AutoShardPolicy.OFF
        options.experimental_distribute.auto_shard_policy = off
    return dataset.prefetch(tf.data.AUTOTUNE).with_options(options)
