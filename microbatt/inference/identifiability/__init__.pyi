from .axis_bounds import (
    axis_bounds,
)
from .bound_map import (
    bound_map,
    cube_bounds,
)
from .criteria import (
    Choice,
    typical_bounds,
)
from .curve_bounds import (
    Readings,
)
from .design import (
    Proposal,
    judge_currents,
    propose_currents,
    region_points,
)
from .protocol_design import (
    Worth,
    propose_tests,
    standard_tests,
)

__all__ = [
    "Choice",
    "Proposal",
    "Readings",
    "Worth",
    "axis_bounds",
    "bound_map",
    "cube_bounds",
    "judge_currents",
    "propose_currents",
    "propose_tests",
    "region_points",
    "standard_tests",
    "typical_bounds",
]
