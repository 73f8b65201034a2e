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
from .layout import (
    PROTOCOL_VARIABLES,
    SAMPLES_PER_STEP,
    UNREPEATABLE,
    Layout,
    check_samples,
    discharge_layout,
    protocol_layout,
)
from .marginals import (
    Marginal,
)
from .outcomes import (
    WHOLE,
    check_discharges,
    check_masses,
    outcomes_of,
    status_of,
    tally,
    varied_in,
    whole_curves,
)
from .protocol_outcome import (
    ProtocolOutcome,
)
from .schema import (
    identity_hash,
    schema_of,
)

__all__ = [
    "DEPTH_POINTS",
    "MOST_DEPTHS",
    "MOST_IN_FILE",
    "MOST_VALUES",
    "PROTOCOL_VARIABLES",
    "SAMPLES_PER_STEP",
    "UNREPEATABLE",
    "WHOLE",
    "Layout",
    "Marginal",
    "ProtocolOutcome",
    "check_bound",
    "check_discharges",
    "check_masses",
    "check_samples",
    "check_shape",
    "depth_axis",
    "design_from_dict",
    "discharge_layout",
    "identity_hash",
    "outcomes_of",
    "protocol_layout",
    "schema_of",
    "status_of",
    "tally",
    "varied_in",
    "whole_curves",
]
