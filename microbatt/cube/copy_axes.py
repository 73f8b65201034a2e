"""The axes ``network`` and ``fold`` of a store: making room for more of them.

All groups of a store have room for the same networks and folds, since the groups of a tree share
their dimensions.  Fold k has the place k, so that networks with and without folds fit together.
Arrays grow first, the root's copy of their metadata last: readers see all of them grown, or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cube.arrays import array_of, dimensions, plain_attributes
from microbatt.cube.creation import compression
from microbatt.cube.predictions import (
    FOLD,
    NETWORK,
    ORIGIN,
    PREDICTION_STATUS,
    PREDICTION_VARIABLES,
    TRUTH,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    import zarr

_LABELS_PER_CHUNK: Final = 64
_LABELS: Final = {NETWORK: "name of the network", FOLD: "fold that the network did not see"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The networks and the folds for which all groups of a store have room.

    Attributes
    ----------
    names
        Of the networks, by place.
    fresh
        Those of them that have had no place so far.
    folds
        How many, counted from 0.
    """

    names: tuple[str, ...]
    fresh: frozenset[str]
    folds: int


def room_for(held: Sequence[zarr.Group], predicted: xr.Dataset) -> Room:
    """Return the room of a store, and what predictions need beside.

    Parameters
    ----------
    held
        The groups of the store that hold predictions.
    predicted
        What is to be joined.
    """
    names = [str(name) for name in np.asarray(array_of(held[0], NETWORK))] if held else []
    folds = array_of(held[0], FOLD).shape[0] if held else 0
    given = [str(name) for name in predicted[NETWORK].to_numpy()]
    fresh = [name for name in given if name not in names]
    for name in fresh:  # a place without a name is left of somebody who was killed in making it
        place = names.index("") if "" in names else len(names)
        names[place : place + 1] = [name]
    needed = int(predicted[FOLD].max()) + 1
    return Room(names=tuple(names), fresh=frozenset(fresh), folds=max(folds, needed))


def make_room(
    held: Sequence[zarr.Group], group: zarr.Group, room: Room, predicted: xr.Dataset
) -> None:
    """Grow the arrays of all groups, and make in one of them those that predictions need.

    Parameters
    ----------
    held
        The groups of the store that hold predictions.
    group
        The one that is to hold these, among them or not.
    room
        From `room_for`.
    predicted
        With the variables and coordinates of `microbatt.cube.predictions`.
    """
    shape = (len(room.names), room.folds)
    for name in PREDICTION_VARIABLES:
        _ensure(group, name, shape, predicted)
    for name in (NETWORK, FOLD):
        if name not in group:
            _create_labels(group, name)
    for one in {found.path: found for found in (*held, group)}.values():
        for name in PREDICTION_VARIABLES:
            array = array_of(one, name)
            if array.shape[:2] != shape:
                array.resize((*shape, *array.shape[2:]))
        _label(array_of(one, NETWORK), np.array(room.names, dtype=object))
        _label(array_of(one, FOLD), np.arange(room.folds))


def _label(array: zarr.Array[Any], labels: np.ndarray[Any, Any]) -> None:
    if array.shape != labels.shape:
        array.resize(labels.shape)
    if not np.array_equal(np.asarray(array), labels):
        array[...] = labels


def _ensure(group: zarr.Group, name: str, shape: tuple[int, int], predicted: xr.Dataset) -> None:
    """Make an array, unless it is there with the right dimensions."""
    variable = predicted[name]
    dims = tuple(str(dim) for dim in variable.dims)
    if name in group and dimensions(array_of(group, name)) == dims:
        return
    truth = (*TRUTH, *TRUTH.values())
    auxiliary = [c for c in truth if c in predicted.coords and c not in dims]
    links = {"coordinates": " ".join(auxiliary)} if auxiliary else {}
    points = variable.shape[2:]
    group.create_array(
        name,
        shape=(*shape, *points),
        dtype=variable.dtype.name,
        chunks=(1, 1, *points),
        fill_value=_FILL[variable.dtype.kind],
        compressors=compression(),
        dimension_names=dims,
        attributes=plain_attributes(variable)
        | links
        | ({ORIGIN: {}} if name == PREDICTION_STATUS else {}),
        overwrite=True,
    )


_FILL: Final = {"f": float("nan"), "i": 0, "b": False}


def _create_labels(group: zarr.Group, name: str) -> None:
    group.create_array(
        name,
        shape=(0,),
        dtype="string" if name == NETWORK else "int64",
        chunks=(_LABELS_PER_CHUNK,),
        compressors=compression(),
        dimension_names=(name,),
        attributes={"long_name": _LABELS[name]},
    )
