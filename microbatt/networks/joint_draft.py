"""A joint network before its encoders are trained: its scales, its box and its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.errors import ParameterError
from microbatt.networks.encoder import (
    EncoderDraft,
    encoder_inputs,
    encoder_inputs_in_graph,
    fit_scaling,
)
from microbatt.networks.input_space import Projection, project
from microbatt.networks.joint import LEAST_SHARE, JointNetwork, JointNetworkConfig, normal_scores
from microbatt.parameters import Coordinates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.features import CurveTensors
    from microbatt.networks.encoder import Tensor


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
    projection : Projection, optional
        Of a whitened network.
    """

    config: JointNetworkConfig
    targets: tuple[str, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    projection: Projection | None = None

    @property
    def outputs(self) -> int:
        """How many numbers an encoder returns: means, and the entries of L row by row."""
        count = len(self.targets)
        return count + count * (count + 1) // 2

    @property
    def inputs(self) -> int:
        """How many numbers an encoder takes."""
        if self.projection is None:
            return self.scaling.inputs
        return int(self.projection.matrix.shape[1])

    def scaled_inputs(self, features: Mapping[str, Tensor]) -> Tensor:
        """Return what an encoder takes.

        Parameters
        ----------
        features : mapping of str to tensorflow.Tensor
            Curve tensors of a batch, as the bridge makes them.

        Returns
        -------
        tensorflow.Tensor
            Scaled coarse curves and which of them exist, or their projections; shape (n, inputs).
        """
        inputs = encoder_inputs_in_graph(features, self.scaling)
        if self.projection is None:
            return inputs
        mean, matrix = (
            a.astype(np.float32) for a in (self.projection.mean, self.projection.matrix)
        )
        return (inputs - mean) @ matrix

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
        if self.config.bounded:
            low, width = self.low.astype(np.float32), (self.high - self.low).astype(np.float32)
            share = (x - low) / width
            x = tf.math.ndtri(tf.clip_by_value(share, LEAST_SHARE, 1.0 - LEAST_SHARE))
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
            projection=self.projection,
            members=tuple(tuple(weights) for weights in members),
        )


def draft_joint_network(
    tensors: CurveTensors,
    values: ArrayLike,
    targets: Sequence[str],
    config: JointNetworkConfig,
    *,
    box: tuple[ArrayLike, ArrayLike] | None = None,
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
    box : tuple of array_like, optional
        Lowest and highest coordinate of each target, shape (k,) each; None is where the points lie.

    Returns
    -------
    JointNetworkDraft
        Tells how its encoders are to be trained.

    Raises
    ------
    ParameterError
        If one of the targets is the same at all points, or lies outside the box.
    """
    x = Coordinates(names=tuple(targets)).coordinates(values)
    low, high = x.min(axis=0), x.max(axis=0)
    for name, same in zip(targets, low == high, strict=True):
        if same:
            raise ParameterError(
                f"`{name}` is the same at all points to train on, so that nothing can be learned "
                "of it. Leave it out of `targets`, or vary it in the cube."
            )
    if box is not None:
        low, high = _box_around(targets, low, high, box)
    scores = normal_scores(x, low, high) if config.bounded else x
    scaling = fit_scaling(tensors, scores, config.bins, least_spread=0.0)
    projection = None
    if config.whitened:
        if not tensors.mask.all():
            raise ParameterError(
                "a whitened network needs every curve of each point to train on; leave out points "
                "that lack one, with `points`."
            )
        inputs = encoder_inputs(tensors, scaling)
        projection = project(inputs, scaling, tensors.samples, config.noise)
    return JointNetworkDraft(
        config=config,
        targets=tuple(targets),
        current=tensors.current[0].astype(float),
        scaling=scaling,
        low=low,
        high=high,
        projection=projection,
    )


def _box_around(
    targets: Sequence[str],
    least: NDArray[np.float64],
    most: NDArray[np.float64],
    box: tuple[ArrayLike, ArrayLike],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a box after refusing one that does not hold all points."""
    low, high = (np.asarray(ends, dtype=float) for ends in box)
    room = 1e-9 * (high - low)
    for name, outside in zip(targets, (least < low - room) | (most > high + room), strict=True):
        if outside:
            raise ParameterError(
                f"`{name}` lies outside its box at some points to train on; give a box that holds "
                "them all, or leave them out."
            )
    return low, high
