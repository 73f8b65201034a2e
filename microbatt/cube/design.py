"""Which curves a cube holds and along which axes they lie: a grid, or scattered points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from microbatt.checks import POSITIVE, Interval, check_choice, check_integer, check_number
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

ALLOWED = {
    "alpha": Interval(0.0, 20.0),
    "S": Interval(0.0, 1000.0, low_open=True),
    "current": POSITIVE,
}
"""What an axis may hold; wider than the range in which the engine is proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Every combination of three axes.

    Attributes
    ----------
    alpha, S, current : tuple of float
        Increasing axes [-], [-], [A m⁻²].

    Examples
    --------
    >>> grid = Grid(alpha=(0.5, 2.3), S=(3.0,), current=(17.5, 35.0))
    >>> grid.shape
    (2, 1, 2)
    """

    kind: ClassVar[str] = "grid"
    alpha: tuple[float, ...]
    S: tuple[float, ...]
    current: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("alpha", "S", "current"):
            values = _checked(name, getattr(self, name))
            _check_increasing(name, values)
            object.__setattr__(self, name, values)

    @property
    def dims(self) -> tuple[str, ...]:
        """``("alpha", "S", "current")``."""
        return ("alpha", "S", "current")

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return (len(self.alpha), len(self.S), len(self.current))

    def __str__(self) -> str:
        """Return how many curves along which axes."""
        axes = " × ".join(f"{len(getattr(self, name))} {name}" for name in self.dims)
        return f"{axes} = {curve_count(self)} curves"

    def coordinates(self) -> dict[str, tuple[str, NDArray[np.float64]]]:
        """Name → (dimension it lies along, values).

        Returns
        -------
        dict
            Values as `numpy.ndarray`.
        """
        return {name: (name, np.array(getattr(self, name))) for name in self.dims}

    def to_dict(self) -> dict[str, Any]:
        """Describe the design in plain numbers and words.

        Returns
        -------
        dict
            Which `design_from_dict` reads.
        """
        return {"kind": self.kind, **{d: list(getattr(self, d)) for d in self.dims}}


@dataclass(frozen=True, slots=True, kw_only=True)
class SobolPoints:
    """Scrambled Sobol points (alpha, S) over a box, each discharged at every current.

    Owen-scrambled as in `scipy.stats.qmc.Sobol`; the seed is part of the design.

    Attributes
    ----------
    count : int
        Number of points; a power of two keeps the sequence balanced.
    seed : int
        Of the scrambling.
    alpha, S : tuple of 2 float
        Lowest and highest value.
    current : tuple of float
        Increasing axis [A m⁻²].

    Examples
    --------
    >>> box = SobolPoints(count=8, seed=1, alpha=(0.0, 10.0), S=(0.3, 40.0), current=(17.5,))
    >>> box.dims, box.shape
    (('point', 'current'), (8, 1))
    """

    kind: ClassVar[str] = "sobol"
    count: int
    seed: int
    alpha: tuple[float, float]
    S: tuple[float, float]
    current: tuple[float, ...]

    def __post_init__(self) -> None:
        check_integer("count", self.count, low=1)
        check_integer("seed", self.seed, low=0)
        for name in ("alpha", "S"):
            low, high = _pair(name, getattr(self, name))
            _check_increasing(name, (low, high))
            object.__setattr__(self, name, (low, high))
        current = _checked("current", self.current)
        _check_increasing("current", current)
        object.__setattr__(self, "current", current)

    @property
    def dims(self) -> tuple[str, ...]:
        """``("point", "current")``."""
        return ("point", "current")

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return (self.count, len(self.current))

    def __str__(self) -> str:
        """Return how many curves at how many points."""
        return (
            f"{self.count} Sobol points × {len(self.current)} current = {curve_count(self)} curves"
        )

    def coordinates(self) -> dict[str, tuple[str, NDArray[np.float64]]]:
        """Name → (dimension it lies along, values).

        Returns
        -------
        dict
            Values as `numpy.ndarray`.
        """
        alpha, S = _sobol(self.count, self.seed, self.alpha, self.S).T
        return _scattered(alpha, S, self.current)

    def to_dict(self) -> dict[str, Any]:
        """Describe the design in plain numbers and words.

        Returns
        -------
        dict
            Which `design_from_dict` reads.
        """
        return {
            "kind": self.kind,
            "count": self.count,
            "seed": self.seed,
            "alpha": list(self.alpha),
            "S": list(self.S),
            "current": list(self.current),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPoints:
    """Points (alpha, S) given one by one, each discharged at every current.

    Attributes
    ----------
    alpha, S : tuple of float
        Of equal length [-].
    current : tuple of float
        Increasing axis [A m⁻²].

    Examples
    --------
    >>> ListedPoints(alpha=(0.5, 2.3), S=(3.0, 1.0), current=(17.5,)).shape
    (2, 1)
    """

    kind: ClassVar[str] = "listed"
    alpha: tuple[float, ...]
    S: tuple[float, ...]
    current: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("alpha", "S", "current"):
            object.__setattr__(self, name, _checked(name, getattr(self, name)))
        _check_increasing("current", self.current)
        if len(self.alpha) != len(self.S):
            raise ParameterError(
                f"`alpha` lists {len(self.alpha)} points and `S` {len(self.S)}; "
                "give one value of each per point."
            )

    @property
    def dims(self) -> tuple[str, ...]:
        """``("point", "current")``."""
        return ("point", "current")

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return (len(self.alpha), len(self.current))

    def __str__(self) -> str:
        """Return how many curves at how many points."""
        return (
            f"{len(self.alpha)} points × {len(self.current)} current = {curve_count(self)} curves"
        )

    def coordinates(self) -> dict[str, tuple[str, NDArray[np.float64]]]:
        """Name → (dimension it lies along, values).

        Returns
        -------
        dict
            Values as `numpy.ndarray`.
        """
        return _scattered(np.array(self.alpha), np.array(self.S), self.current)

    def to_dict(self) -> dict[str, Any]:
        """Describe the design in plain numbers and words.

        Returns
        -------
        dict
            Which `design_from_dict` reads.
        """
        return {
            "kind": self.kind,
            "alpha": list(self.alpha),
            "S": list(self.S),
            "current": list(self.current),
        }


Design: TypeAlias = Grid | SobolPoints | ListedPoints
"""Which curves: every arrangement tells its `dims`, its `shape` and its `coordinates`."""

_KINDS: dict[str, Any] = {design.kind: design for design in (Grid, SobolPoints, ListedPoints)}


def design_from_dict(described: Mapping[str, Any]) -> Design:
    """Read what a design's ``to_dict`` wrote.

    Parameters
    ----------
    described : dict
        From a design's ``to_dict``, or the attribute ``design`` of a cube.

    Returns
    -------
    Design
        Of the kind that it says.

    Raises
    ------
    ParameterError
        If the kind is not known or a value is not allowed.

    Examples
    --------
    >>> grid = Grid(alpha=(0.5,), S=(3.0,), current=(17.5,))
    >>> design_from_dict(grid.to_dict()) == grid
    True
    """
    kind = check_choice("kind", described.get("kind"), _KINDS)
    fields = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in described.items()
        if name != "kind"
    }
    design: Design = _KINDS[kind](**fields)
    return design


def curve_count(design: Design) -> int:
    """Return how many curves a design asks for.

    Parameters
    ----------
    design : Design
        Grid or scattered points.

    Returns
    -------
    int
        Product of its shape.
    """
    return int(np.prod(design.shape))


@lru_cache(maxsize=8)
def _sobol(
    count: int, seed: int, alpha: tuple[float, float], S: tuple[float, float]
) -> NDArray[np.float64]:
    from scipy.stats import qmc

    sampler = qmc.Sobol(d=2, scramble=True, rng=np.random.default_rng(seed))
    unit = sampler.random_base2(int(np.ceil(np.log2(count))))[:count]
    points: NDArray[np.float64] = qmc.scale(unit, [alpha[0], S[0]], [alpha[1], S[1]])
    points.flags.writeable = False
    return points


def _scattered(
    alpha: NDArray[np.float64], S: NDArray[np.float64], current: Sequence[float]
) -> dict[str, tuple[str, NDArray[np.float64]]]:
    return {
        "alpha": ("point", alpha),
        "S": ("point", S),
        "current": ("current", np.array(current)),
    }


def _checked(name: str, values: Sequence[float]) -> tuple[float, ...]:
    if len(values) == 0:
        raise ParameterError(f"`{name}` is empty; give at least one value.")
    return tuple(check_number(name, value, ALLOWED[name]) for value in values)


def _pair(name: str, values: Sequence[float]) -> tuple[float, float]:
    if len(values) != 2:
        raise ParameterError(f"`{name}` is {list(values)!r}; give its lowest and highest value.")
    low, high = _checked(name, values)
    return low, high


def _check_increasing(name: str, values: Sequence[float]) -> None:
    for before, after in pairwise(values):
        if not before < after:
            raise ParameterError(
                f"`{name}` goes from {before:.6g} to {after:.6g}; sort the axis and give each "
                "value once."
            )
