from .errors import (
    mean_relative_error,
    relative_error,
)
from .ranges import (
    RANGES,
    edges_that_hold,
    range_names,
    range_numbers,
)
from .scores import (
    score,
    with_errors,
)

__all__ = [
    "RANGES",
    "edges_that_hold",
    "mean_relative_error",
    "range_names",
    "range_numbers",
    "relative_error",
    "score",
    "with_errors",
]
