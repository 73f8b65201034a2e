"""Samples larger than memory: whole chunks read in a random order, shuffled within a window.

A block is a whole chunk, as the store or Dask cuts it.  Blocks come in a new order each pass; some
of them, a window, are read together, made into features, shuffled, and cut into batches.  Python
runs once per window, never per sample.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.bridge.passes import Passes, Tensor, laid_end_to_end, pass_order
from microbatt.errors import StoreError
from microbatt.features import Feature, by_point, point_dims, stored_curves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.features import StoredCurves

_LOGGER = logging.getLogger(__name__)
_READERS: Final = 2
"""Windows read at once."""
_COPIES: Final = 10
"""Copies of a window's samples in memory: two are read, made into features and shuffled, two
wait, one is cut into batches; tests/benchmarks/bridge_memory.py measures it."""
UNCUT: Final = 256
"""Steps per block along a dimension of points that nothing says how to cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Points that are read together.

    Parameters
    ----------
    region : mapping of str to slice
        Dimension of points → slice.
    points : numpy.ndarray of int
        Numbers of the points wanted of it, in the cube.
    rows : numpy.ndarray of int
        Their numbers within the block.
    """

    region: Mapping[str, slice]
    points: NDArray[np.int64]
    rows: NDArray[np.int64]


def cut_into_blocks(cube: xr.Dataset, points: NDArray[np.int64]) -> tuple[Block, ...]:
    """Cut an arranged cube where its chunks end; blocks without a point wanted are left out.

    Parameters
    ----------
    cube : xarray.Dataset
        From `microbatt.features.arranged`.
    points : numpy.ndarray of int
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
    cube : xarray.Dataset
        From `microbatt.features.arranged`.
    blocks : sequence of Block
        From `cut_into_blocks`.
    scalars : mapping of str to numpy.ndarray
        Scalars of all points, from `microbatt.features.scalars_by_point`.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where samples are read from.

    Parameters
    ----------
    cube : xarray.Dataset
        Arranged.
    blocks : tuple of Block
        Whole chunks, with the points wanted of each.
    scalars : mapping of str to numpy.ndarray
        Scalars of the curves of every point, and their ``targets``.
    features : tuple of Curves, Image or Energies
        What is made of the curves.
    """

    cube: xr.Dataset
    blocks: tuple[Block, ...]
    scalars: Mapping[str, NDArray[Any]]
    targets: NDArray[np.float32]
    features: tuple[Feature, ...]

    def window(self, numbers: Sequence[int]) -> dict[str, NDArray[Any]]:
        """Read some blocks; return their samples by name, ``targets`` among them."""
        chosen = [self.blocks[number] for number in numbers]
        return samples_of(
            read_blocks(self.cube, chosen, self.scalars),
            np.concatenate([self.targets[block.points] for block in chosen]),
            self.features,
        )


def samples_of(
    curves: StoredCurves, targets: NDArray[np.float32], features: Sequence[Feature]
) -> dict[str, NDArray[Any]]:
    """Return features and targets by name, without points that have no finite curve.

    A curve that is not finite in spite of its status is masked like a missing one; what that
    leaves of a point is kept, and a point of which nothing is left is told in the log.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for feature in features:
        arrays |= feature.arrays(curves)
    arrays["targets"] = targets
    left = curves.whole.any(axis=1)
    if left.all():
        return arrays
    _LOGGER.warning("left out %d points: their curves hold NaN", int((~left).sum()))
    return {name: values[left] for name, values in arrays.items()}


def streamed_batches(
    source: Source,
    *,
    batch: int,
    seed: int,
    passes: Passes,
    memory: int,
    finish: Callable[[dict[str, Tensor], Tensor, Tensor], Tensor],
) -> Tensor:
    """Return a `tf.data.Dataset` of batches read from a cube.

    Parameters
    ----------
    source : Source
        Where from.
    batch : int
        Samples per batch.
    seed : int
        Seed of the order of chunks and of the shuffle within a window.
    passes : Passes
        How the samples are gone through; replicas share the chunks out.
    memory : int
        What all windows in memory may take [bytes]; one chunk is always read.
    finish : callable
        (batch by name, number of the pass, number of the batch) → element.
    """
    import tensorflow as tf

    first = source.window([0])
    empty = {name: values[:0] for name, values in first.items()}
    size = _window_size(source, sample_bytes(source, first), memory)
    kinds = [tf.as_dtype(values.dtype) for values in empty.values()]

    def read(numbers: NDArray[np.int64], epoch: NDArray[np.int64]) -> list[NDArray[Any]]:
        samples = list(source.window(numbers.tolist()).values())
        if not passes.shuffle:
            return samples
        dice = np.random.default_rng([seed, int(epoch), int(numbers[0])])
        order = dice.permutation(len(samples[0]))
        return [values[order] for values in samples]

    def loaded(numbers: Tensor, epoch: Tensor) -> dict[str, Tensor]:
        tensors = tf.numpy_function(read, [numbers, epoch], kinds)
        for tensor, values in zip(tensors, empty.values(), strict=True):
            tensor.set_shape((None, *values.shape[1:]))
        return dict(zip(empty, tensors, strict=True))

    def one_pass(epoch: Tensor) -> Tensor:
        order = pass_order(len(source.blocks), seed, epoch, passes)
        windows = tf.data.Dataset.from_tensor_slices(order).batch(size)
        read_ahead = windows.map(
            lambda numbers: loaded(numbers, epoch), num_parallel_calls=_READERS
        ).prefetch(1)
        batches = read_ahead.rebatch(batch, drop_remainder=passes.drop_remainder)
        return batches.enumerate().map(
            lambda number, samples: finish(samples, epoch, number),
            num_parallel_calls=tf.data.AUTOTUNE,
        )

    return laid_end_to_end(one_pass, passes, seed)


def sample_bytes(source: Source, samples: Mapping[str, NDArray[Any]]) -> int:
    """Return what one sample takes as stored curves and as features, whichever is more."""
    voltage = source.cube["voltage"]
    stored = voltage.dtype.itemsize * voltage.sizes["current"] * voltage.sizes["depth"]
    made = sum(values.nbytes for values in samples.values()) // max(len(samples["targets"]), 1)
    return int(max(stored, made))


def _window_size(source: Source, sample: int, memory: int) -> int:
    """Return how many blocks a window holds so that all windows fit into memory."""
    largest = max(block.rows.size for block in source.blocks)
    return max(1, memory // (_COPIES * largest * sample))
