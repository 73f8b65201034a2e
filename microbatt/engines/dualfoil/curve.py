"""From the rows of a table to a discharge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines.dualfoil.endings import ON_THE_CUTOFF
from microbatt.engines.dualfoil.output import curve_rows
from microbatt.engines.result import Discharge, DischargeBatch, join_batches
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from microbatt.cells.cell import Cell

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
    if outcome is Outcome.CUTOFF_REACHED:
        _end_on_the_cutoff(time, voltage, cutoff_voltage)
    hours = time / SECONDS_PER_HOUR
    has_curve = time.size > 0
    work = current * float(np.trapezoid(voltage, hours)) if has_curve else np.nan
    energy = work / cell.mass_per_area
    return Discharge(
        alpha=cell.positive.alpha,
        S=cell.positive.S,
        current=current,
        time=time,
        voltage=voltage,
        capacity=current * hours,
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
        power=energy / float(hours[-1]) if has_curve else np.nan,
    )


def as_batch(discharges: Sequence[Discharge]) -> DischargeBatch:
    """Lay discharges end to end."""
    return join_batches([_batch_of_one(one) for one in discharges])


def _batch_of_one(discharge: Discharge) -> DischargeBatch:
    def one(name: str, dtype: Any = float) -> NDArray[Any]:  # noqa: ANN401 - a NumPy type
        return np.array([getattr(discharge, name)], dtype=dtype)

    return DischargeBatch(
        alpha=one("alpha"),
        S=one("S"),
        current=one("current"),
        outcome=one("outcome", np.int8),
        offsets=np.array([0, discharge.time.size], dtype=np.int64),
        time=discharge.time,
        voltage=discharge.voltage,
        temperature=discharge.temperature,
        open_circuit_voltage=one("open_circuit_voltage"),
        initial_voltage=one("initial_voltage"),
        end_temperature=one("end_temperature"),
        min_salt_concentration=one("min_salt_concentration"),
        negative_surface_stoichiometry=one("negative_surface_stoichiometry"),
        positive_surface_stoichiometry=one("positive_surface_stoichiometry"),
        steps=one("steps", np.int32),
        newton_iterations=one("newton_iterations", np.int32),
        rejected_steps=one("rejected_steps", np.int32),
        energy=one("energy"),
        power=one("power"),
    )


def _end_on_the_cutoff(
    time: NDArray[np.float64], voltage: NDArray[np.float64], cutoff_voltage: float
) -> None:
    """Move the last point along the last step to where it crosses the cut-off."""
    if not voltage[-1] < cutoff_voltage < voltage[-2]:
        if abs(voltage[-1] - cutoff_voltage) <= ON_THE_CUTOFF:
            voltage[-1] = cutoff_voltage
        return
    share = (voltage[-2] - cutoff_voltage) / (voltage[-2] - voltage[-1])
    time[-1] = time[-2] + share * (time[-1] - time[-2])
    voltage[-1] = cutoff_voltage
