from .doctor import (
    diagnose,
)
from .result import (
    Finding,
    State,
)

__all__ = [
    "Finding",
    "State",
    "diagnose",
]
