from .batch import (
    Terms,
    experiment_files,
    infer_each,
    infer_files,
    infer_folder,
)
from .forward.error_model import (
    ENGINE_VOLTAGE,
)
from .forward.finite_differences import (
    native_request,
    simulate_neighbours,
)
from .forward.priors import (
    WIDTHS,
)
from .forward.sensitivity import (
    sensitivities_at_depth,
)
from .forward.unknowns import (
    NUISANCES,
    POINT,
    check_nuisances,
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
from .result.dataset import (
    experiments_dataset,
)
from .result.estimate import (
    Estimate,
    FittedCurve,
    Inferred,
    ParameterEstimate,
    Start,
)
from .result.text import (
    influence_sentence,
    own_offset,
)

__all__ = [
    "ENGINE_VOLTAGE",
    "NUISANCES",
    "POINT",
    "WIDTHS",
    "Choice",
    "Estimate",
    "FittedCurve",
    "Inferred",
    "ParameterEstimate",
    "Proposal",
    "Readings",
    "Start",
    "Terms",
    "bound_map",
    "check_nuisances",
    "cube_bounds",
    "experiment_files",
    "experiments_dataset",
    "infer",
    "infer_each",
    "infer_files",
    "infer_folder",
    "influence_sentence",
    "judge_currents",
    "native_request",
    "own_offset",
    "propose_currents",
    "region_points",
    "sensitivities_at_depth",
    "simulate_neighbours",
]
