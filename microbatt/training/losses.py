"""What training makes small; each takes the targets and what a network says, and gives a scalar."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

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
