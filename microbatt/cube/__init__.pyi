from .accessor import (
    register_namespace,
)
from .block_store import (
    BlockStore,
    open_blocks,
    read_status,
)
from .blocks import (
    Block,
    Region,
    choose_chunks,
    cut,
    region_points,
)
from .bounds import (
    MOST_CURVES,
    MOST_DEPTHS,
    MOST_IN_FILE,
    MOST_POINTS,
    MOST_VALUES,
    check_bound,
    check_shape,
)
from .creation import (
    create_cube,
    has_cube,
)
from .depth import (
    DEPTH_POINTS,
    depth_axis,
)
from .design import (
    Design,
    Grid,
    ListedPoints,
    SobolPoints,
    design_from_dict,
)
from .fence import (
    alone,
    check_fence,
    fence_of,
)
from .healing import (
    heal_store,
)
from .integrity import (
    CheckReport,
    check_store,
    heal_coordinates,
    repair_store,
)
from .joining import (
    join_variables,
)
from .layout import (
    PROTOCOL_VARIABLES,
    SAMPLES_PER_STEP,
    UNREPEATABLE,
    VARIABLES,
    Layout,
    check_samples,
    discharge_layout,
    protocol_layout,
)
from .location import (
    Location,
    explained,
    is_remote_trouble,
    locate,
)
from .marginals import (
    LogUniform,
    Marginal,
    Normal,
)
from .opening import (
    Chunks,
    cube_attributes,
    has_prediction_group,
    open_cube,
    open_prediction_group,
)
from .outcomes import (
    WHOLE,
    check_discharges,
    outcomes_of,
    status_of,
    tally,
    varied_in,
    whole_curves,
)
from .predictions import (
    FACTS,
    FOLD,
    HELD_OUT,
    NETWORK,
    ORIGIN,
    PREDICTION_STATUS,
    PREDICTION_VARIABLES,
    Facts,
    Fold,
    PredictionStatus,
    copies_in,
    correlation_of,
    predicted_by,
    prediction_quantity,
    strings,
    targets_in,
    variables_of,
)
from .protocol_outcome import (
    ProtocolOutcome,
)
from .protocol_rows import (
    rows_from_simulations,
)
from .provenance import (
    RunRecord,
    close_run,
    now,
    open_run,
    read_runs,
)
from .rows import (
    Rows,
    joined_rows,
    merged_rows,
    row_trouble,
    rows_from_batch,
    rows_without_curve,
)
from .schema import (
    SCHEMA_VERSION,
    identity_hash,
    schema_of,
)
from .voltage_codec import (
    check_rounding,
)
from .write_predictions import (
    copy_joined,
    join_predictions,
)

__all__ = [
    "DEPTH_POINTS",
    "FACTS",
    "FOLD",
    "HELD_OUT",
    "MOST_CURVES",
    "MOST_DEPTHS",
    "MOST_IN_FILE",
    "MOST_POINTS",
    "MOST_VALUES",
    "NETWORK",
    "ORIGIN",
    "PREDICTION_STATUS",
    "PREDICTION_VARIABLES",
    "PROTOCOL_VARIABLES",
    "SAMPLES_PER_STEP",
    "SCHEMA_VERSION",
    "UNREPEATABLE",
    "VARIABLES",
    "WHOLE",
    "Block",
    "BlockStore",
    "CheckReport",
    "Chunks",
    "Design",
    "Facts",
    "Fold",
    "Grid",
    "Layout",
    "ListedPoints",
    "Location",
    "LogUniform",
    "Marginal",
    "Normal",
    "PredictionStatus",
    "ProtocolOutcome",
    "Region",
    "Rows",
    "RunRecord",
    "SobolPoints",
    "alone",
    "check_bound",
    "check_discharges",
    "check_fence",
    "check_rounding",
    "check_samples",
    "check_shape",
    "check_store",
    "choose_chunks",
    "close_run",
    "copies_in",
    "copy_joined",
    "correlation_of",
    "create_cube",
    "cube_attributes",
    "cut",
    "depth_axis",
    "design_from_dict",
    "discharge_layout",
    "explained",
    "fence_of",
    "has_cube",
    "has_prediction_group",
    "heal_coordinates",
    "heal_store",
    "identity_hash",
    "is_remote_trouble",
    "join_predictions",
    "join_variables",
    "joined_rows",
    "locate",
    "merged_rows",
    "now",
    "open_blocks",
    "open_cube",
    "open_prediction_group",
    "open_run",
    "outcomes_of",
    "predicted_by",
    "prediction_quantity",
    "protocol_layout",
    "read_runs",
    "read_status",
    "region_points",
    "register_namespace",
    "repair_store",
    "row_trouble",
    "rows_from_batch",
    "rows_from_simulations",
    "rows_without_curve",
    "schema_of",
    "status_of",
    "strings",
    "tally",
    "targets_in",
    "variables_of",
    "varied_in",
    "whole_curves",
]
