from .error_model import (
    ENGINE_VOLTAGE,
)
from .finite_differences import (
    native_request,
    simulate_displaced,
)
from .priors import (
    WIDTHS,
    free_widths,
)
from .sensitivity import (
    sensitivities_at_depth,
)
from .unknowns import (
    MICROSTRUCTURE,
    UNKNOWNS,
    check_unknowns,
    unknown_quantity,
)

__all__ = [
    "ENGINE_VOLTAGE",
    "MICROSTRUCTURE",
    "UNKNOWNS",
    "WIDTHS",
    "check_unknowns",
    "free_widths",
    "native_request",
    "sensitivities_at_depth",
    "simulate_displaced",
    "unknown_quantity",
]
