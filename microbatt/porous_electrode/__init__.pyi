from .batch import (
    Batch,
    simulate_many,
)
from .curves import (
    resample,
)
from .follow import (
    Followed,
    Track,
    follow,
    lead,
)
from .lookup import (
    SALT_STEP,
    electrolyte_table,
)
from .preparation import (
    cell_parameters,
    numerics,
)

__all__ = [
    "SALT_STEP",
    "Batch",
    "Followed",
    "Track",
    "cell_parameters",
    "electrolyte_table",
    "follow",
    "lead",
    "numerics",
    "resample",
    "simulate_many",
]
