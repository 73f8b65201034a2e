"""The joint network: curve tensors → any numbers of a cell, with the covariance of all of them.

An ensemble of dense encoders.  Each says of the scaled coordinates y of the targets (of a number
its logarithm or itself, as `microbatt.parameters` has it)

    L (y - m) ~ N(0, 1),    L lower triangular with a positive diagonal,

so that every correlation is free: their covariance is (Lᵀ L)⁻¹.  The answers of the members
are mixed: their mean, and the mean of their covariances with the covariance of their means.  The
network is trained at one level of noise and is meant for it.  Nothing here needs TensorFlow but
what is trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from microbatt.checks import Interval, check_integer, check_number
from microbatt.errors import ParameterError
from microbatt.networks.curve import CurveEstimate
from microbatt.networks.encoder import (
    EncoderDraft,
    encoder_inputs,
    fit_scaling,
    hidden_layers,
)
from microbatt.networks.measurement import NOISE_FREE
from microbatt.parameters import Coordinates, parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.features import CurveTensors
    from microbatt.networks.encoder import Scaling, Tensor
    from microbatt.networks.measurement import MeasurementNoise

LOG_RANGE: Final = (-4.0, 9.0)
"""Of the logarithms of L's diagonal: an encoder is neither surer nor less sure of a target."""
_MARGIN: Final = 0.02
"""Share of the box by which an estimate may lie beyond it."""
_TOO_MUCH: Final = 1.25
"""Curves with more noise than so many times that of the training are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointNetworkConfig:
    """Sizes of the joint network.

    Parameters
    ----------
    samples : int, default 100
        Voltages per curve.
    members : int, default 3
        Encoders of the ensemble.
    bins, width, depth : int
        Coarse voltages per curve that an encoder sees, and its hidden layers.
    noise : float, default 0.001
        Standard deviation of the white noise of each voltage sample for which it is trained [V].
    """

    kind: ClassVar[str] = "joint"
    samples: int = 100
    members: int = 3
    bins: int = 25
    width: int = 256
    depth: int = 3
    noise: float = 1e-3

    def __post_init__(self) -> None:
        check_integer("samples", self.samples, low=8)
        check_integer("bins", self.bins, low=2, high=self.samples)
        for name in ("members", "width", "depth"):
            check_integer(name, getattr(self, name), low=1)
        check_number("noise", self.noise, Interval(0.0, 0.05), unit="V", remedy="Give volts.")


@dataclass(frozen=True, slots=True, kw_only=True)
class JointNetwork:
    """A trained joint network.

    Parameters
    ----------
    config : JointNetworkConfig
        Its sizes.
    targets : tuple of str
        What it answers, by the names of `microbatt.parameters`.
    current : numpy.ndarray of float
        Currents of the curves it takes, in order, shape (c,) [A m⁻²].
    scaling : Scaling
        Scales of the inputs and of the targets' coordinates.
    low, high : numpy.ndarray of float
        Lowest and highest coordinates in training, shape (k,).
    members : tuple of tuple of numpy.ndarray
        Weights of each encoder: kernel and bias of each layer in turn.
    """

    config: JointNetworkConfig
    targets: tuple[str, ...]
    current: NDArray[np.float64]
    scaling: Scaling
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    members: tuple[tuple[NDArray[Any], ...], ...]

    def estimate(
        self, tensors: CurveTensors, noise: MeasurementNoise = NOISE_FREE
    ) -> CurveEstimate:
        """Estimate the targets of n points.

        Parameters
        ----------
        tensors : CurveTensors
            Their curves, at the network's currents and number of samples; each point has at
            least one.
        noise : MeasurementNoise, default none
            What the measurement added to them: no more than the network was trained for.

        Returns
        -------
        CurveEstimate
            Values and covariance of all targets, in SI units, to first order in the spread of
            their coordinates. The misfit is how far the members disagree, over what they allow.

        Raises
        ------
        ParameterError
            If the currents, the number of samples or the noise are others, or a point has no curve.
        """
        self._check(tensors, noise)
        inputs = encoder_inputs(tensors, self.scaling)
        answers = [_answer(weights, inputs, len(self.targets)) for weights in self.members]
        means = np.stack([mean for mean, _ in answers])
        inner = np.mean([covariance for _, covariance in answers], axis=0)
        mean = means.mean(axis=0)
        away = means - mean
        between = np.einsum("mni,mnj->nij", away, away) / len(means)
        return self._natural(mean, inner + between, _disagreement(away, inner))

    def _natural(
        self,
        mean: NDArray[np.float64],
        covariance: NDArray[np.float64],
        misfit: NDArray[np.float64],
    ) -> CurveEstimate:
        """Return an estimate from scaled coordinates."""
        scale = self.scaling.target_spread
        x = mean * scale + self.scaling.target_mean
        margin = _MARGIN * (self.high - self.low)
        inside = ((x >= self.low - margin) & (x <= self.high + margin)).all(axis=1)
        coordinates = Coordinates(names=self.targets)
        values = coordinates.natural(np.clip(x, self.low - margin, self.high + margin))
        for column, name in enumerate(self.targets):
            allowed = parameter(name).allowed
            values[:, column] = np.clip(values[:, column], allowed.low, allowed.high)
        slopes = np.where(coordinates.logarithmic, values, 1.0) * scale
        return CurveEstimate(
            mean=values,
            covariance=covariance * slopes[:, :, None] * slopes[:, None, :],
            in_range=np.asarray(inside),
            misfit=misfit,
        )

    def _check(self, tensors: CurveTensors, noise: MeasurementNoise) -> None:
        given = tensors.current[:1].ravel()
        same = given.shape == self.current.shape and np.allclose(given, self.current, rtol=1e-5)
        if len(tensors) and (not same or tensors.samples != self.config.samples):
            listed = ", ".join(f"{c:g}" for c in self.current)
            raise ParameterError(
                f"the curves come at {', '.join(f'{c:g}' for c in given)} A m⁻² with "
                f"{tensors.samples} samples each; the network takes {listed} A m⁻² with "
                f"{self.config.samples}."
            )
        empty = np.flatnonzero(~tensors.mask.any(axis=1))
        if empty.size:
            raise ParameterError(
                f"point {empty[0]} has no curve at all; leave out points without curves."
            )
        if noise.voltage > _TOO_MUCH * self.config.noise:
            raise ParameterError(
                f"the curves have {1e3 * noise.voltage:g} mV of noise, and the network was trained "
                f"for {1e3 * self.config.noise:g} mV; train one for as much, with "
                "`JointNetworkConfig(noise=…)` or `microbatt train --noise`."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class JointNetworkDraft(EncoderDraft):
    """A joint network whose encoders are still to be trained.

    Parameters
    ----------
    config : JointNetworkConfig
        Its sizes.
    current : numpy.ndarray of float
        Currents of the curves that it takes, in order, shape (c,) [A m⁻²].
    scaling : Scaling
        Scales of the inputs and of the targets' coordinates.
    targets : tuple of str
        What it is to answer.
    low, high : numpy.ndarray of float
        Lowest and highest coordinates in training, shape (k,).
    """

    config: JointNetworkConfig
    targets: tuple[str, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def outputs(self) -> int:
        """How many numbers an encoder returns: means, and the entries of L row by row."""
        count = len(self.targets)
        return count + count * (count + 1) // 2

    def scaled_targets(self, values: Tensor) -> Tensor:
        """Return what an encoder's outputs are compared with.

        Parameters
        ----------
        values : tensorflow.Tensor
            True values of a batch in SI units, shape (n, k).

        Returns
        -------
        tensorflow.Tensor
            Scaled coordinates, shape (n, k).
        """
        import tensorflow as tf

        logarithmic = Coordinates(names=self.targets).logarithmic
        safe = tf.where(logarithmic, values, tf.ones_like(values))
        x = tf.where(logarithmic, tf.math.log(safe), values)
        return self.scaled(x)

    def finished(self, members: Sequence[Sequence[NDArray[Any]]]) -> JointNetwork:
        """Return the network with its trained encoders.

        Parameters
        ----------
        members : sequence of sequences of numpy.ndarray
            Weights of each encoder, in Keras's order.

        Returns
        -------
        JointNetwork
            Ready to estimate.
        """
        return JointNetwork(
            config=self.config,
            targets=self.targets,
            current=self.current,
            scaling=self.scaling,
            low=self.low,
            high=self.high,
            members=tuple(tuple(weights) for weights in members),
        )


def draft_joint_network(
    tensors: CurveTensors, values: ArrayLike, targets: Sequence[str], config: JointNetworkConfig
) -> JointNetworkDraft:
    """Take the scales of a joint network from its training points.

    Parameters
    ----------
    tensors : CurveTensors
        Curves of n points.
    values : array_like of float
        True values of the same points in SI units, shape (n, k).
    targets : sequence of str
        Names of the k numbers.
    config : JointNetworkConfig
        Sizes of the network.

    Returns
    -------
    JointNetworkDraft
        Tells how its encoders are to be trained.

    Raises
    ------
    ParameterError
        If one of the targets is the same at all points.
    """
    x = Coordinates(names=tuple(targets)).coordinates(values)
    low, high = x.min(axis=0), x.max(axis=0)
    for name, same in zip(targets, low == high, strict=True):
        if same:
            raise ParameterError(
                f"`{name}` is the same at all points to train on, so that nothing can be learned "
                "of it. Leave it out of `targets`, or vary it in the cube."
            )
    return JointNetworkDraft(
        config=config,
        targets=tuple(targets),
        current=tensors.current[0].astype(float),
        scaling=fit_scaling(tensors, x, config.bins, least_spread=0.0),
        low=low,
        high=high,
    )


def lower_triangle(entries: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return L of an encoder's outputs, its diagonal the exponentials of what it says.

    Examples
    --------
    >>> lower_triangle(np.array([[0.0, 2.0, 0.0]]), 2)
    array([[[1., 0.],
            [2., 1.]]])
    """
    rows, columns = np.tril_indices(count)
    lower = np.zeros((len(entries), count, count))
    lower[:, rows, columns] = entries
    place = np.arange(count)
    diagonal = np.clip(lower[:, place, place], *LOG_RANGE)
    lower[:, place, place] = np.exp(diagonal)
    return lower


def _answer(
    weights: Sequence[NDArray[Any]], inputs: NDArray[np.float32], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return one member's mean and covariance of the scaled coordinates."""
    outputs = hidden_layers(weights, inputs).astype(float)
    inverse = np.linalg.inv(lower_triangle(outputs[:, count:], count))
    return outputs[:, :count], inverse @ inverse.transpose(0, 2, 1)


def _disagreement(
    away: NDArray[np.float64], covariance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean square of how far members lie from their mean, over what they allow."""
    solved = np.linalg.solve(covariance[None], away[..., None])[..., 0]
    squares: NDArray[np.float64] = (away * solved).mean(axis=(0, 2))
    return squares
