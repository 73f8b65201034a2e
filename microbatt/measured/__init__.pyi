from .copies import (
    without_copies,
)
from .experiment import (
    Experiment,
    FileReading,
    StepRead,
)
from .gathering import (
    Curves,
    gather,
)
from .measurement import (
    Measurement,
)
from .published import (
    MeasuredData,
    open_measured,
)
from .reading import (
    Reading,
    Unread,
    curve_files,
    is_curve_file,
    read_experiment,
    read_file,
    read_files,
    read_frame,
    read_measurements,
)

__all__ = [
    "Curves",
    "Experiment",
    "FileReading",
    "MeasuredData",
    "Measurement",
    "Reading",
    "StepRead",
    "Unread",
    "curve_files",
    "gather",
    "is_curve_file",
    "open_measured",
    "read_experiment",
    "read_file",
    "read_files",
    "read_frame",
    "read_measurements",
    "without_copies",
]
