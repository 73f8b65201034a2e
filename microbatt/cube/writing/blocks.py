"""Cutting a cube into blocks of whole chunks, one block a task."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from microbatt.cells import Cell

Region: TypeAlias = tuple[slice, ...]
"""A box of a cube: one slice of whole steps for each dimension of the design."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The curves of one chunk.

    Attributes
    ----------
    number : tuple of int
        Position of the chunk along each dimension.
    region : Region
        The curves, as a slice of each dimension.
    """

    number: tuple[int, ...]
    region: Region

    @property
    def size(self) -> int:
        """How many curves it holds."""
        return math.prod(r.stop - r.start for r in self.region)

    def __str__(self) -> str:
        return ".".join(map(str, self.number))


def cut(shape: Sequence[int], chunks: Sequence[int]) -> Iterator[Block]:
    """Cut a cube into the blocks that its chunks make.

    Parameters
    ----------
    shape : sequence of int
        Of the cube, curves only.
    chunks : sequence of int
        Curves per chunk along each dimension.

    Yields
    ------
    Block
        The last dimension fastest.

    Examples
    --------
    >>> [str(block) for block in cut((3, 2), (2, 2))]
    ['0.0', '1.0']
    """
    counts = [math.ceil(n / c) for n, c in zip(shape, chunks, strict=True)]
    for number in product(*map(range, counts)):
        region = tuple(
            slice(i * c, min((i + 1) * c, n)) for i, c, n in zip(number, chunks, shape, strict=True)
        )
        yield Block(number=number, region=region)


def choose_chunks(shape: Sequence[int], curves: int) -> tuple[int, ...]:
    """Choose chunks of about `curves` curves, whole along the last dimensions.

    The currents of a point stay together as long as they fit, then the shape factors: that is
    how a cube is read.  Each dimension is cut evenly, so that no block is a small rest.

    Parameters
    ----------
    shape : sequence of int
        Of the cube, curves only.
    curves : int
        How many a chunk may hold at most.

    Returns
    -------
    tuple of int
        Curves per chunk along each dimension.

    Examples
    --------
    >>> choose_chunks((101, 40, 6), 1000)
    (4, 40, 6)
    >>> choose_chunks((101, 40, 6), 100)
    (1, 14, 6)
    """
    chunks: list[int] = []
    left = max(1, curves)
    for length in reversed(shape):
        longest = max(1, min(length, left))
        chunks.append(math.ceil(length / math.ceil(length / longest)))
        left //= chunks[-1]
    return tuple(reversed(chunks))


def region_points(
    dims: Sequence[str],
    coordinates: Mapping[str, tuple[str, NDArray[np.float64]]],
    region: Region,
    *,
    columns: Sequence[str] = ("alpha", "S", "current"),
    cell: Cell | None = None,
) -> NDArray[np.float64]:
    """Return the points of a region, as an engine takes them.

    Parameters
    ----------
    dims : sequence of str
        Dimensions of the design.
    coordinates : dict
        Name → (dimension it lies along, values), as `Design.coordinates` or a store gives them.
    region : Region
        A slice of each dimension.
    columns : sequence of str
        Names of the columns; see `microbatt.engines.contract.Request.columns`.
    cell : Cell, optional
        Whose own number stands in a column that is no coordinate.

    Returns
    -------
    numpy.ndarray
        A row for each curve, shape (n, 3 + k); the last dimension runs fastest.

    Examples
    --------
    >>> from microbatt.cube import Grid
    >>> grid = Grid(alpha=(0.5, 2.3), S=(3.0,), current=(17.5, 35.0))
    >>> region_points(grid.dims, grid.coordinates(), (slice(1, 2), slice(0, 1), slice(0, 2)))
    array([[ 2.3,  3. , 17.5],
           [ 2.3,  3. , 35. ]])
    """
    lengths = [r.stop - r.start for r in region]
    table = []
    for name in columns:
        if name not in coordinates and cell is not None:
            table.append(np.full(math.prod(lengths), cell.value(name)))
            continue
        dim, values = coordinates[name]
        place = list(dims).index(dim)
        shape = [-1 if place == i else 1 for i in range(len(dims))]
        along = values[region[place]].reshape(shape)
        table.append(np.broadcast_to(along, lengths).ravel())
    return np.stack(table, axis=1)
