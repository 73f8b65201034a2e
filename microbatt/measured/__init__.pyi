from .copies import (
    without_copies,
)
from .experiment import (
    Experiment,
    FileReading,
    StepRead,
    experiment_name,
)
from .fullness import (
    starting_full,
)
from .gathering import (
    Curves,
    as_runs,
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
    inspect_file,
    is_curve_file,
    read_cells,
    read_cycles,
    read_experiment,
    read_file,
    read_files,
    read_frame,
    read_measurements,
)
from .run import (
    MeasuredRun,
)
from .run_start import (
    RunStart,
    begin_run,
    cell_from,
)
from .samples import (
    Samples,
)

__all__ = [
    "Curves",
    "Experiment",
    "FileReading",
    "MeasuredData",
    "MeasuredRun",
    "Measurement",
    "Reading",
    "RunStart",
    "Samples",
    "StepRead",
    "Unread",
    "as_runs",
    "begin_run",
    "cell_from",
    "curve_files",
    "experiment_name",
    "gather",
    "inspect_file",
    "is_curve_file",
    "open_measured",
    "read_cells",
    "read_cycles",
    "read_experiment",
    "read_file",
    "read_files",
    "read_frame",
    "read_measurements",
    "starting_full",
    "without_copies",
]
