"""How a run of dualfoil ended, from its rows and its words; its exit status tells nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.engines import Stop
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from microbatt.engines.dualfoil.output import Output

ON_THE_CUTOFF: Final = 1e-3
"""A last row so near to the cut-off [V] has reached it; dualfoil stops within 0.1 mV."""
_LAST: Final = 1e-3
"""Share of a discharge in which a vertical fall happens."""
_GAVE_UP: Final = ("did not converge", "not converged")


def ending(output: Output | None, cutoff_voltage: float, stop: Stop = Stop.ENDED) -> Outcome:
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
    output
        What it wrote; None if nothing.
    cutoff_voltage
        Asked for [V].
    stop
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
