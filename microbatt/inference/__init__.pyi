from .along import (
    infer_along,
)
from .amortised.calibration import (
    Calibration,
)
from .amortised.network_answer import (
    NetworkAnswer,
)
from .amortised.own_network import (
    OwnNetwork,
    train_own_network,
)
from .batch import (
    experiment_files,
    infer_each,
    infer_files,
    infer_folder,
)
from .fit.initial_guess import (
    InitialGuess,
)
from .forward.priors import (
    Prior,
)
from .infer import (
    infer,
)
from .options import (
    InferenceOptions,
)
from .result.diagnostics import (
    Diagnostics,
    Verdict,
)
from .result.estimate import (
    Estimate,
)
from .result.experiments import (
    Inferred,
    experiments_dataset,
)
from .result.records import (
    FittedCurve,
    FittedRun,
    ParameterEstimate,
)
from .result.structure import (
    DerivedNumber,
)
from .result.trends import (
    Trend,
    Trends,
)

__all__ = [
    "Calibration",
    "DerivedNumber",
    "Diagnostics",
    "Estimate",
    "FittedCurve",
    "FittedRun",
    "InferenceOptions",
    "Inferred",
    "InitialGuess",
    "NetworkAnswer",
    "OwnNetwork",
    "ParameterEstimate",
    "Prior",
    "Trend",
    "Trends",
    "Verdict",
    "experiment_files",
    "experiments_dataset",
    "infer",
    "infer_along",
    "infer_each",
    "infer_files",
    "infer_folder",
    "train_own_network",
]
