"""Where a cell contradicts itself, or is unlike other cells: told, and not refused."""

from __future__ import annotations

import inspect
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.cells.functions import Expression
from microbatt.cells.start import window_doubts
from microbatt.constants import REFERENCE_TEMPERATURE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from microbatt.cells.cell import Cell

_PACKAGE: Final = str(Path(__file__).parents[1])
_POLE: Final = 20.0
"""Potentials beyond it are those near a pole [V]."""
_SAMPLES: Final = 1025
_BENT: Final = 1e-3
"""A formula that leaves its chords by less is followed closely enough [V]."""
_HALVINGS: Final = 24
_MOST_HALVED: Final = 200
"""Of that many intervals, those that bend most, halves are looked at."""
_USUAL: Final = {
    "conductivity": (0.01, 4.0, "S m⁻¹", "Is it in mS cm⁻¹? A tenth of that is in S m⁻¹."),
    "diffusivity": (1e-12, 1e-8, "m² s⁻¹", "Is it in cm² s⁻¹? 1e-4 of that is in m² s⁻¹."),
}
"""Property → between which values those of cells lie, generously; unit; likely cause."""


def cell_doubts(cell: Cell) -> tuple[str, ...]:
    """Return in what a cell contradicts itself, or what cells are like.

    Parameters
    ----------
    cell : Cell
        As it was read.

    Returns
    -------
    tuple of str
        A sentence each: windows, nominal capacity, poles of formulas, units of the electrolyte.
    """
    return (*window_doubts(cell), *_pole_doubts(cell), *_electrolyte_doubts(cell))


def tell_doubts(name: str, doubts: Iterable[str]) -> None:
    """Warn of doubts, at the line outside of this package that asked for the cell.

    Parameters
    ----------
    name : str
        Of the cell or its file.
    doubts : iterable of str
        From `cell_doubts`.

    Warns
    -----
    UserWarning
        For each.
    """
    for doubt in doubts:
        warnings.warn(f"{name}: {doubt}", UserWarning, stacklevel=_level_outside())


def _level_outside() -> int:
    """Return the level of the frame that called this package, as seen from the caller."""
    here = inspect.currentframe()
    frame, level = None if here is None else here.f_back, 1
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    return level


def _pole_doubts(cell: Cell) -> list[str]:
    """Return where formulas of potentials go beyond any potential within their range."""
    doubts = []
    for part in ("negative", "positive"):
        electrode = getattr(cell, part)
        if electrode is cell.metal or not isinstance(electrode.open_circuit.potential, Expression):
            continue
        pole = _pole(electrode.open_circuit.potential)
        if pole is not None:
            doubts.append(
                f"the potential of the {part} electrode is {pole[1]:.3g} V at a stoichiometry of "
                f"{pole[0]:.6g}: its formula has a pole there. Check the formula, or give the "
                "`range` in which it holds."
            )
    return doubts


def _pole(function: Expression) -> tuple[float, float] | None:
    """Return where a formula leaves all potentials and comes back, and its value there; or None.

    Intervals in which it leaves its chord are halved, again and again.  Towards an end of its range
    a potential may fall without end, as it should.
    """
    x = np.linspace(function.lower, function.upper, _SAMPLES)
    y = function(x)
    known = np.flatnonzero(np.abs(y) < _POLE)
    if known.size < 2:
        return None
    x, y = x[known[0] : known[-1] + 1], y[known[0] : known[-1] + 1]
    left, right, low, high = x[:-1], x[1:], y[:-1], y[1:]
    for _ in range(_HALVINGS):
        middle = 0.5 * (left + right)
        value = function(middle)
        beyond = np.flatnonzero(~(np.abs(value) < _POLE))
        if beyond.size:
            at = beyond[0]
            return float(middle[at]), float(value[at])
        off = np.abs(value - 0.5 * (low + high))
        bent = np.argsort(-off, kind="stable")[:_MOST_HALVED]
        bent = bent[off[bent] > _BENT]
        if not bent.size:
            return None
        left, middle, right = left[bent], middle[bent], right[bent]
        low, value, high = low[bent], value[bent], high[bent]
        left, right = np.concatenate([left, middle]), np.concatenate([middle, right])
        low, high = np.concatenate([low, value]), np.concatenate([value, high])
    return None


def _electrolyte_doubts(cell: Cell) -> list[str]:
    """Return properties of the electrolyte that are far from those of others."""
    salt = cell.electrolyte.initial_concentration
    doubts = []
    for name, (least, most, unit, cause) in _USUAL.items():
        for T in (REFERENCE_TEMPERATURE, cell.initial_temperature):
            value = float(getattr(cell.electrolyte.fit.at(T), name)(salt))
            if not least <= value <= most:
                doubts.append(
                    f"the {name} of the electrolyte is {value:.3g} {unit} at {salt:.4g} mol m⁻³ "
                    f"and {T:.5g} K; those of cells lie between {least:g} and {most:g}. {cause}"
                )
                break
    return doubts
