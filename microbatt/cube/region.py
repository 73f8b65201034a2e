"""Reading and writing the whole chunks of one block; ``status`` is always written last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from microbatt.cube.location import open_store
from microbatt.cube.variables import RESULTS, STATUS, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import zarr
    from numpy.typing import ArrayLike, NDArray

    from microbatt.cube.design import Region
    from microbatt.cube.location import Location
    from microbatt.cube.rows import Rows

Arrays: TypeAlias = "Mapping[str, zarr.Array[Any]]"
"""Variable → Zarr array."""


def open_arrays(location: Location, *, read_only: bool) -> Arrays:
    """Open the variables of a cube."""
    import zarr

    store = open_store(location, read_only=read_only)
    mode: Literal["r", "r+"] = "r" if read_only else "r+"
    # A block that was written always has all its chunks, so that a missing one is a loss.
    return {
        variable.name: zarr.open_array(store, path=variable.name, mode=mode).with_config(
            {"write_empty_chunks": True}
        )
        for variable in VARIABLES
    }


def read_status(arrays: Arrays, region: Region) -> NDArray[np.int8]:
    """Return the status of a region's curves, shape (n,), last dimension fastest."""
    status: NDArray[np.int8] = np.asarray(arrays[STATUS.name][region]).ravel()
    return status


def read_rows(arrays: Arrays, region: Region) -> Rows:
    """Return all variables of a region as rows, last dimension fastest."""
    return {v.name: _as_rows(arrays[v.name][region], along=v.along_depth) for v in VARIABLES}


def write_rows(arrays: Arrays, region: Region, rows: Rows) -> None:
    """Write a block: everything else first, its status last.

    Parameters
    ----------
    arrays
        From `open_arrays`.
    region
        Of whole chunks.
    rows
        All variables, shape (n,) or (n, depth), last dimension fastest.
    """
    for variable in RESULTS:
        _write(arrays[variable.name], region, rows[variable.name])
    write_status(arrays, region, rows[STATUS.name])


def write_status(arrays: Arrays, region: Region, status: NDArray[np.int8]) -> None:
    """Write the status of a block alone."""
    _write(arrays[STATUS.name], region, status)


def _write(array: zarr.Array[Any], region: Region, rows: NDArray[Any]) -> None:
    lengths = tuple(len(range(*r.indices(n))) for r, n in zip(region, array.shape, strict=False))
    array[region] = rows.reshape(lengths + rows.shape[1:])


def _as_rows(values: ArrayLike, *, along: bool) -> NDArray[Any]:
    array = np.asarray(values)
    return array.reshape(-1, array.shape[-1]) if along else array.ravel()
