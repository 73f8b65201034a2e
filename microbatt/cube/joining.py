"""Joining further variables to a cube: what was found out about its points later.

The last variable of a set tells which points have values.  It is emptied first and written last, so
that a reader, or somebody who comes after a process that was killed, sees a set that is whole or
one that says that it is not there.  The curves and their ``status`` are never touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.cube.contents.layout import variables_in
from microbatt.cube.contents.schema import (
    array_of,
    compression,
    consolidate,
    dimensions,
    plain_attributes,
)
from microbatt.cube.opening import open_group
from microbatt.cube.predicted.digests import JOINED, joined_digest
from microbatt.cube.store.fence import alone
from microbatt.cube.store.location import explained, open_store
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    import zarr

    from microbatt.cube.store.location import Location

_HASH: Final = "campaign_hash"


def join_variables(location: Location, joined: xr.Dataset) -> None:
    """Put variables into a cube; those of the same names are replaced.

    Parameters
    ----------
    location : Location
        Of the cube.
    joined : xarray.Dataset
        Variables along dimensions of the cube, none along ``depth``; small, for they are loaded.
        The last one is a count or a code whose 0 says that there is no value.

    Raises
    ------
    ParameterError
        If a variable is one of the cube's own, or lies along other points.
    StoreError
        If the cube cannot be read or written.
    """
    open_group(location)
    store = open_store(location, read_only=False)
    import zarr

    with explained(location, "joining variables"), alone(location):
        group = zarr.open_group(store, mode="r+", zarr_format=3, use_consolidated=False)
        check_same_cube(group, joined)
        check_same_points(group, joined)
        names = [str(name) for name in joined.data_vars]
        if names[-1] in group:
            _empty(group, names[-1])
        told = joined_digest({name: joined[name].to_numpy() for name in names})
        for name in names:
            _write(group, name, joined[name], {JOINED: told} if name == names[-1] else {})
        consolidate(store)


def check_same_cube(group: zarr.Group, joined: xr.Dataset) -> None:
    """Refuse variables that say that they were computed for another cube.

    Raises
    ------
    ParameterError
        With both hashes.
    """
    meant, there = joined.attrs.get(_HASH), group.attrs.get(_HASH)
    if meant is not None and meant != there:
        raise ParameterError(
            f"the variables were computed for the campaign {str(meant)[:12]}, and the cube is of "
            f"{str(there)[:12]}: it has changed meanwhile, or is another one. Compute them again."
        )


def check_same_points(group: zarr.Group, joined: xr.Dataset) -> None:
    """Refuse variables that are the cube's own, or of other points than a group holds.

    Raises
    ------
    ParameterError
        Naming the variable or the dimension.
    """
    names = {variable.name for variable in variables_in(dict(group.attrs))}
    own = [str(name) for name in joined.data_vars if name in names]
    if own:
        raise ParameterError(f"`{own[0]}` is a variable of the cube itself; join another name.")
    for dim in joined.dims:
        size = _sizes(group).get(str(dim))
        if size != joined.sizes[dim]:
            raise ParameterError(
                f"the variables have {joined.sizes[dim]} values along `{dim}` and the cube "
                f"{'no such dimension' if size is None else size}; compute them for this cube."
            )
    for name in set(joined.coords) & set(group.array_keys()):
        if not np.array_equal(np.asarray(group[str(name)]), joined[name].to_numpy()):
            raise ParameterError(
                f"`{name}` is not the same in the cube; compute the variables for this cube."
            )


def _sizes(group: zarr.Group) -> dict[str, int]:
    return {
        dim: size
        for _, array in group.arrays()
        for dim, size in zip(dimensions(array), array.shape, strict=False)
    }


def _empty(group: zarr.Group, name: str) -> None:
    array = array_of(group, name)
    array[...] = array.fill_value


def _write(
    group: zarr.Group, name: str, variable: xr.DataArray, attributes: Mapping[str, str]
) -> None:
    values = variable.to_numpy()
    told = {key: one for key, one in plain_attributes(variable).items() if key != JOINED}
    array = group.create_array(
        name,
        shape=values.shape,
        dtype=values.dtype,
        chunks=values.shape,
        fill_value=float("nan") if values.dtype.kind == "f" else 0,
        compressors=compression(),
        dimension_names=[str(dim) for dim in variable.dims],
        attributes={**told, **attributes},
        overwrite=True,
    )
    array[...] = values
