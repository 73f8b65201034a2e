"""Making an empty cube, where nothing lies that is not its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microbatt.cube.contents.schema import RUNS, cube_skeleton, is_readable, write_skeleton
from microbatt.cube.store.location import ROOT, list_folder, open_store, read_object
from microbatt.cube.writing.healing import is_begun, reconsolidate
from microbatt.errors import StoreError
from microbatt.places import Kind, check_replaceable, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.cube.contents.design import Design
    from microbatt.cube.contents.layout import Layout
    from microbatt.cube.store.location import Location


def has_cube(location: Location) -> bool:
    """Tell whether there is a Zarr root at a location; nothing is made by looking.

    One that is empty or cannot be read, because its content never reached the disk, counts as not
    there.

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
    return is_readable(read_object(open_store(location, read_only=True), ROOT))


def create_cube(
    location: Location,
    design: Design,
    *,
    layout: Layout,
    one_c_current: float,
    chunks: tuple[int, ...],
    attributes: Mapping[str, Any],
) -> bool:
    """Write an empty cube, or the root of one that has lost it.

    Parameters
    ----------
    location : Location
        Which must hold nothing, or what is left of a creation that was cut short.
    design : Design
        Which curves it is to hold.
    layout : Layout
        What it holds of each.
    one_c_current : float
        The current that counts as one C [A m⁻²], for the coordinate ``c_rate``.
    chunks : tuple of int
        Curves per chunk along each dimension of the design; no other axis is cut.
    attributes : dict
        Of the cube, in JSON's terms.

    Returns
    -------
    bool
        Whether there were arrays of a cube already; what is in them has to be looked into.

    Raises
    ------
    StoreError
        If the place holds other things, or cannot be written.
    """
    skeleton = cube_skeleton(
        design, layout=layout, one_c_current=one_c_current, chunks=chunks, attributes=attributes
    )
    begun, ours = False, {key.split("/")[0] for key in skeleton} | {RUNS}
    if not location.is_local or location.path.exists():
        found = open_store(location, read_only=True)
        begun = is_begun(found, layout.variables)
        if not begun:
            _check_place(location, sorted(set(list_folder(found)) - ours))
    store = open_store(location, read_only=False)
    write_skeleton(store, skeleton)
    if begun:
        reconsolidate(store)
    return begun


def _check_place(location: Location, foreign: list[str]) -> None:
    """Refuse a place that holds anything but what is left of a creation that was cut short."""
    if foreign and location.is_local and kind_of(location.path) is not Kind.FOLDER:
        check_replaceable(location.path, Kind.CUBE)
    if foreign:
        raise StoreError(
            f"{location} holds other things ({', '.join(foreign[:3])}); "
            "give a place of its own to the cube."
        )
