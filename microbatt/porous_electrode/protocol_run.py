"""A protocol from Python: in slices, so that an interrupt or a clock can end it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from microbatt.outcomes import StepOutcome
from microbatt.porous_electrode.protocol import (
    COLUMNS,
    NEEDED_ROOM,
    RECORDED,
    Recorded,
    Samples,
    prepare,
    run_rows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from microbatt.porous_electrode.parameters import CellParameters, Numerics

_SLICE: Final = 0.2
"""Seconds that a kernel may run before an interrupt is seen."""
_FIRST_ATTEMPTS: Final = 200
_FIRST_ROOM: Final = 2048


class Row(NamedTuple):
    """One row of a protocol; infinities and a current below zero stand for no ending of that kind.

    `control` is one of `CURRENT`, `VOLTAGE` and `POWER`, `value` in [A m⁻²], [V] or [W m⁻²];
    `lowest` and `highest` are voltages that end it [V], limits of the whole protocol or the step's
    own; `least_current` ends a hold [A m⁻²], `charge` anything [C m⁻²].  `first` and `last` are the
    samples that it follows, if they differ; `step` is the step to which it belongs.
    """

    control: int
    value: float
    duration: float
    lowest: float
    highest: float
    lowest_is_limit: bool
    highest_is_limit: bool
    least_current: float
    charge: float
    first: int
    last: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms a protocol is run; see `microbatt.porous_electrode.protocol.prepare`."""

    alpha: float
    S: float
    conserving: bool
    largest_current: float
    initial_temperature: float
    time_limit: float | None = None


class ProtocolCurves(NamedTuple):
    """The points of a protocol, shape (10, n); of each row how it ended, and its end in points."""

    points: NDArray[np.float64]
    outcome: NDArray[np.int8]
    last: NDArray[np.int64]
    newton_iterations: int
    rejected_steps: int


def run_protocol(
    cell: CellParameters,
    numerics: Numerics,
    rows: Sequence[Row],
    samples: Samples,
    terms: Terms,
) -> ProtocolCurves:
    """Run the rows one after the other, each from the state that the one before left.

    Parameters
    ----------
    cell : CellParameters
        Prepared, isothermal where the samples hold a temperature.
    numerics : Numerics
        Resolution.
    rows : sequence of Row
        What is controlled.
    samples : Samples
        What rows follow.
    terms : Terms
        Microstructure, balance, largest current and limits.

    Returns
    -------
    ProtocolCurves
        As far as it got.
    """
    table = np.array(rows, dtype=float).reshape(-1, COLUMNS)
    largest = float(terms.largest_current)
    point = (float(terms.alpha), float(terms.S))
    p, w, layout, stand, _ = prepare(
        cell, numerics, point, terms.conserving, largest, float(terms.initial_temperature)
    )
    outcome = np.full(len(table), int(StepOutcome.NOT_RUN), np.int8)
    last = np.zeros(len(table), np.int64)
    points = np.empty((RECORDED, _FIRST_ROOM))
    attempts, started = _FIRST_ATTEMPTS, time.perf_counter()
    while stand.row < len(table):
        if stand.points + NEEDED_ROOM > points.shape[1]:
            points = np.concatenate([points, np.empty_like(points)], axis=1)
        begin = time.perf_counter()
        out = Recorded(points, outcome, last)
        stand, _ = run_rows(p, numerics, table, samples, w, layout, stand, largest, out, attempts)
        spent = max(time.perf_counter() - begin, 1e-6)
        attempts = max(1, min(8 * attempts, int(attempts * _SLICE / spent)))
        if begin + spent - started > (terms.time_limit or math.inf) and stand.row < len(table):
            outcome[stand.row], last[stand.row] = int(StepOutcome.TIME_LIMIT), stand.points
            break
    return ProtocolCurves(
        points[:, : stand.points].copy(), outcome, last, stand.newton, stand.rejected
    )
