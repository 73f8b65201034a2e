"""Samples that fit in memory: shuffled indices and gathered batches, all in TensorFlow's graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microbatt.bridge.passes import Passes, Tensor, laid_end_to_end, pass_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray


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
    arrays
        By name, all of one length.
    batch
        Samples per batch.
    seed
        Of the order.
    passes
        How the samples are gone through.
    finish
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
        found = {name: tf.gather(values, places) for name, values in held.items()}
        return finish(found, epoch, number)

    dataset = laid_end_to_end(one_pass, passes, seed).map(
        gathered, num_parallel_calls=tf.data.AUTOTUNE
    )
    return dataset.apply(tf.data.experimental.assert_cardinality(_length(count, batch, passes)))


def _length(samples: int, batch: int, passes: Passes) -> int:
    """Return how many batches all passes hold."""
    share = passes.share_size(samples)
    per_pass = share // batch if passes.drop_remainder else -(-share // batch)
    return per_pass * (1 if passes.epochs is None else len(passes.epochs))
