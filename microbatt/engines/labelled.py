"""Discharges as `xarray.Dataset`, with CF attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.outcomes import Outcome
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.engines.result import Discharge, DischargeBatch

CONVENTIONS: Final = "CF-1.11"
POINT: Final = ("alpha", "S", "current")
SCALARS: Final = (
    "discharge_capacity",
    "energy",
    "power",
    "open_circuit_voltage",
    "initial_voltage",
    "end_temperature",
    "min_salt_concentration",
    "negative_surface_stoichiometry",
    "positive_surface_stoichiometry",
    "steps",
    "newton_iterations",
    "rejected_steps",
)


def outcome_attrs() -> dict[str, Any]:
    """CF attributes of a variable that holds outcome codes."""
    return {
        "long_name": "how the discharge ended",
        "flag_values": np.array([outcome.value for outcome in Outcome], dtype=np.int8),
        "flag_meanings": " ".join(outcome.name.lower() for outcome in Outcome),
    }


def discharge_to_dataset(discharge: Discharge) -> xr.Dataset:
    """One curve along ``time``, its scalars beside it."""
    curve = {
        name: ("time", getattr(discharge, name), quantity(name).attrs)
        for name in ("voltage", "capacity", "temperature")
    }
    scalars = {name: ((), getattr(discharge, name), quantity(name).attrs) for name in SCALARS}
    outcome = ((), np.int8(discharge.outcome), outcome_attrs())
    coordinates = {name: ((), getattr(discharge, name), quantity(name).attrs) for name in POINT}
    time = ("time", discharge.time, quantity("time").attrs)
    return xr.Dataset(
        {**curve, **scalars, "outcome": outcome},
        coords={"time": time, **coordinates},
        attrs={"Conventions": CONVENTIONS, "title": "constant-current discharge"},
    )


def batch_to_dataset(batch: DischargeBatch) -> xr.Dataset:
    """All curves along ``point`` and ``step``; NaN beyond the end of each."""
    lengths = np.diff(batch.offsets)
    shape = (len(batch), int(lengths.max(initial=0)))
    filled = np.arange(shape[1]) < lengths[:, None]

    def padded(flat: NDArray[np.float64]) -> NDArray[np.float64]:
        table = np.full(shape, np.nan)
        table[filled] = flat
        return table

    time = padded(batch.time)
    capacity = batch.current[:, None] * time / SECONDS_PER_HOUR
    end = np.where(lengths > 0, np.max(capacity, axis=1, initial=-np.inf, where=filled), np.nan)
    curves = {
        "time": time,
        "voltage": padded(batch.voltage),
        "capacity": capacity,
        "temperature": padded(batch.temperature),
    }
    scalars = {"discharge_capacity": end} | {
        name: getattr(batch, name) for name in SCALARS if name != "discharge_capacity"
    }
    variables: dict[str, Any] = {
        name: (("point", "step"), values, quantity(name).attrs) for name, values in curves.items()
    }
    variables |= {name: ("point", values, quantity(name).attrs) for name, values in scalars.items()}
    variables["outcome"] = ("point", batch.outcome, outcome_attrs())
    return xr.Dataset(
        variables,
        coords={name: ("point", getattr(batch, name), quantity(name).attrs) for name in POINT},
        attrs={"Conventions": CONVENTIONS, "title": "constant-current discharges"},
    )
