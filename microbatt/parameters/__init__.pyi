from .coordinates import (
    POINT,
    Coordinates,
)
from .parameter import (
    PARAMETERS,
    Parameter,
    Transform,
    parameter,
    quantity_of,
)

__all__ = [
    "PARAMETERS",
    "POINT",
    "Coordinates",
    "Parameter",
    "Transform",
    "parameter",
    "quantity_of",
]
