"""In which state a run begins: told by the voltage at rest before it, stated, or as the file's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import Interval, check_number
from microbatt.errors import CurveError
from microbatt.measured.fullness import (
    APART,
    MISSING,
    cell_drawn,
    charge_held,
    share_missing,
)

if TYPE_CHECKING:
    from microbatt.cells import Cell
    from microbatt.measured.run import MeasuredRun

WIDTH: Final = 0.02
"""How well the start is known before the fit, as a share of the charge that the cell holds."""
_LOAD: Final = 0.5
"""A first load takes, or adds, less than this [V]."""
_UNREACHED: Final = 0.05
"""An open circuit that the cell of the file never has differs by more from its nearest [V]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """In which state a run begins.

    Attributes
    ----------
    drawn : float
        Share of the charge that is drawn since the start of the cell file; below 0 if the cell is
        fuller.
    width : float
        Standard deviation of it before the fit; the rows of the run tell more.
    sentence : str
        How it was told, in words.
    charge : float
        That the cell of the file holds at its own start [A h m⁻²].
    """

    drawn: float
    width: float
    sentence: str
    charge: float


def begin_run(run: MeasuredRun, cell: Cell, *, start_voltage: float | None = None) -> RunStart:
    """Tell in which state a run begins.

    Parameters
    ----------
    run : MeasuredRun
        What was measured.
    cell : Cell
        Its open-circuit curves and balance turn a voltage at rest into a state.
    start_voltage : float, optional
        At rest before the run, where its rows do not begin with a rest [V].

    Returns
    -------
    RunStart
        From the voltage at rest; without one, that of the cell file.

    Raises
    ------
    CurveError
        If the cell has no such voltage at rest, or its rows begin under a load that cannot be that
        of a cell in the state of the file.
    """
    charge = charge_held(cell)
    rest = run.rest_voltage if start_voltage is None else start_voltage
    if rest is None:
        _check_first(run, cell)
        return RunStart(
            drawn=0.0,
            width=WIDTH,
            sentence=(
                f"{run.source} begins under load and is taken to begin where the cell file does, "
                f"to {WIDTH:.0%} of the charge; `--start-voltage` states another."
            ),
            charge=charge,
        )
    check_number("start_voltage", rest, Interval(0.0, 10.0, low_open=True), unit="V")
    drawn = share_missing(cell, rest)
    reached = cell_from(cell, drawn).open_circuit_voltage
    if abs(reached - rest) > _UNREACHED:
        raise CurveError(
            f"{run.source}: it begins at rest at {rest:.4g} V, and the cell {cell.name!r} has no "
            f"such open circuit: the nearest is {reached:.4g} V. Check the cell file, its "
            "stoichiometries and the unit of the voltage.",
            run.source,
        )
    full = cell.open_circuit_voltage
    state = (
        "as the cell file starts"
        if abs(rest - full) <= APART or abs(drawn) <= MISSING
        else f"{drawn:.0%} of the charge drawn since the start of the cell file"
    )
    told = "stated" if start_voltage is not None else "at rest before its load"
    return RunStart(
        drawn=drawn,
        width=WIDTH,
        sentence=f"{run.source} begins at {rest:.4g} V, {told}: {state}.",
        charge=charge,
    )


def cell_from(cell: Cell, drawn: float) -> Cell:
    """Return the cell as it is when a share of its charge was drawn.

    Parameters
    ----------
    cell : Cell
        At its own start.
    drawn : float
        Share of the charge that it holds there.

    Returns
    -------
    Cell
        With other initial stoichiometries.
    """
    return cell if drawn == 0.0 else cell_drawn(cell, drawn)


def _check_first(run: MeasuredRun, cell: Cell) -> None:
    """Refuse a run whose first rows under load cannot be those of a cell in the file's state."""
    full, first = cell.open_circuit_voltage, float(run.voltage[0])
    charging = float(np.sign(run.current[np.flatnonzero(run.current)[0]])) < 0.0
    lowest, highest = (full - APART, full + _LOAD) if charging else (full - _LOAD, full + APART)
    if not lowest <= first <= highest:
        side = "below" if charging else "above"
        raise CurveError(
            f"{run.source}: it begins under a {'charge' if charging else 'load'}, at {first:.4g} "
            f"V, where the cell file starts at {full:.4g} V at rest. Give the rows of the rest "
            f"before it, or state the voltage at rest, which lay {side} that of its first row: "
            f"`--start-voltage {first:.3g}V` or somewhat {side}.",
            run.source,
        )
