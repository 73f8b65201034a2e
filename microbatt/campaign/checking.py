"""Looking at every chunk of a store: which blocks are damaged, and making room for new ones.

Every chunk carries a CRC-32C checksum, so reading it tells whether it is what was written; and
the rule that ties curves to endings is checked on what was read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from microbatt.campaign.blocks import Block, cut
from microbatt.campaign.campaign import Campaign
from microbatt.campaign.stores import refuse_other, skeleton_of
from microbatt.campaign.survey import UNREADABLE
from microbatt.cube import (
    ROOT,
    STATUS,
    VARIABLES,
    Location,
    delete_object,
    explained,
    groups_beside,
    list_objects,
    open_arrays,
    open_group,
    open_store,
    read_object,
    read_rows,
    row_trouble,
    status_key,
    write_object,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    import zarr
    from zarr.abc.store import Store

    from microbatt.cube import Arrays

_DATA = frozenset(variable.name for variable in VARIABLES)
_LEFTOVER = ".partial"
"""How the name of a file ends that a killed process was writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Something wrong with a store.

    Attributes
    ----------
    key
        Of the object, or of the block's status.
    what
        Is wrong.
    block
        That has to be simulated again, if any.
    """

    key: str
    what: str
    block: Block | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check found.

    Attributes
    ----------
    blocks, finished
        In all, and those whose status says that they are finished.
    damages
        What is wrong.
    leftovers
        Files of killed processes; harmless.
    """

    blocks: int
    finished: int
    damages: tuple[Damage, ...]
    leftovers: tuple[str, ...]


def check_store(location: Location) -> CheckReport:
    """Read every chunk of a store and look for damage.

    Parameters
    ----------
    location
        Of the cube.

    Raises
    ------
    StoreError
        If it is not a cube, or its root cannot be read.
    """
    metadata = _metadata(open_group(location))
    store = open_store(location, read_only=True)
    with explained(location, "checking"):
        keys = set(list_objects(store))
        leftovers = tuple(sorted(key for key in keys if key.endswith(_LEFTOVER)))
        damages = [*_metadata_damages(store, metadata)]
        if damages:  # the chunks cannot be read before the metadata is mended
            return CheckReport(blocks=0, finished=0, damages=tuple(damages), leftovers=leftovers)
        damages += _other_damages(open_group(location), keys)
        arrays = open_arrays(location, read_only=True)
        blocks = list(cut(arrays[STATUS.name].shape, arrays[STATUS.name].chunks))
        finished = [b for b in blocks if chunk_key(arrays, STATUS.name, b) in keys]
        for block in finished:
            damages += _block_damages(arrays, block, keys)
    return CheckReport(
        blocks=len(blocks),
        finished=len(finished),
        damages=tuple(damages),
        leftovers=leftovers,
    )


def repair_store(location: Location, report: CheckReport) -> None:
    """Mend coordinates and metadata, and forget damaged blocks, so that running fills them again.

    Damaged chunks of what was joined to the cube are emptied: what made them can make them again.

    Parameters
    ----------
    location
        Of the cube.
    report
        From `check_store`.
    """
    metadata = _metadata(open_group(location))
    store = open_store(location, read_only=False)
    with explained(location, "repairing"):
        for damage in report.damages:
            if damage.block is not None:
                _forget(store, location, damage.block)
            elif damage.key in metadata:
                write_object(store, damage.key, json.dumps(metadata[damage.key], indent=2).encode())
            else:
                _mend(store, damage.key, skeleton_of(campaign_of(location)))
        for key in report.leftovers:
            delete_object(store, key)


def campaign_of(location: Location) -> Campaign:
    """Return the campaign of a cube, from its attributes.

    Raises
    ------
    CampaignError
        If today's engine would not give the same numbers.
    """
    attributes = dict(open_group(location).attrs)
    campaign = Campaign.from_dict(attributes)
    refuse_other(campaign, location, attributes)
    return campaign


def chunk_key(arrays: Arrays, name: str, block: Block) -> str:
    """Return the key of a block's chunk of a variable."""
    array = arrays[name]
    number = block.number + (0,) * (array.ndim - len(block.number))
    return f"{name}/{array.metadata.encode_chunk_key(number)}"


def _metadata(group: zarr.Group) -> dict[str, Any]:
    """Return what the root says of the metadata of each array: key → content."""
    consolidated = group.metadata.to_dict().get("consolidated_metadata") or {"metadata": {}}
    return {
        f"{name}/{ROOT}": json.loads(json.dumps(content))
        for name, content in consolidated["metadata"].items()
        if content["node_type"] == "array"
    }


def _metadata_damages(store: Store, metadata: Mapping[str, Any]) -> Iterator[Damage]:
    for key, content in metadata.items():
        try:
            found = json.loads(read_object(store, key) or b"")
        except ValueError:
            found = None
        if found != content:
            yield Damage(key=key, what="is not what the root of the store says of it")


def _other_damages(root: zarr.Group, keys: Container[str]) -> Iterator[Damage]:
    """Yield damaged chunks of coordinates and of what was joined, in all groups."""
    for group in (root, *groups_beside(root).values()):
        for name, array in group.arrays():
            if group.path or name not in _DATA:
                yield from _chunk_damages(array, keys)


def _chunk_damages(array: zarr.Array[Any], keys: Container[str]) -> Iterator[Damage]:
    for block in cut(array.shape, array.chunks):
        key = f"{array.path}/{array.metadata.encode_chunk_key(block.number)}"
        if key not in keys:  # a chunk of nothing but fill values is not stored
            continue
        try:
            array[block.region]
        except UNREADABLE as error:
            yield Damage(key=key, what=str(error))


def _block_damages(arrays: Arrays, block: Block, keys: Container[str]) -> Iterator[Damage]:
    for variable in VARIABLES:
        key = chunk_key(arrays, variable.name, block)
        if key not in keys:
            yield Damage(key=key, what="is missing although the block is finished", block=block)
            return
        try:
            arrays[variable.name][block.region]
        except UNREADABLE as error:
            yield Damage(key=key, what=str(error), block=block)
            return
    torn = int(row_trouble(read_rows(arrays, block.region)).sum())
    if torn:
        what = f"{torn} curves contradict their status"
        yield Damage(key=chunk_key(arrays, STATUS.name, block), what=what, block=block)


def _mend(store: Store, key: str, skeleton: Mapping[str, bytes]) -> None:
    """Write an object as it was when the cube was made; remove one that was not there then.

    Of a prediction the status goes first, so that what is left of it counts as not predicted.
    """
    if key in skeleton:
        write_object(store, key, skeleton[key])
        return
    vouching = status_key(key)
    if vouching is not None:
        delete_object(store, vouching)
    delete_object(store, key)


def _forget(store: Store, location: Location, block: Block) -> None:
    """Remove a block, its status first, so that it counts as not run from then on."""
    arrays = open_arrays(location, read_only=False)
    for variable in reversed(VARIABLES):
        delete_object(store, chunk_key(arrays, variable.name, block))
