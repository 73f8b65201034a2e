from .runs import (
    compare_engines,
)
from .sample import (
    random_points,
)
from .tables import (
    FILES,
    save_comparison,
    tables_of,
)

__all__ = [
    "FILES",
    "compare_engines",
    "random_points",
    "save_comparison",
    "tables_of",
]
