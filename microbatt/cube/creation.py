"""Making an empty cube, where nothing lies that is not its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microbatt.cube.location import ROOT, list_folder, object_exists, open_store
from microbatt.cube.provenance import RUNS
from microbatt.cube.schema import cube_skeleton, write_skeleton
from microbatt.errors import StoreError
from microbatt.places import Kind, check_replaceable, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from microbatt.cube.design import Design
    from microbatt.cube.location import Location


def has_cube(location: Location) -> bool:
    """Tell whether there is a Zarr root at a location; nothing is made by looking.

    Parameters
    ----------
    location : Location
        Of the cube.

    Returns
    -------
    bool
        True also for a store of another program; opening it tells.
    """
    if location.is_local and not location.path.exists():
        return False
    return object_exists(open_store(location, read_only=True), ROOT)


def create_cube(
    location: Location,
    design: Design,
    *,
    depth: NDArray[np.float64],
    one_c_current: float,
    chunks: tuple[int, ...],
    attributes: Mapping[str, Any],
) -> None:
    """Write an empty cube.

    Parameters
    ----------
    location : Location
        Which must hold nothing, or what is left of a creation that was cut short.
    design : Design
        Which curves it is to hold.
    depth : numpy.ndarray
        Depth axis, increasing from 0 to 1.
    one_c_current : float
        The current that counts as one C [A m⁻²], for the coordinate ``c_rate``.
    chunks : tuple of int
        Curves per chunk along each dimension of the design; the depth axis is never cut.
    attributes : dict
        Of the cube, in JSON's terms.

    Raises
    ------
    StoreError
        If the place holds other things, or cannot be written.
    """
    if location.is_local and kind_of(location.path) is not Kind.FOLDER:
        check_replaceable(location.path, Kind.CUBE)
    skeleton = cube_skeleton(
        design, depth=depth, one_c_current=one_c_current, chunks=chunks, attributes=attributes
    )
    store = open_store(location, read_only=False)
    ours = {key.split("/")[0] for key in skeleton} | {RUNS}
    foreign = sorted(set(list_folder(store)) - ours)
    if foreign:
        raise StoreError(
            f"{location} holds other things ({', '.join(foreign[:3])}); "
            "give a place of its own to the cube."
        )
    write_skeleton(store, skeleton)
