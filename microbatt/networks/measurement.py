"""What a measurement adds to simulated curves: four standard deviations."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import Interval, check_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALLOWED: Final = {
    "voltage": (Interval(0.0, 0.05), "V", "Give volts, not millivolts."),
    "offset": (Interval(0.0, 0.1), "V", "Give volts, not millivolts."),
    "contact_resistance": (Interval(0.0, 0.01), "Ω m²", "Give it per area of separator."),
    "capacity_scale": (Interval(0.0, 0.1), "1", "Give a fraction, not a percentage."),
}
LEAST_NOISE: Final = 2e-5
"""Less noise than this makes no difference: the engine's own error is of that size [V]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementNoise:
    """Standard deviations of what a measurement adds; zero is a simulated curve.

    Parameters
    ----------
    voltage : float, default 0.0
        White noise of each of the samples of a curve tensor [V].
    offset : float, default 0.0
        Offset of the voltage, unknown, the same in all curves of a point [V].
    contact_resistance : float, default 0.0
        In series, unknown, the same in all curves of a point [Ω m² of separator].
    capacity_scale : float, default 0.0
        Unknown relative error of all capacities of a point [-].

    Examples
    --------
    >>> MeasurementNoise(voltage=1.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    microbatt.errors.ParameterError: `voltage` is 1 V; it must lie in [0, 0.05] V. Give volts, ...
    """

    voltage: float = 0.0
    offset: float = 0.0
    contact_resistance: float = 0.0
    capacity_scale: float = 0.0

    def __post_init__(self) -> None:
        for name, (allowed, unit, remedy) in _ALLOWED.items():
            check_number(name, getattr(self, name), allowed, unit=unit, remedy=remedy)

    @property
    def nuisances(self) -> NDArray[np.float64]:
        """Offset, contact resistance and capacity scale, shape (3,)."""
        return np.array(astuple(self)[1:])


NOISE_FREE: Final = MeasurementNoise()
