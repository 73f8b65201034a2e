"""Where to discharge: rows of alpha, S, current and whatever else of the cell varies, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import Interval, suggestion
from microbatt.errors import ParameterError
from microbatt.parameters import PARAMETERS, POINT, parameter, quantity_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells import Cell

COLUMNS: Final = (*POINT, "current")
ALLOWED: Final = {
    **{name: PARAMETERS[name].allowed for name in POINT},
    "current": Interval(0.0, 1e5, low_open=True),
}
UNITS: Final = {"alpha": "1", "S": "1", "current": "A m⁻²"}


def in_parts(points: NDArray[np.float64], threads: int, largest: int) -> list[NDArray[np.float64]]:
    """Cut points into parts that so many threads can share.

    Parameters
    ----------
    points : ndarray
        Shape (n, 3).
    threads : int
        At least so many parts, if there are as many points.
    largest : int
        Points that a part may hold.

    Returns
    -------
    list
        Parts in order, none empty.

    Examples
    --------
    >>> [len(part) for part in in_parts(np.zeros((5, 3)), threads=2, largest=2)]
    [2, 2, 1]
    """
    count = max(threads, -(-len(points) // largest))
    return [part for part in np.array_split(points, count) if len(part)]


def check_varied(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of numbers that vary beside alpha, S and current.

    Raises
    ------
    ParameterError
        If a cell has no such number, a discharge does not depend on it, or it stands twice.

    Examples
    --------
    >>> check_varied(["positive_thickness"])
    ('positive_thickness',)
    """
    checked: list[str] = []
    for name in names:
        found = parameter(name)
        if not found.shapes_curves:
            raise ParameterError(
                f"`{name}` changes no discharge per area: it is a convention or a statement of the "
                "cell file. Leave it out; a current axis in A m⁻² and the campaign's cut-off "
                "voltage say what they mean by themselves."
            )
        if found.name in (*checked, *POINT):
            raise ParameterError(f"`{name}` stands twice; name each number once.")
        checked.append(found.name)
    return tuple(checked)


def varied_in(points: object) -> tuple[str, ...]:
    """Return which numbers beside alpha, S and current a mapping of columns gives.

    Examples
    --------
    >>> varied_in({"current": [17.5], "positive_thickness": [1e-4]})
    ('positive_thickness',)
    """
    if points is None:
        return ()
    if not isinstance(points, dict):
        names = getattr(points, "columns", getattr(points, "variables", ()))
        numbers = [str(name) for name in names if name in PARAMETERS and name not in POINT]
        return tuple(name for name in numbers if PARAMETERS[name].shapes_curves)
    _refuse_others(points, (*COLUMNS, *PARAMETERS))
    return check_varied(name for name in points if name not in COLUMNS)


def _refuse_others(points: Iterable[str], known: tuple[str, ...]) -> None:
    """Refuse names of columns that nobody would read."""
    for name in points:
        if name not in known:
            raise ParameterError(
                f"`points` has {name!r}, which is not known. {suggestion(name, known)}"
            )


def as_points(
    points: ArrayLike | Mapping[str, Any], cell: Cell, varied: tuple[str, ...] = ()
) -> NDArray[np.float64]:
    """Return points as an array of rows (alpha, S, current [A m⁻²], what else varies [SI]).

    Parameters
    ----------
    points : array_like or mapping of str to Any
        An array of shape (n, 3 + k), or anything that is indexed by the names ``alpha``, ``S``,
        ``current`` and those of `varied` (a dict, a DataFrame, a Dataset) and gives columns of
        equal length.
    cell : Cell
        Whose own alpha or S stands where a dict has none.
    varied : tuple of str
        Which numbers of the cell the k further columns hold.

    Raises
    ------
    ParameterError
        If the shape is another one, a column is missing, a dict has one that is not asked for, or
        a value is out of range; the message names the first such row.

    Examples
    --------
    >>> from microbatt.cells import load_cell
    >>> as_points({"S": 6.0, "current": [17.5, 35.0]}, load_cell("doyle-1996-cell-1"))
    array([[ 2.3,  6. , 17.5],
           [ 2.3,  6. , 35. ]])
    """
    names = (*COLUMNS, *varied)
    if isinstance(points, dict):
        _refuse_others(points, names)
    if isinstance(points, Mapping) or hasattr(points, "columns"):
        table = _columns(points, cell, names)
    else:
        table = np.atleast_2d(_numbers("points", points))
    if table.ndim != 2 or table.shape[1] != len(names):
        more = f", then {', '.join(varied)}" if varied else ""
        raise ParameterError(
            f"`points` has the shape {table.shape}; it must be (n, {len(names)}), a row of alpha, "
            f"S and current for each curve{more}."
        )
    for name, column in zip(names, table.T, strict=True):
        _check_column(name, column)
    return np.ascontiguousarray(table)


def _columns(points: Any, cell: Cell, names: tuple[str, ...]) -> NDArray[np.float64]:  # noqa: ANN401 - mapping or frame
    own = {"alpha": cell.positive.alpha, "S": cell.positive.S}
    table = own | points if isinstance(points, dict) else points
    missing = [name for name in names if name not in table]
    if missing:
        raise ParameterError(
            f"`points` has no {', '.join(repr(name) for name in missing)}; it must have "
            "'alpha', 'S' and 'current'."
        )
    columns = [_numbers(name, table[name]) for name in names]
    try:
        return np.stack(np.broadcast_arrays(*columns), axis=-1).reshape(-1, len(names))
    except ValueError as error:
        shapes = ", ".join(str(column.shape) for column in columns)
        told = f"{', '.join(names[:-1])} and {names[-1]}"
        raise ParameterError(
            f"{told} have the shapes {shapes}; give columns of equal length."
        ) from error


def _numbers(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return `values` as floats; text is refused even where it reads like a number."""
    try:
        array = np.array(values)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "iuf":
        raise ParameterError(
            f"`{name}` is {values!r}; it must be real numbers, in rows of equal length."
        )
    return array.astype(float)


def _check_column(name: str, column: NDArray[np.float64]) -> None:
    allowed = ALLOWED[name] if name in ALLOWED else PARAMETERS[name].allowed
    known = quantity_of(name)
    for row in np.flatnonzero(~(np.isfinite(column) & (column > -np.inf))):
        raise ParameterError(f"`{name}` is {column[row]} in row {row}; it must be in {allowed}.")
    unit = "" if known.units == "1" else f" {known.pretty_units}"
    outside = (column < allowed.low) | (column > allowed.high)
    if allowed.low_open:
        outside |= column == allowed.low
    if allowed.high_open:
        outside |= column == allowed.high
    for row in np.flatnonzero(outside):
        raise ParameterError(
            f"`{name}` is {column[row]:.6g}{unit} in row {row}; it must lie in {allowed}."
        )
