from .labelled import (
    outcome_attrs,
    summary_dataset,
)
from .native import (
    ENGINE,
)
from .protocols.protocol import (
    simulate,
    simulate_many,
)
from .protocols.protocol_result import (
    Simulation,
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

__all__ = [
    "ENGINE",
    "Adiabatic",
    "Discharge",
    "DischargeBatch",
    "HeatOf",
    "Inventory",
    "Isothermal",
    "Lumped",
    "MeasuredTemperature",
    "Sensitivities",
    "Settings",
    "Simulation",
    "Thermal",
    "as_batch",
    "check_thermal",
    "join_batches",
    "outcome_attrs",
    "resample_curves",
    "simulate",
    "simulate_discharge",
    "simulate_discharges",
    "simulate_many",
    "summary_dataset",
    "thermal_from_dict",
    "thermal_to_dict",
]
