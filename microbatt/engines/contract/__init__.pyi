from .engine import (
    Engine,
    EngineSettings,
    Request,
)
from .points import (
    ALLOWED,
    in_parts,
)
from .registry import (
    ENGINES,
    check_stored_engine,
    load_engine,
    stored_settings,
)

__all__ = [
    "ALLOWED",
    "ENGINES",
    "Engine",
    "EngineSettings",
    "Request",
    "check_stored_engine",
    "in_parts",
    "load_engine",
    "stored_settings",
]
