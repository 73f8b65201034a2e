"""What is assumed of each unknown before looking at the data."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from microbatt.checks import POSITIVE, Interval, check_number
from microbatt.engines import HeatOf, Inventory
from microbatt.errors import ParameterError
from microbatt.inference.forward.unknowns import (
    MICROSTRUCTURE,
    PARAMETERS,
    UNKNOWNS,
    as_shown,
    check_unknowns,
    in_words,
    known_name,
    range_in_cell,
    value_in_cell,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import Thermal

ALPHA: Final = Interval(0.0, 15.0)
"""Where alpha is looked for."""
SHAPE_FACTOR: Final = Interval(0.05, 200.0)
"""Where S is looked for."""
TAILS: Final = 4.0
"""Degrees of freedom of Student's t that cell values get: a value may be far off now and then."""

WIDTHS: Final = {
    name: float(PARAMETERS[name].width or 0.0) for name in (*MICROSTRUCTURE, *UNKNOWNS)
}
"""Standard deviation usually assumed of an unknown, of its logarithm where it is fitted by it."""
_WIDEST: Final = {
    "contact_resistance": 1.0,
    "voltage_offset": 0.5,
    "area_scale": 0.5,
    "negative_initial_stoichiometry": 0.5,
    "positive_initial_stoichiometry": 0.5,
    "temperature": 100.0,
}
_FIXED: Final = 1e-3
"""Width of the prior of alpha or ln S that is held at the cell's value: nothing that counts."""
_HELD_BOX: Final = 6.0
"""Widths between a held value and its bounds."""
_REACH: Final = 8.0
"""A value of the cell file is looked for no further than this many widths from it."""


class PriorKind(enum.StrEnum):
    """Families of distributions."""

    NORMAL = "normal"
    LOG_NORMAL = "log-normal"
    UNIFORM = "uniform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is known of a number beforehand.

    Attributes
    ----------
    kind : PriorKind or str, default "normal"
        ``"normal"``, ``"log-normal"`` or ``"uniform"``.
    centre : float or None, default None
        Mean, or median of a log-normal prior, in the number's unit; None is the cell's value.
    width : float or None, default None
        Standard deviation in the number's unit; of the logarithm for a log-normal prior.  None is
        what `microbatt.parameters` calls usual.
    low, high : float or None, default None
        Ends of a uniform prior; None where the number itself ends.
    tails : float, default inf
        Degrees of freedom of Student's t in place of the normal distribution: 4 lets a value be
        far off now and then, infinity is normal.  Near its centre the distribution is as narrow as
        the normal one of that width.

    Raises
    ------
    ParameterError
        If it cannot be a distribution.

    Examples
    --------
    >>> Prior(kind="log-normal", centre=1e-14, width=0.5).width
    0.5
    """

    kind: PriorKind | str = PriorKind.NORMAL
    centre: float | None = None
    width: float | None = None
    low: float | None = None
    high: float | None = None
    tails: float = math.inf

    def __post_init__(self) -> None:
        kinds = [str(one) for one in PriorKind]
        if str(self.kind) not in kinds:
            raise ParameterError(
                f"`kind` of a prior is {str(self.kind)!r}; give one of {', '.join(kinds)}."
            )
        object.__setattr__(self, "kind", PriorKind(self.kind))
        if self.width is not None:
            check_number("width", self.width, POSITIVE, remedy="Give a standard deviation.")
        if not self.tails >= 1.0:
            raise ParameterError(
                f"`tails` is {self.tails}; give the degrees of freedom of Student's t, at least 1; "
                "infinity is the normal distribution."
            )
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ParameterError(f"a prior from {self.low} to {self.high}; `low` must be less.")


Free: TypeAlias = "str | Iterable[str] | Mapping[str, float | Prior | None]"
"""Names, or name → standard deviation in its own unit, or prior, or None for the usual one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """The unknowns of a fit in the coordinates in which it is made.

    The coordinates are alpha, ln S and the other unknowns as they are, or their logarithms.
    Transport in the pores is proportional to ε^(1 + alpha), so alpha is the logarithm of what the
    curves see.

    Attributes
    ----------
    names
        alpha, S, then the other unknowns; the values of the cell file that are not quite known come
        last.
    mean, std
        Of the priors; flat ones have an infinite ``std``; shape (p,).
    low, high
        Bounds in the coordinates, shape (p,).
    logarithmic
        Which coordinates are logarithms, shape (p,); None for alpha, ln S and no other.
    tails
        Degrees of freedom of Student's t, shape (p,); None for normal distributions.
    of_file
        How many of the last names are values of the cell file, in doubt but not asked for.
    held
        Which of alpha and S are known: not unknown at all.
    """

    names: tuple[str, ...]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    logarithmic: NDArray[np.bool_] | None = None
    tails: NDArray[np.float64] | None = None
    of_file: int = 0
    held: tuple[str, ...] = ()

    @property
    def asked(self) -> int:
        """How many unknowns are no mere values of the cell file."""
        return len(self.names) - self.of_file

    @property
    def free(self) -> tuple[str, ...]:
        """What is free beside alpha and S, without the values of the cell file."""
        return self.names[len(MICROSTRUCTURE) : self.asked]

    @property
    def doubted(self) -> tuple[str, ...]:
        """Values of the cell file that are in doubt."""
        return self.names[self.asked :]

    @property
    def shown(self) -> tuple[int, ...]:
        """Which unknowns an estimate is of: not what is held, nor the cell file's values."""
        return tuple(i for i in range(self.asked) if self.names[i] not in self.held)

    def without_file(self) -> Priors:
        """Return the priors of a cell file whose values are true."""
        n = self.asked
        return replace(
            self,
            names=self.names[:n],
            mean=self.mean[:n],
            std=self.std[:n],
            low=self.low[:n],
            high=self.high[:n],
            logarithmic=None if self.logarithmic is None else self.logarithmic[:n],
            tails=None if self.tails is None else self.tails[:n],
            of_file=0,
        )

    def natural(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the parameters of coordinates; the last axis is the parameter's."""
        values = np.array(x, dtype=float)
        if self.logarithmic is None:
            values[..., 1] = np.exp(values[..., 1])
            return values
        where = np.flatnonzero(self.logarithmic[: values.shape[-1]])
        values[..., where] = np.exp(values[..., where])
        return values

    def by_logarithm(self, i: int) -> bool:
        """Whether an unknown's coordinate is its logarithm."""
        return i == 1 if self.logarithmic is None else bool(self.logarithmic[i])

    def value(self, x: NDArray[np.float64], i: int) -> float:
        """Return one parameter of coordinates of shape (p,)."""
        return math.exp(float(x[i])) if self.by_logarithm(i) else float(x[i])

    def deviation(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return residuals of x, shape (..., p), from what is expected: half their square is -ln p.

        Of a normal prior the distance in standard deviations z; of Student's t with ν degrees of
        freedom ± √((ν + 1) ln(1 + z²/(ν + 1))), which near the centre is z too: its scale is
        larger than the width by √((ν + 1)/ν).
        """
        return self._residual(x)[0]

    def rows(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the derivatives of `deviation` at x, shape (known, p)."""
        known = np.isfinite(self.std)
        rows = np.zeros((int(known.sum()), self.mean.size))
        rows[np.arange(len(rows)), np.flatnonzero(known)] = self._residual(x)[1]
        return rows

    def _residual(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return residuals of the known unknowns and their derivatives by the coordinates."""
        known = np.isfinite(self.std)
        std = self.std[known]
        z = (x[..., known] - self.mean[known]) / std
        slope = np.broadcast_to(1.0 / std, z.shape)
        if self.tails is None or not np.isfinite(self.tails[known]).any():
            return z, slope
        more = np.where(np.isfinite(self.tails[known]), self.tails[known], 1e9) + 1.0
        size = np.sqrt(more * np.log1p(z**2 / more))
        small = np.abs(z) < 1e-6
        steep = np.divide(np.abs(z) / (1.0 + z**2 / more), size, out=np.ones_like(z), where=~small)
        return np.where(small, z, np.sign(z) * size), np.where(small, 1.0, steep) / std

    def describe(self, index: int) -> str:
        """Return what was assumed of a parameter, in words."""
        name = self.names[index]
        of_log = self.by_logarithm(index)
        low, high = self.low[index], self.high[index]
        if name in self.held:
            return f"held at {in_words(name, self.value(self.mean, index))}"
        if not np.isfinite(self.std[index]):
            size, unit = as_shown(name)
            ends = (math.exp(low), math.exp(high)) if of_log else (float(low), float(high))
            where = f"{Interval(*ends).scaled(size)} {unit}".rstrip()
            return f"flat in ln {name}, {name} in {where}" if of_log else f"flat in {where}"
        family = "normal"
        if self.tails is not None and np.isfinite(self.tails[index]):
            family = f"Student's t of {self.tails[index]:g} degrees of freedom"
        centre = in_words(name, self.value(self.mean, index), 6)
        if of_log:
            return f"{family} in its logarithm, {centre} ± {100.0 * self.std[index]:.3g} %"
        number = centre.partition(" ")[0]
        text = f"{family}, {number} ± {in_words(name, self.std[index], 3)}"
        return text + (", not negative" if low == 0.0 else "")


def free_widths(free: Free) -> dict[str, float | Prior]:
    """Return what is known of each unknown beside alpha and S beforehand.

    Parameters
    ----------
    free : str, iterable of str, or dict of str to float or Prior
        Names of `UNKNOWNS`, or one name, of the widths in `WIDTHS`; or name → width or `Prior`.

    Returns
    -------
    dict
        Name of the vocabulary → standard deviation, in its own unit for a number that is fitted as
        it is and for given ones, else of the logarithm; or the prior.

    Raises
    ------
    ParameterError
        If an unknown is not known or stands twice, or a width cannot be meant.
    """
    given: dict[str, float | Prior | None]
    if isinstance(free, Mapping):
        given = dict(free)
        names = check_unknowns(given)
    else:
        names = check_unknowns([free] if isinstance(free, str) else free)
        given = dict.fromkeys(names)
    found: dict[str, float | Prior] = {}
    for name, width in zip(names, given.values(), strict=True):
        if width is None:
            log = PARAMETERS[name].logarithmic
            found[name] = (
                Prior(kind=PriorKind.LOG_NORMAL, width=WIDTHS[name]) if log else WIDTHS[name]
            )
        elif isinstance(width, Prior):
            found[name] = width
        else:
            most = _WIDEST.get(name, math.inf)
            found[name] = check_number(
                f"width of {name}",
                width,
                Interval(0.0, most, low_open=True) if math.isfinite(most) else POSITIVE,
                unit=PARAMETERS[name].unit,
            )
    return found


def shape_factors(inventory: Inventory, thermal: Thermal) -> Interval:
    """Return where S is looked for: no further than the engine goes on these terms.

    With heat reckoned at the charge delivered, the area-only balance has no potential beyond S = 3.
    """
    of_charge = getattr(thermal, "heat_of", None) is HeatOf.CHARGE
    if of_charge and inventory is Inventory.AREA_ONLY:
        return Interval(SHAPE_FACTOR.low, 2.9)
    return SHAPE_FACTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One unknown of `Priors`."""

    name: str
    mean: float
    std: float
    low: float
    high: float
    logarithmic: bool
    tails: float = math.inf


def make_priors(
    cell: Cell,
    free: Free,
    shape_factor: Interval = SHAPE_FACTOR,
    *,
    unknown: Iterable[str] = MICROSTRUCTURE,
    doubted: Mapping[str, float] | None = None,
) -> Priors:
    """Return the priors of alpha, S and the other unknowns.

    Parameters
    ----------
    cell
        Gives the other unknowns their expected values.
    free
        As for `free_widths`.
    shape_factor
        Where S is looked for.
    unknown
        What is asked for, with flat priors; of alpha and S, those that are neither among it nor
        free are held at the cell's values.
    doubted
        Values of the cell file that are not quite known → standard deviations, in coordinates.

    Raises
    ------
    ParameterError
        As for `free_widths`, or if a number is both asked for and free.
    """
    asked = check_asked(unknown)
    priors = free_widths(free)
    known = tuple(name for name in priors if name in MICROSTRUCTURE)
    both = [name for name in asked if name in priors and name not in MICROSTRUCTURE]
    if both:
        raise ParameterError(
            f"`{both[0]}` is both `unknown` and `free`; name it once: unknown has no prior, free "
            "has one."
        )
    columns = [
        _within(_column(cell, name, priors.pop(name)), shape_factor)
        if name in priors
        else _microstructure(cell, name, shape_factor, asked)
        for name in MICROSTRUCTURE
    ]
    columns += [_flat(cell, name) for name in asked if name not in MICROSTRUCTURE]
    columns += [_column(cell, name, prior) for name, prior in priors.items()]
    taken = {one.name for one in columns} | _covered(one.name for one in columns)
    last = [
        _doubted(cell, name, width) for name, width in (doubted or {}).items() if name not in taken
    ]
    columns += last
    return Priors(
        names=tuple(one.name for one in columns),
        mean=np.array([one.mean for one in columns]),
        std=np.array([one.std for one in columns]),
        low=np.array([one.low for one in columns]),
        high=np.array([one.high for one in columns]),
        logarithmic=np.array([one.logarithmic for one in columns]),
        tails=np.array([one.tails for one in columns]),
        of_file=len(last),
        held=tuple(name for name in MICROSTRUCTURE if name not in {*asked, *known}),
    )


def check_asked(unknown: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of what is asked for, each once.

    Raises
    ------
    ParameterError
        If a name is not known, stands twice, or there is none.
    """
    names = [known_name(one) for one in ([unknown] if isinstance(unknown, str) else unknown)]
    others = check_unknowns((one for one in names if one not in MICROSTRUCTURE), option="unknown")
    first = [one for one in MICROSTRUCTURE if one in names]
    if not names or len(names) != len({*names}):
        raise ParameterError(
            f"`unknown` is {', '.join(names) or 'nothing'}; name what is asked for, each once: "
            "alpha, S, or numbers of microbatt.parameters."
        )
    return (*first, *others)


def _covered(names: Iterable[str]) -> set[str]:
    """Return the cell's numbers that another unknown moves too."""
    temperatures = {"initial_temperature", "ambient_temperature"}
    return temperatures if "temperature" in set(names) else set()


def _microstructure(
    cell: Cell, name: str, shape_factor: Interval, asked: tuple[str, ...]
) -> _Column:
    """Return alpha or S: flat over the box, or held at the cell's own value."""
    log, box = name == "S", shape_factor if name == "S" else ALPHA
    low, high = (math.log(box.low), math.log(box.high)) if log else (box.low, box.high)
    if name in asked:
        usual = math.log(3.0) if log else 2.0
        return _Column(name=name, mean=usual, std=math.inf, low=low, high=high, logarithmic=log)
    value = PARAMETERS[name].coordinate(value_in_cell(cell, name))
    room = _HELD_BOX * _FIXED
    return _Column(
        name=name,
        mean=value,
        std=_FIXED,
        low=value - room if log else max(0.0, value - room),
        high=value + room,
        logarithmic=log,
    )


def _within(column: _Column, shape_factor: Interval) -> _Column:
    """Return alpha or S with a prior, no further than it is looked for."""
    low, high = ALPHA.low, ALPHA.high
    if column.name == "S":
        low, high = math.log(shape_factor.low), math.log(shape_factor.high)
    return replace(column, low=max(column.low, low), high=min(column.high, high))


def _flat(cell: Cell, name: str) -> _Column:
    """Return an unknown that is asked for: flat over all that it can be."""
    log = PARAMETERS[name].logarithmic
    low, high = _bounds(cell, name, logarithmic=log)
    mean = _coordinate(name, _expected(cell, name), logarithmic=log)
    return _Column(
        name=name,
        mean=float(np.clip(mean, low, high)),
        std=math.inf,
        low=low,
        high=high,
        logarithmic=log,
    )


def _column(cell: Cell, name: str, prior: float | Prior) -> _Column:
    """Return an unknown with a prior."""
    given = prior if isinstance(prior, Prior) else Prior(width=prior)
    centre = _expected(cell, name) if given.centre is None else given.centre
    log = PARAMETERS[name].logarithmic or given.kind is PriorKind.LOG_NORMAL
    low, high = _bounds(cell, name, logarithmic=log)
    if given.kind is PriorKind.UNIFORM:
        ends = [
            None if one is None else _coordinate(name, one, logarithmic=log)
            for one in (given.low, given.high)
        ]
        low = low if ends[0] is None else max(low, ends[0])
        high = high if ends[1] is None else min(high, ends[1])
        if not low < high:
            raise ParameterError(f"the uniform prior of `{name}` has no room where it may lie.")
        std = math.inf
    elif given.width is None:
        std = WIDTHS[name]
    elif log and given.kind is PriorKind.NORMAL:
        std = given.width / centre if centre > 0.0 else math.nan
    else:
        std = given.width
    mean = _coordinate(name, centre, logarithmic=log) if centre > 0.0 or not log else math.nan
    if not (math.isfinite(mean) and not math.isnan(std)):
        raise ParameterError(
            f"the prior of `{name}` is log-normal around {centre:g}; give it a positive `centre`."
        )
    return _Column(
        name=name,
        mean=float(np.clip(mean, low, high)) if math.isinf(std) else mean,
        std=std,
        low=low,
        high=high,
        logarithmic=log,
        tails=given.tails,
    )


def _doubted(cell: Cell, name: str, width: float) -> _Column:
    """Return a value of the cell file that is known to a width, with heavy tails."""
    log = PARAMETERS[name].logarithmic
    low, high = _bounds(cell, name, logarithmic=log)
    mean = _coordinate(name, value_in_cell(cell, name), logarithmic=log)
    return _Column(
        name=name,
        mean=mean,
        std=width,
        low=max(low, mean - _REACH * width),
        high=min(high, mean + _REACH * width),
        logarithmic=log,
        tails=TAILS,
    )


def _coordinate(name: str, value: float, *, logarithmic: bool) -> float:
    if not logarithmic:
        return value
    if not value > 0.0:
        raise ParameterError(f"`{name}` is fitted by its logarithm, and {value:g} has none.")
    return math.log(value)


def _bounds(cell: Cell, name: str, *, logarithmic: bool) -> tuple[float, float]:
    """Return where an unknown may lie, in its coordinate."""
    parameter = PARAMETERS[name]
    allowed = range_in_cell(cell, name) if parameter.owner == "cell" else parameter.allowed
    if not logarithmic:
        return allowed.low, allowed.high
    return math.log(max(allowed.low, 1e-300)), math.log(allowed.high)


def _expected(cell: Cell, name: str) -> float:
    parameter = PARAMETERS[name]
    if parameter.owner != "cell" and parameter.neutral is not None:
        return parameter.neutral
    return value_in_cell(cell, name)
