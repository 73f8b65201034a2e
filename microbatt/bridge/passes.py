"""How samples are gone through: order, passes and replicas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from microbatt.checks import check_integer
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

Tensor: TypeAlias = Any
"""Of TensorFlow, which has no annotations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """How samples are gone through.

    Parameters
    ----------
    shuffle : bool, default True
        Whether each pass has an order of its own; otherwise they come as the cube holds them.
    epochs : range, optional
        Numbers of the passes laid end to end. What a pass brings is then a function of the seed
        and its number alone, so that training that was cut short goes on with
        ``range(done, wanted)`` as if it had not been. None is one pass each time the dataset is
        iterated, every time in a new order.
    shard : tuple of int, optional
        (which, of how many) replicas this one is; together they see every sample once a pass.
    drop_remainder : bool, default False
        Whether a last batch that is not full is left out; with replicas, all get as many batches.

    Examples
    --------
    >>> Passes(epochs=range(3, 10), shard=(0, 2)).shard
    (0, 2)
    """

    shuffle: bool = True
    epochs: range | None = None
    shard: tuple[int, int] | None = None
    drop_remainder: bool = False

    def __post_init__(self) -> None:
        if self.epochs is not None and len(self.epochs) == 0:
            raise ParameterError(f"`epochs` is {self.epochs}, which holds no pass; give one more.")
        if self.shard is not None:
            which, count = self.shard
            check_integer("shard[1]", count, low=1)
            check_integer("shard[0]", which, low=0, high=count - 1)

    def own_share(self, order: Tensor) -> Tensor:
        """Return what this replica takes of an order, a tensor of shape (n,).

        Parameters
        ----------
        order : tensorflow.Tensor
            Numbers in the order of a pass, shape (n,).

        Returns
        -------
        tensorflow.Tensor
            Those of this replica, in the same order.
        """
        if self.shard is None:
            return order
        import tensorflow as tf

        which, count = self.shard
        even = tf.size(order) // count * count if self.drop_remainder else tf.size(order)
        return order[:even][which::count]

    def share_size(self, samples: int) -> int:
        """Return how many of so many samples this replica takes in a pass.

        Parameters
        ----------
        samples : int
            Samples of all replicas.

        Returns
        -------
        int
            Of this one.
        """
        if self.shard is None:
            return samples
        which, count = self.shard
        even = samples // count * count if self.drop_remainder else samples
        return len(range(which, even, count))


FIXED_PASS = Passes(shuffle=False)
"""Once, as the cube holds them: for tests and predictions."""


def laid_end_to_end(one_pass: Callable[[Tensor], Tensor], passes: Passes, seed: int) -> Tensor:
    """Return a `tf.data.Dataset` of all passes.

    Parameters
    ----------
    one_pass : callable
        Number of a pass, an int64 scalar tensor → a `tf.data.Dataset`.
    passes : Passes
        Which there are.
    seed : int
        Where the numbers come from that make each iteration differ.
    """
    import tensorflow as tf

    if passes.epochs is not None:
        numbers = tf.data.Dataset.from_tensor_slices(tf.constant(list(passes.epochs), tf.int64))
    else:
        numbers = tf.data.Dataset.random(seed, rerandomize_each_iteration=True).take(1)
    return numbers.flat_map(one_pass)


def pass_seed(seed: int, *numbers: Tensor) -> Tensor:
    """Return the seed of one draw: of the run, the pass, the batch; a tensor of shape (2,)."""
    import tensorflow as tf

    folded = tf.constant([seed, 0], tf.int64)
    for number in numbers:
        folded = tf.random.fold_in(folded, tf.cast(number, tf.int64))
    return folded


def pass_order(count: int, seed: int, epoch: Tensor, passes: Passes) -> Tensor:
    """Return the numbers that this replica goes through in a pass, in its order."""
    import tensorflow as tf

    order = tf.range(count, dtype=tf.int64)
    if passes.shuffle:
        order = tf.random.experimental.stateless_shuffle(order, pass_seed(seed, epoch))
    return passes.own_share(order)
