"""Looking at every chunk of a store: which blocks are damaged, and making room for new ones.

Every chunk carries a CRC-32C checksum, so reading it tells whether it is what was written; a digest
of each block tells whether it was written here, for this cube, and one of each slab of predictions
likewise; the rule that ties curves to outcomes is checked on what was read; and coordinates are
those of the design.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells import Cell
from microbatt.cube.contents.coordinates import (
    UNREADABLE,
    coordinate_trouble,
    mend_coordinates,
    names_in,
)
from microbatt.cube.contents.layout import STATUS, variables_in
from microbatt.cube.contents.schema import (
    BLOCKS,
    IDENTITY_DIGEST,
    RUNS,
    array_of,
    has_own_hash,
    identity_digest,
    is_readable,
)
from microbatt.cube.opening import open_group
from microbatt.cube.predicted.digests import joined_damages, slab_damages, unvouched_slabs
from microbatt.cube.predicted.prediction_groups import prediction_groups
from microbatt.cube.predicted.predictions import PREDICTION_STATUS, status_key
from microbatt.cube.store.fence import alone
from microbatt.cube.store.location import (
    ROOT,
    delete_object,
    explained,
    list_objects,
    open_store,
    read_object,
    write_object,
)
from microbatt.cube.writing.block_store import open_blocks
from microbatt.cube.writing.blocks import cut
from microbatt.cube.writing.healing import stored_metadata
from microbatt.cube.writing.rows import row_trouble
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    import zarr
    from zarr.abc.store import Store

    from microbatt.cube.store.location import Location
    from microbatt.cube.writing.block_store import BlockStore
    from microbatt.cube.writing.blocks import Block

_LEFTOVER: Final = ".partial"
"""How the name of a file ends that a killed process was writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Something wrong with a store.

    Attributes
    ----------
    key : str
        Of the object, or of the block's status.
    what : str
        Is wrong.
    block : Block, optional
        That has to be simulated again, if any.
    joined : bool, default False
        Whether it was joined to the cube: predictions, bounds. What made it can make it again.
    """

    key: str
    what: str
    block: Block | None = None
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check found.

    Attributes
    ----------
    blocks, finished : int
        In all, and those whose status says that they are finished.
    damages : tuple of Damage
        What is wrong.
    leftovers : tuple of str
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
    location : Location
        Of the cube.

    Returns
    -------
    CheckReport
        What is wrong, and which blocks have to be simulated again.

    Raises
    ------
    StoreError
        If it is not a cube, or its root cannot be read.
    """
    group = open_group(location)
    store = open_store(location, read_only=True)
    with explained(location, "checking"):
        keys = set(list_objects(store))
        leftovers = tuple(sorted(key for key in keys if key.endswith(_LEFTOVER)))
        damages = [*_metadata_damages(store, stored_metadata(group))]
        if damages:  # the chunks cannot be read before the metadata is mended
            return CheckReport(blocks=0, finished=0, damages=tuple(damages), leftovers=leftovers)
        damages += _identity_damages(group)
        damages += _variable_damages(group)
        damages += _record_damages(store, group, keys)
        damages += _coordinate_damages(group)
        damages += _other_damages(group, keys)
        damages += _joined_damages(group)
        opened = open_blocks(location, read_only=True)
        blocks = opened.blocks()
        finished = [block for block in blocks if opened.key(STATUS.name, block) in keys]
        for block in finished:
            damages += _block_damages(opened, block, keys)
    return CheckReport(
        blocks=len(blocks),
        finished=len(finished),
        damages=tuple(damages),
        leftovers=leftovers,
    )


def repair_store(location: Location, report: CheckReport) -> tuple[Damage, ...]:
    """Mend metadata and coordinates, and forget damaged blocks, so that running fills them again.

    Damaged chunks of what was joined to the cube are emptied: what made them can make them again.
    Where damaged metadata had hidden the rest of the store, it is looked at and repaired as well.

    Parameters
    ----------
    location : Location
        Of the cube.
    report : CheckReport
        From `check_store`.

    Returns
    -------
    tuple of Damage
        All that was found. Those with a block are gone once the block has been simulated again.
    """
    store = open_store(location, read_only=False)
    with explained(location, "repairing"):
        group = open_group(location)
        for damage in report.damages:
            _mend(location, store, group, damage)
        for key in report.leftovers:
            delete_object(store, key)
    if not report.damages or report.blocks:
        heal_coordinates(location)
        return report.damages
    revealed = check_store(location)
    if not revealed.blocks:  # the metadata could not be mended
        return report.damages
    return (*report.damages, *repair_store(location, revealed))


def _mend(location: Location, store: Store, group: zarr.Group, damage: Damage) -> None:
    """Make one damage good, or forget what it hit; coordinates are made again afterwards."""
    metadata, coordinates = stored_metadata(group), names_in(dict(group.attrs))
    if damage.block is not None:
        open_blocks(location).forget(damage.block)
    elif damage.key.startswith(f"{RUNS}/"):
        _give_up_record(store, damage.key, group)
    elif damage.key in metadata:
        write_object(store, damage.key, json.dumps(metadata[damage.key], indent=2).encode())
    elif damage.key.split("/")[0] not in coordinates and damage.key != ROOT:
        _empty(store, location, damage.key)


def heal_coordinates(location: Location) -> None:
    """Make lost or damaged coordinates of a cube again, from its design.

    Parameters
    ----------
    location : Location
        Of the cube.

    Raises
    ------
    StoreError
        If the design no longer gives the coordinates with which the cube was made.
    """
    mend_coordinates(location, open_group(location))


def _metadata_damages(store: Store, metadata: Mapping[str, Any]) -> Iterator[Damage]:
    for key, content in metadata.items():
        try:
            found = json.loads(read_object(store, key) or b"")
        except ValueError:
            found = None
        if found != content:
            yield Damage(key=key, what="is not what the root of the store says of it")


def _identity_damages(root: zarr.Group) -> Iterator[Damage]:
    attributes = dict(root.attrs)
    if attributes.get(IDENTITY_DIGEST, identity_digest(attributes)) != identity_digest(attributes):
        what = "attributes that say what the curves are have changed since the cube was made"
        yield Damage(key=ROOT, what=what)
    elif not has_own_hash(attributes):
        yield Damage(key=ROOT, what="attributes do not have the hash that stands beside them")
    elif _has_another_cell(attributes):
        yield Damage(key=ROOT, what="the cell does not have the digest that stands beside it")


def _has_another_cell(attributes: Mapping[str, Any]) -> bool:
    if IDENTITY_DIGEST not in attributes or "cell_digest" not in attributes:
        return False
    try:
        return bool(Cell.from_dict(attributes["cell"]).digest != attributes["cell_digest"])
    except (ParameterError, KeyError, TypeError, AttributeError):
        return True


def _variable_damages(root: zarr.Group) -> Iterator[Damage]:
    """Yield variables that say that they are something else than those of a cube."""
    for variable in variables_in(dict(root.attrs)):
        array = array_of(root, variable.name)
        units = quantity(variable.name).attrs.get("units")
        if array.dtype.name != variable.dtype or array.attrs.get("units") != units:
            what = f"is not in {units!r} and {variable.dtype}, as this variable of a cube is"
            yield Damage(key=f"{variable.name}/{ROOT}", what=what)


def _record_damages(store: Store, root: zarr.Group, keys: Container[str]) -> Iterator[Damage]:
    """Yield records of runs that are lost, cannot be read, or are not what the root holds."""
    listed = root.metadata.to_dict().get("consolidated_metadata") or {"metadata": {}}
    known = {
        f"{name}/{ROOT}": content["attributes"]
        for name, content in listed["metadata"].items()
        if name.startswith(f"{RUNS}/")
    }
    found = [key for key in list_objects(store, f"{RUNS}/") if key.endswith(ROOT)]
    for key in found:
        if not is_readable(read_object(store, key)):
            yield Damage(key=key, what="the record of a run cannot be read")
    for key, record in known.items():
        if key not in keys:
            yield Damage(key=key, what="the record of a run is missing")
        elif record.get("ended") and _is_other(read_object(store, key), record):
            yield Damage(key=key, what="the record of a run is not the one that was written")


def _is_other(content: bytes | None, record: Mapping[str, Any]) -> bool:
    """Whether a record that can be read is not the one that the root holds."""
    return is_readable(content) and json.loads(content or b"").get("attributes") != record


def _coordinate_damages(root: zarr.Group) -> Iterator[Damage]:
    for name, what in coordinate_trouble(root).items():
        yield Damage(key=f"{name}/c/0", what=what)


def _other_damages(root: zarr.Group, keys: Container[str]) -> Iterator[Damage]:
    """Yield damaged chunks of coordinates and of what was joined, in all groups."""
    attributes = dict(root.attrs)
    own = {*names_in(attributes), *(variable.name for variable in variables_in(attributes))}
    for group in (root, *prediction_groups(root).values()):
        for name, array in group.arrays():
            if group.path or name not in own:
                yield from _chunk_damages(array, keys)


def _joined_damages(root: zarr.Group) -> Iterator[Damage]:
    """Yield predictions, and other variables that were joined, that have other numbers."""
    for group in (root, *prediction_groups(root).values()):
        for key, what in (*slab_damages(group), *unvouched_slabs(group)):
            yield Damage(key=key, what=what, joined=True)
    for key, what in joined_damages(root):
        yield Damage(key=key, what=what, joined=True)


def _chunk_damages(array: zarr.Array[Any], keys: Container[str]) -> Iterator[Damage]:
    for block in cut(array.shape, array.chunks):
        key = f"{array.path}/{array.metadata.encode_chunk_key(block.number)}"
        if key not in keys:  # a chunk of nothing but fill values is not stored
            continue
        try:
            array[block.region]
        except UNREADABLE as error:
            yield Damage(key=key, what=str(error), joined=True)


def _block_damages(opened: BlockStore, block: Block, keys: Container[str]) -> Iterator[Damage]:
    for variable in opened.variables:
        key = opened.key(variable.name, block)
        if key not in keys:
            yield Damage(key=key, what="is missing although the block is finished", block=block)
            return
        try:
            opened.arrays[variable.name][block.region]
        except UNREADABLE as error:
            yield Damage(key=key, what=str(error), block=block)
            return
    yield from _content_damages(opened, block, keys)


def _content_damages(opened: BlockStore, block: Block, keys: Container[str]) -> Iterator[Damage]:
    """Yield what is wrong with a block whose chunks can all be read."""
    key, rows = opened.key(STATUS.name, block), opened.read(block)
    digest = opened.digest_key(block)
    if digest is not None and digest not in keys:
        yield Damage(key=digest, what="the digest of a finished block is missing", block=block)
        return
    # What stands at curves that are about to be simulated again, or were when somebody was killed,
    # counts as not there.
    torn = int((row_trouble(rows) & (rows[STATUS.name] != Outcome.NOT_RUN)).sum())
    if torn:
        yield Damage(key=key, what=f"{torn} curves contradict their status", block=block)
        return
    try:
        told = opened.stored_digest(block)
    except UNREADABLE as error:
        yield Damage(key=f"{BLOCKS}/{block}", what=str(error), block=block)
        return
    if told and told != opened.digest_of(block, rows):
        what = "the curves are not those that were written there for this cube"
        yield Damage(key=key, what=what, block=block)


def _give_up_record(store: Store, key: str, root: zarr.Group) -> None:
    """Write the record of a run again from the root, or forget it."""
    listed = root.metadata.to_dict().get("consolidated_metadata") or {"metadata": {}}
    known = listed["metadata"].get(key.removesuffix(f"/{ROOT}"))
    if known is None:
        delete_object(store, key)
    else:
        write_object(store, key, json.dumps(known, indent=1).encode())


def _empty(store: Store, location: Location, key: str) -> None:
    """Remove a chunk of what was joined.

    Of a prediction the whole slab goes, its status first.
    """
    with alone(location):
        vouching = status_key(key)
        if vouching is not None:
            delete_object(store, vouching)
            group = vouching.partition(PREDICTION_STATUS)[0]
            for other in list_objects(store, group):
                if status_key(other) == vouching:
                    delete_object(store, other)
        delete_object(store, key)
