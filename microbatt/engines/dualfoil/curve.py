"""From the rows of a table and dualfoil's words to a discharge and how it ended.

The exit status tells nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import Discharge
from microbatt.engines.dualfoil.files.output import curve_rows
from microbatt.outcomes import Outcome
from microbatt.processes import Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines.dualfoil.files.output import Output

CELSIUS: Final = 273.15
_NO_CURVE: Final = frozenset({Outcome.NOT_RUN, Outcome.CUTOFF_AT_START, Outcome.CRASHED})
_UNTOLD: Final = (
    "min_salt_concentration",
    "negative_surface_stoichiometry",
    "positive_surface_stoichiometry",
)
"""What dualfoil's table does not tell: NaN."""
ON_THE_CUTOFF: Final = 1e-3
"""A last row so near to the cut-off [V] has reached it; dualfoil stops within 0.1 mV."""
_LAST: Final = 1e-3
"""Share of a discharge in which a vertical fall happens."""
_GAVE_UP: Final = ("did not converge", "not converged")


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
    cell : Cell
        Whose positive has the alpha and S of the point.
    current : float
        [A m⁻²].
    outcome : Outcome
        How it ended; decides whether there is a curve.
    minutes, voltage, celsius : ndarray
        Columns of the table, shape (n,): [min], [V], [°C].
    cutoff_voltage : float
        [V].
    initial_voltage : float or None
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
    untold: dict[str, Any] = dict.fromkeys(_UNTOLD, np.nan)
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
        **untold,
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


def outcome_of(output: Output | None, cutoff_voltage: float, stop: Stop = Stop.ENDED) -> Outcome:
    """Tell how a discharge ended.

    =====================================================  =====================
    what is found                                          ending
    =====================================================  =====================
    stopped at the wall-clock limit                        ``TIME_LIMIT``
    stopped at the limit on its output, rows of NaN        ``NO_CONVERGENCE``
    stopped at the limit on its output, rows of numbers    ``STEP_BUDGET``
    no output, or neither rows nor words                   ``CRASHED``
    first row below the cut-off                            ``CUTOFF_AT_START``
    last row at or below the cut-off                       ``CUTOFF_REACHED``
    salt "driven to zero", the voltage falling vertically  ``SALT_EXHAUSTED``
    solid "driven to zero", the same                       ``LITHIUM_EXHAUSTED``
    "did not converge", rows of NaN, or no row             ``NO_CONVERGENCE``
    rows, then neither its closing lines nor a complaint   ``CRASHED``
    closing lines above the cut-off                        ``NO_CONVERGENCE``
    =====================================================  =====================

    dualfoil says "driven to zero" of any node at which an iteration passed zero, also long before
    an electrode is empty.  So it is believed only where the rows bear it out: the voltage fell so
    much in the last thousandth of the discharge that another thousandth would reach the cut-off.

    Parameters
    ----------
    output : Output or None
        What it wrote; None if nothing.
    cutoff_voltage : float
        Asked for [V].
    stop : Stop
        Whether it ended by itself.
    """
    if stop is Stop.TIME:
        return Outcome.TIME_LIMIT
    if output is None:
        return Outcome.CRASHED
    if stop is Stop.OUTPUT:
        return Outcome.NO_CONVERGENCE if output.broken_rows else Outcome.STEP_BUDGET
    if len(output.rows) == 0:
        return Outcome.NO_CONVERGENCE if output.words or output.broken_rows else Outcome.CRASHED
    return _from_rows(output, cutoff_voltage)


def _from_rows(output: Output, cutoff_voltage: float) -> Outcome:
    voltage = output.column("voltage")
    if voltage[0] < cutoff_voltage:
        return Outcome.CUTOFF_AT_START
    if voltage[-1] <= cutoff_voltage + ON_THE_CUTOFF:
        return Outcome.CUTOFF_REACHED
    return _above_the_cutoff(output, cutoff_voltage)


def _above_the_cutoff(output: Output, cutoff_voltage: float) -> Outcome:
    words = " ".join(output.words).lower()
    if _falls_vertically(output, cutoff_voltage):
        if "salt concentration driven to zero" in words:
            return Outcome.SALT_EXHAUSTED
        if "solid concentration driven to zero" in words:
            return Outcome.LITHIUM_EXHAUSTED
    if output.broken_rows or output.mass is not None or any(one in words for one in _GAVE_UP):
        return Outcome.NO_CONVERGENCE
    return Outcome.CRASHED


def _falls_vertically(output: Output, cutoff_voltage: float) -> bool:
    """Whether the last of the curve, repeated once, would reach the cut-off."""
    minutes, voltage = output.column("minutes"), output.column("voltage")
    before = float(np.interp((1.0 - _LAST) * minutes[-1], minutes, voltage))
    fallen, left = before - float(voltage[-1]), float(voltage[-1]) - cutoff_voltage
    return fallen >= left
