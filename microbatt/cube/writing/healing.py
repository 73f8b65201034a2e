"""What a loss of power leaves of a store, made good before a run goes on.

A process that is killed leaves every object whole, for each replaces the old one in one step. A
machine that loses its power may leave the names of objects whose content never reached the disk.
So an object that is empty or cannot be read counts as not there: metadata are written again from
the root, the root from the campaign, coordinates from the design, and a block that lacks something
is simulated again.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from microbatt.cube.contents.coordinates import UNREADABLE, mend_coordinates
from microbatt.cube.contents.layout import STATUS
from microbatt.cube.contents.schema import BLOCKS, RUNS, consolidate, is_readable
from microbatt.cube.opening import open_group
from microbatt.cube.store.fence import alone
from microbatt.cube.store.location import (
    ROOT,
    delete_object,
    explained,
    list_folder,
    list_objects,
    open_store,
    read_object,
    write_object,
)
from microbatt.cube.writing.block_store import open_blocks
from microbatt.cube.writing.provenance import read_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    import zarr
    from zarr.abc.store import Store

    from microbatt.cube.contents.layout import Variable
    from microbatt.cube.store.location import Location
    from microbatt.cube.writing.block_store import BlockStore
    from microbatt.cube.writing.blocks import Block

_log = logging.getLogger(__name__)
_EMPTY: Final = 4
"""No chunk is shorter than its checksum [B]."""


def heal_store(location: Location, *, rebuilt: bool = False) -> None:
    """Make good what was lost of a store, as far as it can be made again without simulating.

    Blocks that lost something count as not run afterwards. All of them are looked into if the root
    had to be written again; if a run of the store never ended, those are found of which an object
    is missing or empty. `check_store` reads everything.

    Parameters
    ----------
    location : Location
        Of the cube.
    rebuilt : bool, default False
        Whether the root was written again although there were blocks.

    Raises
    ------
    StoreError
        If the design no longer gives the coordinates with which the cube was made.
    """
    root = open_group(location)
    lost = unreadable_metadata(location, root)
    if lost:
        _write_metadata(location, root, lost)
    mend_coordinates(location, open_group(location))
    if rebuilt:
        _forget(location, _unproven_blocks(location))
    elif location.is_local and _was_cut_short(location):
        _forget(location, _blocks_with_holes(location))


def stored_metadata(root: zarr.Group) -> dict[str, Any]:
    """Return what the root says of the metadata of each array: key → content."""
    consolidated = root.metadata.to_dict().get("consolidated_metadata") or {"metadata": {}}
    return {
        f"{name}/{ROOT}": json.loads(json.dumps(content))
        for name, content in consolidated["metadata"].items()
        if content["node_type"] == "array"
    }


def _written_again(root: zarr.Group) -> dict[str, Any]:
    """Return the metadata that can be made again: key → content."""
    groups = {
        f"{name}/{ROOT}": {"attributes": {}, "zarr_format": 3, "node_type": "group"}
        for name in (BLOCKS, RUNS)
        if name in root
    }
    return stored_metadata(root) | groups


def told_records(root: zarr.Group) -> set[str]:
    """Return the keys of the records of runs that the root tells of."""
    consolidated = root.metadata.to_dict().get("consolidated_metadata") or {"metadata": {}}
    return {f"{name}/{ROOT}" for name in consolidated["metadata"] if name.startswith(f"{RUNS}/")}


def unreadable_metadata(location: Location, root: zarr.Group) -> list[str]:
    """Return the keys of metadata, and of records of runs, that cannot be read."""
    store = open_store(location, read_only=True)
    records = {key for key in list_objects(store, f"{RUNS}/") if key.endswith(ROOT)}
    keys = [*_written_again(root), *sorted(records | told_records(root))]
    return [key for key in keys if not is_readable(read_object(store, key))]


def _write_metadata(location: Location, root: zarr.Group, keys: Iterable[str]) -> None:
    """Write metadata again from the copy in the root; records of runs are given up."""
    told, store = _written_again(root), open_store(location, read_only=False)
    with explained(location, "mending metadata"), alone(location):
        for key in keys:
            _log.warning("%s: %s was lost; made again, or given up", location, key)
            if key in told:
                write_object(store, key, json.dumps(told[key], indent=2).encode())
            elif read_object(store, key) is not None:
                delete_object(store, key)
        if not set(keys) <= told.keys():
            consolidate(store)  # the root tells no longer of what was given up


def _was_cut_short(location: Location) -> bool:
    """Whether a run of a store has not said that it ended, or what it said was lost."""
    records = read_runs(location)
    return not records or any(not record.ended for record in records)


def _finished_blocks(store: BlockStore) -> list[Block]:
    raw = open_store(store.location, read_only=True)
    stored = set(list_objects(raw, f"{STATUS.name}/c/"))
    return [block for block in store.blocks() if store.key(STATUS.name, block) in stored]


def _blocks_with_holes(location: Location) -> list[Block]:
    """Return finished blocks of a folder of which an object is missing or empty."""
    store = open_blocks(location, read_only=True)

    def is_hole(key: str) -> bool:
        try:
            return (location.path / key).stat().st_size < _EMPTY
        except FileNotFoundError:
            return True

    def keys(block: Block) -> list[str]:
        digest = store.digest_key(block)
        return [store.key(variable.name, block) for variable in store.variables] + (
            [digest] if digest else []
        )

    return [block for block in _finished_blocks(store) if any(map(is_hole, keys(block)))]


def _unproven_blocks(location: Location) -> list[Block]:
    """Return finished blocks that do not show that they belong to the cube as it is now."""
    store = open_blocks(location, read_only=True)
    return [block for block in _finished_blocks(store) if not _is_proven(store, block)]


def _is_proven(store: BlockStore, block: Block) -> bool:
    try:
        told = store.stored_digest(block)
        return told == store.digest_of(block, store.read(block))
    except UNREADABLE:
        return False


def _forget(location: Location, blocks: list[Block]) -> None:
    if not blocks:
        return
    store = open_blocks(location)
    with explained(location, "forgetting blocks that were lost"):
        for block in blocks:
            _log.warning("%s: block %s lost something and is simulated again", location, block)
            store.forget(block)


def is_begun(store: Store, variables: Iterable[Variable]) -> bool:
    """Whether a store has the arrays of a cube, whatever has become of its root."""
    return {variable.name for variable in variables} <= set(list_folder(store))


def reconsolidate(store: Store) -> None:
    """Tell the root of everything that is in a store, what cannot be read left out."""
    for name in list_folder(store):
        key = f"{name}/{ROOT}"
        content = read_object(store, key)
        if content is not None and not is_readable(content):
            delete_object(store, key)
    consolidate(store)
