"""How voltages are packed: pcodec, which fits smooth curves, and rounding where it is asked for.

Curves are smooth, so that the next number is nearly what the last ones say; pcodec stores how far
it is from that.  The codec is numcodecs' own under its own name, so that plain Zarr reads it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import Interval, check_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDING: Final = Interval(1e-6, 1e-2)
"""By how much voltages may be rounded [V]; single precision itself is 0.2 µV at 4 V."""


def known_codec() -> type[Any]:
    """Return the codec; from then on this process reads it without Zarr's warning.

    Zarr warns at each array that other programs may not know the codec.  The documentation of the
    schema says so once.
    """
    from microbatt.cube.store.quiet_codec import QuietPCodec  # with Zarr, which takes its time

    return QuietPCodec


def packing() -> dict[str, Any]:
    """Return how an array of voltages is packed, as arguments of ``create_array``.

    The last bytes of a chunk are its checksum.
    """
    from zarr.codecs import Crc32cCodec

    return {"serializer": known_codec()(level=8), "compressors": [Crc32cCodec()]}


def check_rounding(rounding: float | None) -> float | None:
    """Return by how much voltages may be rounded [V], None for not at all.

    Parameters
    ----------
    rounding : float or None
        The largest change [V]; None keeps every bit.

    Returns
    -------
    float or None
        As it came.

    Raises
    ------
    ParameterError
        If it is no voltage, or is out of range.

    Examples
    --------
    >>> check_rounding(1e-5)
    1e-05
    """
    return (
        None
        if rounding is None
        else check_number(
            "voltage_rounding",
            rounding,
            ROUNDING,
            unit="V",
            remedy="Leave it out to keep every bit.",
        )
    )


def rounded(voltage: NDArray[np.float32], rounding: float) -> NDArray[np.float32]:
    """Round voltages to a power of two of a volt, so that none changes by more than `rounding`.

    Parameters
    ----------
    voltage : ndarray
        [V].
    rounding : float
        The largest change [V].

    Returns
    -------
    ndarray
        Of the same shape and type; NaN stays NaN.

    Examples
    --------
    >>> rounded(np.array([3.123456], dtype=np.float32), 1e-3).tolist()
    [3.123046875]
    """
    step = 2.0 ** math.floor(math.log2(2.0 * rounding))
    return (np.round(voltage.astype(np.float64) / step) * step).astype(voltage.dtype)
