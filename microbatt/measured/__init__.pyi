from .gathering import (
    Curves,
    gather,
)
from .measurement import (
    Experiment,
    Measurement,
)
from .reading import (
    Reading,
    Unread,
    curve_files,
    is_curve_file,
    read_files,
)

__all__ = [
    "Curves",
    "Experiment",
    "Measurement",
    "Reading",
    "Unread",
    "curve_files",
    "gather",
    "is_curve_file",
    "read_files",
]
