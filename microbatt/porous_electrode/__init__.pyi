from .batch import (
    Batch,
    simulate_many,
)
from .curves import (
    resample,
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
    "cell_parameters",
    "electrolyte_table",
    "numerics",
    "resample",
    "simulate_many",
]
