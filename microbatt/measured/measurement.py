"""Measured discharges: what was recorded, in SI or cube units, checked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from microbatt.checks import NOT_NEGATIVE, POSITIVE, check_number
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import MeasurementError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_SAMPLES = 5
"""Fewer samples than this are no curve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measured discharge at constant current.

    Attributes
    ----------
    source
        Where it comes from, for people: a file name, or a file name and the number of the
        discharge in it.
    current
        Discharge current, positive [A m⁻² of separator].
    capacity
        Delivered capacity of each sample, increasing from about 0, shape (n,) [A h m⁻²].
    voltage
        Voltage between the terminals, shape (n,) [V].
    capacity_step
        To which the capacities are rounded, because the times are [A h m⁻²].
    remarks
        What was changed while reading: rows left out, signs turned.

    Raises
    ------
    MeasurementError
        If there are fewer than `MIN_SAMPLES` samples, the two arrays differ in length, a value is
        not finite, the capacity does not increase, or a voltage is not positive.
    """

    source: str
    current: float
    capacity: NDArray[np.float64]
    voltage: NDArray[np.float64]
    capacity_step: float = 0.0
    remarks: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        check_number("current", self.current, POSITIVE, unit="A m⁻²")
        check_number("capacity_step", self.capacity_step, NOT_NEGATIVE, unit="A h m⁻²")
        for name in ("capacity", "voltage"):
            values = np.array(getattr(self, name), dtype=float)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        _check_samples(self.source, self.capacity, self.voltage)

    def __len__(self) -> int:
        return int(self.voltage.size)

    @property
    def time(self) -> NDArray[np.float64]:
        """Time since the start of discharge [s]."""
        return self.capacity * (SECONDS_PER_HOUR / self.current)

    @property
    def discharge_capacity(self) -> float:
        """Capacity at the last sample [A h m⁻²]."""
        return float(self.capacity[-1])

    @property
    def end_voltage(self) -> float:
        """Lowest voltage [V]."""
        return float(self.voltage.min())


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """The discharges of one cell, at one or many currents.

    Attributes
    ----------
    name
        For people: a folder or a file name.
    measurements
        At least one.
    """

    name: str
    measurements: tuple[Measurement, ...]

    def __post_init__(self) -> None:
        if not self.measurements:
            raise MeasurementError(
                f"{self.name}: there is no discharge curve; at least one is needed."
            )

    def __len__(self) -> int:
        return len(self.measurements)

    @property
    def currents(self) -> tuple[float, ...]:
        """Current of each curve [A m⁻²]."""
        return tuple(one.current for one in self.measurements)


def _check_samples(
    source: str, capacity: NDArray[np.float64], voltage: NDArray[np.float64]
) -> None:
    if capacity.ndim != 1 or capacity.shape != voltage.shape:
        raise MeasurementError(
            f"{source}: capacity has the shape {capacity.shape} and voltage {voltage.shape}; "
            "give one value of each for every sample."
        )
    if capacity.size < MIN_SAMPLES:
        raise MeasurementError(
            f"{source}: there are {capacity.size} samples; at least {MIN_SAMPLES} are needed for a "
            "curve. Give the whole discharge."
        )
    for name, values in (("capacity", capacity), ("voltage", voltage)):
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            raise MeasurementError(
                f"{source}: the {name} of sample {bad[0]} is {values[bad[0]]}; leave such samples "
                "out."
            )
    back = np.flatnonzero(~(np.diff(capacity) > 0.0))
    if back.size:
        raise MeasurementError(
            f"{source}: the capacity does not increase at sample {back[0] + 1}; one discharge "
            "without interruption is needed."
        )
    low = np.flatnonzero(~(voltage > 0.0))
    if low.size:
        raise MeasurementError(
            f"{source}: the voltage of sample {low[0]} is {voltage[low[0]]:.6g} V; it must be "
            "above 0 V."
        )
