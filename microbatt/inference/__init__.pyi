from .bounds import (
    bound_map,
    cube_bounds,
)
from .criteria import (
    Choice,
)
from .design import (
    Proposal,
    judge_currents,
    propose_currents,
    region_points,
)
from .estimate import (
    Estimate,
    FittedCurve,
    Inferred,
    ParameterEstimate,
    Start,
)
from .identifiability import (
    Readings,
)
from .inferring import (
    infer,
)
from .labelled import (
    experiments_dataset,
)
from .neighbours import (
    native_request,
    simulate_neighbours,
)
from .noise import (
    ENGINE_VOLTAGE,
)
from .parameters import (
    NUISANCES,
    POINT,
    check_nuisances,
)
from .priors import (
    WIDTHS,
)
from .production import (
    Terms,
    experiment_files,
    infer_each,
    infer_files,
    infer_folder,
)
from .sensitivity import (
    sensitivities_at_depth,
)
from .summary import (
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
