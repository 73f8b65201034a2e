"""Formulas in x: parsed against a short list of what may stand in them, evaluated with slopes.

Nothing of the text is ever executed.  Python's own parser makes a tree of it; every node of the
tree must be a number, ``x``, ``pi``, an arithmetic operation or a call of one of `FUNCTIONS`.  The
tree is evaluated on dual numbers, a value and its derivative by x, so that slopes are exact.
"""

from __future__ import annotations

import ast
import operator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from microbatt.checks import suggestion
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Dual: TypeAlias = tuple[Array, Array]

LONGEST: Final = 20_000
"""Characters of an expression."""
_DEEPEST: Final = 200
"""Operations inside one another."""

FUNCTIONS: Final[dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]]] = {
    "exp": (np.exp, np.exp),
    "log": (np.log, lambda u: 1.0 / u),
    "log10": (np.log10, lambda u: 1.0 / (np.log(10.0) * u)),
    "sqrt": (np.sqrt, lambda u: 0.5 / np.sqrt(u)),
    "abs": (np.abs, np.sign),
    "sin": (np.sin, np.cos),
    "cos": (np.cos, lambda u: -np.sin(u)),
    "tan": (np.tan, lambda u: 1.0 / np.cos(u) ** 2),
    "arctan": (np.arctan, lambda u: 1.0 / (1.0 + u**2)),
    "atan": (np.arctan, lambda u: 1.0 / (1.0 + u**2)),
    "sinh": (np.sinh, np.cosh),
    "cosh": (np.cosh, np.sinh),
    "tanh": (np.tanh, lambda u: 1.0 - np.tanh(u) ** 2),
}
"""Name → function and its derivative."""
_X: Final = ("x",)
_MEANING: Final = {"x": "`x`", "T": "`T`, the temperature in kelvin"}
"""How a message names a variable."""
_STOICHIOMETRY: Final = frozenset({"theta"})
"""Names of x that begin as those of a temperature do."""
_NAMES: Final = {"pi": float(np.pi)}
_LARGEST: Final = 1e300
_HINTS: Final[dict[type, str]] = {
    ast.BitXor: "Write ** for a power.",
    ast.FloorDiv: "Write / for a division.",
}


@lru_cache(maxsize=512)
def parse_expression(text: str, variables: tuple[str, ...] = _X) -> ast.expr:
    """Return the tree of a formula in ``x``.

    Parameters
    ----------
    text : str
        For example ``"0.1 + 1.5*exp(-120*x)"``.
    variables : tuple of str, default x alone
        What it may depend on; `evaluate` knows none but ``x``.

    Returns
    -------
    ast.expr
        For `evaluate`; holds nothing but arithmetic and known functions.

    Raises
    ------
    ParameterError
        Naming the position and what stands there, if anything else does.

    Examples
    --------
    >>> parse_expression("open('x')")
    Traceback (most recent call last):
    microbatt.errors.ParameterError: at column 1, `open` is not a function here. Known: 'abs', ...
    """
    if len(text) > LONGEST:
        raise ParameterError(
            f"the expression has {len(text)} characters; at most {LONGEST} are read. Give a table."
        )
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = getattr(error, "offset", None)
        where = f"at column {place}, " if place else ""
        raise ParameterError(
            f"{where}`{text.strip()[:60]}` is no formula in x ({getattr(error, 'msg', error)})."
        ) from error
    _check(tree, text.strip(), variables, 0)
    return tree


def evaluate(tree: ast.expr, x: Array) -> Dual:
    """Return the values of a formula and its derivatives by x.

    Parameters
    ----------
    tree : ast.expr
        From `parse_expression`.
    x : ndarray
        Of any shape.

    Returns
    -------
    tuple of ndarray
        Both of the shape of `x`.
    """
    given = np.asarray(x, dtype=float)
    with np.errstate(all="ignore"):
        value, slope = _evaluate(tree, given)
    return np.broadcast_to(value, given.shape) + 0.0, np.broadcast_to(slope, given.shape) + 0.0


def _check(node: ast.AST, text: str, variables: tuple[str, ...], depth: int) -> None:
    """Refuse whatever is not on the list, naming where it stands."""
    if depth > _DEEPEST:
        raise ParameterError(
            f"`{text[:40]}…` has more than {_DEEPEST} operations inside one another. Give a table."
        )
    for inner in _inner(node, text, variables):
        _check(inner, text, variables, depth + 1)


def _inner(node: ast.AST, text: str, variables: tuple[str, ...]) -> tuple[ast.AST, ...]:
    """Return the operands of an operation that is allowed; numbers and names have none."""
    match node:
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _OPERATIONS:
            return left, right
        case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=operand):
            return (operand,)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
            _check_function(node, name)
            return (argument,)
        case ast.Constant() | ast.Name():
            _check_leaf(node, text, variables)
            return ()
    _refuse(node, text)
    return ()


def _check_function(node: ast.AST, name: str) -> None:
    if name not in FUNCTIONS:
        raise ParameterError(
            f"at column {_column(node)}, `{name}` is not a function here. "
            f"{suggestion(name, FUNCTIONS)}"
        )


def _check_leaf(node: ast.Constant | ast.Name, text: str, variables: tuple[str, ...]) -> None:
    if isinstance(node, ast.Name):
        if node.id not in variables and node.id not in _NAMES:
            _refuse_name(node, variables)
    elif isinstance(node.value, bool) or not isinstance(node.value, int | float):
        _refuse(node, text)
    elif not abs(node.value) <= _LARGEST:
        raise ParameterError(
            f"at column {_column(node)} stands a number beyond {_LARGEST:g}; write it smaller."
        )


def _refuse_name(node: ast.Name, variables: tuple[str, ...]) -> None:
    """Refuse a name that is no variable, offering the one that is likely meant."""
    words = [_MEANING[name] for name in variables]
    noun = "the variable is" if len(words) == 1 else "the variables are"
    name = node.id.lower()
    likely = "T" if name.startswith("t") and name not in _STOICHIOMETRY else "x"
    meant = f" Is `{likely}` meant?" if likely in variables else ""
    if name == "e":
        meant = " Write exp(1) for Euler's number."
    raise ParameterError(
        f"at column {_column(node)}, `{node.id}` is not known; {noun} {' and '.join(words)}; `pi` "
        f"is a number.{meant}"
    )


def _refuse(node: ast.AST, text: str) -> None:
    segment = ast.get_source_segment(text, node) if isinstance(node, ast.expr) else None
    hint = _HINTS.get(type(getattr(node, "op", None))) or (
        "Allowed are numbers, x, pi, + - * / **, parentheses and functions of one argument: "
        f"{', '.join(FUNCTIONS)}."
    )
    raise ParameterError(
        f"at column {_column(node)}, `{(segment or text)[:40]}` may not stand in a formula. {hint}"
    )


def _column(node: ast.AST) -> int:
    return int(getattr(node, "col_offset", 0)) + 1


def _evaluate(node: ast.AST, x: Array) -> Dual:
    match node:
        case ast.BinOp(left=left, op=operation, right=right):
            return _OPERATIONS[type(operation)](_evaluate(left, x), _evaluate(right, x))
        case ast.UnaryOp(op=sign, operand=operand):
            value, slope = _evaluate(operand, x)
            return (-value, -slope) if isinstance(sign, ast.USub) else (value, slope)
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            value, slope = _evaluate(argument, x)
            function, derivative = FUNCTIONS[name]
            return function(value), derivative(value) * slope
        case ast.Constant(value=number) if isinstance(number, int | float):
            return np.array(float(number)), np.array(0.0)
        case ast.Name(id=name) if name in _NAMES:
            return np.array(_NAMES[name]), np.array(0.0)
        case _:
            return x, np.ones_like(x)


def _add(a: Dual, b: Dual) -> Dual:
    return a[0] + b[0], a[1] + b[1]


def _subtract(a: Dual, b: Dual) -> Dual:
    return a[0] - b[0], a[1] - b[1]


def _multiply(a: Dual, b: Dual) -> Dual:
    return a[0] * b[0], a[1] * b[0] + a[0] * b[1]


def _divide(a: Dual, b: Dual) -> Dual:
    return a[0] / b[0], (a[1] * b[0] - a[0] * b[1]) / (b[0] * b[0])


def _power(a: Dual, b: Dual) -> Dual:
    """a^b; where the exponent does not depend on x a negative base is fine."""
    value = operator.pow(a[0], b[0])
    slope = np.where(b[0] == 0.0, 0.0, b[0] * operator.pow(a[0], b[0] - 1.0) * a[1])
    if np.any(b[1] != 0.0):
        slope = slope + value * np.log(a[0]) * b[1]
    return value, slope


_OPERATIONS: Final[dict[type[ast.operator], Callable[[Dual, Dual], Dual]]] = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.Pow: _power,
}
