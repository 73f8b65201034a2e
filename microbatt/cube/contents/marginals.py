"""How one number is spread over the points of a design that are drawn.

A uniform spread is a pair of numbers, its lowest and highest value; the others have a record each.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

import numpy as np

from microbatt.checks import FINITE, POSITIVE, Interval, check_choice, check_number
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LogUniform:
    """Every decade of a range alike.

    Attributes
    ----------
    low, high : float
        Lowest and highest value, both above zero, in the SI unit of the number.

    Examples
    --------
    >>> LogUniform(low=1e-15, high=1e-13).kind
    'log-uniform'
    """

    kind: ClassVar[str] = "log-uniform"
    low: float
    high: float

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            object.__setattr__(self, name, check_number(name, getattr(self, name), POSITIVE))
        check_order("low", self.low, self.high)

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest value."""
        return self.low, self.high

    def at(self, share: NDArray[np.float64], allowed: Interval) -> NDArray[np.float64]:
        """Return the values below which given shares of all values lie.

        Parameters
        ----------
        share : ndarray
            Between 0 and 1.
        allowed : Interval
            Where values may lie; the range does anyway.

        Returns
        -------
        ndarray
            Of the same shape.
        """
        del allowed
        low, high = math.log(self.low), math.log(self.high)
        values: NDArray[np.float64] = np.exp(share * (high - low) + low)
        return np.clip(values, self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """A normal distribution, cut off where the number may not lie.

    Attributes
    ----------
    mean : float
        In the SI unit of the number.
    std : float
        Standard deviation before the cut, in the same unit.

    Examples
    --------
    >>> Normal(mean=1e-4, std=5e-6).kind
    'normal'
    """

    kind: ClassVar[str] = "normal"
    mean: float
    std: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", check_number("mean", self.mean, FINITE))
        object.__setattr__(self, "std", check_number("std", self.std, POSITIVE))

    @property
    def ends(self) -> tuple[float, float]:
        """Mean, twice: the rest is cut off where it may not lie."""
        return self.mean, self.mean

    def at(self, share: NDArray[np.float64], allowed: Interval) -> NDArray[np.float64]:
        """Return the values below which given shares of all values lie.

        Parameters
        ----------
        share : ndarray
            Between 0 and 1.
        allowed : Interval
            Where values may lie: what of the distribution lies outside is not drawn.

        Returns
        -------
        ndarray
            Of the same shape.
        """
        from scipy.special import ndtr, ndtri

        ends = (np.array([allowed.low, allowed.high]) - self.mean) / self.std
        low, high = ndtr(ends)
        values = self.mean + self.std * ndtri(low + share * (high - low))
        inside = (
            np.nextafter(allowed.low, np.inf) if allowed.low_open else allowed.low,
            np.nextafter(allowed.high, -np.inf) if allowed.high_open else allowed.high,
        )
        return np.asarray(np.clip(values, *inside))


Marginal: TypeAlias = tuple[float, float] | LogUniform | Normal
"""A pair (lowest, highest) is uniform."""

_KINDS: Final[dict[str, type[LogUniform] | type[Normal]]] = {
    one.kind: one for one in (LogUniform, Normal)
}


def check_marginal(name: str, given: object, allowed: Interval) -> Marginal:
    """Return how a number is spread, checked.

    Parameters
    ----------
    name : str
        Of the number.
    given : tuple, LogUniform, Normal or dict
        A pair, a record, or what `marginal_to_json` made.
    allowed : Interval
        Where the number may lie.

    Raises
    ------
    ParameterError
        If it is none of these, or an end is out of range.

    Examples
    --------
    >>> check_marginal("alpha", [0, 10], Interval(0.0, 20.0))
    (0.0, 10.0)
    """
    if isinstance(given, dict):
        fields = {key: value for key, value in given.items() if key != "distribution"}
        kind = check_choice(f"{name}.distribution", given.get("distribution"), _KINDS)
        given = _KINDS[kind](**fields)
    if isinstance(given, LogUniform | Normal):
        for value in given.ends:
            check_number(name, value, allowed)
        return given
    if not isinstance(given, tuple | list) or len(given) != 2:
        shown = list(given) if isinstance(given, tuple | list) else given
        raise ParameterError(
            f"`{name}` is {shown!r}; give its lowest and highest value, or a LogUniform or Normal "
            "from microbatt.cube."
        )
    low, high = (check_number(name, value, allowed) for value in given)
    check_order(name, low, high)
    return low, high


def marginal_to_json(marginal: Marginal) -> list[float] | dict[str, Any]:
    """Describe a spread in JSON's terms; `check_marginal` reads it.

    Examples
    --------
    >>> marginal_to_json(Normal(mean=1.0, std=0.1))
    {'distribution': 'normal', 'mean': 1.0, 'std': 0.1}
    """
    if isinstance(marginal, tuple):
        return list(marginal)
    return {"distribution": marginal.kind, **asdict(marginal)}


def drawn(
    unit: NDArray[np.float64], marginals: Mapping[str, Marginal], allowed: Mapping[str, Interval]
) -> dict[str, NDArray[np.float64]]:
    """Return the values at points of the unit cube, a column a number in the order of names.

    Examples
    --------
    >>> drawn(np.array([[0.5]]), {"alpha": (0.0, 10.0)}, {})["alpha"]
    array([5.])
    """
    values = {}
    for share, (name, one) in zip(unit.T, marginals.items(), strict=True):
        if isinstance(one, tuple):
            values[name] = share * (one[1] - one[0]) + one[0]
        else:
            values[name] = one.at(share, allowed[name])
    return values


def check_order(name: str, low: float, high: float) -> None:
    """Refuse a range that goes down or is empty."""
    if not low < high:
        raise ParameterError(
            f"`{name}` goes from {low:.6g} to {high:.6g}; sort the axis and give each value once."
        )
