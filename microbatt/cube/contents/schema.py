"""The variables of a cube, and an empty cube: what each says of itself, and how it is made.

The whole skeleton is built in memory first, then copied object by object, the root last. So a
store without a root was never begun or was cut short, creating it again does no harm, and two
that create the same cube at once write the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cube.contents.layout import STATUS
from microbatt.cube.store.location import (
    ROOT,
    delete_object,
    list_folder,
    list_objects,
    read_object,
    sync_objects,
    write_object,
)
from microbatt.cube.store.voltage_codec import packing
from microbatt.errors import StoreError
from microbatt.parameters import PARAMETERS, POINT, quantity_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xarray as xr
    import zarr
    from numpy.typing import NDArray
    from zarr.abc.store import Store

    from microbatt.cube.contents.design import Design
    from microbatt.cube.contents.layout import Coordinates, Layout, Variable


def typed_flags(attrs: dict[str, Any]) -> dict[str, Any]:
    """Return attributes with ``flag_values`` in the type of the variable, as CF wants them."""
    if "flag_values" not in attrs:
        return attrs
    return attrs | {"flag_values": np.asarray(attrs["flag_values"], dtype=STATUS.dtype)}


SCHEMA_VERSION: Final = 3
"""Raised when a cube of today could not be read by the code of yesterday."""
_OF_DISCHARGES: Final = 2
"""Of cubes of constant-current discharges; those of a protocol have the next."""
_SCHEMA_OF_TWO: Final = 1
"""Of cubes in which alpha, S and the current alone vary: the code of yesterday reads those."""
AXES_DIGEST: Final = "axes_digest"
"""Attribute that holds a digest of every coordinate's values."""
ROUNDING: Final = "voltage_rounding"
"""Attribute that says by how much voltages were rounded at most [V]; absent if not at all."""
_CURRENT: Final = "current"
IDENTITY_DIGEST: Final = "identity_digest"
"""Attribute that holds a digest of those that say what the curves are."""
_IDENTITY: Final = (
    "cell", "cell_digest", "design", "engine", "engine_version", "inventory", "cutoff_voltage",
    "thermal", "settings", "depth_points", "chunks", "campaign_hash", "voltage_rounding",
    "protocol", "samples_per_step", "lower_voltage", "upper_voltage",
)  # fmt: skip
_NOT_HASHED: Final = frozenset({"chunks", "campaign_hash"})
RUNS: Final = "runs"
"""Group that holds one empty group per run, whose attributes are the record."""
BLOCKS: Final = "blocks"
"""Group that holds one number for each block: the digest of what was written into it."""
BLOCK_DIGEST: Final = f"{BLOCKS}/digest"


def schema_of(design: Mapping[str, Any]) -> int:
    """Return the first schema that can say what varies in a design.

    It is part of the identity of a campaign, so that cubes that were begun under an earlier one go
    on; a new store of discharges has 2, one of a protocol 3.

    Parameters
    ----------
    design : dict
        From a design's ``to_dict``.

    Returns
    -------
    int
        At most `SCHEMA_VERSION`.

    Examples
    --------
    >>> schema_of({"kind": "grid", "alpha": [0.5], "S": [3.0], "current": [17.5]})
    1
    >>> schema_of({"kind": "grid", "positive_thickness": [1e-4], "current": [17.5]})
    2
    >>> schema_of({"kind": "grid", "alpha": [0.5], "S": [3.0]})
    3
    """
    if _CURRENT not in design:
        return SCHEMA_VERSION
    names = {name for name in design if name in PARAMETERS}
    plain = names == {*POINT} and not any(isinstance(design[name], dict) for name in names)
    return _SCHEMA_OF_TWO if plain else min(_OF_DISCHARGES, SCHEMA_VERSION)


def cube_skeleton(
    design: Design,
    *,
    layout: Layout,
    one_c_current: float,
    chunks: tuple[int, ...],
    attributes: Mapping[str, Any],
) -> dict[str, bytes]:
    """Return every object of an empty cube, key → bytes, the root's metadata last.

    Parameters
    ----------
    design : Design
        Which curves it is to hold.
    layout : Layout
        What it holds of each.
    one_c_current : float
        The current that counts as one C [A m⁻²], for the coordinate ``c_rate``.
    chunks : tuple of int
        Curves per chunk along each dimension of the design; no other axis is cut.
    attributes : dict
        Of the cube, JSON-able.
    """
    import zarr
    from zarr.storage import MemoryStore

    store = MemoryStore()
    coordinates = coordinates_of(design, layout, one_c_current)
    digest = {
        AXES_DIGEST: axes_digest({name: values for name, (_, values) in coordinates.items()}),
        IDENTITY_DIGEST: identity_digest(attributes),
    }
    schema = max(schema_of(design.to_dict()), min(_OF_DISCHARGES, SCHEMA_VERSION))
    told = _root_attributes({**attributes, **digest}, schema)
    group = zarr.create_group(store, attributes=told)
    auxiliary = _write_coordinates(group, coordinates)
    for variable in layout.variables:
        lengths = layout.lengths(variable)
        _create_variable(
            group, variable, design, lengths, chunks, auxiliary, attributes.get(ROUNDING)
        )
    _create_block_digests(group, design, chunks)
    consolidate(store)
    content = _objects(store)
    root = content.pop(ROOT)
    return content | {ROOT: root}


def coordinates_of(design: Design, layout: Layout, one_c_current: float) -> Coordinates:
    """Return every coordinate of a cube: name → (dimension it lies along, values)."""
    coordinates: dict[str, tuple[str, NDArray[Any]]] = dict(design.coordinates())
    if _CURRENT in coordinates:
        coordinates["c_rate"] = (_CURRENT, coordinates[_CURRENT][1] / one_c_current)
    return coordinates | dict(layout.coordinates)


def coordinate_objects(coordinates: Coordinates) -> dict[str, bytes]:
    """Return the objects of coordinates alone, as a cube holds them: key → bytes."""
    import zarr
    from zarr.storage import MemoryStore

    store = MemoryStore()
    _write_coordinates(zarr.create_group(store), coordinates)
    content = _objects(store)
    del content[ROOT]
    return content


def identity_digest(attributes: Mapping[str, Any]) -> str:
    """Return a digest of the attributes that say what the curves of a cube are.

    Examples
    --------
    >>> identity_digest({"engine": "native"}) == identity_digest({"engine": "pybamm"})
    False
    """
    told = {name: attributes[name] for name in _IDENTITY if name in attributes}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def identity_hash(identity: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an identity, whatever the order of its keys.

    Parameters
    ----------
    identity : dict
        Everything that determines the numbers of a cube, in JSON's terms.

    Returns
    -------
    str
        In hexadecimal digits.

    Examples
    --------
    >>> identity_hash({"a": 1, "b": 2}) == identity_hash({"b": 2, "a": 1})
    True
    """
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def has_own_hash(attributes: Mapping[str, Any]) -> bool:
    """Whether the hash of a campaign is that of the attributes beside which it stands.

    Told only of cubes that say what they are in full: not of imported ones, whose hash covers
    other words.
    """
    told = {name: attributes[name] for name in _IDENTITY if name in attributes}
    told = {name: value for name, value in told.items() if name not in _NOT_HASHED}
    design = told.get("design")
    told["microbatt_schema"] = schema_of(design) if isinstance(design, dict) else None
    if IDENTITY_DIGEST not in attributes or told.get("engine_version") == "imported":
        return True
    return bool(identity_hash(told) == attributes.get("campaign_hash"))


def axes_digest(values: Mapping[str, NDArray[Any]]) -> str:
    """Return a digest of the values of coordinates.

    Examples
    --------
    >>> axes_digest({"alpha": np.array([0.5])}) == axes_digest({"alpha": np.array([0.6])})
    False
    """
    digest = hashlib.sha256()
    for name in sorted(values):
        digest.update(name.encode() + np.ascontiguousarray(values[name], dtype="<f8").tobytes())
    return digest.hexdigest()


def _objects(store: Store) -> dict[str, bytes]:
    return {key: read_object(store, key) or b"" for key in list_objects(store)}


def write_skeleton(store: Store, skeleton: Mapping[str, bytes]) -> None:
    """Copy a skeleton into a store, the root last, when the rest is safe."""
    for key, content in skeleton.items():
        if key == ROOT:
            sync_objects(store, [other for other in skeleton if other != ROOT])
        write_object(store, key, content)
    sync_objects(store, [ROOT])


def update_attributes(store: Store, attributes: Mapping[str, Any]) -> None:
    """Replace or add attributes of a cube, in one step after all else."""
    consolidate(store)
    root = json.loads(read_object(store, ROOT) or b"")
    root["attributes"] |= attributes
    write_object(store, ROOT, json.dumps(root, indent=2).encode())


_EXPECTED: Final = (
    # Version 3 of the format has no word on consolidated metadata yet; readers ignore it.
    "Consolidated metadata is currently not part",
    # A folder whose metadata were lost is none of the store's any more.
    "Object at .* is not recognized",
)
"""Beginnings of warnings of Zarr that tell nothing new."""


def _ignore_expected() -> None:
    """Let nobody see the warnings of Zarr that tell nothing new, in no thread.

    Filters belong to the process. To restore the older ones afterwards, as
    `warnings.catch_warnings` does, would take them away from another thread that consolidates.
    """
    for message in _EXPECTED:
        warnings.filterwarnings("ignore", message=message)


_ignore_expected()


def consolidate(store: Store) -> None:
    """Copy the metadata of all arrays to the root, so that opening is one read.

    A record of a run that cannot be read is given up.
    """
    import zarr

    _ignore_expected()
    try:
        zarr.consolidate_metadata(store, zarr_format=3)
    except ValueError:
        for key in list_objects(store, f"{RUNS}/"):
            if not is_readable(read_object(store, key)):
                delete_object(store, key)
        zarr.consolidate_metadata(store, zarr_format=3)


def is_readable(metadata: bytes | None) -> bool:
    """Whether metadata of a group or an array are there and are what they must be.

    Examples
    --------
    >>> is_readable(b""), is_readable(b'{"node_type": "group"}')
    (False, True)
    """
    try:
        return "node_type" in json.loads(metadata or b"")
    except (ValueError, TypeError, RecursionError):
        return False


def _root_attributes(attributes: Mapping[str, Any], schema: int) -> dict[str, Any]:
    return {"Conventions": "CF-1.11", **attributes, "microbatt_schema": schema}


def _write_coordinates(group: zarr.Group, coordinates: Coordinates) -> str:
    """Write the coordinates; return the names of those that are no axis, as CF lists them."""
    for name, (dim, values) in coordinates.items():
        array = group.create_array(
            name,
            shape=values.shape,
            dtype=values.dtype,
            chunks=values.shape,
            fill_value=float("nan") if values.dtype.kind == "f" else -1,
            compressors=_checksum_only(),
            dimension_names=(dim,),
            attributes=dict(quantity_of(name).attrs),
        )
        array[...] = values
    return " ".join(name for name, (dim, _) in coordinates.items() if name != dim)


def _create_variable(
    group: zarr.Group,
    variable: Variable,
    design: Design,
    lengths: tuple[int, ...],
    chunks: tuple[int, ...],
    auxiliary: str,
    rounding: float | None,
) -> None:
    told = {}
    if rounding is not None and variable.name == "voltage":
        told = {"comment": f"rounded, none by more than {rounding:g} V"}
    packed = packing() if variable.is_curve else {"compressors": compression()}
    group.create_array(
        variable.name,
        shape=(*design.shape, *lengths),
        dtype=variable.dtype,
        chunks=(*chunks, *lengths),
        fill_value=variable.fill_value,
        dimension_names=(*design.dims, *variable.along),
        attributes=variable.attributes(auxiliary) | told,
        **packed,
    )


def _create_block_digests(group: zarr.Group, design: Design, chunks: tuple[int, ...]) -> None:
    counts = tuple(-(-length // chunk) for length, chunk in zip(design.shape, chunks, strict=True))
    group.create_array(
        BLOCK_DIGEST,
        shape=counts,
        dtype="uint64",
        chunks=(1,) * len(counts),
        fill_value=0,
        compressors=_checksum_only(),
        dimension_names=tuple(f"{dim}_block" for dim in design.dims),
        attributes={"long_name": "digest of the curves of a block; 0 where none was written"},
    )


def compression() -> list[Any]:
    """Return how chunks are packed: the last bytes of each are its checksum."""
    from zarr.codecs import Crc32cCodec, ZstdCodec

    return [ZstdCodec(level=1), Crc32cCodec()]


def _checksum_only() -> list[Any]:
    """Coordinates are small; uncompressed, their bytes depend on no library's version."""
    from zarr.codecs import Crc32cCodec

    return [Crc32cCodec()]


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


def arrays_named(group: zarr.Group, wanted: Callable[[str], bool]) -> dict[str, zarr.Array[Any]]:
    """Return the arrays of a group that have wanted names, by name, sorted.

    Zarr's own list of a group's arrays reads the metadata of every one, a request each where the
    store is remote.
    """
    import zarr

    if group.metadata.consolidated_metadata is not None:
        return {name: array for name, array in sorted(group.arrays()) if wanted(name)}
    named = sorted(name for name in list_folder(group.store, group.path) if wanted(name))
    found = {name: group.get(name) for name in named}
    return {name: array for name, array in found.items() if isinstance(array, zarr.Array)}


def dimensions(array: zarr.Array[Any]) -> tuple[str, ...]:
    """Return the names of an array's dimensions, none if it does not say."""
    return tuple(str(dim) for dim in getattr(array.metadata, "dimension_names", None) or ())


def plain_attributes(variable: xr.DataArray) -> dict[str, Any]:
    """Return the attributes of a variable in JSON's terms."""
    return {
        str(name): value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        for name, value in variable.attrs.items()
    }
