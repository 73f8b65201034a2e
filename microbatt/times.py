"""Times as people have them, in seconds: numbers, durations of any unit, and dates."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

ROUNDING: Final = 1e-10
"""Share of a time by which it may be off for having been added up of others."""
_SECOND: Final = np.timedelta64(1, "s")
_LENGTHLESS: Final = ("generic", "Y", "M")
"""Units of NumPy's durations that are no number of seconds."""


def in_seconds(name: str, values: object, *, dates: bool = True) -> Array:
    """Return times in seconds, each kind read for what it is.

    Parameters
    ----------
    name : str
        What the caller calls them.
    values : array_like
        Seconds; durations, of NumPy, pandas or Python; or dates, likewise.
    dates : bool
        Whether dates may be given, whose seconds count from the first of them.

    Returns
    -------
    ndarray
        [s], of the shape of `values`; NaN where there is no time.

    Raises
    ------
    ParameterError
        If they are no times, samples are masked, or there are dates where none may be.

    Examples
    --------
    >>> in_seconds("time", np.array([0, 2], dtype="timedelta64[m]")).tolist()
    [0.0, 120.0]
    """
    array = unmasked(name, values)
    if array.dtype.kind == "O":
        array = _objects(name, array, dates=dates)
    elif array.dtype.kind == "M":
        _check_dates(name, dates=dates)
        array = array - array.flat[0] if array.size else np.empty(array.shape)
    if array.dtype.kind == "m":
        if np.datetime_data(array.dtype)[0] in _LENGTHLESS:
            raise ParameterError(
                f"`{name}` is of {array.dtype}, which is no number of seconds; give seconds, or "
                "durations of a unit from weeks down."
            )
        return np.asarray(array / _SECOND, dtype=float)
    return as_numbers(name, array)


def one_in_seconds(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever came
    """Return a duration in seconds; what is none as it came, for the caller's own check.

    Examples
    --------
    >>> one_in_seconds("duration", dt.timedelta(minutes=2)), one_in_seconds("duration", 7)
    (120.0, 7)
    """
    if isinstance(value, dt.timedelta | np.timedelta64):
        return float(in_seconds(name, value))
    return value


def as_numbers(name: str, values: object) -> Array:
    """Return a new array of numbers that are no times, as floats.

    Raises
    ------
    ParameterError
        If they are no numbers, or samples are masked.

    Examples
    --------
    >>> as_numbers("current", np.ma.masked_greater([1.0, 99.0], 10.0))
    Traceback (most recent call last):
    microbatt.errors.ParameterError: `current` has 1 masked samples, the first at 1. Leave them out.
    """
    array = unmasked(name, values)
    if array.dtype.kind not in "mMc":
        try:
            return np.array(array.tolist() if array.dtype.kind in "US" else array, dtype=float)
        except (TypeError, ValueError) as error:
            raise ParameterError(f"`{name}` is no row of numbers: {error}.") from error
    raise ParameterError(f"`{name}` is no row of numbers, but of {array.dtype}.")


def unmasked(name: str, values: object) -> NDArray[Any]:
    """Return an array of what came, none of it masked."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        hidden = np.flatnonzero(np.ma.getmaskarray(values))
        raise ParameterError(
            f"`{name}` has {hidden.size} masked samples, the first at {hidden[0]}. Leave them out."
        )
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:  # rows of several lengths, for instance
        raise ParameterError(f"`{name}` is no row of numbers: {error}.") from error


def _objects(name: str, array: NDArray[Any], *, dates: bool) -> NDArray[Any]:
    """Return durations and dates of Python and pandas in seconds; others as they came."""
    kinds = {_kind(value) for value in array.flat}
    if not kinds & {"duration", "date"}:
        return array
    if len(kinds) > 1:
        raise ParameterError(f"`{name}` mixes times of several kinds; give all of one.")
    values = list(array.flat)
    if kinds == {"date"}:
        _check_dates(name, dates=dates)
        try:
            values = [_at_one_place(value) for value in values]
            values = [value - values[0] for value in values]
        except TypeError as error:  # some with a time zone and some without
            raise ParameterError(f"`{name}` is no row of times: {error}.") from error
    seconds = [
        value / _SECOND if isinstance(value, np.timedelta64) else value.total_seconds()
        for value in values
    ]
    return np.array(seconds, dtype=float).reshape(array.shape)


def _at_one_place(date: Any) -> Any:  # noqa: ANN401 - of several libraries
    """Return a date that states its zone in UTC: clocks are changed in summer."""
    return date.astimezone(dt.UTC) if getattr(date, "tzinfo", None) is not None else date


def _kind(value: object) -> str:
    if isinstance(value, dt.timedelta | np.timedelta64):
        return "duration"
    return "date" if isinstance(value, dt.datetime | np.datetime64) else "other"


def _check_dates(name: str, *, dates: bool) -> None:
    if not dates:
        raise ParameterError(
            f"`{name}` holds dates; give the time since the start, in seconds or as durations."
        )
