"""Discharges made one by one, as a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.engines.result import DischargeBatch, join_batches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from microbatt.engines.result import Discharge


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
