"""Reading and writing the curves of a cube, a block of whole chunks at a time.

Everything else of a block is written first, its ``status`` last; before it a digest of the curves,
of their place and of the cube to which they belong, by which a block of another cube or place is
told from one of this, whatever the names of its chunks.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from microbatt.cube.contents.coordinates import UNREADABLE
from microbatt.cube.contents.layout import STATUS, UNREPEATABLE, VARIABLES, Variable, variables_in
from microbatt.cube.contents.protocol_outcome import ProtocolOutcome
from microbatt.cube.contents.schema import BLOCK_DIGEST
from microbatt.cube.store.fence import fenced, read_attributes, read_fence
from microbatt.cube.store.location import delete_object, explained, open_store, sync_objects
from microbatt.cube.writing.blocks import cut
from microbatt.errors import StoreChangedError, StoreError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import zarr
    from numpy.typing import ArrayLike, NDArray

    from microbatt.cube.store.location import Location
    from microbatt.cube.writing.blocks import Block, Region
    from microbatt.cube.writing.rows import Rows

Arrays: TypeAlias = "Mapping[str, zarr.Array[Any]]"
"""Variable → Zarr array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockStore:
    """The curves of a cube, as long as it is the cube that was opened.

    Attributes
    ----------
    location : Location
        Of the cube.
    fence : str
        Tells it from any other cube that may take its place.
    variables : tuple of Variable
        What it holds of each curve, ``status`` last.
    arrays : dict
        Variable → Zarr array.
    digests : zarr.Array or None
        One number for each block; None in cubes from before there were any.
    """

    location: Location
    fence: str
    variables: tuple[Variable, ...]
    arrays: Arrays
    digests: zarr.Array[Any] | None

    def status(self, block: Block) -> NDArray[np.int8]:
        """Return the status of a block's curves, shape (n,), last dimension fastest.

        Parameters
        ----------
        block : Block
            Which curves.

        Returns
        -------
        numpy.ndarray
            Outcome codes, shape (n,).
        """
        try:
            status: NDArray[np.int8] = np.asarray(self.arrays[STATUS.name][block.region]).ravel()
        except UNREADABLE:  # its content never reached the disk: it counts as not there
            return np.zeros(block.size, dtype=np.int8)
        return status

    def read(self, block: Block) -> Rows:
        """Return all variables of a block as rows, last dimension fastest.

        Parameters
        ----------
        block : Block
            Which curves.

        Returns
        -------
        dict
            Variable → array of shape (n,), or (n, depth) for the voltage.
        """
        return {v.name: _as_rows(self.arrays[v.name][block.region], v) for v in self.variables}

    def select(self, index: tuple[NDArray[np.int64], ...]) -> Rows:
        """Return the curves at some steps of every dimension, from the cube that was opened.

        Parameters
        ----------
        index : tuple of numpy.ndarray
            Steps of each dimension.

        Returns
        -------
        dict
            Rows of every combination, the last dimension fastest.
        """
        with fenced(self.location, self.fence):
            found = {v.name: self.arrays[v.name].oindex[index] for v in self.variables}
        return {v.name: _as_rows(found[v.name], v) for v in self.variables}

    def write(self, block: Block, rows: Rows) -> None:
        """Write a block, unless another cube has taken this one's place.

        Parameters
        ----------
        block : Block
            Of whole chunks.
        rows : dict
            All variables, shape (n,) or (n, depth), last dimension fastest.

        Raises
        ------
        StoreChangedError
            If the block was not written, or was taken back, because it belongs to another cube.
        """
        with self._surely(block):
            for variable in self.variables[:-1]:
                _write(self.arrays[variable.name], block.region, rows[variable.name])
            self._write_digest(block, self.digest_of(block, rows))
            self._sync(block)
            _write(self.arrays[STATUS.name], block.region, rows[STATUS.name])

    def reopen(self, block: Block, wanted: NDArray[np.bool_]) -> None:
        """Say that some curves of a block are not run, before they change.

        Parameters
        ----------
        block : Block
            Which curves.
        wanted : numpy.ndarray
            Whether each is about to change, shape (n,).
        """
        status = np.where(wanted, Outcome.NOT_RUN, self.status(block)).astype(np.int8)
        with self._surely(block):
            self._write_digest(block, 0)
            _write(self.arrays[STATUS.name], block.region, status)

    def forget(self, block: Block) -> None:
        """Remove a block, its status first, so that it counts as not run from then on.

        Parameters
        ----------
        block : Block
            Which curves.
        """
        store = open_store(self.location, read_only=False)
        with fenced(self.location, self.fence):
            for variable in reversed(self.variables):
                delete_object(store, self.key(variable.name, block))
            self._write_digest(block, 0)

    def digest_of(self, block: Block, rows: Rows) -> int:
        """Return a digest of curves, their place and their cube; never 0.

        What measures the machine is left out, so that it is the same for any run.

        Parameters
        ----------
        block : Block
            Where they lie.
        rows : dict
            All variables.

        Returns
        -------
        int
            Of 8 bytes.
        """
        digest = hashlib.blake2b(f"{self.fence} {block}".encode(), digest_size=8)
        for variable in self.variables:
            if variable.name not in UNREPEATABLE:
                column = np.ascontiguousarray(rows[variable.name], dtype=variable.dtype)
                digest.update(variable.name.encode() + column.tobytes())
        return int.from_bytes(digest.digest()) or 1

    def stored_digest(self, block: Block) -> int:
        """Return the digest that was written with a block; 0 where none was.

        Parameters
        ----------
        block : Block
            Which curves.

        Returns
        -------
        int
            From `digest_of`, or 0.
        """
        return 0 if self.digests is None else int(np.asarray(self.digests[block.number]))

    def digest_key(self, block: Block) -> str | None:
        """Return the key of a block's digest; None in cubes from before there were any.

        Parameters
        ----------
        block : Block
            Which curves.

        Returns
        -------
        str or None
            Key of an object of the store.
        """
        if self.digests is None:
            return None
        return f"{BLOCK_DIGEST}/{self.digests.metadata.encode_chunk_key(block.number)}"

    def key(self, name: str, block: Block) -> str:
        """Return the key of a block's chunk of a variable.

        Parameters
        ----------
        name : str
            Of the variable.
        block : Block
            Which curves.

        Returns
        -------
        str
            Key of an object of the store.
        """
        array = self.arrays[name]
        number = block.number + (0,) * (array.ndim - len(block.number))
        return f"{name}/{array.metadata.encode_chunk_key(number)}"

    def blocks(self) -> list[Block]:
        """Return the blocks of the cube.

        Returns
        -------
        list of Block
            The first dimension slowest.
        """
        status = self.arrays[STATUS.name]
        return list(cut(status.shape, status.chunks))

    @contextmanager
    def _surely(self, block: Block) -> Iterator[None]:
        """Write under the fence; take a block back that turns out to lie in another cube.

        That happens only where there are no locks, between a look at the store and the next.
        """
        begun = False
        try:
            with fenced(self.location, self.fence):
                begun = True
                yield
        except StoreChangedError:
            if begun:
                store = open_store(self.location, read_only=False)
                delete_object(store, self.key(STATUS.name, block))
            raise

    def _sync(self, block: Block) -> None:
        """Wait until all that the status of a block vouches for is on the disk."""
        keys = [self.key(variable.name, block) for variable in self.variables[:-1]]
        digest = self.digest_key(block)
        sync_objects(self.arrays[STATUS.name].store, [*keys, *([digest] if digest else [])])

    def _write_digest(self, block: Block, digest: int) -> None:
        if self.digests is not None:
            self.digests[block.number] = digest


def open_blocks(
    location: Location, *, fence: str | None = None, read_only: bool = False
) -> BlockStore:
    """Open the curves of a cube.

    Parameters
    ----------
    location : Location
        Of the cube.
    fence : str, default that of the cube as it is
        Of the cube that it must be.
    read_only : bool, default False
        Whether nothing is to be written.

    Returns
    -------
    BlockStore
        Which refuses to write as soon as another cube lies there.

    Raises
    ------
    StoreError
        If there is no cube, or its arrays cannot be read.
    """
    import zarr

    known = read_fence(location) if fence is None else fence
    if known is None:
        raise StoreError(f"there is no cube at {location}. Check the path or URL.")
    store = open_store(location, read_only=read_only)
    variables = variables_in(read_attributes(location) or {})
    mode: Literal["r", "r+"] = "r" if read_only else "r+"
    with explained(location, "opening the curves"), fenced(location, known):
        # A block that was written always has all its chunks, so that a missing one is a loss.
        arrays = {
            variable.name: zarr.open_array(
                store, path=variable.name, mode=mode, zarr_format=3
            ).with_config({"write_empty_chunks": True})
            for variable in variables
        }
        try:
            # A digest of 0 is stored too, so that one that is missing is a loss.
            digests = zarr.open_array(
                store, path=BLOCK_DIGEST, mode=mode, zarr_format=3
            ).with_config({"write_empty_chunks": True})
        except FileNotFoundError:  # the cube was made before there were any
            digests = None
    return BlockStore(
        location=location, fence=known, variables=variables, arrays=arrays, digests=digests
    )


def read_status(
    location: Location, *, fence: str | None = None
) -> tuple[tuple[int, ...], NDArray[np.int8], type[Outcome] | type[ProtocolOutcome]]:
    """Read how every curve of a cube ended.

    Parameters
    ----------
    location : Location
        Of the cube.
    fence : str, default that of the cube as it is
        Of the cube that it must be.

    Returns
    -------
    chunks : tuple of int
        Curves per chunk along each dimension.
    status : numpy.ndarray
        With the shape of the design.
    meaning : type of Outcome or ProtocolOutcome
        What the codes mean.

    Raises
    ------
    StoreError
        If it cannot be read.

    Notes
    -----
    Curves whose chunk is empty or damaged count as not run.
    """
    store = open_blocks(location, fence=fence, read_only=True)
    array = store.arrays[STATUS.name]
    meaning = Outcome if store.variables is VARIABLES else ProtocolOutcome
    with explained(location, "reading the status"):
        try:
            return array.chunks, np.asarray(array[...]), meaning
        except UNREADABLE:
            status = np.zeros(array.shape, dtype=np.int8)
            for block in store.blocks():
                status[block.region] = store.status(block).reshape(status[block.region].shape)
            return array.chunks, status, meaning


def _write(array: zarr.Array[Any], region: Region, rows: NDArray[Any]) -> None:
    lengths = tuple(len(range(*r.indices(n))) for r, n in zip(region, array.shape, strict=False))
    array[region] = rows.reshape(lengths + rows.shape[1:])


def _as_rows(values: ArrayLike, variable: Variable) -> NDArray[Any]:
    array = np.asarray(values)
    own = len(variable.along)
    return array.reshape(-1, *array.shape[array.ndim - own :])
