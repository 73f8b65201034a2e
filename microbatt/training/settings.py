"""How to train: one frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from microbatt.checks import POSITIVE, check_choice, check_integer, check_number

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]
PRECISIONS: Final = ("float32", "mixed_bfloat16", "mixed_float16")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """How to train.

    Parameters
    ----------
    epochs : int, default 100
        Passes over the training points.
    batch : int, default 256
        Points per step.
    learning_rate : float, default 0.002
        Highest learning rate of Adam: it rises over the first twentieth of the steps, then falls as
        a half cosine.
    seed : int, default 0
        Seed of the first weights, the order of the points and the disturbances.
    precision : {"float32", "mixed_bfloat16", "mixed_float16"}, default "float32"
        Precision of the hidden layers; inputs and heads are always float32.
    xla : bool, default False
        Whether a step is compiled by XLA.
    checkpoint_every : int, default 5
        Epochs between checkpoints.
    """

    epochs: int = 100
    batch: int = 256
    learning_rate: float = 2e-3
    seed: int = 0
    precision: Precision = "float32"
    xla: bool = False
    checkpoint_every: int = 5

    def __post_init__(self) -> None:
        check_integer("epochs", self.epochs, low=1)
        check_integer("batch", self.batch, low=1)
        check_integer("seed", self.seed, low=0, high=2**20)
        check_integer("checkpoint_every", self.checkpoint_every, low=1)
        check_number("learning_rate", self.learning_rate, POSITIVE)
        check_choice("precision", self.precision, PRECISIONS)
