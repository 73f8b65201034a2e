from .engine import (
    Engine,
    EngineSettings,
    Request,
)
from .labelled import (
    outcome_attrs,
    summary_dataset,
)
from .native import (
    ENGINE,
)
from .points import (
    ALLOWED,
    in_parts,
)
from .process import (
    Finished,
    Stop,
    end_all,
    run_limited,
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
from .registry import (
    ENGINES,
    check_stored_engine,
    load_engine,
    stored_settings,
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
    "ALLOWED",
    "ENGINE",
    "ENGINES",
    "RESISTANCE_AT",
    "Adiabatic",
    "Discharge",
    "DischargeBatch",
    "Engine",
    "EngineSettings",
    "Finished",
    "HeatOf",
    "Inventory",
    "Isothermal",
    "Lumped",
    "MeasuredTemperature",
    "ProtocolRequest",
    "Request",
    "Sensitivities",
    "Settings",
    "Simulation",
    "StepResult",
    "Stop",
    "Thermal",
    "as_batch",
    "check_points",
    "check_stored_engine",
    "check_thermal",
    "end_all",
    "in_parts",
    "join_batches",
    "load_engine",
    "outcome_attrs",
    "protocol_version",
    "resample_curves",
    "resample_points",
    "run_limited",
    "simulate",
    "simulate_discharge",
    "simulate_discharges",
    "simulate_many",
    "simulate_points",
    "stored_settings",
    "summary_dataset",
    "thermal_from_dict",
    "thermal_to_dict",
]
