"""Whole chunks of a cube, as its store or Dask cuts them: which points each holds, and reading."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.errors import StoreError
from microbatt.features import by_point, point_dims, stored_curves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.features import StoredCurves

UNCUT: Final = 256
"""Steps per block along a dimension of points that nothing says how to cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Points that are read together.

    Attributes
    ----------
    region
        Dimension of points → slice.
    points
        Numbers of the points wanted of it, in the cube.
    rows
        Their numbers within the block.
    """

    region: Mapping[str, slice]
    points: NDArray[np.int64]
    rows: NDArray[np.int64]


def cut_into_blocks(cube: xr.Dataset, points: NDArray[np.int64]) -> tuple[Block, ...]:
    """Cut an arranged cube where its chunks end; blocks without a point wanted are left out.

    Parameters
    ----------
    cube
        From `microbatt.features.points.arranged`.
    points
        Numbers of the points wanted.
    """
    dims = point_dims(cube)
    numbers = np.arange(int(np.prod([cube.sizes[d] for d in dims])))
    grid = numbers.reshape([cube.sizes[d] for d in dims])
    wanted = np.zeros(numbers.size, dtype=bool)
    wanted[points] = True
    blocks = []
    for slices in product(*(_slices(cube["voltage"], dim) for dim in dims)):
        inside = grid[slices].ravel()
        rows = np.flatnonzero(wanted[inside])
        if rows.size:
            region = dict(zip(dims, slices, strict=True))
            blocks.append(Block(region=region, points=inside[rows], rows=rows))
    return tuple(blocks)


def read_blocks(
    cube: xr.Dataset, blocks: Sequence[Block], scalars: Mapping[str, NDArray[Any]]
) -> StoredCurves:
    """Read the points wanted of some blocks, one after the other.

    Parameters
    ----------
    cube
        From `microbatt.features.points.arranged`.
    blocks
        From `cut_into_blocks`.
    scalars
        Of all points, from `microbatt.features.curves.scalars_by_point`.

    Raises
    ------
    StoreError
        If a chunk cannot be read.
    """
    dims, voltage = point_dims(cube), cube["voltage"]
    points = np.concatenate([block.points for block in blocks])
    rows = np.empty((points.size, *voltage.shape[len(dims) :]), dtype=voltage.dtype)
    filled = 0
    for block in blocks:  # into place one by one: a list of them would be in memory twice
        following = filled + block.rows.size
        rows[filled:following] = _read(voltage, block.region, dims)[block.rows]
        filled = following
    return stored_curves(cube, rows, {name: values[points] for name, values in scalars.items()})


def _read(
    voltage: xr.DataArray, region: Mapping[str, slice], dims: tuple[str, ...]
) -> NDArray[Any]:
    try:
        return by_point(voltage.isel(region), dims)
    except (ValueError, RuntimeError, OSError) as error:
        where = ", ".join(f"{dim} {part.start} to {part.stop - 1}" for dim, part in region.items())
        raise StoreError(
            f"the voltages at {where} cannot be read: {error} If a chunk is damaged, "
            "`microbatt check STORE --repair` finds it and simulates it again."
        ) from error


def _slices(voltage: xr.DataArray, dim: str) -> list[slice]:
    ends = np.cumsum([0, *_lengths(voltage, dim)])
    return [slice(int(a), int(b)) for a, b in pairwise(ends)]


def _lengths(voltage: xr.DataArray, dim: str) -> tuple[int, ...]:
    """Return the lengths of the chunks along a dimension: Dask's, the store's, or an even cut."""
    if voltage.chunks is not None:
        return voltage.chunksizes[dim]
    size = voltage.sizes[dim]
    step = int(voltage.encoding.get("preferred_chunks", {}).get(dim, UNCUT))
    return tuple(min(step, size - start) for start in range(0, size, step))
