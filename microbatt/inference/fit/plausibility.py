"""Whether measured curves can be those of a cell at all, before anything is fitted to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.errors import CurveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.inference.forward.binning import BinnedCurve
    from microbatt.measured import MeasuredRun, Measurement

    Array = NDArray[np.float64]

SLOWEST, FASTEST = 0.005, 50.0
"""C-rates between which currents are taken for possible [h⁻¹]."""
_LESS, _MORE = 3.0, 1.5
"""By how much a curve may deliver less, or more, than any of the scan."""
_FACTORS: Final = {60.0: ("minutes", "seconds"), 3600.0: ("hours", "seconds")}
"""Factor → a larger unit and a smaller one."""


def check_currents(measurements: Iterable[Measurement], cell: Cell) -> None:
    """Refuse a current that nobody would discharge the cell with.

    Parameters
    ----------
    measurements
        The curves.
    cell
        Gives the current of 1C.

    Raises
    ------
    CurveError
        At the first such curve.
    """
    low, high = SLOWEST * cell.one_c_current, FASTEST * cell.one_c_current
    for one in measurements:
        if not low <= one.current <= high:
            raise CurveError(
                f"{one.source}: its current is {one.current:.4g} A m⁻², "
                f"{one.current / cell.one_c_current:.3g} times the 1C of {cell.name!r}; it must "
                f"lie in [{low:.3g}, {high:.4g}] A m⁻². Check the unit of the current and the area "
                "of the electrode: `--column current='NAME:UNIT'`, `--area`.",
                one.source,
            )


def check_temperatures(measured: Iterable[Measurement | MeasuredRun], cell: Cell) -> None:
    """Refuse a measured temperature at which nothing is known of the cell's electrolyte.

    Parameters
    ----------
    measured
        Curves and runs.
    cell
        Its electrolyte may be known between two temperatures only.

    Raises
    ------
    CurveError
        At the first that is outside in the mean.
    """
    low, high = cell.electrolyte.fit.temperature_range
    for one in measured:
        if one.temperature is None:
            continue
        mean = float(np.trapezoid(one.temperature, one.time) / np.ptp(one.time))
        if not cell.electrolyte.fit.known_at(mean):
            raise CurveError(
                f"{one.source}: its temperature column is {mean:.5g} K in the mean, and the "
                f"electrolyte of the cell {cell.name!r} is known from {low:.6g} to {high:.6g} K. "
                "Check the column and its unit, `--column temperature='NAME:UNIT'`; give the "
                "electrolyte at that temperature in the cell file; or leave the column out, "
                "`--no-measured-temperature`.",
                one.source,
            )


def check_capacities(curves: Sequence[BinnedCurve], cell: Cell, delivered: Array) -> None:
    """Refuse a capacity far from all that the cell can deliver.

    Parameters
    ----------
    curves
        k measured ones.
    cell
        For messages.
    delivered
        By the cell at each current, to the curve's end voltage, at scattered alpha and S, shape
        (n, k) [A h m⁻²]; NaN where there is no curve.

    Raises
    ------
    CurveError
        At the first such curve, with a guess at a unit that is wrong.
    """
    for curve, column in zip(curves, delivered.T, strict=True):
        known = column[np.isfinite(column)]
        end, current = float(curve.capacity[-1]), curve.current
        if not known.size:
            raise CurveError(
                f"{curve.source}: at {current:.4g} A m⁻² the cell {cell.name!r} has no curve down "
                f"to {curve.voltage[-1]:.3g} V, whatever its microstructure. Check the unit of the "
                "current, the area, and that the cell file is the right one.",
                curve.source,
            )
        low, high = float(known.min()), float(known.max())
        if not low / _LESS <= end <= high * _MORE:
            raise CurveError(
                f"{curve.source}: it delivers {end:.4g} A h m⁻² at {current:.4g} A m⁻², and the "
                f"cell {cell.name!r} delivers {low:.3g} to {high:.3g} A h m⁻² at this current "
                f"whatever its microstructure. {_guess(end, low, high)}",
                curve.source,
            )


def _guess(end: float, low: float, high: float) -> str:
    """Say which wrong unit would explain a capacity, if one does."""
    for factor, (larger, smaller) in _FACTORS.items():
        for ratio, held, called in ((factor, larger, smaller), (1.0 / factor, smaller, larger)):
            if low / _MORE <= end * ratio <= high * 1.2:
                return (
                    f"A factor of {factor:.0f} would bring it there: {held} where the heading says "
                    f"{called}? Correct the unit in the heading, or map the column: "
                    "`--column time='NAME:UNIT'`. If the units are right, the area or the cell "
                    "file is not that of this cell."
                )
    return "Check the units of time and current, the area, and that the cell file is the right one."
