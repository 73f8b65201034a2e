"""What training makes small; each takes the targets and what a network says, and gives a scalar."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np

from microbatt.networks import LOG_RANGE

Tensor: TypeAlias = Any
"""Of TensorFlow, which has no annotations."""

WEIGHTS: Final = (0.1, 0.9)
"""Of alpha and S in L_w."""
LEAST_VALUE: Final = (0.1, 0.1)
"""In L_M an error counts relative to this where the true value is smaller: alpha may be 0."""
_U, _V, _LOG_SPREAD_V, _LOG_SPREAD_U, _SLOPE = range(5)
"""Places of the encoder's outputs: two means, two logarithms of spreads and a slope."""
_LOWEST_LOG_SPREAD: Final = -9.0
_FAIRNESS: Final = 0.5
"""Power of the spread by which each point's share is multiplied: 0 is the plain likelihood."""


def weighted_square(truth: Tensor, predicted: Tensor) -> Tensor:
    """L_w: the mean of 0.1 (alpha - alpha')² + 0.9 (S - S')².

    Parameters
    ----------
    truth, predicted : tensorflow.Tensor
        alpha and S, shape (n, 2).
    """
    import tensorflow as tf

    return tf.reduce_mean(tf.reduce_sum((truth - predicted) ** 2 * tf.constant(WEIGHTS), axis=1))


def mean_relative(truth: Tensor, predicted: Tensor) -> Tensor:
    """L_M: the mean of |y - y'| / |y|, with |y| at least `LEAST_VALUE`.

    Parameters
    ----------
    truth, predicted : tensorflow.Tensor
        alpha and S, shape (n, 2).
    """
    import tensorflow as tf

    size = tf.maximum(tf.abs(truth), tf.constant(LEAST_VALUE))
    return tf.reduce_mean(tf.abs(truth - predicted) / size)


def negative_log_likelihood(truth: Tensor, outputs: Tensor) -> Tensor:
    """Gaussian negative log-likelihood of (u, v) given the encoder's five outputs.

    Each point's share is multiplied by the square root of its spread, taken as a constant, so that
    points that can be known well do not drown the others (Seitzer et al., ICLR 2022).

    Parameters
    ----------
    truth : tensorflow.Tensor
        Scaled u and v, shape (n, 2).
    outputs : tensorflow.Tensor
        Shape (n, 5); see `microbatt.networks.encoder`.
    """
    import tensorflow as tf

    log_v, log_u = (
        tf.maximum(outputs[:, place], _LOWEST_LOG_SPREAD)
        for place in (_LOG_SPREAD_V, _LOG_SPREAD_U)
    )
    miss_v = truth[:, _V] - outputs[:, _V]
    miss_u = truth[:, _U] - outputs[:, _U] - outputs[:, _SLOPE] * tf.stop_gradient(miss_v)
    share_v = 0.5 * (miss_v * tf.exp(-log_v)) ** 2 + log_v
    share_u = 0.5 * (miss_u * tf.exp(-log_u)) ** 2 + log_u
    fair_v, fair_u = (tf.stop_gradient(tf.exp(_FAIRNESS * log)) for log in (log_v, log_u))
    return tf.reduce_mean(fair_v * share_v + fair_u * share_u)


def joint_likelihood(truth: Tensor, outputs: Tensor) -> Tensor:
    """Gaussian negative log-likelihood of all targets together.

    Parameters
    ----------
    truth : tensorflow.Tensor
        Scaled coordinates, shape (n, k).
    outputs : tensorflow.Tensor
        Means, then L row by row, shape (n, k + k (k + 1)/2); see `microbatt.networks.joint`.
    """
    import tensorflow as tf

    count = int(truth.shape[-1])
    rows, columns = np.tril_indices(count)
    diagonal = np.flatnonzero(rows == columns)
    entries = outputs[:, count:]
    logs = tf.clip_by_value(tf.gather(entries, diagonal, axis=1), *LOG_RANGE)
    miss = truth - outputs[:, :count]
    whitened = []
    for row in range(count):
        places = np.flatnonzero((rows == row) & (columns < row))
        below = tf.reduce_sum(
            tf.gather(entries, places, axis=1) * tf.gather(miss, columns[places], axis=1), axis=1
        )
        whitened.append(below + tf.exp(logs[:, row]) * miss[:, row])
    squares = tf.reduce_sum(tf.stack(whitened, axis=1) ** 2, axis=1)
    return tf.reduce_mean(0.5 * squares - tf.reduce_sum(logs, axis=1))
