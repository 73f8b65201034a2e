"""A current or a power that follows samples, as a tester or a vehicle recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from microbatt.checks import check_choice
from microbatt.errors import ParameterError
from microbatt.times import as_numbers, in_seconds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_UNITS = {"current": ("A m-2", "A"), "power": ("W m-2", "W")}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Samples:
    """A current or a power against time; straight lines between the samples.

    Two samples at one time are a jump.

    Attributes
    ----------
    time : ndarray, shape (n,)
        From the start of the step, which is its first sample [s]; never falling.
    value : ndarray, shape (n,)
        Discharge is positive, in `unit`.
    quantity : {"current", "power"}
        What is sampled.
    unit : str
        ``"A m-2"`` or ``"W m-2"`` per area of separator, ``"A"`` or ``"W"`` of the whole cell.
    """

    time: NDArray[np.float64]
    value: NDArray[np.float64]
    quantity: str = "current"
    unit: str = "A m-2"

    def __post_init__(self) -> None:
        check_choice("quantity", self.quantity, _UNITS)
        check_choice("unit", self.unit, _UNITS[self.quantity])
        time = _column("time", in_seconds("time", self.time))
        value = _column(self.quantity, as_numbers(self.quantity, self.value))
        if time.size != value.size or time.size < 2:
            raise ParameterError(
                f"`time` has {time.size} samples and `{self.quantity}` {value.size}; give as many "
                "of both, at least two."
            )
        back = np.flatnonzero(np.diff(time) < 0.0)
        if back.size:
            raise ParameterError(
                f"`time` falls from {time[back[0]]:g} to {time[back[0] + 1]:g} s at sample "
                f"{back[0] + 1}; it must never fall. Sort the samples, or cut them there."
            )
        if not time[-1] > time[0]:
            raise ParameterError(f"all samples are at {time[0]:g} s; they must span some time.")
        for name, array in (("time", time - time[0]), ("value", value)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def duration(self) -> float:
        """From the first sample to the last [s]."""
        return float(self.time[-1])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Samples):
            return NotImplemented
        same = (self.quantity, self.unit) == (other.quantity, other.unit)
        return (
            same
            and np.array_equal(self.time, other.time)
            and np.array_equal(self.value, other.value)
        )

    def __hash__(self) -> int:
        return hash((self.quantity, self.unit, self.time.tobytes(), self.value.tobytes()))

    def __len__(self) -> int:
        return int(self.time.size)

    def __repr__(self) -> str:
        return (
            f"<Samples: {len(self)} of {self.quantity} over {self.duration:g} s, "
            f"{self.value.min():.4g} to {self.value.max():.4g} {self.unit}>"
        )


def profile(
    time: ArrayLike,
    *,
    current: ArrayLike | None = None,
    power: ArrayLike | None = None,
    unit: str | None = None,
    between: str = "line",
) -> Samples:
    """Make a sampled current or power of arrays.

    Parameters
    ----------
    time : array_like, shape (n,)
        Times of the samples, never falling: seconds, durations of NumPy, pandas or Python, or
        dates.
    current : array_like, shape (n,), optional
        Current, discharge positive.
    power : array_like, shape (n,), optional
        Power, discharge positive; give one of the two.
    unit : str, default per area of separator
        ``"A m-2"`` or ``"A"``; ``"W m-2"`` or ``"W"``.
    between : {"line", "hold"}
        What lies between two samples: a straight line, or the value of the earlier.

    Returns
    -------
    Samples
        A step of a protocol, or all of one.

    Raises
    ------
    ParameterError
        If the arrays do not fit or are no numbers, samples are masked, or not exactly one of
        `current` and `power` is given.

    Examples
    --------
    >>> profile([0.0, 10.0, 20.0], current=[0.0, 17.5, 35.0])
    <Samples: 3 of current over 20 s, 0 to 35 A m-2>
    """
    check_choice("between", between, ("line", "hold"))
    given = {"current": current, "power": power}
    named = [name for name, values in given.items() if values is not None]
    if len(named) != 1:
        raise ParameterError(f"give one of `current` and `power`; {len(named)} were given.")
    quantity = named[0]
    t = _column("time", in_seconds("time", time))
    values = _column(quantity, as_numbers(quantity, given[quantity]))
    if between == "hold" and t.size == values.size:
        t, values = np.repeat(t, 2)[1:], np.repeat(values, 2)[:-1]
    return Samples(time=t, value=values, quantity=quantity, unit=unit or _UNITS[quantity][0])


def _column(name: str, column: NDArray[np.float64]) -> NDArray[np.float64]:
    if column.ndim != 1:
        raise ParameterError(f"`{name}` has the shape {column.shape}; it must be a single row.")
    wrong = np.flatnonzero(~np.isfinite(column))
    if wrong.size:
        raise ParameterError(
            f"`{name}` is {column[wrong[0]]} at sample {wrong[0]}; it must be finite. Leave such "
            "samples out."
        )
    return column
