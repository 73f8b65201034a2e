"""Writing predictions: one chunk, a slab, for each variable, network and fold.

A network's own slabs are emptied, status first, and written, status last: a reader, or somebody who
comes after a process that was killed, sees predictions that are whole or none, and those of other
networks as they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microbatt.cube.arrays import array_of
from microbatt.cube.beside import group_of_points, groups_beside
from microbatt.cube.copy_axes import make_room, room_for
from microbatt.cube.creation import consolidate
from microbatt.cube.joining import check_same_points
from microbatt.cube.location import explained, open_store
from microbatt.cube.opening import open_group
from microbatt.cube.predictions import (
    FOLD,
    NETWORK,
    ORIGIN,
    PREDICTION_STATUS,
    PREDICTION_VARIABLES,
    origins_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    import zarr

    from microbatt.cube.location import Location
    from microbatt.cube.predictions import Facts


def join_predictions(location: Location, predicted: xr.Dataset, *, beside: bool = False) -> None:
    """Put predictions into a store; those of the same networks are replaced.

    Of a network that is there already, fold 0 is replaced by fold 0, and all other folds by all
    other folds.

    Parameters
    ----------
    location
        Of a cube.
    predicted
        The variables and coordinates of `microbatt.cube.predictions` along ``network``, ``fold``
        and the points.
    beside
        Whether the points are another cube's, whose attributes `predicted` has: they go into a
        group of the store that has its name.

    Raises
    ------
    ParameterError
        If the points are not the cube's (without `beside`), or there can be no such group.
    StoreError
        If the store cannot be read or written.
    """
    known = open_group(location)
    store = open_store(location, read_only=False)
    import zarr

    with explained(location, "joining predictions"):
        root = zarr.open_group(store, mode="r+", use_consolidated=False)
        if beside:
            group, predicted = group_of_points(root, predicted)
        else:
            group = root
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
        _tell(group, origins_of(predicted))
        consolidate(store)
        for name in predicted[NETWORK].to_numpy():
            _vouch(group, room.names.index(str(name)), predicted.sel({NETWORK: name}))


def _holders(root: zarr.Group, known: zarr.Group) -> list[zarr.Group]:
    """Return the groups that hold predictions, the root among them, to be written to.

    Parameters
    ----------
    root
        Whose own metadata count.
    known
        The same as readers see it, which is one look at the store.
    """
    import zarr

    groups = [root, *(root[name] for name in groups_beside(known))]
    return [one for one in groups if isinstance(one, zarr.Group) and NETWORK in one]


def _one_copy(predicted: xr.Dataset) -> xr.Dataset:
    """Return the predictions of one copy, with the coordinates of the points alone."""
    return predicted.isel({NETWORK: 0, FOLD: 0}, drop=True)


def _replaced(given: Sequence[int], folds: int, *, fresh: bool) -> list[int]:
    """Return the folds that are emptied: those of the same sort as those given."""
    sorts = {bool(fold) for fold in given}
    return [fold for fold in range(folds) if fresh or bool(fold) in sorts]


def _empty(group: zarr.Group, place: int, folds: Sequence[int]) -> None:
    """Empty slabs of a network, the status first."""
    for name in reversed(PREDICTION_VARIABLES):
        array = array_of(group, name)
        for fold in folds:
            array[place, fold] = array.fill_value


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


def _origins(group: zarr.Group) -> dict[str, dict[str, Facts]]:
    stored: Any = array_of(group, PREDICTION_STATUS).attrs.get(ORIGIN, {})
    return {name: dict(copies) for name, copies in stored.items()}


def _write(group: zarr.Group, place: int, predicted: xr.Dataset) -> None:
    """Write slabs of a network, all but the status."""
    for name in PREDICTION_VARIABLES[:-1]:
        _write_one(group, place, predicted[name])


def _vouch(group: zarr.Group, place: int, predicted: xr.Dataset) -> None:
    """Write the status of slabs that are there."""
    _write_one(group, place, predicted[PREDICTION_STATUS])


def _write_one(group: zarr.Group, place: int, variable: xr.DataArray) -> None:
    array = array_of(group, str(variable.name))
    for number, fold in enumerate(variable[FOLD].to_numpy()):
        array[place, int(fold)] = variable.isel({FOLD: number}).to_numpy()
