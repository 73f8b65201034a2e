"""The joint network: curve tensors → any numbers of a cell, with the covariance of all of them.

An ensemble of dense encoders.  Each says of the scaled coordinates y of the targets (of a number
its logarithm or itself, as `microbatt.parameters` has it)

    L (y - m) ~ N(0, 1),    L lower triangular with a positive diagonal,

so that every correlation is free: their covariance is (Lᵀ L)⁻¹.  The answers of the members
are mixed: their mean, and the mean of their covariances with the covariance of their means.  The
network is trained at one level of noise and is meant for it.  Nothing here needs TensorFlow but
what is trained.

A *bounded* network takes for y the normal score of where a coordinate x lies in its box,
y = Φ⁻¹((x - low)/(high - low)), so that no answer leaves the box and one that the curves do not
tell is spread over all of it.  The encoders of a *whitened* network read the directions in which
curves differ by more than noise, each scaled to one, in place of neighbouring voltages that nearly
say the same: what little a microstructure changes then stands out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from scipy.special import ndtr, ndtri

from microbatt.checks import Interval, check_integer, check_number
from microbatt.errors import ParameterError
from microbatt.networks.curve import CurveEstimate
from microbatt.networks.encoder import (
    encoder_inputs,
    hidden_layers,
)
from microbatt.networks.input_space import (
    Projection,
    TypicalInputs,
    typical_inputs,
)
from microbatt.networks.measurement import NOISE_FREE
from microbatt.parameters import Coordinates, parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.features import CurveTensors
    from microbatt.networks.encoder import Scaling
    from microbatt.networks.measurement import MeasurementNoise

LOG_RANGE: Final = (-4.0, 9.0)
"""Of the logarithms of L's diagonal: an encoder is neither surer nor less sure of a target."""
_MARGIN: Final = 0.02
"""Share of the box by which an estimate may lie beyond it."""
_TOO_MUCH: Final = 1.25
"""Curves with more noise than so many times that of the training are refused."""
LEAST_SHARE: Final = 1e-6
"""Nearer to an end of its box, as a share of it, a bounded coordinate counts as so far from it."""


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
    bounded : bool, default False
        Whether the targets lie in a box that no answer leaves.
    whitened : bool, default False
        Whether the encoders read directions in which curves differ by more than noise. Such a
        network needs every curve of a point.
    """

    kind: ClassVar[str] = "joint"
    samples: int = 100
    members: int = 3
    bins: int = 25
    width: int = 256
    depth: int = 3
    noise: float = 1e-3
    bounded: bool = False
    whitened: bool = False

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
    widening : numpy.ndarray of float, optional
        By which the standard deviation of each target is multiplied, shape (k,), as held-out points
        showed to be needed; None is one.
    typical : TypicalInputs, optional
        Tells curves of another kind; None where nobody asked.
    projection : Projection, optional
        Of a whitened network.
    """

    config: JointNetworkConfig
    targets: tuple[str, ...]
    current: NDArray[np.float64]
    scaling: Scaling
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    members: tuple[tuple[NDArray[Any], ...], ...]
    widening: NDArray[np.float64] | None = None
    typical: TypicalInputs | None = None
    projection: Projection | None = None

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
        mean, covariance, misfit = self._distribution(inputs)
        return self._natural(mean, covariance, misfit, self._known(inputs))

    def draws(
        self,
        tensors: CurveTensors,
        count: int,
        rng: np.random.Generator,
        noise: MeasurementNoise = NOISE_FREE,
    ) -> NDArray[np.float64]:
        """Draw from what the network says of n points.

        Parameters
        ----------
        tensors : CurveTensors
            As for `estimate`.
        count : int
            How many draws of each point.
        rng : numpy.random.Generator
            The dice.
        noise : MeasurementNoise, default none
            As for `estimate`.

        Returns
        -------
        numpy.ndarray of float
            Values of the targets in SI units, shape (n, count, k).

        Raises
        ------
        ParameterError
            As for `estimate`.
        """
        self._check(tensors, noise)
        mean, covariance, _ = self._distribution(encoder_inputs(tensors, self.scaling))
        root = np.linalg.cholesky(covariance)
        white = rng.standard_normal((len(mean), count, mean.shape[1]))
        x = self._coordinates(mean[:, None] + np.einsum("nij,nsj->nsi", root, white))
        return self._allowed(Coordinates(names=self.targets).natural(x))

    def deviations(
        self,
        tensors: CurveTensors,
        values: ArrayLike,
        noise: MeasurementNoise = NOISE_FREE,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far true values lie from what the network says, in standard deviations.

        The network's distribution of each target is normal in the scaled coordinate, whatever its
        box; where the network is calibrated, deviations are normal with a standard deviation of
        one.

        Parameters
        ----------
        tensors : CurveTensors
            As for `estimate`.
        values : array_like of float
            True values of the targets in SI units, shape (n, k).
        noise : MeasurementNoise, default none
            As for `estimate`.

        Returns
        -------
        deviations, spreads : numpy.ndarray of float
            Of the truths from the means, and the standard deviations that the network says, where
            those of its training points are one; shape (n, k) each.

        Raises
        ------
        ParameterError
            As for `estimate`.
        """
        self._check(tensors, noise)
        mean, covariance, _ = self._distribution(encoder_inputs(tensors, self.scaling))
        x = Coordinates(names=self.targets).coordinates(values)
        if self.config.bounded:
            x = normal_scores(x, self.low, self.high)
        y = (x - self.scaling.target_mean) / self.scaling.target_spread
        std = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
        return np.asarray((y - mean) / std), std

    def with_typical(self, tensors: CurveTensors) -> JointNetwork:
        """Return the network that tells curves unlike given ones.

        Parameters
        ----------
        tensors : CurveTensors
            Curves of many points of its training, with the noise of a measurement.

        Returns
        -------
        JointNetwork
            Of which estimates of other curves are not in range.
        """
        return replace(self, typical=typical_inputs(encoder_inputs(tensors, self.scaling)))

    def widened(self, factors: ArrayLike) -> JointNetwork:
        """Return the network with wider, or narrower, distributions.

        Parameters
        ----------
        factors : array_like of float
            By which the standard deviation of each target is multiplied, shape (k,).

        Returns
        -------
        JointNetwork
            With the factors in place of those it has.
        """
        return replace(self, widening=np.asarray(factors, dtype=float))

    def _distribution(
        self, inputs: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and covariance of the scaled coordinates, and how far members disagree."""
        read = inputs if self.projection is None else self.projection(inputs)
        answers = [_answer(weights, read, len(self.targets)) for weights in self.members]
        means = np.stack([mean for mean, _ in answers])
        inner = np.mean([covariance for _, covariance in answers], axis=0)
        mean = means.mean(axis=0)
        away = means - mean
        between = np.einsum("mni,mnj->nij", away, away) / len(means)
        covariance = inner + between
        if self.widening is not None:
            covariance = covariance * self.widening[:, None] * self.widening
        return mean, covariance, _disagreement(away, inner)

    def _known(self, inputs: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which inputs are of the kind of those of training."""
        everything = np.ones(len(inputs), dtype=bool)
        return everything if self.typical is None else self.typical.among(inputs)

    def _coordinates(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return coordinates of scaled ones, targets along the last axis."""
        x = y * self.scaling.target_spread + self.scaling.target_mean
        if not self.config.bounded:
            margin = _MARGIN * (self.high - self.low)
            return np.asarray(np.clip(x, self.low - margin, self.high + margin))
        return np.asarray(self.low + (self.high - self.low) * ndtr(x))

    def _allowed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values no further than the numbers may lie."""
        for column, name in enumerate(self.targets):
            allowed = parameter(name).allowed
            values[..., column] = np.clip(values[..., column], allowed.low, allowed.high)
        return values

    def _natural(
        self,
        mean: NDArray[np.float64],
        covariance: NDArray[np.float64],
        misfit: NDArray[np.float64],
        known: NDArray[np.bool_],
    ) -> CurveEstimate:
        """Return an estimate from scaled coordinates."""
        scale = self.scaling.target_spread
        x = mean * scale + self.scaling.target_mean
        coordinates = Coordinates(names=self.targets)
        values = self._allowed(coordinates.natural(self._coordinates(mean)))
        slopes = np.where(coordinates.logarithmic, values, 1.0) * scale
        inside: NDArray[np.bool_] = np.ones(len(x), dtype=bool)
        if self.config.bounded:
            slopes = slopes * (self.high - self.low) * np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi)
        else:
            margin = _MARGIN * (self.high - self.low)
            inside = np.asarray(
                ((x >= self.low - margin) & (x <= self.high + margin)).all(axis=1), dtype=bool
            )
        return CurveEstimate(
            mean=values,
            covariance=covariance * slopes[:, :, None] * slopes[:, None, :],
            in_range=np.asarray(inside & known),
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
        if self.projection is not None and not tensors.mask.all():
            raise ParameterError(
                "a point lacks a curve, and the network needs all of them; leave such points out."
            )
        if noise.voltage > _TOO_MUCH * self.config.noise:
            raise ParameterError(
                f"the curves have {1e3 * noise.voltage:g} mV of noise, and the network was trained "
                f"for {1e3 * self.config.noise:g} mV; train one for as much, with "
                "`JointNetworkConfig(noise=…)` or `microbatt train --noise`."
            )


def normal_scores(
    x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Φ⁻¹((x - low)/(high - low)), finite at the ends too.

    Examples
    --------
    >>> normal_scores(np.array([[1.0]]), np.zeros(1), np.full(1, 2.0))
    array([[0.]])
    """
    share = np.clip((x - low) / (high - low), LEAST_SHARE, 1.0 - LEAST_SHARE)
    return np.asarray(ndtri(share))


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
