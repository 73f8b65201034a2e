"""An empty cube: its coordinates, the metadata of its variables and what it is to hold.

The whole skeleton is built in memory first, then copied object by object, the root last. So a
store without a root was never begun or was cut short, creating it again does no harm, and two
that create the same cube at once write the same bytes.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

from microbatt.cube.objects import list_objects, read_object, write_object
from microbatt.cube.variables import CURVE_DIM, VARIABLES, Variable
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import zarr
    from numpy.typing import NDArray
    from zarr.abc.store import Store

    from microbatt.cube.design import Design

SCHEMA_VERSION: Final = 1
"""Raised when a cube of today could not be read by the code of yesterday."""
ROOT: Final = "zarr.json"
"""Key of the root's metadata; a store that has it is a complete, though perhaps empty, cube."""


def cube_skeleton(
    design: Design,
    *,
    depth: NDArray[np.float64],
    one_c_current: float,
    chunks: tuple[int, ...],
    attributes: Mapping[str, Any],
) -> dict[str, bytes]:
    """Return every object of an empty cube, key → bytes, the root's metadata last.

    Parameters
    ----------
    design
        Which curves it is to hold.
    depth
        Depth axis, increasing from 0 to 1.
    one_c_current
        The current that counts as one C [A m⁻²], for the coordinate ``c_rate``.
    chunks
        Curves per chunk along each dimension of the design; the depth axis is never cut.
    attributes
        Of the cube, JSON-able.
    """
    import zarr
    from zarr.storage import MemoryStore

    store = MemoryStore()
    group = zarr.create_group(store, attributes=_root_attributes(attributes))
    auxiliary = _write_coordinates(group, design, depth, one_c_current)
    for variable in VARIABLES:
        _create_variable(group, variable, design, depth.size, chunks, auxiliary)
    consolidate(store)
    content = {key: read_object(store, key) or b"" for key in list_objects(store)}
    root = content.pop(ROOT)
    return content | {ROOT: root}


def write_skeleton(store: Store, skeleton: Mapping[str, bytes]) -> None:
    """Copy a skeleton into a store, in its order, so that the root comes last."""
    for key, content in skeleton.items():
        write_object(store, key, content)


def update_attributes(store: Store, attributes: Mapping[str, Any]) -> None:
    """Replace or add attributes of a cube."""
    import zarr

    group = zarr.open_group(store, mode="r+", use_consolidated=False)
    group.update_attributes(dict(attributes))
    consolidate(store)


def consolidate(store: Store) -> None:
    """Copy the metadata of all arrays to the root, so that opening is one read."""
    import zarr

    with warnings.catch_warnings():
        # Version 3 of the format has no word on consolidated metadata yet; readers ignore it.
        warnings.filterwarnings("ignore", message="Consolidated metadata is currently not part")
        zarr.consolidate_metadata(store)


def _root_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {"Conventions": "CF-1.11", "microbatt_schema": SCHEMA_VERSION, **attributes}


def _write_coordinates(
    group: zarr.Group, design: Design, depth: NDArray[np.float64], one_c_current: float
) -> str:
    """Write the coordinates; return the names of those that are no axis, as CF lists them."""
    coordinates = dict(design.coordinates())
    coordinates["c_rate"] = ("current", coordinates["current"][1] / one_c_current)
    coordinates[CURVE_DIM] = (CURVE_DIM, depth)
    for name, (dim, values) in coordinates.items():
        array = group.create_array(
            name,
            shape=values.shape,
            dtype="float64",
            chunks=values.shape,
            fill_value=float("nan"),
            compressors=_checksum_only(),
            dimension_names=(dim,),
            attributes=dict(quantity(name).attrs),
        )
        array[...] = values
    return " ".join(name for name, (dim, _) in coordinates.items() if name != dim)


def _create_variable(
    group: zarr.Group,
    variable: Variable,
    design: Design,
    depth_size: int,
    chunks: tuple[int, ...],
    auxiliary: str,
) -> None:
    curve = variable.along_depth
    group.create_array(
        variable.name,
        shape=(*design.shape, depth_size) if curve else design.shape,
        dtype=variable.dtype,
        chunks=(*chunks, depth_size) if curve else chunks,
        fill_value=variable.fill_value,
        compressors=compression(),
        dimension_names=(*design.dims, CURVE_DIM) if curve else design.dims,
        attributes=variable.attributes(auxiliary),
    )


def compression() -> list[Any]:
    """Return how chunks are packed: the last bytes of each are its checksum."""
    from zarr.codecs import Crc32cCodec, ZstdCodec

    return [ZstdCodec(level=1), Crc32cCodec()]


def _checksum_only() -> list[Any]:
    """Coordinates are small; uncompressed, their bytes depend on no library's version."""
    from zarr.codecs import Crc32cCodec

    return [Crc32cCodec()]
