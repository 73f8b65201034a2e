"""`to_tf_dataset`: a cube as batches of features and targets, without a Python call per sample."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.bridge.passes import Passes, Tensor, laid_end_to_end, pass_order, pass_seed
from microbatt.bridge.selection import select_points
from microbatt.bridge.streaming import (
    Block,
    Source,
    cut_into_blocks,
    read_blocks,
    sample_bytes,
    samples_of,
    streamed_batches,
)
from microbatt.checks import check_extra, check_integer
from microbatt.errors import ParameterError
from microbatt.features import (
    Augmentation,
    Curves,
    Feature,
    arranged,
    scalars_by_point,
    wanted_features,
    with_currents_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import tensorflow as tf
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

_LOGGER = logging.getLogger(__name__)
MEMORY: Final = 2**31
"""Samples that take no more than this are kept in memory [bytes]."""
_AUGMENTING: Final = 1
"""Folded into the seed of disturbances, so that they do not follow the order of the samples."""
_ONCE = Passes()


def to_tf_dataset(  # noqa: PLR0913 - what to learn from, what of it, and in which batches
    cube: xr.Dataset,
    *,
    features: str | Feature | Sequence[str | Feature] = "curves",
    split: ArrayLike | None = None,
    batch: int = 256,
    seed: int = 0,
    passes: Passes = _ONCE,
    augmentation: Augmentation | None = None,
    memory: int = MEMORY,
    targets: Sequence[str] | None = None,
) -> tf.data.Dataset:
    """Turn a cube into batches of features and targets.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points, lazy or in memory, in any chunks.
    features : str, Curves, Image, Energies or sequence of them, default "curves"
        ``"curves"``, ``"image"``, ``"energies"``, several of them, or their records with other
        settings, such as ``Curves(samples=64)``.
    split : array_like, optional
        Numbers of the points to take, for example ``Split.train``; None takes all. Points without
        a whole curve are left out in any case; `select_points` tells why.
    batch : int, default 256
        Samples per batch.
    seed : int, default 0
        Seed of the order and of the disturbances: the same seed gives the same batches.
    passes : Passes, default one pass, shuffled
        Order, number of passes, and which replica this is.
    augmentation : Augmentation, optional
        How the curves are disturbed, anew in each pass; needs the feature ``"curves"`` alone.
    memory : int, default 2 GiB
        Samples that take more bytes than this are streamed instead: whole chunks are read in a
        random order and shuffled within a window of them that keeps to it, beside 25 bytes a
        curve for what is known of each. 0 always streams, a chunk at a time.
    targets : sequence of str, optional
        Which numbers are to be learned, in which order; None is all that vary in the cube.

    Returns
    -------
    tf.data.Dataset
        Of pairs (features by name, targets); targets are in SI units, float32 of shape (batch, k).

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
    full = with_currents_of(arranged(cube), wanted)
    selection = select_points(full, targets=targets)
    points = _chosen(split, selection.usable, len(selection))
    _LOGGER.log(logging.WARNING if selection.left_out else logging.INFO, "%s", selection)
    source = Source(
        cube=full,
        blocks=cut_into_blocks(full, points),
        scalars=scalars_by_point(full),
        targets=selection.targets.astype(np.float32),
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

    def finish(batch: dict[str, Tensor], epoch: Tensor, number: Tensor) -> Tensor:
        targets = batch.pop("targets")
        if augmentation is None:
            return batch, targets
        dice = pass_seed(seed, _AUGMENTING, epoch, number)
        return augmentation.disturbed_in_graph(batch, samples, dice), targets

    return finish


def _chosen(split: ArrayLike | None, usable: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    if split is None:
        return usable
    asked: NDArray[Any] = np.unique(np.asarray(split))
    if not np.issubdtype(asked.dtype, np.integer) or asked.size == 0:
        raise ParameterError(
            f"`split` holds {asked.size} values of type {asked.dtype}; give numbers of points, "
            "such as `random_folds(select_points(cube).usable)[0].train`."
        )
    if asked[0] < 0 or asked[-1] >= count:
        raise ParameterError(
            f"`split` goes from {asked[0]} to {asked[-1]}; the cube has points 0 to {count - 1}. "
            "Make the split of the same cube."
        )
    points = np.intersect1d(asked, usable)
    if points.size == 0:
        raise ParameterError(
            f"none of the {asked.size} points of `split` has a whole curve; "
            "take them from `select_points(cube).usable`."
        )
    return points


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


def batches_in_memory(
    arrays: Mapping[str, NDArray[Any]],
    *,
    batch: int,
    seed: int,
    passes: Passes,
    finish: Callable[[dict[str, Tensor], Tensor, Tensor], Tensor],
) -> Tensor:
    """Return a `tf.data.Dataset` of batches gathered from arrays.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray
        By name, all of one length.
    batch : int
        Samples per batch.
    seed : int
        Seed of the order.
    passes : Passes
        How the samples are gone through.
    finish : callable
        (batch by name, number of the pass, number of the batch) → element.
    """
    import tensorflow as tf

    with tf.device("CPU:0"):
        held = {name: tf.constant(values) for name, values in arrays.items()}
    count = len(next(iter(arrays.values())))

    def one_pass(epoch: Tensor) -> Tensor:
        order = pass_order(count, seed, epoch, passes)
        size = tf.size(order, out_type=tf.int64)
        last = size - batch + 1 if passes.drop_remainder else size
        return tf.data.Dataset.range(0, last, batch).map(
            lambda start: (order[start : start + batch], epoch, start // batch)
        )

    def gathered(places: Tensor, epoch: Tensor, number: Tensor) -> Tensor:
        samples = {name: tf.gather(values, places) for name, values in held.items()}
        return finish(samples, epoch, number)

    dataset = laid_end_to_end(one_pass, passes, seed).map(
        gathered, num_parallel_calls=tf.data.AUTOTUNE
    )
    return dataset.apply(tf.data.experimental.assert_cardinality(_length(count, batch, passes)))


def _length(samples: int, batch: int, passes: Passes) -> int:
    """Return how many batches all passes hold."""
    share = passes.share_size(samples)
    per_pass = share // batch if passes.drop_remainder else -(-share // batch)
    return per_pass * (1 if passes.epochs is None else len(passes.epochs))
