"""Which curves a cube holds and along which axes they lie: a grid, or scattered points.

What varies are ``alpha``, ``S`` and ``current``, and any other number of a cell by its name in
`microbatt.parameters`.  A design is described by the same words as ever where nothing else does,
so that cubes of earlier versions go on.  Where every point runs a protocol, which says itself what
flows, a design has no ``current``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

import numpy as np

from microbatt.checks import POSITIVE, Interval, check_choice, check_integer, check_number
from microbatt.cube.contents.bounds import MOST_POINTS, MOST_VALUES, check_bound
from microbatt.cube.contents.marginals import (
    Marginal,
    check_marginal,
    check_order,
    drawn,
    marginal_to_json,
)
from microbatt.errors import ParameterError
from microbatt.parameters import PARAMETERS, POINT, parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

ALLOWED = {
    "alpha": Interval(0.0, 20.0),
    "S": PARAMETERS["S"].allowed,
    "current": POSITIVE,
}
"""What an axis may hold; wider than the range in which the engine is proved."""
_CURRENT: Final = "current"


def allowed_on(name: str) -> Interval:
    """Return where the values of an axis may lie.

    Examples
    --------
    >>> print(allowed_on("alpha"))
    [0, 20]
    """
    return ALLOWED[name] if name in ALLOWED else PARAMETERS[name].allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Every combination of some axes.

    Attributes
    ----------
    alpha, S : tuple of float, optional
        Increasing axes [-]; without, the cell's own value stands for all curves.
    current : tuple of float, optional
        Increasing axis [A m⁻²]; None where a protocol says what flows.
    others : dict
        Increasing axes of other numbers of a cell: name in `microbatt.parameters` → values in SI
        units.

    Examples
    --------
    >>> grid = Grid(alpha=(0.5, 2.3), S=(3.0,), current=(17.5, 35.0))
    >>> grid.shape
    (2, 1, 2)
    >>> Grid(current=(17.5,), others={"positive_thickness": (5e-5, 1e-4)}).dims
    ('positive_thickness', 'current')
    """

    kind: ClassVar[str] = "grid"
    alpha: tuple[float, ...] | None = None
    S: tuple[float, ...] | None = None
    current: tuple[float, ...] | None = None
    others: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _given(self, (*POINT, _CURRENT)):
            object.__setattr__(self, name, _increasing(name, getattr(self, name)))
        others = _sorted_others(self.others)
        checked = {name: _increasing(name, values) for name, values in others.items()}
        object.__setattr__(self, "others", checked)
        _check_some(self.dims)

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes: alpha and S first, the current last."""
        return (*_given(self, POINT), *self.others, *_given(self, (_CURRENT,)))

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return tuple(len(values) for _, values in self.coordinates().values())

    def __str__(self) -> str:
        """Return how many curves along which axes."""
        axes = zip(self.shape, self.dims, strict=True)
        told = " × ".join(f"{length} {name}" for length, name in axes)
        return f"{told} = {curve_count(self)} curves"

    def coordinates(self) -> dict[str, tuple[str, NDArray[np.float64]]]:
        """Name → (dimension it lies along, values).

        Returns
        -------
        dict
            Values as `numpy.ndarray`.
        """
        return {name: (name, np.array(_value(self, name))) for name in self.dims}

    def to_dict(self) -> dict[str, Any]:
        """Describe the design in plain numbers and words.

        Returns
        -------
        dict
            Which `design_from_dict` reads.
        """
        return {"kind": self.kind, **{name: list(_value(self, name)) for name in self.dims}}


@dataclass(frozen=True, slots=True, kw_only=True)
class SobolPoints:
    """Scrambled Sobol points over a box, each discharged at every current.

    Owen-scrambled as in `scipy.stats.qmc.Sobol`; the seed is part of the design.

    Attributes
    ----------
    count : int
        Number of points; a power of two keeps the sequence balanced.
    seed : int
        Of the scrambling.
    alpha, S : tuple of 2 float, LogUniform or Normal, optional
        Lowest and highest value of a uniform spread, or another spread; without, the cell's own
        value stands for all curves.
    current : tuple of float, optional
        Increasing axis [A m⁻²]; None where a protocol says what flows.
    others : dict
        The same for other numbers of a cell: name in `microbatt.parameters` → spread in SI units.

    Examples
    --------
    >>> box = SobolPoints(count=8, seed=1, alpha=(0.0, 10.0), S=(0.3, 40.0), current=(17.5,))
    >>> box.dims, box.shape
    (('point', 'current'), (8, 1))
    """

    kind: ClassVar[str] = "sobol"
    count: int
    seed: int
    alpha: Marginal | None = None
    S: Marginal | None = None
    current: tuple[float, ...] | None = None
    others: Mapping[str, Marginal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_integer("count", self.count, low=1, high=MOST_POINTS)
        check_integer("seed", self.seed, low=0)
        for name in _given(self, POINT):
            checked = check_marginal(name, getattr(self, name), allowed_on(name))
            object.__setattr__(self, name, checked)
        others = {
            name: check_marginal(name, given, allowed_on(name))
            for name, given in _sorted_others(self.others).items()
        }
        object.__setattr__(self, "others", others)
        _check_current(self)
        _check_some(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Which numbers vary from point to point."""
        return (*_given(self, POINT), *self.others)

    @property
    def dims(self) -> tuple[str, ...]:
        """``("point", "current")``, or the points alone."""
        return ("point", *_given(self, (_CURRENT,)))

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return (self.count, *_lengths(self.current))

    def __str__(self) -> str:
        """Return how many curves at how many points."""
        return f"{self.count} Sobol points{_currents(self.current)} = {curve_count(self)} curves"

    def coordinates(self) -> dict[str, tuple[str, NDArray[np.float64]]]:
        """Name → (dimension it lies along, values).

        Returns
        -------
        dict
            Values as `numpy.ndarray`.
        """
        marginals = {name: _value(self, name) for name in self.names}
        unit = _sobol(self.count, self.seed, len(marginals))
        allowed = {name: allowed_on(name) for name in marginals}
        return _scattered(drawn(unit, marginals, allowed), self.current)

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
            **{name: marginal_to_json(_value(self, name)) for name in self.names},
            **{name: list(_value(self, name)) for name in _given(self, (_CURRENT,))},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPoints:
    """Points given one by one, each discharged at every current.

    Attributes
    ----------
    alpha, S : tuple of float, optional
        Of equal length [-]; without, the cell's own value stands for all curves.
    current : tuple of float, optional
        Increasing axis [A m⁻²]; None where a protocol says what flows.
    others : dict
        Other numbers of a cell: name in `microbatt.parameters` → values in SI units, of that
        length too.

    Examples
    --------
    >>> ListedPoints(alpha=(0.5, 2.3), S=(3.0, 1.0), current=(17.5,)).shape
    (2, 1)
    """

    kind: ClassVar[str] = "listed"
    alpha: tuple[float, ...] | None = None
    S: tuple[float, ...] | None = None
    current: tuple[float, ...] | None = None
    others: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _given(self, POINT):
            object.__setattr__(self, name, _checked(name, getattr(self, name)))
        others = _sorted_others(self.others)
        object.__setattr__(self, "others", {name: _checked(name, v) for name, v in others.items()})
        _check_current(self)
        _check_some(self.names)
        first = self.names[0]
        for name in self.names[1:]:
            if len(_value(self, first)) != len(_value(self, name)):
                raise ParameterError(
                    f"`{first}` lists {len(_value(self, first))} points and `{name}` "
                    f"{len(_value(self, name))}; give one value of each per point."
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Which numbers vary from point to point."""
        return (*_given(self, POINT), *self.others)

    @property
    def dims(self) -> tuple[str, ...]:
        """``("point", "current")``, or the points alone."""
        return ("point", *_given(self, (_CURRENT,)))

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return (len(_value(self, self.names[0])), *_lengths(self.current))

    def __str__(self) -> str:
        """Return how many curves at how many points."""
        return f"{self.shape[0]} points{_currents(self.current)} = {curve_count(self)} curves"

    def coordinates(self) -> dict[str, tuple[str, NDArray[np.float64]]]:
        """Name → (dimension it lies along, values).

        Returns
        -------
        dict
            Values as `numpy.ndarray`.
        """
        return _scattered({n: np.array(_value(self, n)) for n in self.names}, self.current)

    def to_dict(self) -> dict[str, Any]:
        """Describe the design in plain numbers and words.

        Returns
        -------
        dict
            Which `design_from_dict` reads.
        """
        names = (*self.names, *_given(self, (_CURRENT,)))
        return {"kind": self.kind, **{name: list(_value(self, name)) for name in names}}


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
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in described.items()
        if name != "kind"
    }
    own = {one.name for one in fields(_KINDS[kind])}
    others = {name: given.pop(name) for name in [*given] if name not in own}
    design: Design = _KINDS[kind](**given, others=others)
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


def coordinate_names(described: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which coordinates lie along the axes of a design, without working out their values.

    Parameters
    ----------
    described : dict
        From a design's ``to_dict``.

    Returns
    -------
    tuple of str
        The current last, if there is one.

    Examples
    --------
    >>> coordinate_names(Grid(alpha=(0.5,), S=(3.0,), current=(17.5,)).to_dict())
    ('alpha', 'S', 'current')
    """
    names = [name for name in described if name in PARAMETERS]
    last = (_CURRENT,) if _CURRENT in described else ()
    return (*(name for name in POINT if name in names), *_others(names), *last)


@lru_cache(maxsize=8)
def _sobol(count: int, seed: int, dimensions: int) -> NDArray[np.float64]:
    from scipy.stats import qmc

    sampler = qmc.Sobol(d=dimensions, scramble=True, rng=np.random.default_rng(seed))
    unit: NDArray[np.float64] = sampler.random_base2(int(np.ceil(np.log2(count))))[:count]
    unit.flags.writeable = False
    return unit


def _scattered(
    values: Mapping[str, NDArray[np.float64]], current: Sequence[float] | None
) -> dict[str, tuple[str, NDArray[np.float64]]]:
    along_points = {name: ("point", column) for name, column in values.items()}
    if current is None:
        return along_points
    return along_points | {_CURRENT: (_CURRENT, np.array(current))}


def _lengths(current: Sequence[float] | None) -> tuple[int, ...]:
    """Return the length of the axis of currents, if there is one."""
    return () if current is None else (len(current),)


def _currents(current: Sequence[float] | None) -> str:
    return "" if current is None else f" × {len(current)} current"


def _check_current(design: SobolPoints | ListedPoints) -> None:
    if design.current is not None:
        object.__setattr__(design, _CURRENT, _increasing(_CURRENT, design.current))


def _given(design: object, names: Iterable[str]) -> tuple[str, ...]:
    """Return which of some fields a design fills."""
    return tuple(name for name in names if getattr(design, name) is not None)


def _value(design: Design, name: str) -> Any:  # noqa: ANN401 - an axis or a spread
    return design.others[name] if name in design.others else getattr(design, name)


def _others(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of numbers beside alpha and S, in the order of the vocabulary."""
    order = list(PARAMETERS)
    return tuple(sorted({*names} - {*POINT}, key=order.index))


def _sorted_others(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of other numbers, in one order, however it was written."""
    known: dict[str, Any] = {}
    for name, values in given.items():
        found = parameter(name)
        if found.name in POINT:
            raise ParameterError(
                f"`others` has {name!r}; give `{found.name}` as an argument of its own."
            )
        if not found.shapes_curves:
            raise ParameterError(
                f"`{name}` is no axis: no discharge per area depends on it. Leave it out; "
                "`current` in A m⁻² and the campaign's `cutoff_voltage` mean what they say."
            )
        known[found.name] = values
    return {name: known[name] for name in _others(known)}


def _check_some(names: Sequence[str]) -> None:
    if not names:
        raise ParameterError(
            "the design has no number that varies; give `alpha`, `S` or one of `others`."
        )


def _increasing(name: str, values: Sequence[float]) -> tuple[float, ...]:
    checked = _checked(name, values)
    for before, after in pairwise(checked):
        check_order(name, before, after)
    return checked


def _checked(name: str, values: Sequence[float]) -> tuple[float, ...]:
    if len(values) == 0:
        raise ParameterError(f"`{name}` is empty; give at least one value.")
    check_bound(f"`{name}`", len(values), MOST_VALUES, "Take fewer.")
    allowed = allowed_on(name)
    unit = "1" if name in ALLOWED else PARAMETERS[name].unit
    return tuple(check_number(name, value, allowed, unit=unit) for value in values)
