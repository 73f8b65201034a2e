"""Material functions of one variable: a constant, an expression, or a table.

Each is a frozen record that computes values and exact slopes of arrays, says on which range it
holds, and writes itself in plain words.  Outside its range it keeps the value at the nearer end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import numpy as np

from microbatt.cells.expressions import evaluate, parse_expression
from microbatt.checks import check_number, suggestion
from microbatt.errors import ParameterError
from microbatt.monotone_cubic import node_slopes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

MOST_POINTS: Final = 100_000
"""Of a table."""
_SAMPLES: Final = 1025
_KINDS: Final = ("value", "expression", "table")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """The same value everywhere.

    Attributes
    ----------
    value : float
        In SI units.
    lower, upper : float
        Where it holds.
    """

    value: float
    lower: float
    upper: float

    def __call__(self, x: ArrayLike) -> Array:
        """Return the values at x."""
        return np.full(np.shape(x), self.value)

    def slope(self, x: ArrayLike) -> Array:
        """Return the derivative, 0."""
        return np.zeros(np.shape(x))

    def plain(self) -> dict[str, Any]:
        """Describe it in JSON's terms."""
        return {"value": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A formula in ``x``, parsed and never executed.

    Attributes
    ----------
    text : str
        Arithmetic, ``pi`` and the functions of `microbatt.cells.expressions`.
    lower, upper : float
        Where it holds, and is finite.
    """

    text: str
    lower: float
    upper: float

    def __post_init__(self) -> None:
        x = np.linspace(self.lower, self.upper, _SAMPLES)
        value, slope = evaluate(parse_expression(self.text), x)
        for what, numbers in (("value", value), ("slope", slope)):
            for at in x[~np.isfinite(numbers)]:
                raise ParameterError(
                    f"the {what} of `{_short(self.text)}` is not finite at x = {at:.6g}. Give the "
                    "`range` in which it holds."
                )

    def __call__(self, x: ArrayLike) -> Array:
        """Return the values at x."""
        return evaluate(parse_expression(self.text), np.clip(x, self.lower, self.upper))[0]

    def slope(self, x: ArrayLike) -> Array:
        """Return the exact derivative by x, zero outside the range."""
        given = np.asarray(x, dtype=float)
        inside = (given >= self.lower) & (given <= self.upper)
        held = np.clip(given, self.lower, self.upper)
        return np.where(inside, evaluate(parse_expression(self.text), held)[1], 0.0)

    def plain(self) -> dict[str, Any]:
        """Describe it in JSON's terms."""
        return {"expression": self.text, "range": [self.lower, self.upper]}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Table:
    """Values at increasing x, between them a monotone cubic, which does not overshoot.

    Attributes
    ----------
    x, y : tuple of float
        Increasing arguments, and the values there.
    slopes : tuple of float
        Of Fritsch & Butland (1984), from x and y.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    slopes: tuple[float, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            slopes = node_slopes(np.array(self.x), np.array(self.y))
        for i in np.flatnonzero(~np.isfinite(slopes)):
            raise ParameterError(
                f"the table is too steep to be interpolated near x = {self.x[i]:.6g}, "
                f"y = {self.y[i]:.6g}. Check the columns, their order and their units."
            )
        object.__setattr__(self, "slopes", tuple(slopes.tolist()))

    def __repr__(self) -> str:
        return f"<Table of {len(self.x)} points from {self.lower:.6g} to {self.upper:.6g}>"

    @property
    def lower(self) -> float:
        """Smallest argument."""
        return self.x[0]

    @property
    def upper(self) -> float:
        """Largest argument."""
        return self.x[-1]

    def __call__(self, x: ArrayLike) -> Array:
        """Return the values at x."""
        return self._hermite(x)[0]

    def slope(self, x: ArrayLike) -> Array:
        """Return the exact derivative of the interpolant, zero outside the table."""
        return self._hermite(x)[1]

    def plain(self) -> dict[str, Any]:
        """Describe it in JSON's terms."""
        return {"table": {"x": list(self.x), "y": list(self.y)}}

    def _hermite(self, x: ArrayLike) -> tuple[Array, Array]:
        nodes, y, m = (np.array(one) for one in (self.x, self.y, self.slopes))
        given = np.asarray(x, dtype=float)
        inside = (given >= nodes[0]) & (given <= nodes[-1])
        held = np.clip(given, nodes[0], nodes[-1])
        i = np.clip(np.searchsorted(nodes, held, side="right") - 1, 0, nodes.size - 2)
        h = nodes[i + 1] - nodes[i]
        t = (held - nodes[i]) / h
        rise, left, right = y[i + 1] - y[i], h * m[i], h * m[i + 1]
        bend, twist = 3.0 * rise - 2.0 * left - right, left + right - 2.0 * rise
        value = y[i] + t * (left + t * (bend + t * twist))
        slope = (left + t * (2.0 * bend + 3.0 * t * twist)) / h
        return value, np.where(inside, slope, 0.0)


MaterialFunction: TypeAlias = Constant | Expression | Table
"""What a property of a material may be, beside a fit of the catalog."""


class _Sloped(Protocol):
    def slope(self, x: ArrayLike) -> Array: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopeOf:
    """The derivative of a material function, as a function of its own.

    Attributes
    ----------
    function : Constant, Expression or Table
        Whose slope it is.
    """

    function: _Sloped

    def __call__(self, x: ArrayLike) -> Array:
        """Return the values at x."""
        return self.function.slope(x)


def material_function(
    key: str,
    described: Mapping[str, Any],
    *,
    lower: float,
    upper: float,
    factor: float = 1.0,
    variables: tuple[str, ...] = ("x",),
) -> MaterialFunction:
    """Return a function from its description.

    Parameters
    ----------
    key : str
        What the caller calls it, for messages.
    described : mapping of str to Any
        One of ``value`` (a number), ``expression`` (text in ``x``, with a ``range`` if it does not
        hold everywhere) and ``table`` (``x`` and ``y``, two lists of numbers).
    lower, upper : float
        Where it is to hold if it says nothing else.
    factor : float
        Turns its values into SI units.
    variables : tuple of str, default x alone
        What such a function may depend on, for messages; one of ``T`` too is made by
        `microbatt.cells.thermal_functions`.

    Returns
    -------
    Constant, Expression or Table
        Frozen; equal descriptions give equal functions.

    Raises
    ------
    ParameterError
        If it is none of them, or its numbers make no function.

    Examples
    --------
    >>> f = material_function("U", {"expression": "4 - x**2"}, lower=0.0, upper=1.0)
    >>> float(f(0.5)), float(f.slope(0.5))
    (3.75, -1.0)
    """
    kinds = [name for name in described if name in _KINDS]
    for name in described:
        if name not in (*_KINDS, "range"):
            raise ParameterError(f"`{key}` has no `{name}`. {suggestion(name, (*_KINDS, 'range'))}")
    if len(kinds) != 1 or ("range" in described and kinds != ["expression"]):
        raise ParameterError(
            f"`{key}` has {', '.join(described) or 'nothing'}; it must have one of "
            f"{', '.join(_KINDS)}, and `range` beside an expression only."
        )
    if kinds == ["value"]:
        value = factor * check_number(key, described["value"])
        return Constant(value=value, lower=lower, upper=upper)
    if kinds == ["table"]:
        return _table(key, described["table"], factor)
    check_formula(key, described["expression"], variables)
    return _expression(key, described, lower=lower, upper=upper, factor=factor)


def check_formula(key: str, text: object, variables: tuple[str, ...]) -> None:
    """Refuse what is no formula in some variables.

    Parameters
    ----------
    key : str
        What the caller calls it, for messages.
    text : object
        What came.
    variables : tuple of str
        What it may depend on.

    Raises
    ------
    ParameterError
        Saying where it is none, and what may stand there.
    """
    if not isinstance(text, str):
        names = " and ".join(variables)
        raise ParameterError(
            f"`{key}.expression` is {text!r}; it must be text, a formula in {names}."
        )
    try:
        parse_expression(text, variables)
    except ParameterError as error:
        raise ParameterError(f"`{key}`: {error}") from error


def _expression(
    key: str, described: Mapping[str, Any], *, lower: float, upper: float, factor: float
) -> Expression:
    text = str(described["expression"])
    low, high = _range(key, described["range"]) if "range" in described else (lower, upper)
    try:
        scaled = text if factor == 1.0 else f"{factor!r}*({text})"
        return Expression(text=scaled, lower=low, upper=high)
    except ParameterError as error:
        raise ParameterError(f"`{key}`: {error}") from error


def _range(key: str, given: object) -> tuple[float, float]:
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise ParameterError(f"`{key}.range` is {given!r}; it must be two numbers, [low, high].")
    low, high = (check_number(f"{key}.range", one) for one in given)
    if not low < high:
        raise ParameterError(f"`{key}.range` is [{low:g}, {high:g}]; the first must be smaller.")
    return low, high


def _table(key: str, given: object, factor: float) -> Table:
    columns = given if isinstance(given, dict) else {}
    if set(columns) != {"x", "y"}:
        raise ParameterError(
            f"`{key}.table` must have `x` and `y`, two lists of numbers of equal length."
        )
    x, y = (_column(f"{key}.table.{name}", columns[name]) for name in ("x", "y"))
    if len(x) != len(y) or len(x) < 2:
        raise ParameterError(
            f"`{key}.table` has {len(x)} x and {len(y)} y; it must have as many of both, at "
            "least two."
        )
    if x[0] > x[-1]:
        x, y = x[::-1], y[::-1]
    for i in range(len(x) - 1):
        if not x[i] < x[i + 1]:
            raise ParameterError(
                f"`{key}.table.x` goes from {x[i]:.6g} to {x[i + 1]:.6g}; it must rise, or fall, "
                "throughout. Sort the rows and take repeated ones out."
            )
    try:
        return Table(x=tuple(x), y=tuple(factor * value for value in y))
    except ParameterError as error:
        raise ParameterError(f"`{key}`: {error}") from error


def _column(key: str, values: Sequence[Any] | object) -> list[float]:
    if not isinstance(values, list | tuple):
        raise ParameterError(f"`{key}` is {str(values)[:40]!r}; it must be a list of numbers.")
    if len(values) > MOST_POINTS:
        raise ParameterError(
            f"`{key}` has {len(values)} numbers; at most {MOST_POINTS} are read. Thin it out: the "
            "curve between the points is smooth."
        )
    return [check_number(f"{key}[{row}]", value) for row, value in enumerate(values)]


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}…"
