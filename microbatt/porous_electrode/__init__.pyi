from .batch import (
    fits_lanes,
    simulate_bundles,
    simulate_many,
    with_curves,
)
from .batch_output import (
    Batch,
)
from .control import (
    CURRENT,
    POWER,
    VOLTAGE,
)
from .curves import (
    resample,
)
from .follow import (
    Followed,
    Track,
    follow,
    lead,
)
from .lookup import (
    SALT_STEP,
    electrolyte_table,
)
from .preparation import (
    cell_parameters,
    numerics,
)
from .protocol import (
    Samples,
)
from .protocol_run import (
    ProtocolCurves,
    Row,
    Terms,
    run_protocol,
)
from .tangent import (
    Tangents,
    column_of,
    shares_tables,
    side_by_side,
    tangents,
)

__all__ = [
    "CURRENT",
    "POWER",
    "SALT_STEP",
    "VOLTAGE",
    "Batch",
    "Followed",
    "ProtocolCurves",
    "Row",
    "Samples",
    "Tangents",
    "Terms",
    "Track",
    "cell_parameters",
    "column_of",
    "electrolyte_table",
    "fits_lanes",
    "follow",
    "lead",
    "numerics",
    "resample",
    "run_protocol",
    "shares_tables",
    "side_by_side",
    "simulate_bundles",
    "simulate_many",
    "tangents",
    "with_curves",
]
