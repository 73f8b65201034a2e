from .application import (
    Explorer,
)
from .notebook import (
    app,
)
from .opening import (
    opener,
)
from .serving import (
    free_port,
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
