"""Writing predictions: one chunk, a slab, for each variable, network and fold.

A network's own slabs are emptied, status first, and written, status last: a reader, or somebody who
comes after a process that was killed, sees predictions that are whole or none, and those of other
networks as they were.

All groups of a store have room for the same networks and folds, since the groups of a tree share
their dimensions.  Fold k has the place k, so that networks with and without folds fit together.
Arrays grow first, the root's copy of their metadata last: readers see all of them grown, or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cube.contents.layout import variables_in
from microbatt.cube.contents.outcomes import varied_in
from microbatt.cube.contents.schema import (
    array_of,
    arrays_named,
    compression,
    consolidate,
    dimensions,
    plain_attributes,
)
from microbatt.cube.joining import check_same_cube, check_same_points, join_variables
from microbatt.cube.opening import open_cube, open_group
from microbatt.cube.predicted.digests import DIGEST, slab_digest
from microbatt.cube.predicted.prediction_groups import group_of_points, prediction_groups
from microbatt.cube.predicted.predictions import (
    FOLD,
    NETWORK,
    ORIGIN,
    PREDICTION_STATUS,
    copies_in,
    is_prediction,
    origins_of,
    targets_in,
    truth_names,
    variables_of,
)
from microbatt.cube.store.fence import alone
from microbatt.cube.store.location import (
    ROOT,
    explained,
    list_objects,
    open_store,
    read_object,
    sync_objects,
    write_object,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    import zarr
    from numpy.typing import NDArray

    from microbatt.cube.predicted.predictions import Facts
    from microbatt.cube.store.location import Location

_LISTED: Final = "point"


def join_predictions(location: Location, predicted: xr.Dataset, *, as_group: bool = False) -> None:
    """Put predictions into a store; those of the same networks are replaced.

    Of a network that is there already, fold 0 is replaced by fold 0, and all other folds by all
    other folds.

    Parameters
    ----------
    location : Location
        Of a cube.
    predicted : xarray.Dataset
        The variables and coordinates of `microbatt.cube.predicted.predictions` along ``network``,
        ``fold`` and the points.
    as_group : bool, default False
        Whether the points are another cube's, whose attributes `predicted` has: they go into a
        group of the store that has its name.

    Raises
    ------
    ParameterError
        If the points are not the cube's (without `as_group`), or there can be no such group.
    StoreError
        If the store cannot be read or written.
    """
    open_group(location)
    store = open_store(location, read_only=False)
    import zarr

    with explained(location, "joining predictions"), alone(location):
        known = open_group(location)
        root = zarr.open_group(store, mode="r+", zarr_format=3, use_consolidated=False)
        if as_group:
            group, predicted = group_of_points(root, predicted)
        else:
            group = root
            check_same_cube(root, predicted)
            check_same_points(root, _one_copy(predicted))
        held = _holders(root, known)
        room = room_for(held, predicted)
        make_room(held, group, room, predicted)
        for name in predicted[NETWORK].to_numpy():
            given = predicted[FOLD].to_numpy().tolist()
            folds = _replaced(given, room.folds, fresh=name in room.fresh)
            _empty(group, room.names.index(str(name)), folds)
            _forget(group, str(name), folds)
        consolidate(store)  # from here on readers see room for them
        for name in predicted[NETWORK].to_numpy():
            _write(group, room.names.index(str(name)), predicted.sel({NETWORK: name}))
        _tell(group, _with_digests(group, predicted))
        consolidate(store)
        sync_objects(store, _written(group, room, predicted))
        for name in predicted[NETWORK].to_numpy():
            _vouch(group, room.names.index(str(name)), predicted.sel({NETWORK: name}))


def _holders(root: zarr.Group, known: zarr.Group) -> list[zarr.Group]:
    """Return the groups that hold predictions, the root among them, to be written to.

    Parameters
    ----------
    root : zarr.Group
        Whose own metadata count.
    known : zarr.Group
        The same as readers see it, which is one look at the store.
    """
    import zarr

    groups = [root, *(root[name] for name in prediction_groups(known))]
    # One that lacks either was being made by somebody who was killed: it holds nothing yet.
    return [one for one in groups if isinstance(one, zarr.Group) and NETWORK in one and FOLD in one]


def _one_copy(predicted: xr.Dataset) -> xr.Dataset:
    """Return the predictions of one copy, with the coordinates of the points alone."""
    return predicted.isel({NETWORK: 0, FOLD: 0}, drop=True)


def _replaced(given: Sequence[int], folds: int, *, fresh: bool) -> list[int]:
    """Return the folds that are emptied: those of the same sort as those given."""
    sorts = {bool(fold) for fold in given}
    return [fold for fold in range(folds) if fresh or bool(fold) in sorts]


def _empty(group: zarr.Group, place: int, folds: Sequence[int]) -> None:
    """Empty slabs of a network, the status first."""
    for array in reversed(_held_by(group)):
        for fold in folds:
            array[place, fold] = array.fill_value


def _held_by(group: zarr.Group) -> list[zarr.Array[Any]]:
    """Return the arrays of predictions that a group has, the status last."""
    held = arrays_named(group, is_prediction)
    return [*(held[name] for name in held if name != PREDICTION_STATUS), held[PREDICTION_STATUS]]


def _variables(predicted: xr.Dataset) -> tuple[str, ...]:
    return variables_of(targets_in(predicted.data_vars))


def _forget(group: zarr.Group, name: str, folds: Sequence[int]) -> None:
    """Say of copies no longer where they come from, so that they count as not there."""
    told = _origins(group)
    kept = {fold: facts for fold, facts in told.pop(name, {}).items() if int(fold) not in folds}
    array_of(group, PREDICTION_STATUS).update_attributes(
        {ORIGIN: told | ({name: kept} if kept else {})}
    )


def _tell(group: zarr.Group, origins: Mapping[str, Mapping[str, Facts]]) -> None:
    """Say where copies come from."""
    told = _origins(group)
    fresh = {name: told.get(name, {}) | dict(copies) for name, copies in origins.items()}
    array_of(group, PREDICTION_STATUS).update_attributes({ORIGIN: told | fresh})


def _with_digests(group: zarr.Group, predicted: xr.Dataset) -> dict[str, dict[str, Facts]]:
    """Return where the copies that are here come from, each with the digest of its slab.

    The attributes may tell of others too, as those of a part of a cube do.
    """
    networks = {str(name) for name in predicted[NETWORK].to_numpy()}
    folds = {str(fold) for fold in predicted[FOLD].to_numpy().tolist()}
    return {
        name: {
            fold: facts
            | {DIGEST: slab_digest(group, name, int(fold), _slab(predicted, name, fold))}
            for fold, facts in copies.items()
            if fold in folds
        }
        for name, copies in origins_of(predicted).items()
        if name in networks
    }


def _slab(predicted: xr.Dataset, network: str, fold: str) -> dict[str, NDArray[Any]]:
    names = [str(name) for name in predicted[NETWORK].to_numpy()]
    place = {
        NETWORK: names.index(network),
        FOLD: predicted[FOLD].to_numpy().tolist().index(int(fold)),
    }
    return {name: predicted[name].isel(place).to_numpy() for name in _variables(predicted)}


def _origins(group: zarr.Group) -> dict[str, dict[str, Facts]]:
    stored: Any = array_of(group, PREDICTION_STATUS).attrs.get(ORIGIN, {})
    return {name: dict(copies) for name, copies in stored.items()}


def _write(group: zarr.Group, place: int, predicted: xr.Dataset) -> None:
    """Write slabs of a network, all but the status."""
    for name in _variables(predicted)[:-1]:
        _write_one(group, place, predicted[name])


def _written(group: zarr.Group, room: Room, predicted: xr.Dataset) -> list[str]:
    """Return the keys of all that the status of predictions vouches for."""
    keys = [ROOT]
    places = [room.names.index(str(name)) for name in predicted[NETWORK].to_numpy()]
    for name in (*map(str, predicted.data_vars), NETWORK, FOLD):
        array = array_of(group, name)
        keys.append(f"{array.path}/{ROOT}")
        if name in {NETWORK, FOLD}:
            keys.append(f"{array.path}/{array.metadata.encode_chunk_key((0,))}")
        elif name in predicted.data_vars and name != PREDICTION_STATUS:
            rest = (0,) * (array.ndim - 2)
            keys += [
                f"{array.path}/{array.metadata.encode_chunk_key((place, int(fold), *rest))}"
                for place in places
                for fold in predicted[FOLD].to_numpy()
            ]
    return keys


def _vouch(group: zarr.Group, place: int, predicted: xr.Dataset) -> None:
    """Write the status of slabs that are there."""
    _write_one(group, place, predicted[PREDICTION_STATUS])


def _write_one(group: zarr.Group, place: int, variable: xr.DataArray) -> None:
    array = array_of(group, str(variable.name))
    for number, fold in enumerate(variable[FOLD].to_numpy()):
        array[place, int(fold)] = variable.isel({FOLD: number}).to_numpy()


_LABELS_PER_CHUNK: Final = 64
_LABELS: Final = {NETWORK: "name of the network", FOLD: "fold that the network did not see"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The networks and the folds for which all groups of a store have room.

    Attributes
    ----------
    names : tuple of str
        Of the networks, by place.
    fresh : frozenset
        Those of them that have had no place so far.
    folds : int
        How many, counted from 0.
    """

    names: tuple[str, ...]
    fresh: frozenset[str]
    folds: int


def room_for(held: Sequence[zarr.Group], predicted: xr.Dataset) -> Room:
    """Return the room of a store, and what predictions need beside.

    Parameters
    ----------
    held : sequence of zarr.Group
        The groups of the store that hold predictions.
    predicted : xarray.Dataset
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
    held : sequence of zarr.Group
        The groups of the store that hold predictions.
    group : zarr.Group
        The one that is to hold these, among them or not.
    room : Room
        From `room_for`.
    predicted : xarray.Dataset
        With the variables and coordinates of `microbatt.cube.predicted.predictions`.
    """
    shape = (len(room.names), room.folds)
    for name in _variables(predicted):
        _ensure(group, name, shape, predicted)
    for name in (NETWORK, FOLD):
        if name not in group:
            _create_labels(group, name)
    for one in {found.path: found for found in (*held, group)}.values():
        for array in _held_by(one):
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
    named = truth_names(targets_in(predicted.data_vars))
    truth = (*named, *named.values())
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


def copy_joined(smaller: Location, larger: Location) -> None:
    """Join to a larger cube what was joined to the smaller one.

    Parameters
    ----------
    smaller : Location
        Whose axes are part of those of `larger`.
    larger : Location
        Where predictions of other cubes' points, predictions and other variables are written;
        points that `smaller` lacks are not predicted.
    """
    _carry_groups(smaller, larger)
    grown = open_cube(larger, chunks=None)
    axes: dict[str, object] = {str(dim): index for dim, index in grown.indexes.items()}
    held = open_cube(smaller, chunks=None)
    joined = held.drop_vars([variable.name for variable in variables_in(held.attrs)])
    if _LISTED in joined.dims:
        joined = joined.assign_coords({_LISTED: _places_of_points(joined, grown)})
        axes[_LISTED] = np.arange(grown.sizes[_LISTED])
    joined = joined.reset_coords(drop=True).drop_attrs(deep=False)
    joined = _grown(joined, {str(dim): axes[str(dim)] for dim in joined.indexes if dim in axes})
    joined = joined.drop_vars(_LISTED, errors="ignore")
    for name, folds in copies_in(joined).items():
        predicted = joined[list(_variables(joined))].sel({NETWORK: [name], FOLD: list(folds)})
        join_predictions(larger, predicted)
    others = joined.drop_dims([NETWORK, FOLD], errors="ignore")
    if others.data_vars:
        join_variables(larger, others)


def _places_of_points(smaller: xr.Dataset, larger: xr.Dataset) -> NDArray[np.int64]:
    """Return where the listed points of a cube stand among those of a larger one."""
    names = [name for name in varied_in(smaller) if smaller[name].dims == (_LISTED,)]
    rows = np.stack([larger[name].to_numpy() for name in names], axis=1)
    known = {row.tobytes(): place for place, row in enumerate(rows)}
    wanted = np.stack([smaller[name].to_numpy() for name in names], axis=1)
    return np.array([known[row.tobytes()] for row in wanted], dtype=np.int64)


def _carry_groups(smaller: Location, larger: Location) -> None:
    """Copy groups beside the cube, whose points do not grow, object by object."""
    source, target = open_store(smaller, read_only=True), open_store(larger, read_only=False)
    names = prediction_groups(open_group(smaller))
    for key in [key for name in names for key in list_objects(source, f"{name}/")]:
        write_object(target, key, read_object(source, key) or b"")
    if names:
        consolidate(target)


def _grown(joined: xr.Dataset, axes: dict[str, object]) -> xr.Dataset:
    """Return variables along longer axes, empty where there is nothing new to say."""
    empty = {"f": np.nan, "b": False}
    fill = {name: empty.get(v.dtype.kind, 0) for name, v in joined.data_vars.items()}
    return joined.reindex(axes, fill_value=fill)
