"""What a store holds so far, and the tasks that are left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.campaign.blocks import Block, cut
from microbatt.campaign.tasks import Task
from microbatt.cube import CURVE_DIM, STATUS, explained, region_points, tally
from microbatt.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import zarr
    from numpy.typing import NDArray

    from microbatt.cube import Location
    from microbatt.outcomes import Outcome

UNREADABLE = (ValueError, RuntimeError, TypeError, IndexError)
"""What decoding a damaged chunk raises, depending on what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A look at a cube before a run.

    Attributes
    ----------
    dims
        Of the design.
    chunks
        Curves per chunk along each.
    coordinates
        alpha, S and current as stored: name → (dimension, values).
    depth
        Depth axis as stored.
    status
        Of every curve, with the shape of the design.
    """

    dims: tuple[str, ...]
    chunks: tuple[int, ...]
    coordinates: dict[str, tuple[str, NDArray[np.float64]]]
    depth: NDArray[np.float64]
    status: NDArray[np.int8]

    @property
    def endings(self) -> dict[Outcome, int]:
        """How many curves have each ending."""
        return tally(self.status)

    def blocks(self) -> Iterator[Block]:
        """Cut the cube into its blocks."""
        return cut(self.status.shape, self.chunks)

    def tasks(self, rerun: Sequence[Outcome], *, first: int = 0) -> Iterator[Task]:
        """Make the tasks that are left.

        Parameters
        ----------
        rerun
            Endings that are to be simulated.
        first
            Begin with this one, modulo their number: runners that begin at different ones share
            the work rather than repeat each other's.
        """
        left = [
            (block, int(wanted))
            for block in self.blocks()
            if (wanted := np.isin(self.status[block.region], rerun).sum())
        ]
        start = first % len(left) if left else 0
        for block, wanted in left[start:] + left[:start]:
            points = region_points(self.dims, self.coordinates, block.region)
            yield Task(block=block, points=points, wanted=wanted)


def survey_group(group: zarr.Group, location: Location) -> Survey:
    """Read the axes and the status of a cube.

    Raises
    ------
    StoreError
        If a chunk of them is damaged.
    """
    with explained(location, "reading the status"):
        try:
            attributes: dict[str, Any] = dict(group.attrs)
            dims, status = _read(group, STATUS.name)
            axes = {name: _read(group, name) for name in ("alpha", "S", "current")}
            return Survey(
                dims=dims,
                chunks=tuple(attributes["chunks"]),
                coordinates={name: (dim, values) for name, ((dim,), values) in axes.items()},
                depth=_read(group, CURVE_DIM)[1],
                status=status,
            )
        except UNREADABLE as error:
            raise StoreError(
                f"a chunk of {location} is damaged ({error}). "
                f"Run `microbatt check {location} --repair`."
            ) from error


def _read(group: zarr.Group, name: str) -> tuple[tuple[str, ...], NDArray[Any]]:
    """Return the dimensions and the values of an array."""
    array: Any = group[name]
    return tuple(array.metadata.dimension_names), np.asarray(array[...])
