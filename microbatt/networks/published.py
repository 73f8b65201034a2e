"""The published network: a picture of the curves, energies and powers → alpha and S.

Blocks of two convolutions and a max-pool, then dense layers that energies and powers join, ReLU
throughout.  The sizes of the layers were not published; those below are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from microbatt.checks import check_extra, check_integer
from microbatt.errors import ParameterError
from microbatt.networks.combination import combined

if TYPE_CHECKING:
    import keras
    from numpy.typing import ArrayLike, NDArray

IMAGE_SHAPE: Final = (48, 64, 3)
"""Rows, columns, colours."""
TARGET_SCALE: Final = (10.0, 40.0)
"""What the head's outputs are multiplied by, for alpha and S."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedNetworkConfig:
    """Sizes of the published network, ours.

    Parameters
    ----------
    filters : tuple of int, default (8, 16, 32, 32)
        Filters of the convolutions of each block, 3×3 pixels; each block halves the picture.
    dense : tuple of int, default (128, 64)
        Widths of the dense layers.
    energies : int, default 12
        Numbers of energy and power: two per current.
    """

    kind: ClassVar[str] = "published"
    filters: tuple[int, ...] = (8, 16, 32, 32)
    dense: tuple[int, ...] = (128, 64)
    energies: int = 12

    def __post_init__(self) -> None:
        for name in ("filters", "dense"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
            for size in getattr(self, name):
                check_integer(name, size, low=1)
        check_integer("energies", self.energies, low=2)
        if not 1 <= len(self.filters) <= 4:
            raise ParameterError(
                f"`filters` lists {len(self.filters)} blocks; a picture of 48×64 pixels can be "
                "halved 1 to 4 times. Name one number of filters a block."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedNetwork:
    """Two trained copies of the published network and what combines them.

    Parameters
    ----------
    config : PublishedNetworkConfig
        Their sizes.
    current : numpy.ndarray of float
        Currents of the curves in a picture, in the order of their colours, shape (c,) [A m⁻²].
    energy_mean, energy_spread : numpy.ndarray of float
        Mean and spread of energies and powers of the training points, shape (energies,).
    weighted, relative : tuple of numpy.ndarray
        Weights of the copies trained with L_w and with L_M, in Keras's order.
    bin_scores : numpy.ndarray of float
        Scores of both in each bin of alpha, shape (2, 5); see `microbatt.networks.combination`.
    """

    config: PublishedNetworkConfig
    current: NDArray[np.float64]
    energy_mean: NDArray[np.float64]
    energy_spread: NDArray[np.float64]
    weighted: tuple[NDArray[Any], ...]
    relative: tuple[NDArray[Any], ...]
    bin_scores: NDArray[np.float64]

    def estimate(
        self, image: NDArray[np.uint8], energies: NDArray[np.floating[Any]]
    ) -> NDArray[np.float64]:
        """Estimate alpha and S of n points.

        Parameters
        ----------
        image : numpy.ndarray of uint8
            Shape (n, 48, 64, 3).
        energies : numpy.ndarray of float
            Shape (n, energies).

        Returns
        -------
        numpy.ndarray
            alpha and S, shape (n, 2).

        Raises
        ------
        MissingExtraError
            If TensorFlow is not installed.
        """
        return self.combined(*self.answers(image, energies))

    def combined(self, weighted: ArrayLike, relative: ArrayLike) -> NDArray[np.float64]:
        """Combine the answers of the two copies by the published rule.

        Parameters
        ----------
        weighted, relative : array_like of float
            Values of alpha and S from the copies trained with L_w and with L_M, shape (n, 2).

        Returns
        -------
        numpy.ndarray of float
            alpha and S, shape (n, 2).
        """
        return combined(weighted, relative, self.bin_scores)

    def answers(
        self, image: NDArray[np.uint8], energies: NDArray[np.floating[Any]]
    ) -> NDArray[np.float64]:
        """Return what each copy says of n points, that of L_w first.

        Parameters
        ----------
        image, energies : numpy.ndarray of uint8 or numpy.ndarray of float
            As for `estimate`.

        Returns
        -------
        numpy.ndarray of float
            Values of alpha and S, shape (2, n, 2).

        Raises
        ------
        MissingExtraError
            If TensorFlow is not installed.
        """
        check_extra("tensorflow", extra="learn")
        both = (self.weighted, self.relative)
        return np.stack([self._answer(weights, image, energies) for weights in both])

    def _answer(
        self,
        weights: tuple[NDArray[Any], ...],
        image: NDArray[np.uint8],
        energies: NDArray[np.floating[Any]],
    ) -> NDArray[np.float64]:
        network = build_published(
            self.config, self.energy_mean, self.energy_spread, seed=0, precision="float32"
        )
        network.set_weights(list(weights))
        return published_answers(network, image, energies)


def published_answers(
    network: keras.Model,
    image: NDArray[np.uint8],
    energies: NDArray[np.floating[Any]],
) -> NDArray[np.float64]:
    """Return alpha and S of n points from one copy, shape (n, 2)."""
    answers = [np.empty((0, 2))]
    for i in range(0, len(image), _AT_ONCE):
        part = slice(i, i + _AT_ONCE)
        pixels, numbers = image[part].astype(np.float32), energies[part].astype(np.float32)
        answers.append(np.asarray(network([pixels, numbers], training=False), dtype=float))
    return np.concatenate(answers)


_AT_ONCE: Final = 512


def build_published(
    config: PublishedNetworkConfig,
    energy_mean: NDArray[np.float64],
    energy_spread: NDArray[np.float64],
    *,
    seed: int,
    precision: str,
) -> keras.Model:
    """Make the trainable layers.

    Parameters
    ----------
    config : PublishedNetworkConfig
        Sizes.
    energy_mean, energy_spread : numpy.ndarray of float
        Mean and spread of the training points, shape (energies,).
    seed : int
        Seed of the first weights.
    precision : str
        Keras's policy of the hidden layers; the inputs and the head are float32.

    Returns
    -------
    keras.Model
        Takes ``[image, energies]`` (0 to 255; W h kg⁻¹ and W kg⁻¹), returns alpha and S.
    """
    import keras

    numbers = iter(range(seed * 1000, (seed + 1) * 1000))

    def start() -> keras.Initializer:
        return keras.initializers.HeNormal(seed=next(numbers))

    image = keras.Input(IMAGE_SHAPE, dtype="float32", name="image")
    energies = keras.Input((config.energies,), dtype="float32", name="energies")
    # Ink on white paper: most of a picture becomes zero.
    hidden = keras.layers.Rescaling(-1.0 / 255.0, offset=1.0, dtype="float32")(image)
    for filters in config.filters:
        for _ in range(2):
            hidden = keras.layers.Conv2D(
                filters, 3, padding="same", activation="relu", kernel_initializer=start(),
                dtype=precision,
            )(hidden)  # fmt: skip
        hidden = keras.layers.MaxPooling2D(dtype=precision)(hidden)
    flat = keras.layers.Flatten(dtype=precision)(hidden)
    scaled = keras.layers.Rescaling(
        (1.0 / energy_spread).tolist(), (-energy_mean / energy_spread).tolist(), dtype="float32"
    )(energies)
    hidden = keras.layers.Concatenate(dtype=precision)([flat, scaled])
    for width in config.dense:
        hidden = keras.layers.Dense(
            width, activation="relu", kernel_initializer=start(), dtype=precision
        )(hidden)
    small = keras.initializers.GlorotUniform(seed=next(numbers))
    half = keras.initializers.Constant(0.5)
    head = keras.layers.Dense(2, kernel_initializer=small, bias_initializer=half, dtype="float32")(
        hidden
    )
    targets = keras.layers.Rescaling(list(TARGET_SCALE), dtype="float32")(head)
    return keras.Model([image, energies], targets)
