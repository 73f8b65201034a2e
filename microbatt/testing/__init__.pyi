from .engines import (
    EngineContract,
    EngineSubject,
)
from .networks import (
    NetworkContract,
)
from .predictions import (
    made_predictions,
)
from .stores import (
    StoreContract,
    stored_bytes,
)

__all__ = [
    "EngineContract",
    "EngineSubject",
    "NetworkContract",
    "StoreContract",
    "made_predictions",
    "stored_bytes",
]
