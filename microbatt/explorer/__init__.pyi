from .application import (
    Explorer,
)
from .serving import (
    app,
    free_port,
    opener,
    serve,
)
from .source import (
    CubeSource,
)

__all__ = [
    "CubeSource",
    "Explorer",
    "app",
    "free_port",
    "opener",
    "serve",
]
