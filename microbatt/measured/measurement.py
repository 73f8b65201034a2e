"""Measured discharges: what was recorded, in SI or cube units, checked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import NOT_NEGATIVE, POSITIVE, check_number
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import MeasurementError, ParameterError
from microbatt.times import as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_SAMPLES = 5
"""Fewer samples than this are no curve."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Measurement:
    """One measured discharge at constant current.

    Attributes
    ----------
    source : str
        Where it comes from, for people: a file name, or a file name and the number of the
        discharge in it.
    current : float
        Discharge current, positive [A m⁻² of separator].
    capacity : numpy.ndarray
        Delivered capacity of each sample, increasing from about 0, shape (n,) [A h m⁻²].
    voltage : numpy.ndarray
        Voltage between the terminals, shape (n,) [V].
    capacity_step : float, default 0
        To which the capacities are rounded, because the times or the counter are [A h m⁻²].
    charge_error : float, default 0
        Relative standard deviation of one factor on all capacities, as far as the file tells:
        that of a rounded current [-].
    start_error : float, default 0
        Standard deviation of the charge delivered before the first sample, where the file does
        not tell when the discharge began [A h m⁻²].
    rest_voltage : float, optional
        At rest just before the load [V].
    temperature : numpy.ndarray, optional
        Of the cell at each sample, shape (n,) [K].
    after_charge : bool, default False
        Whether the cell was charged in the same file before, which leaves it uneven.
    remarks : tuple of str
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
    charge_error: float = 0.0
    start_error: float = 0.0
    rest_voltage: float | None = None
    temperature: NDArray[np.float64] | None = None
    after_charge: bool = False
    remarks: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        check_number("current", self.current, POSITIVE, unit="A m⁻²")
        check_number("capacity_step", self.capacity_step, NOT_NEGATIVE, unit="A h m⁻²")
        check_number("charge_error", self.charge_error, NOT_NEGATIVE)
        check_number("start_error", self.start_error, NOT_NEGATIVE, unit="A h m⁻²")
        for name in ("capacity", "voltage"):
            values = self._numbers(name)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        _check_samples(self.source, self.capacity, self.voltage)
        if self.temperature is not None:
            object.__setattr__(self, "temperature", self._checked_temperature())

    def _numbers(self, name: str) -> NDArray[np.float64]:
        try:
            return as_numbers(name, getattr(self, name))
        except ParameterError as error:
            raise MeasurementError(f"{self.source}: {error}") from error

    def _checked_temperature(self) -> NDArray[np.float64]:
        values = self._numbers("temperature")
        if values.shape != self.voltage.shape or not np.isfinite(values).all():
            raise MeasurementError(
                f"{self.source}: the temperature must be a finite number for each of the "
                f"{len(self)} samples, in K. Leave it out where it is not known."
            )
        values.setflags(write=False)
        return values

    def __len__(self) -> int:
        return int(self.voltage.size)

    def __repr__(self) -> str:
        return (
            f"<Measurement {self.source!r}: {self.current:.4g} A m⁻², {len(self)} samples, "
            f"{self.discharge_capacity:.4g} A h m⁻², {self.voltage[0]:.3f}–{self.voltage[-1]:.3f} "
            "V>"
        )

    def _repr_html_(self) -> str:
        told = "".join(f"<li>{escape(one)}</li>" for one in self.remarks)
        return f"<table>{HTML_HEADINGS}{html_row(self)}</table><ul>{told}</ul>"

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


HTML_HEADINGS: Final = (
    "<tr><th>curve</th><th>current [A m⁻²]</th><th>samples</th><th>capacity [A h m⁻²]</th>"
    "<th>voltage [V]</th><th></th></tr>"
)


def html_row(one: Measurement) -> str:
    """Return a curve as a row of a table."""
    return (
        f"<tr><td>{escape(one.source)}</td><td>{one.current:.4g}</td><td>{len(one)}</td>"
        f"<td>{one.discharge_capacity:.4g}</td>"
        f"<td>{one.voltage[0]:.3f}–{one.voltage[-1]:.3f}</td>"
        f"<td>{_sketch(one.capacity, one.voltage)}</td></tr>"
    )


def _sketch(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """Return a curve as a small picture."""
    take = np.unique(np.linspace(0, x.size - 1, 60).astype(int))
    across = 118.0 * (x[take] - x.min()) / max(float(np.ptp(x)), 1e-300) + 1.0
    down = 39.0 - 38.0 * (y[take] - y.min()) / max(float(np.ptp(y)), 1e-300)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, down, strict=True))
    return (
        '<svg width="120" height="40" role="img" aria-label="voltage over capacity">'
        f'<polyline points="{points}" fill="none" stroke="currentColor"/></svg>'
    )


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
