from .accessor import (
    register_namespace,
)
from .beside import (
    groups_beside,
)
from .carrying import (
    carry_joined,
)
from .creation import (
    ROOT,
    SCHEMA_VERSION,
    cube_skeleton,
    update_attributes,
    write_skeleton,
)
from .depth import (
    DEPTH_POINTS,
    depth_axis,
)
from .design import (
    Design,
    Grid,
    ListedPoints,
    Region,
    SobolPoints,
    curve_count,
    design_from_dict,
    region_points,
)
from .endings import (
    WHOLE,
    status_of,
    tally,
    whole_curves,
)
from .joining import (
    join_variables,
)
from .location import (
    Location,
    explained,
    is_remote_trouble,
    locate,
    open_store,
)
from .objects import (
    delete_object,
    list_folder,
    list_objects,
    object_exists,
    read_object,
    write_object,
)
from .opening import (
    Chunks,
    open_beside,
    open_cube,
    open_group,
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
    predicted_by,
    status_key,
    strings,
)
from .provenance import (
    RunRecord,
    digest_of_runs,
    new_run,
    now,
    read_runs,
    write_run,
)
from .region import (
    Arrays,
    open_arrays,
    read_rows,
    read_status,
    write_rows,
    write_status,
)
from .rows import (
    Rows,
    joined_rows,
    merged_rows,
    row_trouble,
    rows_from_batch,
    rows_without_curve,
)
from .slabs import (
    join_predictions,
)
from .variables import (
    CURVE_DIM,
    STATUS,
    UNREPEATABLE,
    VARIABLES,
)

__all__ = [
    "CURVE_DIM",
    "DEPTH_POINTS",
    "FACTS",
    "FOLD",
    "HELD_OUT",
    "NETWORK",
    "ORIGIN",
    "PREDICTION_STATUS",
    "PREDICTION_VARIABLES",
    "ROOT",
    "SCHEMA_VERSION",
    "STATUS",
    "UNREPEATABLE",
    "VARIABLES",
    "WHOLE",
    "Arrays",
    "Chunks",
    "Design",
    "Facts",
    "Fold",
    "Grid",
    "ListedPoints",
    "Location",
    "PredictionStatus",
    "Region",
    "Rows",
    "RunRecord",
    "SobolPoints",
    "carry_joined",
    "copies_in",
    "cube_skeleton",
    "curve_count",
    "delete_object",
    "depth_axis",
    "design_from_dict",
    "digest_of_runs",
    "explained",
    "groups_beside",
    "is_remote_trouble",
    "join_predictions",
    "join_variables",
    "joined_rows",
    "list_folder",
    "list_objects",
    "locate",
    "merged_rows",
    "new_run",
    "now",
    "object_exists",
    "open_arrays",
    "open_beside",
    "open_cube",
    "open_group",
    "open_store",
    "predicted_by",
    "read_object",
    "read_rows",
    "read_runs",
    "read_status",
    "region_points",
    "register_namespace",
    "row_trouble",
    "rows_from_batch",
    "rows_without_curve",
    "status_key",
    "status_of",
    "strings",
    "tally",
    "update_attributes",
    "whole_curves",
    "write_object",
    "write_rows",
    "write_run",
    "write_skeleton",
    "write_status",
]
