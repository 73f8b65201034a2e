"""Arrays of a Zarr group and what xarray needs of them: dimensions and plain attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.errors import StoreError

if TYPE_CHECKING:
    import xarray as xr
    import zarr


def array_of(group: zarr.Group, name: str) -> zarr.Array[Any]:
    """Return an array of a group.

    Raises
    ------
    StoreError
        If there is none of that name.
    """
    import zarr

    found = group.get(name, None)
    if not isinstance(found, zarr.Array):
        raise StoreError(
            f"the group {group.name!r} of {group.store} has no array {name!r}; "
            "check the store with `microbatt check`."
        )
    return found


def dimensions(array: zarr.Array[Any]) -> tuple[str, ...]:
    """Return the names of an array's dimensions, none if it does not say."""
    return tuple(str(dim) for dim in getattr(array.metadata, "dimension_names", None) or ())


def plain_attributes(variable: xr.DataArray) -> dict[str, Any]:
    """Return the attributes of a variable in JSON's terms."""
    return {
        str(name): value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        for name, value in variable.attrs.items()
    }
