"""What every engine returns: one discharge, or many of them in flat arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xarray as xr
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharge:
    """One simulated discharge.

    Attributes
    ----------
    alpha, S, current
        The point [-], [-] and the current [A m⁻²].
    time, voltage, capacity, temperature
        The curve, shape (n,): [s], [V], [A h m⁻²], [K].  Empty where ``outcome`` says that
        there is no curve.
    outcome
        How it ended; ``outcome.message`` says it in words.
    open_circuit_voltage, initial_voltage
        At rest, and as soon as the current flows [V].
    end_temperature
        Temperature at the end [K].
    min_salt_concentration
        Smallest salt concentration met anywhere at any time [mol m⁻³].
    negative_surface_stoichiometry, positive_surface_stoichiometry
        Extreme surface stoichiometry at the end: the smallest in the negative electrode, the
        largest in the positive one [-].
    steps, newton_iterations, rejected_steps
        Work done.
    energy, power
        Per mass of the cell sandwich [W h kg⁻¹], [W kg⁻¹].
    """

    alpha: float
    S: float
    current: float
    time: NDArray[np.float64]
    voltage: NDArray[np.float64]
    capacity: NDArray[np.float64]
    temperature: NDArray[np.float64]
    outcome: Outcome
    open_circuit_voltage: float
    initial_voltage: float
    end_temperature: float
    min_salt_concentration: float
    negative_surface_stoichiometry: float
    positive_surface_stoichiometry: float
    steps: int
    newton_iterations: int
    rejected_steps: int
    energy: float
    power: float

    @property
    def discharge_capacity(self) -> float:
        """Delivered capacity [A h m⁻²]; NaN where there is no curve."""
        return float(self.capacity[-1]) if self.capacity.size else float("nan")

    def to_dataset(self) -> xr.Dataset:
        """Return the curve along ``time`` with CF attributes, its scalars beside it."""
        from microbatt.engines.labelled import curve_dataset

        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return curve_dataset(values | {"discharge_capacity": self.discharge_capacity})


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeBatch:
    """Many discharges: scalars of shape (n,), curves laid end to end in flat arrays.

    Curve ``i`` occupies ``slice(offsets[i], offsets[i + 1])`` of ``time``, ``voltage`` and
    ``temperature``; it is empty where there is no curve.  ``batch[i]`` gives it as a
    `Discharge`.
    """

    alpha: NDArray[np.float64]
    S: NDArray[np.float64]
    current: NDArray[np.float64]
    outcome: NDArray[np.int8]
    offsets: NDArray[np.int64]
    time: NDArray[np.float64]
    voltage: NDArray[np.float64]
    temperature: NDArray[np.float64]
    open_circuit_voltage: NDArray[np.float64]
    initial_voltage: NDArray[np.float64]
    end_temperature: NDArray[np.float64]
    min_salt_concentration: NDArray[np.float64]
    negative_surface_stoichiometry: NDArray[np.float64]
    positive_surface_stoichiometry: NDArray[np.float64]
    steps: NDArray[np.int32]
    newton_iterations: NDArray[np.int32]
    rejected_steps: NDArray[np.int32]
    energy: NDArray[np.float64]
    power: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.outcome.size)

    def __getitem__(self, index: int) -> Discharge:
        if not -len(self) <= index < len(self):
            raise IndexError(f"curve {index} of a batch of {len(self)}")
        i = index % len(self)
        curve = slice(int(self.offsets[i]), int(self.offsets[i + 1]))
        time = self.time[curve]
        return Discharge(
            alpha=float(self.alpha[i]),
            S=float(self.S[i]),
            current=float(self.current[i]),
            time=time,
            voltage=self.voltage[curve],
            capacity=self.current[i] * time / SECONDS_PER_HOUR,
            temperature=self.temperature[curve],
            outcome=Outcome(int(self.outcome[i])),
            open_circuit_voltage=float(self.open_circuit_voltage[i]),
            initial_voltage=float(self.initial_voltage[i]),
            end_temperature=float(self.end_temperature[i]),
            min_salt_concentration=float(self.min_salt_concentration[i]),
            negative_surface_stoichiometry=float(self.negative_surface_stoichiometry[i]),
            positive_surface_stoichiometry=float(self.positive_surface_stoichiometry[i]),
            steps=int(self.steps[i]),
            newton_iterations=int(self.newton_iterations[i]),
            rejected_steps=int(self.rejected_steps[i]),
            energy=float(self.energy[i]),
            power=float(self.power[i]),
        )

    def __iter__(self) -> Iterator[Discharge]:
        return (self[i] for i in range(len(self)))

    def to_dataset(self) -> xr.Dataset:
        """Return the curves along ``point`` and ``step``, padded with NaN, with CF attributes."""
        from microbatt.engines.labelled import batch_dataset

        return batch_dataset({field.name: getattr(self, field.name) for field in fields(self)})


def join_batches(batches: Sequence[DischargeBatch]) -> DischargeBatch:
    """Join batches end to end, in order."""
    joined = {
        field.name: np.concatenate([getattr(batch, field.name) for batch in batches])
        for field in fields(DischargeBatch)
        if field.name != "offsets"
    }
    lengths = np.concatenate([np.diff(batch.offsets) for batch in batches])
    return DischargeBatch(**joined, offsets=np.concatenate([[0], np.cumsum(lengths)]))
