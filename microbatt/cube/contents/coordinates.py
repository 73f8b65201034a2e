"""Whether the coordinates of a store are those of its design, and making them again if not.

A coordinate is one small chunk, and one that is lost reads as NaN: curves would be simulated, read
and learned at no point at all.  The attributes of a cube hold its design, from which the
coordinates follow, and a digest of their values.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells import Cell
from microbatt.cube.contents.design import coordinate_names, design_from_dict
from microbatt.cube.contents.layout import AFTER_DIM, CURVE_DIM, PROTOCOL, STEP_DIM, layout_of
from microbatt.cube.contents.schema import (
    AXES_DIGEST,
    BLOCKS,
    RUNS,
    axes_digest,
    coordinate_objects,
    coordinates_of,
)
from microbatt.cube.store.fence import alone
from microbatt.cube.store.location import explained, open_store, write_object
from microbatt.errors import ParameterError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import zarr
    from numpy.typing import NDArray

    from microbatt.cube.contents.layout import Coordinates
    from microbatt.cube.store.location import Location

    Values = Mapping[str, NDArray[np.float64] | None]
    """Name of a coordinate → its values; None where they cannot be read."""

_log = logging.getLogger(__name__)
UNREADABLE: Final = (ValueError, RuntimeError, TypeError, IndexError)
"""What decoding a damaged chunk raises, depending on what is wrong with it."""
_WITHOUT_DESIGN: Final = ("alpha", "S", "current")
_OF_PROTOCOL: Final = ("sample_step", "sample_fraction", STEP_DIM, AFTER_DIM)
"""Coordinates of a cube of a protocol beside those of its design."""
_DRAWN: Final = "sobol"
"""The kind of design whose coordinates are drawn by SciPy, perhaps not by all versions alike."""


def names_in(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the coordinates of a cube, from its attributes.

    Examples
    --------
    >>> names_in({"design": {"kind": "grid", "separator_alpha": [2.3], "current": [17.5]}})
    ('separator_alpha', 'current', 'c_rate', 'depth')
    """
    design = attributes.get("design")
    along = coordinate_names(design) if isinstance(design, dict) else _WITHOUT_DESIGN
    beside = ("c_rate",) if "current" in along else ()
    return (*along, *beside, *(_OF_PROTOCOL if PROTOCOL in attributes else (CURVE_DIM,)))


def check_coordinates(location: Location, group: zarr.Group) -> None:
    """Refuse a cube whose coordinates are not those of its design.

    Parameters
    ----------
    location : Location
        Of the cube, for the message.
    group : zarr.Group
        Its root.

    Raises
    ------
    StoreError
        Saying which coordinate it is and what to do.
    """
    trouble = coordinate_trouble(group)
    if trouble:
        told = "; ".join(f"`{name}` {what}" for name, what in trouble.items())
        raise StoreError(
            f"coordinates of {location} are damaged: {told}. "
            f"Run `microbatt check {location} --repair`, which makes them again from the design."
        )


def coordinate_trouble(group: zarr.Group) -> dict[str, str]:
    """Return what is wrong with the coordinates of a cube: name → what.

    A part of a cube that was saved with xarray need not have them all, nor those of the design.
    """
    attributes = _attributes(group)
    values = _read(group, names_in(attributes))
    own = _is_of_a_campaign(group)
    trouble = {
        name: found
        for name in values
        if (own or name in group) and (found := _trouble_alone(values[name]))
    }
    if trouble or not own:
        return trouble
    told = attributes.get(AXES_DIGEST)
    if told is None and attributes.get("design", {}).get("kind") == _DRAWN:
        return {}
    if told is not None and _digest(values) == told:
        return {}
    return _unlike_design(values, attributes)


def mend_coordinates(location: Location, group: zarr.Group) -> None:
    """Write damaged coordinates again, as they follow from the design of the cube.

    Parameters
    ----------
    location : Location
        Of the cube.
    group : zarr.Group
        Its root.

    Raises
    ------
    StoreError
        If the design no longer gives the coordinates with which the cube was made.
    """
    trouble = coordinate_trouble(group)
    if not trouble:
        return
    made = _from_design(_attributes(group)) if _is_of_a_campaign(group) else None
    if made is None or not _are_those_of(made, group):
        raise StoreError(
            f"coordinates of {location} are damaged ({', '.join(trouble)}) and cannot be made "
            "again: the design in its attributes does not give those with which the cube was made. "
            "Open it with the version of SciPy that its attribute `packages` names, restore it "
            "from a copy, or run the campaign into a store of its own."
        )
    objects = coordinate_objects(made)
    with explained(location, "mending coordinates"), alone(location):
        store = open_store(location, read_only=False)
        for key, content in objects.items():
            if key.split("/")[0] in trouble:
                write_object(store, key, content)
    for name, what in trouble.items():
        _log.warning("%s: coordinate %s %s; made again from the design", location, name, what)


def _is_of_a_campaign(group: zarr.Group) -> bool:
    """Whether a campaign made the store, which then has records of its blocks or runs."""
    return BLOCKS in group or RUNS in group


def _attributes(group: zarr.Group) -> dict[str, Any]:
    return dict(group.attrs)


def _digest(values: Values) -> str:
    return axes_digest({name: one for name, one in values.items() if one is not None})


def _read(group: zarr.Group, names: tuple[str, ...]) -> dict[str, NDArray[np.float64] | None]:
    return {name: _values(group, name) for name in names}


def _values(group: zarr.Group, name: str) -> NDArray[np.float64] | None:
    try:
        array: Any = group[name]
        return np.asarray(array[...], dtype=float)
    except (*UNREADABLE, KeyError):
        return None


def _trouble_alone(values: NDArray[np.float64] | None) -> str:
    """Say what is wrong with a coordinate, whatever it should be."""
    if values is None:
        return "cannot be read"
    lost = int((~np.isfinite(values)).sum())
    return f"has no value at {lost} of {values.size} places" if lost else ""


def _unlike_design(values: Values, attributes: Mapping[str, Any]) -> dict[str, str]:
    made = _from_design(attributes)
    if made is None:
        return {}
    return {
        name: "is not what the design says"
        for name in made
        if not _same(values[name], made[name][1])
    }


def _from_design(attributes: Mapping[str, Any]) -> Coordinates | None:
    """Return the coordinates that follow from the attributes of a cube; None if none do."""
    try:
        return coordinates_of(
            design_from_dict(attributes["design"]),
            layout_of(attributes),
            Cell.from_dict(attributes["cell"]).one_c_current,
        )
    except (KeyError, TypeError, ParameterError):
        return None


def _are_those_of(made: Coordinates, group: zarr.Group) -> bool:
    """Whether coordinates are those with which a cube was made."""
    attributes = _attributes(group)
    if AXES_DIGEST in attributes:
        values = {name: values for name, (_, values) in made.items()}
        return axes_digest(values) == str(attributes[AXES_DIGEST])
    if attributes["design"]["kind"] != _DRAWN:
        return True
    # From before there were digests: of points that are drawn, one half vouches for the other.
    drawn = [name for name, (dim, _) in made.items() if dim == "point"]
    sound = [name for name in drawn if not _trouble_alone(_values(group, name))]
    return any(_same(_values(group, name), made[name][1]) for name in sound)


def _same(values: NDArray[np.float64] | None, made: NDArray[np.float64]) -> bool:
    # Another version of NumPy may round the last digit of a depth or a C-rate otherwise.
    if values is None or values.shape != made.shape:
        return False
    return bool(np.allclose(values, made, rtol=1e-12, atol=0))
