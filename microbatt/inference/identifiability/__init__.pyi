from .bound_map import (
    bound_map,
    cube_bounds,
)
from .criteria import (
    Choice,
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

__all__ = [
    "Choice",
    "Proposal",
    "Readings",
    "bound_map",
    "cube_bounds",
    "judge_currents",
    "propose_currents",
    "region_points",
]
