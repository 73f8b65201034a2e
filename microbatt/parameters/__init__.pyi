from .coordinates import (
    POINT,
    Coordinates,
)
from .parameter import (
    PARAMETERS,
    Parameter,
    parameter,
)

__all__ = [
    "PARAMETERS",
    "POINT",
    "Coordinates",
    "Parameter",
    "parameter",
]
