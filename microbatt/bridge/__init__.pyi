from .dataset import (
    to_tf_dataset,
)
from .passes import (
    FIXED_PASS,
    Passes,
)
from .selection import (
    select_points,
)
from .splits import (
    Split,
    blocked_folds,
    random_folds,
)

__all__ = [
    "FIXED_PASS",
    "Passes",
    "Split",
    "blocked_folds",
    "random_folds",
    "select_points",
    "to_tf_dataset",
]
