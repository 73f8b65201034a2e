"""What inputs of training look like: the directions in which they differ, and how far they lie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.networks.measurement import LEAST_NOISE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.networks.encoder import Scaling

CAPACITY_SPREAD: Final = 1e-4
"""Standard deviation of a capacity's logarithm, which has no white noise, in a whitened network."""
_STRANGE: Final = 1.5
"""Curves further from the middle of those of training than so many times the furthest are none."""
_FEW: Final = 1e-3
"""Share of the training points that may lie further out than the furthest that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Directions in which the inputs of training differ by more than noise.

    Parameters
    ----------
    mean : numpy.ndarray of float
        Of the inputs, shape (m,).
    matrix : numpy.ndarray of float
        Scales each of r directions to a standard deviation of one, shape (m, r).
    """

    mean: NDArray[np.float64]
    matrix: NDArray[np.float64]

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return inputs along the directions, shape (n, r)."""
        return np.asarray((inputs - self.mean) @ self.matrix, dtype=np.float32)


def project(
    inputs: NDArray[np.float32], scaling: Scaling, samples: int, noise: float
) -> Projection:
    """Find the directions in which inputs differ by more than noise.

    Each input is divided by the standard deviation of its noise; the principal directions of the
    rest whose variance exceeds that of the noise are kept.

    Parameters
    ----------
    inputs : numpy.ndarray of float32
        From `encoder_inputs`, without noise, shape (n, m).
    scaling : Scaling
        Of the same inputs.
    samples : int
        Voltages per curve.
    noise : float
        Standard deviation of the white noise of each [V].
    """
    curves, numbers = scaling.mean.shape
    std = np.full((curves, numbers), CAPACITY_SPREAD)
    std[:, :-1] = max(noise, LEAST_NOISE) / np.sqrt(samples / scaling.bins)
    flat = (std / scaling.spread).ravel()
    seen = inputs[:, : flat.size].astype(float)
    mean = seen.mean(axis=0)
    variance, axes = np.linalg.eigh(np.cov((seen - mean) / flat, rowvar=False))
    kept = np.flatnonzero(variance > 1.0)[::-1]
    matrix = np.zeros((inputs.shape[1], kept.size))
    matrix[: flat.size] = axes[:, kept] / flat[:, None] / np.sqrt(variance[kept] + 1.0)
    return Projection(mean=np.concatenate([mean, np.ones(curves)]), matrix=matrix)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalInputs:
    """What the inputs of training look like, to tell curves that are of another kind.

    Parameters
    ----------
    mean : numpy.ndarray of float
        Of the encoders' inputs, shape (m,).
    whitening : numpy.ndarray of float
        Root of the inverse of their covariance, shape (m, m).
    furthest : float
        Largest distance from the mean that is usual in training, squared and over m [-].
    """

    mean: NDArray[np.float64]
    whitening: NDArray[np.float64]
    furthest: float

    def distance(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return how far inputs lie from the mean, squared and over m.

        Parameters
        ----------
        inputs : numpy.ndarray of float32
            From `encoder_inputs`, shape (n, m).

        Returns
        -------
        numpy.ndarray of float
            Shape (n,).
        """
        away = (inputs - self.mean) @ self.whitening
        return np.asarray((away**2).mean(axis=1))

    def among(self, inputs: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which inputs are like those of training.

        Parameters
        ----------
        inputs : numpy.ndarray of float32
            From `encoder_inputs`, shape (n, m).

        Returns
        -------
        numpy.ndarray of bool
            Shape (n,).
        """
        return np.asarray(self.distance(inputs) <= _STRANGE * self.furthest)


def typical_inputs(inputs: NDArray[np.float32]) -> TypicalInputs:
    """Take from the inputs of training what is usual.

    Parameters
    ----------
    inputs : numpy.ndarray of float32
        From `encoder_inputs`, with the noise of training, shape (n, m).
    """
    mean = inputs.mean(axis=0, dtype=float)
    variance, axes = np.linalg.eigh(np.cov(inputs.astype(float), rowvar=False))
    least = 1e-6 * float(variance[-1])
    found = TypicalInputs(
        mean=mean, whitening=axes / np.sqrt(np.maximum(variance, least)), furthest=1.0
    )
    usual = float(np.quantile(found.distance(inputs), 1.0 - _FEW))
    return replace(found, furthest=usual)
