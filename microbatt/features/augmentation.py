"""What a measurement does to a curve, for training: noise, offset, contact, capacity, gaps.

V' = V + σ ε + o − I R_c at every sample, Q' = s Q, and some curves are hidden.  σ, o, R_c and s
are drawn once per point, since one instrument and one cell take all of its curves; ε is white.
The same formula works on NumPy arrays and on TensorFlow's tensors; only the dice differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from microbatt.checks import Interval, check_number
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

Tensor: TypeAlias = Any
"""An array of NumPy or a tensor of TensorFlow, which has no annotations."""

Range: TypeAlias = "float | tuple[float, float]"
"""Lowest and highest of values drawn evenly; a number is always that number."""

_ALLOWED: Final = {
    "noise": (Interval(0.0, 0.5), "V"),
    "offset": (Interval(-0.5, 0.5), "V"),
    "contact_resistance": (Interval(0.0, 0.1), "Ω m²"),
    "capacity_scale": (Interval(0.5, 2.0), "1"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How far the curves of training are disturbed.

    Parameters
    ----------
    noise : float or tuple of float, default 0.0
        Standard deviation of the white noise of each voltage sample [V].
    offset : float or tuple of float, default 0.0
        Added to all voltages of a point [V].
    contact_resistance : float or tuple of float, default 0.0
        Between the cell and the instrument [Ω m²]; lowers V by I R_c.
    capacity_scale : float or tuple of float, default 1.0
        Factor of all capacities of a point.
    missing : float, default 0.0
        Probability that a curve is hidden, 0 to below 1; one curve of a point always stays.

    Examples
    --------
    >>> Augmentation(noise=(0.0, 0.005), offset=(-0.002, 0.002), missing=0.2).noise
    (0.0, 0.005)
    >>> Augmentation(noise=0.001).noise
    (0.001, 0.001)
    """

    noise: Range = 0.0
    offset: Range = 0.0
    contact_resistance: Range = 0.0
    capacity_scale: Range = 1.0
    missing: float = 0.0

    def __post_init__(self) -> None:
        for name, (allowed, unit) in _ALLOWED.items():
            object.__setattr__(self, name, _checked_range(name, getattr(self, name), allowed, unit))
        below_one = Interval(0.0, 1.0, high_open=True)
        object.__setattr__(self, "missing", check_number("missing", self.missing, below_one))

    def disturbed_in_graph(
        self, tensors: Mapping[str, Tensor], samples: int, seed: Tensor
    ) -> dict[str, Tensor]:
        """Return TensorFlow's curve tensors as a measurement would give them.

        Parameters
        ----------
        tensors : mapping of str to tensorflow.Tensor
            As `disturbed` takes them.
        samples : int
            Voltages per curve.
        seed : tensorflow.Tensor
            Two integers, shape (2,); the disturbances are a function of it alone.

        Returns
        -------
        dict of str to tensorflow.Tensor
            New tensors of the same names.
        """
        return disturbed(tensors, draw_in_graph(self, tensors["mask"], samples, seed))

    def range_of(self, name: str) -> tuple[float, float]:
        """Return the lowest and the highest value of one of the ranges.

        Parameters
        ----------
        name : str
            Name of a field that is a range.

        Returns
        -------
        tuple of float
            In the unit of the field.
        """
        low, high = getattr(self, name)
        return float(low), float(high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """What was drawn for n points, as arrays or as tensors, float32.

    Parameters
    ----------
    noise : tensorflow.Tensor
        Added to each voltage sample [V], shape (n, c, samples).
    offset, contact_resistance, capacity_scale : tensorflow.Tensor
        [V], [Ω m²], [-], shape (n,).
    kept : tensorflow.Tensor
        1 where a curve stays, 0 where it is missing or hidden, shape (n, c).
    """

    noise: Tensor
    offset: Tensor
    contact_resistance: Tensor
    capacity_scale: Tensor
    kept: Tensor


def disturbed(tensors: Mapping[str, Tensor], draws: Draws) -> dict[str, Tensor]:
    """Return curve tensors as a measurement would give them.

    Parameters
    ----------
    tensors : mapping of str to tensorflow.Tensor
        ``voltage`` (n, c, samples), ``capacity``, ``current`` and ``mask`` (n, c), and any others,
        which stay as they are; NumPy arrays or TensorFlow tensors.
    draws : Draws
        Draws of the same kind.

    Returns
    -------
    dict
        New arrays of the same names; 0 and False where a curve is missing or hidden.
    """
    drop = tensors["current"] * draws.contact_resistance[:, None]
    shift = draws.offset[:, None] - drop
    voltage = (tensors["voltage"] + draws.noise + shift[:, :, None]) * draws.kept[:, :, None]
    capacity = tensors["capacity"] * draws.capacity_scale[:, None] * draws.kept
    return {**tensors, "voltage": voltage, "capacity": capacity, "mask": draws.kept > 0.5}


def draw(
    augmentation: Augmentation, mask: np.ndarray[Any, Any], samples: int, rng: np.random.Generator
) -> Draws:
    """Draw disturbances with NumPy.

    Parameters
    ----------
    augmentation : Augmentation
        The ranges.
    mask : numpy.ndarray
        Which curves there are, shape (n, c).
    samples : int
        Voltages per curve.
    rng : numpy.random.Generator
        The dice.
    """

    def between(name: str) -> np.ndarray[Any, Any]:
        return rng.uniform(*augmentation.range_of(name), size=mask.shape[0]).astype(np.float32)

    white = rng.standard_normal((*mask.shape, samples), dtype=np.float32)
    kept = mask & (rng.random(mask.shape) >= augmentation.missing)
    kept = np.where(kept.any(axis=1, keepdims=True), kept, mask)
    return Draws(
        noise=between("noise")[:, None, None] * white,
        offset=between("offset"),
        contact_resistance=between("contact_resistance"),
        capacity_scale=between("capacity_scale"),
        kept=kept.astype(np.float32),
    )


def draw_in_graph(augmentation: Augmentation, mask: Tensor, samples: int, seed: Tensor) -> Draws:
    """Draw disturbances with TensorFlow's stateless dice: a function of the seed alone.

    Parameters
    ----------
    augmentation : Augmentation
        The ranges.
    mask : tensorflow.Tensor
        Which curves there are, a boolean tensor of shape (n, c).
    samples : int
        Voltages per curve.
    seed : tensorflow.Tensor
        Two integers, a tensor of shape (2,).
    """
    import tensorflow as tf

    seeds = dict(zip(_DICE, tf.unstack(tf.random.split(seed, len(_DICE))), strict=True))
    shape = tf.shape(mask)

    def between(name: str) -> Tensor:
        low, high = augmentation.range_of(name)
        if low == high:
            return tf.fill(shape[:1], tf.constant(low, tf.float32))
        return tf.random.stateless_uniform(shape[:1], seeds[name], low, high)

    return Draws(
        noise=_white_noise(augmentation, between("noise"), shape, samples, seeds["white"]),
        offset=between("offset"),
        contact_resistance=between("contact_resistance"),
        capacity_scale=between("capacity_scale"),
        kept=_kept_in_graph(augmentation, mask, seeds["kept"]),
    )


def _white_noise(
    augmentation: Augmentation, size: Tensor, shape: Tensor, samples: int, seed: Tensor
) -> Tensor:
    import tensorflow as tf

    full = tf.concat([shape, [samples]], axis=0)
    if augmentation.range_of("noise") == (0.0, 0.0):
        return tf.zeros(full)
    return size[:, None, None] * tf.random.stateless_normal(full, seed)


def _kept_in_graph(augmentation: Augmentation, mask: Tensor, seed: Tensor) -> Tensor:
    import tensorflow as tf

    if augmentation.missing == 0.0:
        return tf.cast(mask, tf.float32)
    dice = tf.random.stateless_uniform(tf.shape(mask), seed)
    kept = tf.logical_and(mask, dice >= augmentation.missing)
    left = tf.reduce_any(kept, axis=1, keepdims=True)
    return tf.cast(tf.where(left, kept, mask), tf.float32)


_DICE: Final = (*_ALLOWED, "white", "kept")
"""One seed for each thing that is drawn."""


def _checked_range(name: str, given: Range, allowed: Interval, unit: str) -> tuple[float, float]:
    pair = given if isinstance(given, tuple | list) else (given, given)
    if len(pair) != 2:
        raise ParameterError(
            f"`{name}` is {given!r}; give one number, or the lowest and the highest."
        )
    low, high = (check_number(name, value, allowed, unit=unit) for value in pair)
    if low > high:
        raise ParameterError(
            f"`{name}` goes from {low:.6g} to {high:.6g}; give the lowest value first."
        )
    return low, high
