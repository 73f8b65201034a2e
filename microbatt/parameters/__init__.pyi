from .coordinates import (
    POINT,
    Coordinates,
)
from .parameter import (
    PARAMETERS,
    Parameter,
    parameter,
    quantity_of,
)

__all__ = [
    "PARAMETERS",
    "POINT",
    "Coordinates",
    "Parameter",
    "parameter",
    "quantity_of",
]
