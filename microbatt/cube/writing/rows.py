"""Results as the cube stores them: a row per curve, a column per variable, a block at a time.

``status`` is always written last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.cube.contents.layout import STATUS, VARIABLES
from microbatt.cube.store.voltage_codec import rounded
from microbatt.cube.writing.protocol_rows import protocol_trouble, shared_out
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from microbatt.cube.contents.layout import Layout
    from microbatt.engines import DischargeBatch

Rows: TypeAlias = "dict[str, NDArray[Any]]"
"""Variable → array of shape (n,), or (n, depth) for the voltage.

Of a protocol (n, sample) for curves, (n, step) and (n, step, after) for what is said of steps.
"""


def rows_from_batch(
    batch: DischargeBatch,
    depth: NDArray[np.float64],
    elapsed: float,
    rounding: float | None = None,
) -> Rows:
    """Turn what an engine returned into rows.

    Parameters
    ----------
    batch : DischargeBatch
        What an engine returned, n discharges.
    depth : numpy.ndarray
        Depth axis of the cube.
    elapsed : float
        Wall-clock time of the whole batch [s]; shared out by Newton iterations.
    rounding : float, optional
        By how much voltages may be rounded [V]; None keeps every bit.

    Returns
    -------
    dict
        Every variable of the cube, ``status`` included.
    """
    from microbatt.engines import resample_curves

    voltage = np.asarray(resample_curves(batch, depth), dtype=np.float32)
    if rounding is not None:
        voltage = rounded(voltage, rounding)
    columns = {
        "voltage": voltage,
        "discharge_capacity": _end_capacity(batch),
        "solve_time": shared_out(elapsed, batch.newton_iterations),
        STATUS.name: batch.outcome,
    }
    return {
        variable.name: np.asarray(
            columns[variable.name] if variable.name in columns else getattr(batch, variable.name),
            dtype=variable.dtype,
        )
        for variable in VARIABLES
    }


def rows_without_curve(count: int, layout: Layout, outcome: Outcome) -> Rows:
    """Return rows that hold nothing but an outcome.

    Parameters
    ----------
    count : int
        How many.
    layout : Layout
        What the cube holds of each curve.
    outcome : Outcome
        Of every curve.

    Returns
    -------
    dict
        Every variable of the cube, empty but for ``status``.
    """
    rows: Rows = {}
    for variable in layout.results:
        shape = (count, *layout.lengths(variable))
        rows[variable.name] = np.full(shape, variable.fill_value, dtype=variable.dtype)
    return rows | {STATUS.name: np.full(count, outcome, dtype=STATUS.dtype)}


def merged_rows(known: Rows, fresh: Rows, wanted: NDArray[np.bool_]) -> Rows:
    """Return the known rows with the wanted ones replaced, in order, by the fresh ones.

    Parameters
    ----------
    known : Rows
        Rows of all curves.
    fresh : Rows
        Rows of the wanted ones, in order.
    wanted : numpy.ndarray
        Which are to be replaced, shape (n,).

    Returns
    -------
    dict
        New arrays.
    """
    merged = {name: column.copy() for name, column in known.items()}
    for name, column in merged.items():
        column[wanted] = fresh[name]
    return merged


def joined_rows(parts: Sequence[Rows]) -> Rows:
    """Lay rows end to end.

    Parameters
    ----------
    parts : sequence of Rows
        Rows of the same variables.

    Returns
    -------
    dict
        All of them, in order.
    """
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def row_trouble(rows: Rows) -> NDArray[np.bool_]:
    """Whether each row breaks the rule that ties curves to outcomes, shape (n,).

    A whole curve has no NaN, a curve that is not there is all NaN, and one cut short by a
    failure is either.

    Parameters
    ----------
    rows : Rows
        Of any discharges, or runs of a protocol.

    Returns
    -------
    numpy.ndarray
        Boolean, shape (n,).
    """
    if "step_outcome" in rows:
        return protocol_trouble(rows)
    status = rows[STATUS.name]
    missing = np.isnan(rows["voltage"])
    whole = np.isin(status, [o for o in Outcome if o.is_whole])
    none = np.isin(status, NO_CURVE)
    known = np.isin(status, list(Outcome))
    torn = missing.any(axis=1) & ~missing.all(axis=1)
    bad_capacity = whole & ~(rows["discharge_capacity"] >= 0)
    trouble: NDArray[np.bool_] = (
        ~known | torn | (whole & missing.any(axis=1)) | (none & ~missing.all(axis=1)) | bad_capacity
    )
    return trouble


NO_CURVE = (Outcome.NOT_RUN, Outcome.CUTOFF_AT_START, Outcome.CRASHED)
"""Endings that leave no curve at all."""


def _end_capacity(batch: DischargeBatch) -> NDArray[np.float64]:
    last = batch.offsets[1:] - 1
    has_curve = np.diff(batch.offsets) > 0
    end_time = np.full(len(batch), np.nan)
    end_time[has_curve] = batch.time[last[has_curve]]
    capacity: NDArray[np.float64] = batch.current * end_time / SECONDS_PER_HOUR
    return capacity
