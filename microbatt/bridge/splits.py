"""Which points to train on and which to test on; numbers of points, nothing else.

Random folds ask how well a network fills in between neighbours that it has seen; blocked folds
hold whole regions of the (alpha, S) plane out and ask how far it carries. A separate cube of
scattered points asks a third question: points that lie on no grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.checks import check_integer
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Points to train on and points to test on.

    Parameters
    ----------
    train, test : numpy.ndarray of int
        Numbers of points, increasing, without one in common.
    """

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def random_folds(points: ArrayLike, folds: int = 10, *, seed: int = 0) -> tuple[Split, ...]:
    """Share points out to folds at random; every point is tested once.

    Parameters
    ----------
    points : array_like
        Numbers of the points, or how many there are.
    folds : int, default 10
        How many, at least 2.
    seed : int, default 0
        Seed of the shuffle.

    Returns
    -------
    tuple of Split
        One per fold; the sizes of the tests differ by at most one.

    Raises
    ------
    ParameterError
        If there are fewer points than folds.

    Examples
    --------
    >>> [split.test.tolist() for split in random_folds(5, 2, seed=0)]
    [[1, 2, 3], [0, 4]]
    """
    numbers = _numbers(points)
    _check_folds(numbers.size, folds)
    order = np.random.default_rng(seed).permutation(numbers.size)
    fold = np.empty(numbers.size, dtype=np.int64)
    fold[order] = np.arange(numbers.size) % folds
    return _splits(numbers, fold, folds)


def blocked_folds(
    targets: ArrayLike,
    folds: int = 10,
    *,
    points: ArrayLike | None = None,
    regions: tuple[int, int] = (5, 4),
    seed: int = 0,
) -> tuple[Split, ...]:
    """Hold whole regions of the (alpha, S) plane out.

    The plane is cut into boxes that hold about as many points each: into strips of alpha, each of
    them along S. Whole boxes are then shared out to folds at random.

    Parameters
    ----------
    targets : array_like
        True alpha and S of every point, shape (n, 2).
    folds : int, default 10
        How many, at least 2, at most as many as boxes.
    points : array_like, optional
        Numbers of the points to share out; None is all of them.
    regions : tuple of int, default (5, 4)
        Boxes along alpha and along S.
    seed : int, default 0
        Seed of the assignment of boxes to folds.

    Returns
    -------
    tuple of Split
        One per fold.

    Raises
    ------
    ParameterError
        If there are fewer points or boxes than folds.
    """
    truth = np.asarray(targets, dtype=float)
    numbers = np.arange(len(truth)) if points is None else _numbers(points)
    _check_folds(numbers.size, folds)
    along_alpha, along_S = (check_integer("regions", count, low=1) for count in regions)
    boxes = along_alpha * along_S
    if boxes < folds:
        raise ParameterError(
            f"`regions` is {regions}: {boxes} boxes for {folds} folds; "
            "ask for at least as many boxes as folds."
        )
    box = _boxes(truth[numbers], (along_alpha, along_S))
    order = np.random.default_rng(seed).permutation(boxes)
    fold = np.empty_like(order)
    fold[order] = np.arange(order.size) % folds
    return _splits(numbers, fold[box], folds)


def given_split(test: ArrayLike, points: ArrayLike) -> Split:
    """Test on the points given and train on the others.

    Parameters
    ----------
    test : array_like
        Numbers of the points to test on.
    points : array_like
        Numbers of all points, or how many there are.

    Raises
    ------
    ParameterError
        If a point to test on is not among the points.
    """
    numbers, wanted = _numbers(points), np.unique(np.asarray(test, dtype=np.int64))
    unknown = np.setdiff1d(wanted, numbers)
    if unknown.size:
        raise ParameterError(
            f"`test` holds {unknown.size} numbers that are no points, the first {unknown[0]}; "
            "take them from those that can be used."
        )
    return Split(train=np.setdiff1d(numbers, wanted), test=wanted)


def _numbers(points: ArrayLike) -> NDArray[np.int64]:
    given: NDArray[Any] = np.asarray(points)
    if given.ndim == 0:
        return np.arange(check_integer("points", given.item(), low=0))
    if given.ndim != 1 or not np.issubdtype(given.dtype, np.integer):
        raise ParameterError(
            f"`points` has shape {given.shape} and type {given.dtype}; give how many points there "
            "are, or a list of their numbers."
        )
    return np.unique(given).astype(np.int64)


def _check_folds(points: int, folds: int) -> None:
    check_integer("folds", folds, low=2)
    if points < folds:
        raise ParameterError(
            f"there are {points} points with curves for {folds} folds; every fold needs a point. "
            "Ask for fewer folds, or simulate more points."
        )


def _splits(numbers: NDArray[np.int64], fold: NDArray[np.int64], folds: int) -> tuple[Split, ...]:
    return tuple(Split(train=numbers[fold != k], test=numbers[fold == k]) for k in range(folds))


def _boxes(truth: NDArray[np.float64], strips: tuple[int, int]) -> NDArray[np.int64]:
    """Return the box of each point, shape (n,): strips of equal counts in alpha, then in S."""
    alpha, S = truth[:, 0], truth[:, min(1, truth.shape[1] - 1)]
    along_alpha, along_S = strips
    strip = _strips(alpha, along_alpha)
    box = np.empty(len(truth), dtype=np.int64)
    for k in range(along_alpha):
        inside = strip == k
        box[inside] = k * along_S + _strips(S[inside], along_S)
    return box


def _strips(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Cut values into strips of about equal counts; equal values lie in the same one."""
    edges = np.quantile(values, np.arange(1, count) / count) if values.size else np.empty(0)
    strip: NDArray[np.int64] = np.searchsorted(edges, values, side="right")
    return strip
