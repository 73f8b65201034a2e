"""Where to discharge: rows of (alpha, S, current), checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import Interval, suggestion
from microbatt.errors import ParameterError
from microbatt.parameters import PARAMETERS, POINT

if TYPE_CHECKING:
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


def as_points(points: ArrayLike | Mapping[str, Any], cell: Cell) -> NDArray[np.float64]:
    """Return points as an array of rows (alpha, S, current [A m⁻²]).

    Parameters
    ----------
    points : array_like or mapping of str to Any
        An array of shape (n, 3), or anything that is indexed by the names ``alpha``, ``S`` and
        ``current`` (a dict, a DataFrame, a Dataset) and gives columns of equal length.
    cell : Cell
        Whose own alpha or S stands where a dict has none.

    Raises
    ------
    ParameterError
        If the shape is another one, a column is missing, or a value is out of range; the message
        names the first such row.

    Examples
    --------
    >>> from microbatt.cells import load_cell
    >>> as_points({"S": 6.0, "current": [17.5, 35.0]}, load_cell("doyle-1996-cell-1"))
    array([[ 2.3,  6. , 17.5],
           [ 2.3,  6. , 35. ]])
    """
    if isinstance(points, Mapping) or hasattr(points, "columns"):
        table = _columns(points, cell)
    else:
        table = np.atleast_2d(_numbers("points", points))
    if table.ndim != 2 or table.shape[1] != len(COLUMNS):
        raise ParameterError(
            f"`points` has the shape {table.shape}; it must be (n, 3), a row of alpha, S and "
            "current for each curve."
        )
    for name, column in zip(COLUMNS, table.T, strict=True):
        _check_column(name, column)
    return np.ascontiguousarray(table)


def _columns(points: Any, cell: Cell) -> NDArray[np.float64]:  # noqa: ANN401 - mapping or frame
    table = _completed(points, cell) if isinstance(points, dict) else points
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise ParameterError(
            f"`points` has no {', '.join(repr(name) for name in missing)}; it must have "
            "'alpha', 'S' and 'current'."
        )
    columns = [_numbers(name, table[name]) for name in COLUMNS]
    try:
        return np.stack(np.broadcast_arrays(*columns), axis=-1).reshape(-1, len(COLUMNS))
    except ValueError as error:
        shapes = ", ".join(str(column.shape) for column in columns)
        raise ParameterError(
            f"alpha, S and current have the shapes {shapes}; give columns of equal length."
        ) from error


def _completed(points: dict[str, Any], cell: Cell) -> dict[str, Any]:
    """Add the cell's own alpha and S to a dict that says nothing of them, nor anything unknown."""
    for name in points:
        if name not in COLUMNS:
            raise ParameterError(
                f"`points` has {name!r}, which is not known. {suggestion(name, COLUMNS)}"
            )
    return {"alpha": cell.positive.alpha, "S": cell.positive.S} | points


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
    allowed = ALLOWED[name]
    for row in np.flatnonzero(~(np.isfinite(column) & (column > -np.inf))):
        raise ParameterError(f"`{name}` is {column[row]} in row {row}; it must be in {allowed}.")
    unit = "" if UNITS[name] == "1" else f" {UNITS[name]}"
    outside = (column < allowed.low) | (column > allowed.high)
    if allowed.low_open:
        outside |= column == allowed.low
    for row in np.flatnonzero(outside):
        raise ParameterError(
            f"`{name}` is {column[row]:.6g}{unit} in row {row}; it must lie in {allowed}."
        )
