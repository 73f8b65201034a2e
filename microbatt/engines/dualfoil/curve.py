"""From the rows of a table to a discharge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import Discharge
from microbatt.engines.dualfoil.output import curve_rows
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.cells import Cell

CELSIUS: Final = 273.15
_NO_CURVE: Final = frozenset({Outcome.NOT_RUN, Outcome.CUTOFF_AT_START, Outcome.CRASHED})
_UNTOLD: Final = (
    "min_salt_concentration",
    "negative_surface_stoichiometry",
    "positive_surface_stoichiometry",
)
"""What dualfoil's table does not tell: NaN."""


def discharge_from_rows(
    cell: Cell,
    current: float,
    outcome: Outcome,
    *,
    minutes: NDArray[np.float64],
    voltage: NDArray[np.float64],
    celsius: NDArray[np.float64],
    cutoff_voltage: float,
    initial_voltage: float | None = None,
) -> Discharge:
    """Return a discharge; repeated rows are dropped, and the last lies on the cut-off.

    Parameters
    ----------
    cell
        Whose positive has the alpha and S of the point.
    current
        [A m⁻²].
    outcome
        How it ended; decides whether there is a curve.
    minutes, voltage, celsius
        Columns of the table, shape (n,): [min], [V], [°C].
    cutoff_voltage
        [V].
    initial_voltage
        At time zero, if it is known better than from the first row [V].

    Returns
    -------
    Discharge
        Smallest salt concentration and surface stoichiometries are NaN: dualfoil's table does not
        tell them.
    """
    rows = curve_rows(minutes, voltage)
    time, voltage, temperature = 60.0 * minutes[rows], voltage[rows].copy(), celsius[rows] + CELSIUS
    if initial_voltage is not None and time.size:
        voltage[0] = initial_voltage
        time[0] = 0.0
    first = float(voltage[0]) if voltage.size else initial_voltage
    if outcome in _NO_CURVE or time.size < 2:
        time, voltage, temperature = time[:0], voltage[:0], temperature[:0]
    if outcome is Outcome.CUTOFF_REACHED and time.size:
        time, voltage = _end_on_the_cutoff(time, voltage, cutoff_voltage)
        temperature = temperature[: time.size]
    capacity = current * time / SECONDS_PER_HOUR
    has_curve = time.size > 0
    work = float(np.trapezoid(voltage, capacity)) if has_curve else np.nan
    energy = work / cell.mass_per_area
    return Discharge(
        alpha=cell.positive.alpha,
        S=cell.positive.S,
        current=current,
        time=time,
        voltage=voltage,
        capacity=capacity,
        temperature=temperature,
        outcome=outcome,
        open_circuit_voltage=cell.open_circuit_voltage,
        initial_voltage=np.nan if first is None else first,
        end_temperature=float(temperature[-1]) if has_curve else np.nan,
        **dict.fromkeys(_UNTOLD, np.nan),
        steps=max(rows.size - 1, 0),
        newton_iterations=0,
        rejected_steps=0,
        energy=energy,
        power=SECONDS_PER_HOUR * energy / float(time[-1]) if has_curve else np.nan,
    )


def _end_on_the_cutoff(
    time: NDArray[np.float64], voltage: NDArray[np.float64], cutoff_voltage: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut a curve off where it crosses the cut-off, on the straight line between two rows."""
    below = np.flatnonzero(voltage <= cutoff_voltage)
    end = int(below[0]) if below.size else voltage.size - 1
    time, voltage = time[: end + 1].copy(), voltage[: end + 1].copy()
    if end > 0 and voltage[end] < cutoff_voltage < voltage[end - 1]:
        share = (voltage[end - 1] - cutoff_voltage) / (voltage[end - 1] - voltage[end])
        time[end] = time[end - 1] + share * (time[end] - time[end - 1])
    voltage[end] = cutoff_voltage
    return time, voltage
