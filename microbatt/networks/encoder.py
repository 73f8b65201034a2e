"""The other half of the curve network: curves → a first estimate of the targets.

Dense layers with SiLU on coarse curves, trained on disturbed ones with some missing.  They return
five numbers for the scaled targets (u, v):

    v ~ N(m_v, s_v²),      u given v ~ N(m_u + b (v - m_v), s_u²).

The layers are made by Keras for training; shipped weights are evaluated here, without it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import keras
    from numpy.typing import NDArray

    from microbatt.features import CurveTensors

Tensor: TypeAlias = Any
"""Of TensorFlow, which has no annotations."""

OUTPUTS: Final = 5
"""m_u, m_v, ln s_v, ln s_u and b, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """How inputs and targets are shifted and scaled.

    Parameters
    ----------
    mean, spread : numpy.ndarray of float
        Mean and spread of each coarse voltage and of ln capacity, shape (c, bins + 1).
    target_mean, target_spread : numpy.ndarray of float
        Mean and spread of each target, shape (k,).
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    target_mean: NDArray[np.float64]
    target_spread: NDArray[np.float64]

    @property
    def bins(self) -> int:
        """Coarse voltages per curve."""
        return int(self.mean.shape[1]) - 1

    @property
    def inputs(self) -> int:
        """Numbers that the dense layers take: coarse curves, and which of them exist."""
        curves, numbers = self.mean.shape
        return int(curves * (numbers + 1))


def fit_scaling(
    tensors: CurveTensors,
    targets: NDArray[np.float64],
    bins: int,
    *,
    least_spread: float = 1e-3,
) -> Scaling:
    """Take scales from training points.

    Parameters
    ----------
    tensors : CurveTensors
        n points; missing curves do not count.
    targets : numpy.ndarray of float
        Shape (n, k).
    bins : int
        Coarse voltages per curve.
    least_spread : float, default 0.001
        A smaller spread of a target counts as this.
    """
    coarse = coarse_curves(tensors, bins)
    exists = np.broadcast_to(tensors.mask[..., None], coarse.shape)
    return Scaling(
        mean=coarse.mean(axis=0, where=exists),
        spread=np.maximum(coarse.std(axis=0, where=exists), 1e-3),
        target_mean=targets.mean(axis=0),
        target_spread=np.maximum(targets.std(axis=0), least_spread),
    )


def pooling(samples: int, bins: int) -> NDArray[np.float32]:
    """Return the matrix that averages samples in bins of about equal size.

    Examples
    --------
    >>> pooling(4, 2)
    array([[0.5, 0. ],
           [0.5, 0. ],
           [0. , 0.5],
           [0. , 0.5]], dtype=float32)
    """
    member = np.arange(samples) * bins // samples
    matrix = np.eye(bins, dtype=np.float32)[member]
    averaging: NDArray[np.float32] = matrix / matrix.sum(axis=0)
    return averaging


def coarse_curves(tensors: CurveTensors, bins: int) -> NDArray[np.float64]:
    """Return mean voltages of equal parts of curves, and ln capacity, shape (n, c, bins + 1)."""
    coarse = tensors.voltage @ pooling(tensors.samples, bins)
    capacity = np.log(np.where(tensors.mask, tensors.capacity, 1.0))
    return np.concatenate([coarse, capacity[..., None]], axis=-1).astype(float)


def encoder_inputs(tensors: CurveTensors, scaling: Scaling) -> NDArray[np.float32]:
    """Return what the dense layers take, shape (n, inputs)."""
    scaled = (coarse_curves(tensors, scaling.bins) - scaling.mean) / scaling.spread
    shown = np.where(tensors.mask[..., None], scaled, 0.0).reshape(len(tensors), -1)
    return np.concatenate([shown, tensors.mask], axis=1).astype(np.float32)


def encoder_inputs_in_graph(features: Mapping[str, Tensor], scaling: Scaling) -> Tensor:
    """Return the same as `encoder_inputs`, of the bridge's tensors."""
    import tensorflow as tf

    mask = tf.cast(features["mask"], tf.float32)
    voltage = features["voltage"]
    coarse = voltage @ tf.constant(pooling(voltage.shape[-1], scaling.bins))
    capacity = tf.math.log(tf.where(features["mask"], features["capacity"], 1.0))
    joined = tf.concat([coarse, capacity[..., None]], axis=-1)
    scaled = (joined - scaling.mean.astype(np.float32)) / scaling.spread.astype(np.float32)
    flat = tf.reshape(scaled * mask[..., None], (-1, scaling.mean.size))
    return tf.concat([flat, mask], axis=1)


def build_encoder(
    inputs: int, width: int, depth: int, *, seed: int, precision: str, outputs: int = OUTPUTS
) -> keras.Model:
    """Make the trainable layers.

    Parameters
    ----------
    inputs : int
        Numbers that they take.
    width, depth : int
        Width and number of the hidden layers.
    seed : int
        Seed of the first weights.
    precision : str
        Keras's policy of the hidden layers; the input and the head are float32.
    outputs : int, default 5
        Numbers that they return.
    """
    import keras

    layers: list[Any] = [keras.Input((inputs,), dtype="float32")]
    for number in range(depth):
        start = keras.initializers.LecunNormal(seed=seed * 1000 + number)
        layers.append(
            keras.layers.Dense(width, activation="silu", kernel_initializer=start, dtype=precision)
        )
    head = keras.initializers.RandomNormal(stddev=0.01, seed=seed * 1000 + depth)
    layers.append(keras.layers.Dense(outputs, kernel_initializer=head, dtype="float32"))
    return keras.Sequential(layers)


def encoded(
    weights: Sequence[NDArray[Any]], inputs: NDArray[np.float32], scaling: Scaling
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Evaluate one member's layers with NumPy.

    Parameters
    ----------
    weights : sequence of numpy.ndarray
        Kernel and bias of each layer in turn.
    inputs : numpy.ndarray of float32
        From `encoder_inputs`.
    scaling : Scaling
        Scales of the same network.

    Returns
    -------
    mean, covariance
        Of u and v, shapes (n, 2) and (n, 2, 2).
    """
    return distribution(hidden_layers(weights, inputs).astype(float), scaling)


def hidden_layers(
    weights: Sequence[NDArray[Any]], inputs: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return what one member's layers say, shape (n, outputs)."""
    hidden = inputs
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        hidden = hidden @ kernel + bias
        hidden = hidden / (1.0 + np.exp(-np.clip(hidden, -60.0, None)))
    said: NDArray[np.float32] = hidden @ weights[-2] + weights[-1]
    return said


def distribution(
    outputs: NDArray[np.float64], scaling: Scaling
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and covariance of u and v from the five outputs, shape (n, 5)."""
    mean_u, mean_v, log_spread_v, log_spread_u, slope = outputs.T
    mean = np.stack([mean_u, mean_v], axis=1) * scaling.target_spread + scaling.target_mean
    variance_v, u, v = np.exp(2.0 * log_spread_v), 0, 1
    covariance = np.empty((len(outputs), 2, 2))
    covariance[:, u, u] = np.exp(2.0 * log_spread_u) + slope**2 * variance_v
    covariance[:, u, v] = covariance[:, v, u] = slope * variance_v
    covariance[:, v, v] = variance_v
    scale = scaling.target_spread
    return mean, covariance * scale[:, None] * scale[None, :]


class EncoderSizes(Protocol):
    """Sizes of a network that has encoders."""

    @property
    def width(self) -> int:
        """Of each hidden layer."""

    @property
    def depth(self) -> int:
        """How many hidden layers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderDraft(ABC):
    """A network whose encoders are still to be trained: what all of them have in common.

    Parameters
    ----------
    config : EncoderSizes
        Its sizes.
    current : numpy.ndarray of float
        Currents of the curves that it takes, in order, shape (c,) [A m⁻²].
    scaling : Scaling
        Scales of the encoders' inputs and targets.
    """

    config: EncoderSizes
    current: NDArray[np.float64]
    scaling: Scaling

    @property
    @abstractmethod
    def inputs(self) -> int:
        """How many numbers an encoder takes."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """How many numbers an encoder returns."""

    def encoder(self, *, seed: int, precision: str = "float32") -> keras.Model:
        """Return an encoder with random weights, to be trained.

        Parameters
        ----------
        seed : int
            Seed of the first weights.
        precision : str, default "float32"
            Keras's policy of the hidden layers; the input and the head are float32.

        Returns
        -------
        keras.Model
            Takes what `scaled_inputs` makes; returns as many numbers as `outputs` says.
        """
        return build_encoder(
            self.inputs, self.config.width, self.config.depth,
            seed=seed, precision=precision, outputs=self.outputs,
        )  # fmt: skip

    @abstractmethod
    def scaled_inputs(self, features: Mapping[str, Tensor]) -> Tensor:
        """Return what an encoder takes, shape (n, inputs)."""

    def scaled(self, coordinates: Tensor) -> Tensor:
        """Return coordinates of targets in the scale of an encoder's outputs.

        Parameters
        ----------
        coordinates : tensorflow.Tensor
            Of a batch, shape (n, k).

        Returns
        -------
        tensorflow.Tensor
            Shape (n, k).
        """
        mean, spread = (
            scale.astype(np.float32)
            for scale in (self.scaling.target_mean, self.scaling.target_spread)
        )
        return (coordinates - mean) / spread
