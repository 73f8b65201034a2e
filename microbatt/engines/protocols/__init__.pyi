from .protocol import (
    ProtocolRequest,
    check_points,
    protocol_version,
    simulate_points,
)
from .protocol_result import (
    RESISTANCE_AT,
    StepResult,
)
from .step_samples import (
    resample_points,
)

__all__ = [
    "RESISTANCE_AT",
    "ProtocolRequest",
    "StepResult",
    "check_points",
    "protocol_version",
    "resample_points",
    "simulate_points",
]
