"""Digests of what was joined to a cube, by which other numbers in sound chunks are told.

Each slab of predictions, that of one network and fold, has one beside where it comes from; each
other set of variables has one in an attribute of its last.  What is not vouched for, because it was
being written by somebody who was killed, is not there and has none to keep.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cube.contents.coordinates import UNREADABLE
from microbatt.cube.contents.schema import array_of, arrays_named
from microbatt.cube.predicted.predictions import (
    NETWORK,
    ORIGIN,
    PREDICTION_STATUS,
    is_prediction,
    truths_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import zarr
    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[Any]]
    """Name of a variable → its values."""

DIGEST: Final = "digest"
"""What the origin of a copy calls the digest of its slab."""
JOINED: Final = "joined_digest"
"""Attribute of the last of a set of variables: the digest, and the names of all of them."""


def slab_digest(group: zarr.Group, network: str, fold: int, columns: Columns) -> str:
    """Return a digest of the predictions of one copy, of their points and of their place.

    Parameters
    ----------
    group : zarr.Group
        That holds them: a cube, or a group of predictions of another cube's points.
    network : str
        Name of the network.
    fold : int
        Number of the copy.
    columns : mapping of str to numpy.ndarray
        Variable → values of the slab; variables without any are left out, for the array may have
        been made for another network.

    Returns
    -------
    str
        In hexadecimal digits.
    """
    digest = hashlib.blake2b(
        f"{group.attrs.get('campaign_hash', '')} {network} {fold}".encode(), digest_size=8
    )
    _update(digest, arrays_named(group, lambda name: bool(truths_in([name]))))
    stored = {
        name: np.asarray(values, dtype=array_of(group, name).dtype)
        for name, values in columns.items()
    }
    _update(digest, {name: one for name, one in stored.items() if not _is_empty(one)})
    return digest.hexdigest()


def joined_digest(columns: Columns) -> str:
    """Return the attribute that tells a set of variables from others.

    Examples
    --------
    >>> joined_digest({"count": np.array([1, 2])}).partition(" ")[2]
    'count'
    """
    digest = hashlib.blake2b(digest_size=8)
    _update(digest, columns)
    return f"{digest.hexdigest()} {','.join(sorted(columns))}"


def slab_damages(group: zarr.Group) -> Iterator[tuple[str, str]]:
    """Yield predictions that are not those that were written: key of what vouches, and what.

    Parameters
    ----------
    group : zarr.Group
        A cube, or a group of predictions of another cube's points.
    """
    if PREDICTION_STATUS not in group or NETWORK not in group:
        return
    status = array_of(group, PREDICTION_STATUS)
    try:
        labels = [str(name) for name in np.asarray(array_of(group, NETWORK))]
    except UNREADABLE:  # told by itself, as a damaged chunk
        return
    origins: Any = status.attrs.get(ORIGIN, {})
    for network, copies in origins.items():
        if network not in labels:
            if "" not in labels:
                key = f"{_path(group)}{NETWORK}/c/0"
                yield key, f"has not the network {network!r}, whose predictions are there"
            continue
        place = labels.index(network)
        for fold, facts in copies.items():
            if DIGEST in facts and _is_other(group, (place, int(fold)), network, facts[DIGEST]):
                number = (place, int(fold), *(0,) * (status.ndim - 2))
                words = f"the predictions of {network!r}, fold {fold}, are not those that were made"
                key = f"{status.path}/{status.metadata.encode_chunk_key(number)}"
                yield key, f"{words}; predict again once this is repaired"


def unvouched_slabs(group: zarr.Group) -> Iterator[tuple[str, str]]:
    """Yield values of predictions whose status says that there are none: key, and what.

    They are left by somebody who was killed while predicting; predicting again writes over them.

    Parameters
    ----------
    group : zarr.Group
        A cube, or a group of predictions of another cube's points.
    """
    if PREDICTION_STATUS not in group:
        return
    status = array_of(group, PREDICTION_STATUS)
    held = arrays_named(group, is_prediction)
    for place, fold in np.ndindex(*status.shape[:2]):
        slab = (place, fold)
        try:
            if np.asarray(status[slab]).any():
                continue
        except UNREADABLE:  # told by itself, as a damaged chunk
            continue
        for name, array in held.items():
            if name != PREDICTION_STATUS and not _is_nothing(array, slab):
                number = (place, fold, *(0,) * (array.ndim - 2))
                words = "holds predictions that are not whole, since who wrote them was killed; "
                key = f"{array.path}/{array.metadata.encode_chunk_key(number)}"
                yield key, words + "predict again once this is repaired"


def _is_nothing(array: zarr.Array[Any], slab: tuple[int, int]) -> bool:
    """Whether a slab has no values; one that cannot be read is told by itself."""
    try:
        return _is_empty(np.asarray(array[slab]))
    except UNREADABLE:
        return True


def joined_damages(group: zarr.Group) -> Iterator[tuple[str, str]]:
    """Yield sets of variables that are not those that were joined: key of the last one, and what.

    Parameters
    ----------
    group : zarr.Group
        The root of a cube.
    """
    for name, array in group.arrays():
        told = str(array.attrs.get(JOINED, ""))
        if not told:
            continue
        names = told.partition(" ")[2].split(",")
        try:
            columns = {one: np.asarray(array_of(group, one)) for one in names if one in group}
            sound = not columns[name].any() or joined_digest(columns) == told
        except UNREADABLE:  # one of them, so that the others are worth nothing either
            sound = False
        if not sound:
            number = array.metadata.encode_chunk_key((0,) * array.ndim)
            words = f"the variables {', '.join(names)} are not those that were joined; "
            yield f"{name}/{number}", words + "join them again once this is repaired"


def _is_other(group: zarr.Group, slab: tuple[int, int], network: str, told: str) -> bool:
    """Whether a slab that is vouched for is another than that of a digest."""
    held = arrays_named(group, is_prediction)
    try:
        columns = {name: np.asarray(array[slab]) for name, array in held.items()}
    except UNREADABLE:
        return False
    if not columns[PREDICTION_STATUS].any():
        return False
    return slab_digest(group, network, slab[1], columns) != told


def _update(digest: Any, columns: Mapping[str, Any]) -> None:  # noqa: ANN401 - of hashlib
    for name in sorted(columns):
        values = np.ascontiguousarray(columns[name])
        digest.update(f"{name} {values.dtype.str} {values.shape} ".encode() + values.tobytes())


def _is_empty(values: NDArray[Any]) -> bool:
    """Whether there is nothing but fill values."""
    return bool(np.isnan(values).all()) if values.dtype.kind == "f" else not values.any()


def _path(group: zarr.Group) -> str:
    return f"{group.path}/" if group.path else ""
