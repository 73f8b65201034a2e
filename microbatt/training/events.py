"""What happens in training, as records; whoever wants to know is a function that takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class FitStarted:
    """One set of weights is about to be fitted.

    Parameters
    ----------
    name : str
        Name of the part: a fold, a loss, a member.
    epochs, done : int
        In all, and those of an earlier run that a checkpoint holds.
    points : int
        Training points.
    """

    name: str
    epochs: int
    done: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochFinished:
    """All training points have been gone through once more.

    Parameters
    ----------
    name : str
        Name of the part.
    epoch : int
        How many are done.
    metrics : mapping of str to float
        Name → value; ``loss`` is always there.
    samples_per_second : float
        Samples per second of this epoch.
    """

    name: str
    epoch: int
    metrics: Mapping[str, float]
    samples_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitFinished:
    """One set of weights is fitted.

    Parameters
    ----------
    name : str
        Name of the part.
    elapsed : float
        Wall-clock time of this run [s].
    metrics : mapping of str to float, default empty
        Metrics of the last epoch.
    """

    name: str
    elapsed: float
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldFinished:
    """The points that a fold holds out have been predicted.

    Parameters
    ----------
    fold, folds : int
        Number of the fold, counted from 1, and how many there are.
    scores : mapping of str to float
        Name → value, on the points held out.
    """

    fold: int
    folds: int
    scores: Mapping[str, float]


Event: TypeAlias = FitStarted | EpochFinished | FitFinished | FoldFinished
Listener: TypeAlias = Callable[[Event], None]
