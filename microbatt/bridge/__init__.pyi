from .dataset import (
    to_tf_dataset,
)
from .passes import (
    FIXED_PASS,
    Passes,
)
from .splits import (
    Split,
    blocked_folds,
    random_folds,
)
from .surveying import (
    survey,
)

__all__ = [
    "FIXED_PASS",
    "Passes",
    "Split",
    "blocked_folds",
    "random_folds",
    "survey",
    "to_tf_dataset",
]
