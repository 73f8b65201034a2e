"""The curve network: curve tensors → alpha and S with their covariance, at any level of noise.

Three parts, all learned from a cube: an ensemble of dense encoders gives a first estimate, a
decoder knows which curves an estimate would give, and a few Gauss–Newton layers bring the two
together, told how noisy the curves are.  Nothing here needs TensorFlow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from microbatt.checks import check_integer
from microbatt.errors import ParameterError
from microbatt.networks.encoder import encoded, encoder_inputs
from microbatt.networks.measurement import NOISE_FREE
from microbatt.networks.refinement import Refined, refine
from microbatt.networks.targets import from_targets, to_targets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.features import CurveTensors
    from microbatt.networks.decoder import Decoder
    from microbatt.networks.encoder import Scaling
    from microbatt.networks.measurement import MeasurementNoise

_AT_ONCE: Final = 256
"""Points that are refined together, which bounds the memory."""
_POOR_FIT: Final = 2.0
"""Mean squared residual over variance above which other starts are tried."""
_LATTICE: Final = (5, 5)
"""Further starts, over the whole box."""
_FURTHEST_MISFIT: Final = 5e-3
"""Curves further than this from any decoded ones are none that the network learned [V]."""
_LEAST_TARGETS: Final = np.array([to_targets([0.0, 1.0])[0], -np.inf])
"""Targets that nothing lies below: alpha is 0 there."""
_MARGIN: Final = 2e-3
"""Share of the box within which an estimate counts as lying at its edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveNetworkConfig:
    """Sizes of the curve network.

    Parameters
    ----------
    samples : int, default 100
        Voltages per curve.
    members : int, default 3
        Encoders of the ensemble.
    bins, width, depth : int
        Coarse voltages per curve that an encoder sees, and its hidden layers.
    components : int, default 96
        Principal components of the decoder.
    breaks_u, breaks_v : int
        Breakpoints of the decoder's splines in u and v.
    """

    kind: ClassVar[str] = "curve"
    samples: int = 100
    members: int = 3
    bins: int = 20
    width: int = 128
    depth: int = 3
    components: int = 96
    breaks_u: int = 44
    breaks_v: int = 72

    def __post_init__(self) -> None:
        check_integer("samples", self.samples, low=8)
        check_integer("bins", self.bins, low=2, high=self.samples)
        for name in ("members", "width", "depth", "components"):
            check_integer(name, getattr(self, name), low=1)
        for name in ("breaks_u", "breaks_v"):
            check_integer(name, getattr(self, name), low=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveEstimate:
    """What the network says of n points.

    Parameters
    ----------
    mean : numpy.ndarray of float
        Values of the k targets, alpha and S of a curve network, shape (n, k).
    covariance : numpy.ndarray of float
        Covariance of them, shape (n, k, k).
    in_range : numpy.ndarray of bool
        Whether the curves lie among those it learned, shape (n,).
    misfit : numpy.ndarray of float
        Mean squared residual over variance, about 1 for a good fit, shape (n,).
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    in_range: NDArray[np.bool_]
    misfit: NDArray[np.float64]


_NOTHING: Final = CurveEstimate(
    mean=np.empty((0, 2)),
    covariance=np.empty((0, 2, 2)),
    in_range=np.empty(0, dtype=bool),
    misfit=np.empty(0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveNetwork:
    """A trained curve network.

    Parameters
    ----------
    config : CurveNetworkConfig
        Its sizes.
    current : numpy.ndarray of float
        Currents of the curves it takes, in order, shape (c,) [A m⁻²].
    scaling : Scaling
        Scales of the encoders' inputs and targets.
    members : tuple of tuple of numpy.ndarray
        Weights of each encoder: kernel and bias of each layer in turn.
    decoder : Decoder
        The forward map.
    """

    config: CurveNetworkConfig
    current: NDArray[np.float64]
    scaling: Scaling
    members: tuple[tuple[NDArray[Any], ...], ...]
    decoder: Decoder

    def first_estimates(
        self, tensors: CurveTensors
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what each of the m encoders says.

        Parameters
        ----------
        tensors : CurveTensors
            Curves of n points, at the network's currents.

        Returns
        -------
        means, covariances : numpy.ndarray of float
            Means and covariances of u and v, shapes (m, n, 2) and (m, n, 2, 2).
        """
        inputs = encoder_inputs(tensors, self.scaling)
        means, covariances = zip(
            *(encoded(weights, inputs, self.scaling) for weights in self.members), strict=True
        )
        return np.stack(means), np.stack(covariances)

    def estimate(
        self, tensors: CurveTensors, noise: MeasurementNoise = NOISE_FREE
    ) -> CurveEstimate:
        """Estimate alpha and S of n points.

        Parameters
        ----------
        tensors : CurveTensors
            Their curves, at the network's currents and number of samples; each point has at
            least one.
        noise : MeasurementNoise, default none
            What the measurement added to them.

        Returns
        -------
        CurveEstimate
            Of each point, with its covariance.

        Raises
        ------
        ParameterError
            If the currents or the number of samples are others, or a point has no curve.
        """
        self._check(tensors)
        parts = [_NOTHING] + [
            self._estimated(tensors.take(np.arange(i, min(i + _AT_ONCE, len(tensors)))), noise)
            for i in range(0, len(tensors), _AT_ONCE)
        ]
        return CurveEstimate(
            **{
                name: np.concatenate([getattr(part, name) for part in parts])
                for name in ("mean", "covariance", "in_range", "misfit")
            }
        )

    def _estimated(self, tensors: CurveTensors, noise: MeasurementNoise) -> CurveEstimate:
        starts, _ = self.first_estimates(tensors)
        refined = refine(self.decoder, tensors, noise, starts.mean(axis=0))
        poor = np.flatnonzero(~(refined.misfit <= _POOR_FIT))
        if poor.size:
            refined = self._tried_again(refined, tensors, noise, poor, starts)
        mean, covariance = from_targets(refined.mean, refined.covariance)
        return CurveEstimate(
            mean=mean,
            covariance=covariance,
            in_range=self._inside(refined.mean) & (refined.residual <= _furthest(noise)),
            misfit=refined.misfit,
        )

    def _tried_again(
        self,
        refined: Refined,
        tensors: CurveTensors,
        noise: MeasurementNoise,
        poor: NDArray[np.int64],
        starts: NDArray[np.float64],
    ) -> Refined:
        """Start the poor points from every member's estimate and from all over the box."""
        low, high = self.decoder.box
        axes = [np.linspace(a, b, n + 2)[1:-1] for a, b, n in zip(low, high, _LATTICE, strict=True)]
        lattice = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 1, 2)
        everywhere = np.broadcast_to(lattice, (len(lattice), poor.size, 2))
        tried = np.concatenate([starts[:, poor], everywhere])
        together = max(_AT_ONCE // poor.size, 1)
        for i in range(0, len(tried), together):
            several = tried[i : i + together]
            repeated = tensors.take(np.tile(poor, len(several)))
            ended = refine(self.decoder, repeated, noise, several.reshape(-1, 2))
            for k in range(len(several)):
                refined = refined.improved(
                    poor, ended.part(slice(k * poor.size, (k + 1) * poor.size))
                )
        return refined

    def _inside(self, targets: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether targets lie within the box; alpha may be at its lower end if that is 0."""
        low, high = self.decoder.box
        margin = _MARGIN * (high - low)
        margin_below = np.where(low <= _LEAST_TARGETS, 0.0, margin)
        above, below = targets >= low + margin_below, targets <= high - margin
        return np.asarray((above & below).all(axis=1))

    def _check(self, tensors: CurveTensors) -> None:
        given = tensors.current[:1].ravel()
        same = given.shape == self.current.shape and np.allclose(given, self.current, rtol=1e-5)
        if len(tensors) and (not same or tensors.samples != self.config.samples):
            listed = ", ".join(f"{c:g}" for c in self.current)
            raise ParameterError(
                f"the curves come at {', '.join(f'{c:g}' for c in given)} A m⁻² with "
                f"{tensors.samples} samples each; the network takes {listed} A m⁻² with "
                f"{self.config.samples}. Make them with `samples={self.config.samples}` and the "
                "network's currents, which masks those that are missing."
            )
        empty = np.flatnonzero(~tensors.mask.any(axis=1))
        if empty.size:
            raise ParameterError(
                f"point {empty[0]} has no curve at all; leave out points without curves."
            )


def _furthest(noise: MeasurementNoise) -> float:
    """Return the residual [V] up to which curves count as known."""
    return 4.0 * noise.voltage + _FURTHEST_MISFIT
