from .along import (
    infer_along,
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
from .forward.error_model import (
    ENGINE_VOLTAGE,
)
from .forward.finite_differences import (
    native_request,
    simulate_displaced,
)
from .forward.priors import (
    WIDTHS,
    Prior,
    free_widths,
)
from .forward.sensitivity import (
    sensitivities_at_depth,
)
from .forward.unknowns import (
    MICROSTRUCTURE,
    UNKNOWNS,
    check_unknowns,
    unknown_quantity,
)
from .identifiability.bound_map import (
    bound_map,
    cube_bounds,
)
from .identifiability.criteria import (
    Choice,
)
from .identifiability.curve_bounds import (
    Readings,
)
from .identifiability.design import (
    Proposal,
    judge_currents,
    propose_currents,
    region_points,
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
from .result.text import (
    cell_sensitivity_sentence,
    own_offset,
    strained_sentence,
)
from .result.trends import (
    Trend,
    Trends,
)

__all__ = [
    "ENGINE_VOLTAGE",
    "MICROSTRUCTURE",
    "UNKNOWNS",
    "WIDTHS",
    "Choice",
    "DerivedNumber",
    "Diagnostics",
    "Estimate",
    "FittedCurve",
    "FittedRun",
    "InferenceOptions",
    "Inferred",
    "InitialGuess",
    "ParameterEstimate",
    "Prior",
    "Proposal",
    "Readings",
    "Trend",
    "Trends",
    "Verdict",
    "bound_map",
    "cell_sensitivity_sentence",
    "check_unknowns",
    "cube_bounds",
    "experiment_files",
    "experiments_dataset",
    "free_widths",
    "infer",
    "infer_along",
    "infer_each",
    "infer_files",
    "infer_folder",
    "judge_currents",
    "native_request",
    "own_offset",
    "propose_currents",
    "region_points",
    "sensitivities_at_depth",
    "simulate_displaced",
    "strained_sentence",
    "unknown_quantity",
]
