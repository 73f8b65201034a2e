from .diagnosing import (
    diagnose,
)
from .finding import (
    State,
)

__all__ = [
    "State",
    "diagnose",
]
