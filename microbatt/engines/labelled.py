"""Discharges as `xarray.Dataset`, with CF attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import xarray as xr

from microbatt.checks import shown
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome, StepOutcome
from microbatt.quantities import quantity
from microbatt.times import in_seconds, unmasked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

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


_POINT_VARIABLES: Final = (
    "current",
    "voltage",
    "capacity",
    "temperature",
    "lithium_overpotential",
    "mean_negative_stoichiometry",
    "mean_positive_stoichiometry",
    "min_salt_concentration",
)
_OF_A_PROTOCOL: Final = {
    "time": {"long_name": "time since the start of the protocol"},
    "current": {"long_name": "current density"},
    "capacity": {"comment": "per area of separator, since the start; negative where charged"},
    "min_salt_concentration": {"long_name": "lowest salt concentration in the cell"},
}


def simulation_dataset(values: Values) -> xr.Dataset:
    """Label the points of a protocol along ``point``, and what is said of each step along ``step``.

    Parameters
    ----------
    values : Values
        The fields of a `microbatt.engines.protocols.protocol_result.Simulation`.
    """

    def attrs(name: str) -> dict[str, str]:
        return quantity(name).attrs | _OF_A_PROTOCOL.get(name, {})

    variables: dict[str, Any] = {
        name: ("point", values[name], attrs(name)) for name in _POINT_VARIABLES
    }
    steps = values["steps"]
    units = {"start": "s", "duration": "s", "capacity": "A h m-2", "energy": "W h m-2"}
    units |= {"start_voltage": "V", "end_voltage": "V", "end_current": "A m-2"}
    for name, unit in units.items():
        words = f"{name.replace('_', ' ')} of the step"
        column = np.array([getattr(step, name) for step in steps])
        variables[f"step_{name}"] = ("step", column, {"units": unit, "long_name": words})
    resistance = {"units": "ohm m2", "long_name": "voltage lost over the change of the current"}
    variables["step_resistance"] = (("step", "after"), values["resistance"], resistance)
    codes = np.array([step.outcome for step in steps], dtype=np.int8)
    variables["step_outcome"] = ("step", codes, _step_attrs())
    return xr.Dataset(
        variables,
        coords={
            "time": ("point", values["time"], attrs("time")),
            "point_step": ("point", values["step"], {"long_name": "step of the protocol"}),
            "after": ("after", values["after"], {"units": "s", "long_name": "time in the step"}),
            "step": ("step", np.arange(len(steps)), {"long_name": "step of the protocol"}),
            "step_text": ("step", np.array([step.text for step in steps], dtype=object)),
        },
        attrs={"Conventions": CONVENTIONS, "title": "protocol", "cell": values["cell"]},
    )


def _step_attrs() -> dict[str, Any]:
    return {
        "long_name": "how the step ended",
        "flag_values": np.array([outcome.value for outcome in StepOutcome], dtype=np.int8),
        "flag_meanings": " ".join(outcome.name.lower() for outcome in StepOutcome),
    }


_SUMMARIES: Final = (
    "step_outcome",
    "step_duration",
    "step_capacity",
    "step_energy",
    "step_end_voltage",
    "step_end_current",
    "step_resistance",
)


_OWN_NAMES: Final = ("point", "step", "after", "sample", "time", "voltage")


def summary_dataset(
    simulations: Sequence[Any],
    values: Mapping[str, ArrayLike] | None = None,
    *,
    at: ArrayLike | None = None,
) -> xr.Dataset:
    """Put what one protocol gave on many cells beside each other.

    Parameters
    ----------
    simulations : sequence of Simulation
        Of one protocol, as `simulate_many` returns them.
    values : mapping of str to array_like, optional
        In which numbers the cells differ, as `simulate_many` took them; they become coordinates.
    at : array_like, shape (m,), optional
        Times at which the voltage is wanted, as for `voltage_at` of a simulation; at a switch that
        before it.

    Returns
    -------
    xarray.Dataset
        Along ``point`` and ``step``: outcome, duration, capacity, energy, end voltage and current,
        resistance 1 ms, 1 s and 10 s after the step began; with `at` the voltage along ``point``
        and ``sample``, NaN where a protocol had ended.

    Raises
    ------
    ParameterError
        If there is none, they ran protocols of different length, or a column has another length
        than they.

    See Also
    --------
    simulate_many : One protocol on many cells.
    """
    if hasattr(simulations, "steps") or not all(hasattr(one, "steps") for one in simulations):
        raise ParameterError(
            f"the simulations are {shown(simulations)}; give several, as `simulate_many` does."
        )
    lengths = {len(simulation.steps) for simulation in simulations}
    if len(lengths) != 1:
        raise ParameterError(
            f"the simulations have {sorted(lengths)} steps; give some, all of one protocol."
        )
    parts = [simulation.to_dataset()[list(_SUMMARIES)] for simulation in simulations]
    joined = xr.concat(parts, dim="point", coords="minimal", compat="override")
    columns = _coordinates({} if values is None else values, len(parts))
    for name in columns:
        if name in _OWN_NAMES or name in joined.variables:
            raise ParameterError(
                f"`values` has a column {name!r}, which is a name of the table itself. Rename it."
            )
    joined = joined.assign_coords({name: ("point", one) for name, one in columns.items()})
    if at is not None:
        times = np.atleast_1d(in_seconds("at", at, dates=False))
        if times.ndim != 1:
            raise ParameterError(f"`at` has the shape {times.shape}; it must be a single row.")
        voltage = np.stack([simulation.voltage_at(times) for simulation in simulations])
        joined["voltage"] = (("point", "sample"), voltage, quantity("voltage").attrs)
        attrs = quantity("time").attrs | _OF_A_PROTOCOL["time"]
        joined = joined.assign_coords(time=("sample", times, attrs))
    return joined


def _coordinates(values: Mapping[str, ArrayLike], points: int) -> dict[str, NDArray[Any]]:
    """Return columns of as many values as there are points; a single value is that of all."""
    if not isinstance(values, Mapping):
        raise ParameterError(
            f"`values` is {shown(values)}; give columns by name, as `simulate_many` takes them."
        )
    columns = {}
    for name, given in values.items():
        column = np.atleast_1d(unmasked(str(name), given))
        if column.shape not in {(1,), (points,)}:
            raise ParameterError(
                f"`{name}` has the shape {column.shape} in `values`, for {points} simulations; "
                "give one value for all, or a row of one for each."
            )
        columns[str(name)] = np.broadcast_to(column, (points,))
    return columns
