"""A store as a plain `xarray.Dataset`, after a look at whether it is a cube at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from microbatt.checks import check_choice
from microbatt.cube.contents.bounds import check_array
from microbatt.cube.contents.coordinates import check_coordinates
from microbatt.cube.contents.layout import variables_in
from microbatt.cube.contents.schema import SCHEMA_VERSION
from microbatt.cube.predicted.prediction_groups import prediction_groups
from microbatt.cube.predicted.predictions import as_points
from microbatt.cube.store.location import Location, explained, object_exists, open_store
from microbatt.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    import zarr

Chunks: TypeAlias = "Literal['auto'] | int | dict[Any, Any] | None"
"""As `xarray.open_zarr` takes them; None reads with NumPy instead of Dask."""

_BAD_METADATA: Final = (
    ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError, IndexError,
)  # fmt: skip
"""What reading metadata raises that somebody edited, or that lack something."""
_OLD_ROOTS: Final = (".zgroup", ".zarray", ".zmetadata")
"""Of a store of Zarr's format 2."""


def open_cube(location: Location, *, chunks: Chunks = "auto") -> xr.Dataset:
    """Open a cube lazily.

    Parameters
    ----------
    location : Location
        Of its store.
    chunks : Chunks, default 'auto'
        As in `xarray.open_zarr`; None reads with NumPy instead of Dask.

    Returns
    -------
    xarray.Dataset
        Its attributes tell what made it.

    Raises
    ------
    StoreError
        If there is no store, it is not a cube, or a newer schema made it.
    """
    group = open_group(location)
    with explained(location, "reading"):
        check_coordinates(location, group)
        return _opened(group, "", chunks)


def open_prediction_group(location: Location, name: str, *, chunks: Chunks = "auto") -> xr.Dataset:
    """Open predictions of another cube's points that a store holds, lazily.

    Beside `xarray.open_datatree`, which reads all of a store, this names their true values
    ``alpha`` and ``S``, as a cube does.

    Parameters
    ----------
    location : Location
        Of the store.
    name : str
        Of the cube that was predicted, and so of the group.
    chunks : Chunks, default 'auto'
        As for `open_cube`.

    Returns
    -------
    xarray.Dataset
        The predictions, along the points of the cube that was predicted.

    Raises
    ------
    ParameterError
        If the store holds no such predictions.
    StoreError
        As for `open_cube`.
    """
    group = open_group(location)
    with explained(location, "reading"):
        check_choice("group", name, prediction_groups(group))
        return as_points(_opened(group, name, chunks))


def has_prediction_group(location: Location, name: str) -> bool:
    """Tell whether a store holds predictions of another cube's points.

    Parameters
    ----------
    location : Location
        Of the store.
    name : str
        Of the cube that was predicted.

    Returns
    -------
    bool
        Whether `open_prediction_group` opens them.
    """
    return name in prediction_groups(open_group(location))


def _opened(root: zarr.Group, name: str, chunks: Chunks) -> xr.Dataset:
    """Open the root of a store, or a group of it."""
    import xarray as xr

    dataset: xr.Dataset = xr.open_zarr(
        root.store,
        group=name or None,
        consolidated=root.metadata.consolidated_metadata is not None,
        chunks=chunks,
        decode_timedelta=False,
        zarr_format=3,
    )
    # Dask would need a graph to say what a C-rate is; these are a few numbers.
    small = {name: dataset[name] for name in dataset.coords if name not in dataset.indexes}
    return dataset.assign_coords(
        {
            label: (lazy.dims, lazy.compute(scheduler="synchronous").to_numpy(), lazy.attrs)
            for label, lazy in small.items()
        }
    )


def open_group(location: Location) -> zarr.Group:
    """Open the root group of a cube for reading, and check that it is one.

    Raises
    ------
    StoreError
        If there is no store, it is not a cube, or a newer schema made it.
    """
    import zarr
    from zarr.errors import GroupNotFoundError

    store = open_store(location, read_only=True)
    with explained(location, "reading"):
        try:
            group = zarr.open_group(store, mode="r", zarr_format=3)
        except (GroupNotFoundError, FileNotFoundError) as error:
            if any(object_exists(store, key) for key in _OLD_ROOTS):
                raise StoreError(
                    f"{location} is a Zarr store of format 2, which microbatt does not open: its "
                    "chunks may hold pickled objects, which run code when they are read. Open it "
                    "with `xarray.open_zarr` if you trust it, or run its campaign again."
                ) from error
            raise StoreError(
                f"there is no cube at {location}: it has no Zarr root. If its creation was cut "
                "short, run the campaign again; otherwise check the path or URL."
            ) from error
        except _BAD_METADATA as error:
            raise StoreError(
                f"the metadata of {location} cannot be read ({type(error).__name__}: {error}). "
                "If it is a cube, run its campaign again into it, which makes the root again: "
                "finished blocks are kept."
            ) from error
        check_schema(location, dict(group.attrs))
        check_arrays(location, group)
    return group


def check_arrays(location: Location, group: zarr.Group) -> None:
    """Refuse a store whose arrays, or their chunks, are larger than any of a cube."""
    import zarr

    consolidated = group.metadata.consolidated_metadata
    known = {} if consolidated is None else consolidated.metadata
    for name in known or [variable.name for variable in variables_in(dict(group.attrs))]:
        try:
            array = group.get(name)
        except _BAD_METADATA as error:
            raise StoreError(
                f"the metadata of `{name}` of {location} cannot be read "
                f"({type(error).__name__}: {error}). Run `microbatt check {location} --repair`."
            ) from error
        if isinstance(array, zarr.Array):
            check_array(location, array)


def cube_attributes(location: Location) -> dict[str, Any]:
    """Return the attributes of a cube: its campaign, its design, who made it.

    Parameters
    ----------
    location : Location
        Of the cube.

    Returns
    -------
    dict
        In JSON's terms.

    Raises
    ------
    StoreError
        As for `open_cube`.
    """
    return dict(open_group(location).attrs)


def check_schema(location: Location, attributes: Mapping[str, Any]) -> None:
    """Raise unless the attributes are those of a cube that this version reads.

    Raises
    ------
    StoreError
        If they are not; the message says which of the two it is.
    """
    schema = attributes.get("microbatt_schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise StoreError(
            f"{location} is a Zarr group but not a microbatt cube: its attributes have no "
            "`microbatt_schema`. Open it with `xarray.open_zarr`, or check the path or URL."
        )
    if schema > SCHEMA_VERSION:
        raise StoreError(
            f"{location} was made with schema {schema}; this version of microbatt reads up to "
            f"{SCHEMA_VERSION}. Upgrade microbatt to open it."
        )
