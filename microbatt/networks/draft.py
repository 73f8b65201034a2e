"""A curve network before its encoders are trained: scales and decoder, fitted in one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from microbatt.networks.curve import CurveNetwork, CurveNetworkConfig
from microbatt.networks.decoder import decoder_inputs, fit_decoder
from microbatt.networks.encoder import OUTPUTS, EncoderDraft, encoder_inputs_in_graph, fit_scaling
from microbatt.networks.targets import OFFSET, to_targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.features import CurveTensors
    from microbatt.networks.decoder import Decoder
    from microbatt.networks.encoder import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveNetworkDraft(EncoderDraft):
    """A curve network whose encoders are still to be trained.

    Parameters
    ----------
    config : CurveNetworkConfig
        Its sizes.
    current : numpy.ndarray of float
        Currents of the curves that it takes, in order, shape (c,) [A m⁻²].
    scaling : Scaling
        Scales of the encoders' inputs and targets.
    decoder : Decoder
        The forward map, fitted.
    """

    config: CurveNetworkConfig
    decoder: Decoder

    @property
    def inputs(self) -> int:
        """How many numbers an encoder takes."""
        return self.scaling.inputs

    @property
    def outputs(self) -> int:
        """How many numbers an encoder returns."""
        return OUTPUTS

    def scaled_inputs(self, features: Mapping[str, Tensor]) -> Tensor:
        """Return what an encoder takes.

        Parameters
        ----------
        features : mapping of str to tensorflow.Tensor
            Curve tensors of a batch, as the bridge makes them.

        Returns
        -------
        tensorflow.Tensor
            Scaled coarse curves and which of them exist, shape (n, inputs).
        """
        return encoder_inputs_in_graph(features, self.scaling)

    def scaled_targets(self, values: Tensor) -> Tensor:
        """Return what an encoder's outputs are compared with.

        Parameters
        ----------
        values : tensorflow.Tensor
            True alpha and S of a batch, shape (n, 2).

        Returns
        -------
        tensorflow.Tensor
            Scaled ln(alpha + 1/2) and ln S, shape (n, 2).
        """
        import tensorflow as tf

        alpha, S = tf.unstack(values, axis=1)
        return self.scaled(tf.stack([tf.math.log(alpha + OFFSET), tf.math.log(S)], axis=1))

    def finished(self, members: Sequence[Sequence[NDArray[Any]]]) -> CurveNetwork:
        """Return the network with its trained encoders.

        Parameters
        ----------
        members : sequence of sequences of numpy.ndarray
            Weights of each encoder, in Keras's order.

        Returns
        -------
        CurveNetwork
            Ready to estimate.
        """
        return CurveNetwork(
            config=self.config,
            current=self.current,
            scaling=self.scaling,
            members=tuple(tuple(weights) for weights in members),
            decoder=self.decoder,
        )


def draft_curve_network(
    tensors: CurveTensors, values: ArrayLike, config: CurveNetworkConfig
) -> CurveNetworkDraft:
    """Fit what a curve network learns in one step: its scales and its decoder.

    Parameters
    ----------
    tensors : CurveTensors
        Curves of n points, all of which exist.
    values : array_like of float
        True alpha and S of the same points, shape (n, 2).
    config : CurveNetworkConfig
        Sizes of the network.

    Returns
    -------
    CurveNetworkDraft
        Tells how its encoders are to be trained.
    """
    targets = to_targets(values)
    return CurveNetworkDraft(
        config=config,
        current=tensors.current[0].astype(float),
        scaling=fit_scaling(tensors, targets, config.bins),
        decoder=fit_decoder(
            targets,
            decoder_inputs(tensors),
            components=config.components,
            breaks=(config.breaks_u, config.breaks_v),
        ),
    )
