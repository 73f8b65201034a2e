"""How large anything may be that is asked for or read: one bound for each kind, before it is made.

A typing error, or a file that somebody edited, asks for a billion values as easily as for ten. A
bound is far above what a cube is good for and far below what stops a machine.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from microbatt.errors import ParameterError, StoreError

if TYPE_CHECKING:
    from microbatt.cube.store.location import Location

MOST_VALUES: Final = 1_000_000
"""On one axis of a grid, and of listed points."""
MOST_POINTS: Final = 4_194_304
"""That are drawn, 2²²."""
MOST_CURVES: Final = 500_000_000
"""In one cube."""
MOST_DEPTHS: Final = 10_000
"""On the depth axis."""
MOST_SAMPLES: Final = 1_000_000
"""Of one run of a protocol."""
MOST_IN_CHUNK: Final = 2**30
"""In one chunk of a store [B]."""
MOST_IN_FILE: Final = 64 * 2**20
"""In a campaign file, and in the metadata of a store [B]."""


def check_bound(what: str, count: float, most: int, remedy: str) -> None:
    """Refuse what is asked for if it is too much.

    Parameters
    ----------
    what : str
        Is asked for, as the subject of the message.
    count : float
        Of how many.
    most : int
        That are taken.
    remedy : str
        What to do.

    Raises
    ------
    ParameterError
        If there are more; not a number of them is too many.

    Examples
    --------
    >>> check_bound("`alpha`", 1e300, 1_000_000, "Take a larger step.")
    Traceback (most recent call last):
    microbatt.errors.ParameterError: `alpha` makes 1e+300 values; at most 1000000 are taken. \
Take a larger step.
    """
    if not count <= most:
        raise ParameterError(f"{what} makes {count:.6g} values; at most {most} are taken. {remedy}")


def check_shape(shape: tuple[int, ...]) -> None:
    """Refuse a design of more curves than a cube may hold.

    Parameters
    ----------
    shape : tuple of int
        Length of each dimension of the design.

    Raises
    ------
    ParameterError
        If there are more.
    """
    count = math.prod(shape)
    if count > MOST_CURVES:
        raise ParameterError(
            f"the design asks for {float(count):.3g} curves ({' × '.join(map(str, shape))}); a "
            f"cube holds at most {MOST_CURVES:.3g}. Take fewer values of an axis, or several cubes."
        )


def check_array(location: Location, array: Any) -> None:  # noqa: ANN401 - of Zarr
    """Refuse an array of a store that nobody could read.

    Raises
    ------
    StoreError
        If it, or one of its chunks, is larger than any of a cube.
    """
    chunk = math.prod(array.chunks) * max(1, array.dtype.itemsize)
    if 0 in array.chunks or chunk > MOST_IN_CHUNK or math.prod(array.shape) > _MOST_IN_ARRAY:
        raise StoreError(
            f"`{array.path}` of {location} says that it has the shape {array.shape} in chunks of "
            f"{array.chunks}; no cube has an array of more than {float(_MOST_IN_ARRAY):.3g} "
            f"values, or a chunk that is empty or above {MOST_IN_CHUNK / 2**30:.0f} GiB. The "
            "store is damaged or none of ours: run its campaign into a place of its own."
        )
    if array.ndim <= 1 and math.prod(array.shape) > MOST_POINTS:
        raise StoreError(
            f"`{array.path}` of {location} says that it has {math.prod(array.shape)} values; an "
            f"axis has at most {MOST_POINTS}. The store is damaged or none of ours: run its "
            "campaign into a place of its own."
        )


_MOST_IN_ARRAY: Final = MOST_CURVES * MOST_DEPTHS
