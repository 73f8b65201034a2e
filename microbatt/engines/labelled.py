"""Discharges as `xarray.Dataset`, with CF attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import xarray as xr

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.outcomes import Outcome
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Values: TypeAlias = "Mapping[str, Any]"
"""Field of a result → its value."""

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
    """CF attributes of a variable that holds outcome codes.

    Returns
    -------
    dict
        ``flag_values`` and ``flag_meanings``.
    """
    return {
        "long_name": "how the discharge ended",
        "flag_values": np.array([outcome.value for outcome in Outcome], dtype=np.int8),
        "flag_meanings": " ".join(outcome.name.lower() for outcome in Outcome),
    }


def curve_dataset(values: Values) -> xr.Dataset:
    """Label one curve along ``time``, its scalars beside it.

    Parameters
    ----------
    values : Values
        The fields of a `microbatt.engines.result.Discharge`, and its ``discharge_capacity``.
    """
    curve = {
        name: ("time", values[name], quantity(name).attrs)
        for name in ("voltage", "capacity", "temperature")
    }
    scalars = {name: ((), values[name], quantity(name).attrs) for name in SCALARS}
    scalars |= _labelled_sensitivities(values.get("sensitivities"))
    return xr.Dataset(
        {**curve, **scalars, "outcome": ((), np.int8(values["outcome"]), outcome_attrs())},
        coords={name: ((), values[name], quantity(name).attrs) for name in POINT}
        | {"time": ("time", values["time"], quantity("time").attrs)}
        | _parameter_axis(values.get("sensitivities")),
        attrs={"Conventions": CONVENTIONS, "title": "constant-current discharge"},
    )


def _parameter_axis(told: Any) -> dict[str, Any]:  # noqa: ANN401 - Sensitivities or None
    return {} if told is None else {"parameter": list(told.names)}


def _labelled_sensitivities(told: Any) -> dict[str, Any]:  # noqa: ANN401 - Sensitivities or None
    """Return derivatives as variables along ``parameter``; none where none were asked for."""
    if told is None:
        return {}
    per = {"comment": "per SI unit of each parameter, at fixed capacity"}
    words = "derivative by the numbers of the cell: "
    table = {
        "voltage": (("parameter", "time"), told.voltage),
        "discharge_capacity": ("parameter", told.discharge_capacity),
        "energy": ("parameter", told.energy),
    }
    return {
        f"{name}_sensitivity": (dims, array, {"long_name": words + quantity(name).long_name} | per)
        for name, (dims, array) in table.items()
    }


def batch_dataset(values: Values) -> xr.Dataset:
    """Label many curves along ``point`` and ``step``; NaN beyond the end of each.

    Parameters
    ----------
    values : Values
        The fields of a `microbatt.engines.result.DischargeBatch`.
    """
    lengths = np.diff(values["offsets"])
    filled = np.arange(lengths.max(initial=0)) < lengths[:, None]

    def padded(flat: NDArray[np.float64]) -> NDArray[np.float64]:
        table = np.full(filled.shape, np.nan)
        table[filled] = flat
        return table

    time = padded(values["time"])
    capacity = values["current"][:, None] * time / SECONDS_PER_HOUR
    end = np.where(lengths > 0, np.max(capacity, axis=1, initial=-np.inf, where=filled), np.nan)
    curves = {
        "time": time,
        "voltage": padded(values["voltage"]),
        "capacity": capacity,
        "temperature": padded(values["temperature"]),
    }
    scalars = {name: end if name == "discharge_capacity" else values[name] for name in SCALARS}
    variables: dict[str, Any] = {
        name: (("point", "step"), table, quantity(name).attrs) for name, table in curves.items()
    }
    variables |= {name: ("point", column, quantity(name).attrs) for name, column in scalars.items()}
    variables["outcome"] = ("point", values["outcome"], outcome_attrs())
    return xr.Dataset(
        variables,
        coords={name: ("point", values[name], quantity(name).attrs) for name in POINT},
        attrs={"Conventions": CONVENTIONS, "title": "constant-current discharges"},
    )
