from .labelled import (
    outcome_attrs,
    summary_dataset,
)
from .native import (
    ENGINE,
)
from .protocol import (
    ProtocolRequest,
    check_points,
    protocol_version,
    simulate,
    simulate_many,
    simulate_points,
)
from .protocol_result import (
    RESISTANCE_AT,
    Simulation,
    StepResult,
)
from .request import (
    Adiabatic,
    HeatOf,
    Inventory,
    Isothermal,
    Lumped,
    MeasuredTemperature,
    Settings,
    Thermal,
    check_thermal,
    thermal_from_dict,
    thermal_to_dict,
)
from .resample import (
    resample_curves,
)
from .result import (
    Discharge,
    DischargeBatch,
    Sensitivities,
    as_batch,
    join_batches,
)
from .simulation import (
    simulate_discharge,
    simulate_discharges,
)
from .step_samples import (
    resample_points,
)

__all__ = [
    "ENGINE",
    "RESISTANCE_AT",
    "Adiabatic",
    "Discharge",
    "DischargeBatch",
    "HeatOf",
    "Inventory",
    "Isothermal",
    "Lumped",
    "MeasuredTemperature",
    "ProtocolRequest",
    "Sensitivities",
    "Settings",
    "Simulation",
    "StepResult",
    "Thermal",
    "as_batch",
    "check_points",
    "check_thermal",
    "join_batches",
    "outcome_attrs",
    "protocol_version",
    "resample_curves",
    "resample_points",
    "simulate",
    "simulate_discharge",
    "simulate_discharges",
    "simulate_many",
    "simulate_points",
    "summary_dataset",
    "thermal_from_dict",
    "thermal_to_dict",
]
