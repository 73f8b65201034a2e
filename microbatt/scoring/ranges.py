"""Ranges of alpha and of S by which scores are told apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

RANGES: Final[Mapping[str, tuple[float, ...]]] = {
    "alpha": (0.0, 0.3, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0),
    "S": (0.0, 2.2, 5.0, 10.0, 20.0, 30.0, 40.0),
}
"""Edges; a range holds its lower edge, the last one its upper edge too."""


_PARTS: Final = 5


def edges_of(name: str, values: ArrayLike) -> tuple[float, ...]:
    """Return the usual edges of a number: those of alpha and S, or five equal parts of its values.

    Parameters
    ----------
    name : str
        Of the number.
    values : array_like
        Its true values, at least one.

    Returns
    -------
    tuple of float
        Increasing.

    Examples
    --------
    >>> edges_of("positive_thickness", [5e-5, 1e-4])[::5]
    (5e-05, 0.0001)
    """
    if name in RANGES:
        return RANGES[name]
    x = np.asarray(values, dtype=float)
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    if low == high:
        return low, float(np.nextafter(high, np.inf))
    return tuple(float(edge) for edge in np.linspace(low, high, _PARTS + 1))


def range_numbers(values: ArrayLike, edges: Sequence[float]) -> NDArray[np.int64]:
    """Return the range in which each value lies.

    Parameters
    ----------
    values : array_like
        Shape (n,).
    edges : sequence of float
        Increasing, at least two.

    Returns
    -------
    numpy.ndarray
        From 0, shape (n,).

    Raises
    ------
    ParameterError
        If the edges do not increase, or a value lies outside them all.

    Examples
    --------
    >>> range_numbers([0.0, 1.0, 10.0], (0.0, 1.0, 10.0))
    array([0, 1, 1])
    """
    given, x = np.asarray(edges, dtype=float), np.asarray(values, dtype=float)
    if given.size < 2 or not (np.diff(given) > 0.0).all():
        raise ParameterError(
            f"`edges` are {list(edges)!r}; give at least two, each larger than the one before."
        )
    outside = ~((x >= given[0]) & (x <= given[-1]))
    if outside.any():
        raise ParameterError(
            f"{int(outside.sum())} values lie outside the ranges from {given[0]:g} to "
            f"{given[-1]:g}, the first is {x[outside][0]:g}; add ranges that hold them, so that "
            "no point is left out in silence."
        )
    return np.minimum(np.searchsorted(given, x, side="right") - 1, given.size - 2)


def range_names(edges: Sequence[float]) -> list[str]:
    """Return how people write the ranges between edges.

    Parameters
    ----------
    edges : sequence of float
        Increasing.

    Returns
    -------
    list of str
        One fewer than edges.

    Examples
    --------
    >>> range_names((0.0, 0.3, 1.0))
    ['0 to 0.3', '0.3 to 1']
    """
    return [f"{low:g} to {high:g}" for low, high in pairwise(edges)]


def edges_that_hold(edges: Sequence[float], values: ArrayLike) -> tuple[float, ...]:
    """Return edges, with one more on either side where values lie beyond.

    Parameters
    ----------
    edges : sequence of float
        Increasing.
    values : array_like
        That are to lie within.

    Returns
    -------
    tuple of float
        Increasing.

    Examples
    --------
    >>> edges_that_hold((0.0, 1.0), [0.5, 3.0])
    (0.0, 1.0, 3.0)
    """
    low, high = float(np.min(values)), float(np.max(values))
    before = (low,) if low < edges[0] else ()
    after = (high,) if high > edges[-1] else ()
    return (*before, *map(float, edges), *after)
