from .coordinates import (
    POINT,
    Coordinates,
)
from .customary_units import (
    Customary,
    customary,
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
    "Customary",
    "Parameter",
    "Transform",
    "customary",
    "parameter",
    "quantity_of",
]
