from .doctor import (
    diagnose,
)
from .machine import (
    usable_cores,
)
from .result import (
    Finding,
    State,
)

__all__ = [
    "Finding",
    "State",
    "diagnose",
    "usable_cores",
]
