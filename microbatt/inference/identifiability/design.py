"""Which currents to run: the few curves that tell most of alpha and S.

The information of curves adds up, so one simulation of the candidates serves every choice among
them; `microbatt.inference.identifiability.criteria` judges the choices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import check_choice, check_integer
from microbatt.engines.contract import ALLOWED
from microbatt.errors import ParameterError
from microbatt.inference.forward.cell_errors import cell_doubts
from microbatt.inference.identifiability.criteria import CRITERIA, Choice, judge_choice
from microbatt.inference.identifiability.curve_bounds import (
    Information,
    Readings,
    bounds,
    curve_information,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells import Cell
    from microbatt.engines.contract import Request
    from microbatt.inference.forward.cell_errors import CellError

    Array = NDArray[np.float64]

C_RATES: Final = (0.1, 0.2, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
"""Candidates, unless others are given [h⁻¹]."""

_MOST_CHOICES: Final = 50_000
"""More sets than this are not all tried; curves are then added one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The best choices of one, two, … curves.

    Attributes
    ----------
    criterion : str
        A name of `CRITERIA`.
    points : ndarray
        Where the cell may be: rows of alpha and S, shape (n, 2).
    left_out : int
        Points, of those asked for, at which not even all candidates tell alpha and S.
    candidates : tuple of float
        Increasing [A m⁻²].
    alone : tuple of Choice
        What each candidate tells by itself.
    choices : tuple of Choice
        The best set of one curve, of two, and so on.
    everything : Choice
        All candidates together: what more curves could at most add.
    readings : Readings
        What was assumed to be read from each curve.
    free : tuple of str
        What counts as unknown beside alpha and S.
    doubts : str
        How well the values of the cell file were taken to be known, in a sentence.
    """

    criterion: str
    points: Array
    left_out: int
    candidates: tuple[float, ...]
    alone: tuple[Choice, ...]
    choices: tuple[Choice, ...]
    everything: Choice
    readings: Readings
    free: tuple[str, ...]
    doubts: str

    @property
    def best(self) -> Choice:
        """The choice of as many curves as were asked for."""
        return self.choices[-1]


def propose_currents(  # noqa: PLR0913 - one parameter a choice
    request: Request,
    points: ArrayLike,
    candidates: ArrayLike | None = None,
    readings: Readings = Readings(),
    *,
    max_curves: int = 3,
    max_hours: float = math.inf,
    free: Iterable[str] | Mapping[str, float] = (),
    cell_error: CellError = 0.0,
    criterion: str = "ellipse",
    threads: int = 1,
) -> Proposal:
    """Choose the currents that tell most of alpha and S.

    Parameters
    ----------
    request : Request
        Of which cell, on which terms; see `microbatt.inference.forward.native_request`.
    points : array_like
        Where the cell may be: rows of alpha and S, shape (n, 2); see `region_points`.
    candidates : array_like, optional
        Currents to choose from [A m⁻²]; None takes `C_RATES` of the cell.
    readings : Readings, default all defaults
        What is read from each curve.
    max_curves : int, default 3
        How many curves may be measured.
    max_hours : float, default no limit
        How long they may take together, charging not counted: median over the points [h].
    free : iterable of str or dict of str to float, default none
        Unknowns beside alpha and S; see `curve_information`.
    cell_error : float, str, dict of str to float or None, default 0
        How well the cell file is known, as for `microbatt.infer`: a share of every value, or None
        for what the file states, else what is usual. 0 counts its values as exact, and the bounds
        are then those of perfect knowledge.
    criterion : str, default 'ellipse'
        A name of `CRITERIA`.
    threads : int, default 1
        How many share the simulation.

    Returns
    -------
    Proposal
        The best set for each number of curves that fits the hours: of all sets if there are at
        most fifty thousand, otherwise found by adding the best curve to the last set.

    Raises
    ------
    ParameterError
        If an argument is out of range, the candidates tell nothing anywhere, or not even one curve
        fits the hours.

    Examples
    --------
    >>> from microbatt.inference.forward.finite_differences import native_request
    >>> terms = native_request("doyle-1996-cell-1")
    >>> found = propose_currents(terms, [(2.3, 3.0)], [1.75, 17.5, 70.0], max_curves=2)
    >>> len(found.best.currents)
    2
    """
    check_choice("criterion", criterion, CRITERIA)
    currents = _candidates(request.cell, candidates)
    check_integer("max_curves", max_curves, low=1, high=len(currents))
    names = tuple(free)
    asked = curve_information(
        request, points, currents, readings, free=free, cell_error=cell_error, threads=threads
    )
    kept = np.isfinite(CRITERIA[criterion](bounds(asked.total()), asked.points))
    if not kept.any():
        raise ParameterError(
            "the candidates do not tell alpha and S at any of the points: no curve exists there, "
            "or too much else is unknown. Give smaller currents, another range of alpha and S, or "
            "fewer other unknowns."
        )
    known = _at(asked, kept)

    def judged(chosen: Sequence[int]) -> Choice:
        return judge_choice(known, chosen, criterion)

    return Proposal(
        criterion=criterion,
        points=known.points,
        left_out=int((~kept).sum()),
        candidates=currents,
        alone=tuple(judged([one]) for one in range(len(currents))),
        choices=_best_choices(judged, len(currents), max_curves, max_hours),
        everything=judged(range(len(currents))),
        readings=readings,
        free=names,
        doubts=cell_doubts(request.cell, cell_error, request.thermal).sentence,
    )


def judge_currents(
    request: Request,
    points: ArrayLike,
    currents: ArrayLike,
    readings: Readings = Readings(),
    *,
    free: Iterable[str] | Mapping[str, float] = (),
    cell_error: CellError = 0.0,
    criterion: str = "ellipse",
) -> Choice:
    """Judge a given set of currents as `propose_currents` judges its choices.

    Parameters
    ----------
    request, points : Request, array_like
        As for `propose_currents`.
    currents : array_like
        Of the set [A m⁻²].
    readings, free, cell_error, criterion : Readings, iterable of str, float, str
        As for `propose_currents`.

    Returns
    -------
    Choice
        What the whole set tells.

    Raises
    ------
    ParameterError
        If an argument is out of range or an unknown is not known.
    """
    check_choice("criterion", criterion, CRITERIA)
    along = _candidates(request.cell, currents)
    known = curve_information(request, points, along, readings, free=free, cell_error=cell_error)
    return judge_choice(known, range(len(along)), criterion)


def region_points(
    alpha: Sequence[float], S: Sequence[float], *, steps: int = 5
) -> NDArray[np.float64]:
    """Spread points over a range of alpha and of S, evenly in alpha and in ln S.

    Parameters
    ----------
    alpha, S : sequence of float
        Lowest and highest value, or a single one.
    steps : int, default 5
        Points along each range.

    Returns
    -------
    numpy.ndarray
        Rows of alpha and S.

    Raises
    ------
    ParameterError
        If a value is out of range, or a range is turned round.

    Examples
    --------
    >>> region_points([2.3], [1.0, 4.0], steps=3)
    array([[2.3, 1. ],
           [2.3, 2. ],
           [2.3, 4. ]])
    """
    low, high = _range("alpha", alpha)
    smallest, largest = _range("S", S)
    first = np.linspace(low, high, steps if high > low else 1)
    second = np.geomspace(smallest, largest, steps if largest > smallest else 1)
    return np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)


def _best_choices(
    judged: Callable[[Sequence[int]], Choice], n: int, most: int, max_hours: float
) -> tuple[Choice, ...]:
    all_of_them = sum(math.comb(n, count) for count in range(1, most + 1)) <= _MOST_CHOICES
    best: list[Choice] = []
    taken: tuple[int, ...] = ()
    for count in range(1, most + 1):
        sets = combinations(range(n), count) if all_of_them else _one_more(taken, n)
        fitting = [
            (choice.size, chosen, choice)
            for chosen in sets
            if (choice := judged(chosen)).hours <= max_hours
        ]
        if not fitting:
            break
        _, taken, choice = min(fitting, key=lambda one: one[:2])
        best.append(choice)
    if not best:
        raise ParameterError(
            f"`max_hours` is {max_hours:g} h, and no candidate ends in that time. Allow more, or "
            "give larger currents."
        )
    return tuple(best)


def _one_more(taken: tuple[int, ...], n: int) -> Iterator[tuple[int, ...]]:
    return (tuple(sorted((*taken, one))) for one in range(n) if one not in taken)


def _at(known: Information, kept: NDArray[np.bool_]) -> Information:
    return Information(
        parameters=known.parameters,
        points=known.points[kept],
        currents=known.currents,
        curves=known.curves[kept],
        prior=known.prior,
        capacity=known.capacity[kept],
    )


def _candidates(cell: Cell, currents: ArrayLike | None) -> tuple[float, ...]:
    if currents is None:
        return tuple(rate * cell.one_c_current for rate in C_RATES)
    given = tuple(sorted(np.atleast_1d(np.asarray(currents, dtype=float)).tolist()))
    if len(set(given)) < len(given) or not given:
        raise ParameterError(f"`currents` is {list(given)}; give at least one, and each once.")
    return given


def _range(name: str, values: Sequence[float]) -> tuple[float, float]:
    allowed = ALLOWED[name]
    if len(values) not in {1, 2} or not all(value in allowed for value in values):
        raise ParameterError(
            f"`{name}` is {list(values)!r}; give one value, or the lowest and the highest, in "
            f"{allowed}."
        )
    if values[0] > values[-1]:
        raise ParameterError(f"`{name}` goes from {values[0]:g} down to {values[-1]:g}; turn it.")
    return values[0], values[-1]
