"""What a store holds so far, and the tasks that are left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from microbatt.campaign.tasks import Task
from microbatt.cube.contents import tally
from microbatt.cube.writing import cut, read_status, region_points
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from microbatt.campaign.events import Ending
    from microbatt.campaign.simulation import Asked
    from microbatt.cube import Design, Location
    from microbatt.cube.contents import ProtocolOutcome
    from microbatt.cube.writing import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A look at a cube before a run.

    Attributes
    ----------
    chunks : tuple of int
        Curves per chunk along each dimension of the design.
    status : numpy.ndarray
        Of every curve, with the shape of the design.
    meaning : type of Outcome or ProtocolOutcome
        What the codes of the status mean.
    """

    chunks: tuple[int, ...]
    status: NDArray[np.int8]
    meaning: type[Outcome] | type[ProtocolOutcome] = Outcome

    @property
    def outcomes(self) -> dict[Ending, int]:
        """How many curves have each outcome."""
        return tally(self.status, self.meaning)

    def blocks(self) -> Iterator[Block]:
        """Cut the cube into its blocks.

        Returns
        -------
        iterator of Block
            The last dimension fastest.
        """
        return cut(self.status.shape, self.chunks)

    def tasks(
        self, design: Design, request: Asked, rerun: Sequence[Outcome], *, first: int = 0
    ) -> Iterator[Task]:
        """Make the tasks that are left.

        Parameters
        ----------
        design : Design
            Of the cube: its points are those of the design, whatever has become of the store.
        request : Request or ProtocolRequest
            What the engine is asked: it names the columns of the points.
        rerun : sequence of Outcome
            Outcomes that are to be simulated.
        first : int, default 0
            Begin with this one, modulo their number: runners that begin at different ones share
            the work rather than repeat each other's.

        Yields
        ------
        Task
            One for each block in which there is something to do.
        """
        left = [
            (block, int(wanted))
            for block in self.blocks()
            if (wanted := np.isin(self.status[block.region], rerun).sum())
        ]
        start = first % len(left) if left else 0
        coordinates = design.coordinates()
        for block, wanted in left[start:] + left[:start]:
            points = region_points(
                design.dims,
                coordinates,
                block.region,
                columns=request.columns,
                cell=request.cell,
            )
            yield Task(block=block, points=points, wanted=wanted)


def read_pending(location: Location, *, fence: str | None = None) -> Pending:
    """Read the status of a cube.

    Parameters
    ----------
    location : Location
        Of the cube.
    fence : str, default that of the cube as it is
        Of the cube that it must be.

    Returns
    -------
    Pending
        What is done and what is left.

    Raises
    ------
    StoreError
        If a chunk of it is damaged.
    """
    chunks, status, meaning = read_status(location, fence=fence)
    return Pending(chunks=chunks, status=status, meaning=meaning)
