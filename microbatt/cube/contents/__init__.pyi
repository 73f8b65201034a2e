from .bounds import (
    MOST_DEPTHS,
    MOST_IN_FILE,
    MOST_VALUES,
    check_bound,
    check_shape,
)
from .depth import (
    DEPTH_POINTS,
    depth_axis,
)
from .design import (
    design_from_dict,
)
from .marginals import (
    Marginal,
)
from .outcomes import (
    WHOLE,
    status_of,
    tally,
    varied_in,
    whole_curves,
)
from .schema import (
    UNREPEATABLE,
    identity_hash,
    schema_of,
)

__all__ = [
    "DEPTH_POINTS",
    "MOST_DEPTHS",
    "MOST_IN_FILE",
    "MOST_VALUES",
    "UNREPEATABLE",
    "WHOLE",
    "Marginal",
    "check_bound",
    "check_shape",
    "depth_axis",
    "design_from_dict",
    "identity_hash",
    "schema_of",
    "status_of",
    "tally",
    "varied_in",
    "whole_curves",
]
