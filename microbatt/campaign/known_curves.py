"""Curves that a smaller cube of the same campaign already holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.cube import VARIABLES, open_arrays, rows_without_curve
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from microbatt.cube import Arrays, Location, Region, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCurves:
    """A cube to copy from, and where its steps lie on the axes of the new one.

    Attributes
    ----------
    store
        Of the cube to copy from.
    campaign_hash
        Of the cube to copy from.
    places
        For each dimension of the new cube, the place of each of its steps on the old axis, or
        -1 where the old axis lacks it.
    """

    store: Location
    campaign_hash: str
    places: tuple[NDArray[np.int64], ...]


def match_axes(
    dims: Sequence[str], new: Mapping[str, Any], old: Mapping[str, Any]
) -> tuple[NDArray[np.int64], ...]:
    """Return for each step of the new axes its place on the old ones, or -1.

    Examples
    --------
    >>> match_axes(["alpha"], {"alpha": [0.0, 0.5, 1.0]}, {"alpha": [0.0, 1.0]})
    (array([ 0, -1,  1]),)
    """
    return tuple(_places(np.asarray(new[dim]), np.asarray(old[dim])) for dim in dims)


def known_rows(known: KnownCurves, region: Region, depth_size: int) -> Rows:
    """Return the rows of a region of the new cube, ``not_run`` where the old one lacks them."""
    places = [place[r] for place, r in zip(known.places, region, strict=True)]
    present = [place >= 0 for place in places]
    held = reduce(np.multiply.outer, present).ravel()
    rows = rows_without_curve(held.size, depth_size, Outcome.NOT_RUN)
    if held.any():
        arrays = _arrays_of(known.store, known.campaign_hash)
        index = tuple(place[there] for place, there in zip(places, present, strict=True))
        for variable in VARIABLES:
            found = np.asarray(arrays[variable.name].oindex[index])
            rows[variable.name][held] = found.reshape(int(held.sum()), *found.shape[len(index) :])
    return rows


@lru_cache(maxsize=2)
def _arrays_of(store: Location, campaign_hash: str) -> Arrays:
    """Open a cube once for all blocks; a larger one may take its place for the next run."""
    del campaign_hash
    return open_arrays(store, read_only=True)


def _places(new: NDArray[Any], old: NDArray[Any]) -> NDArray[np.int64]:
    order = np.argsort(old, kind="stable")
    at = np.clip(np.searchsorted(old, new, sorter=order), 0, old.size - 1)
    found: NDArray[np.int64] = np.where(old[order[at]] == new, order[at], -1)
    return found
