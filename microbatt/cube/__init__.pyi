from .accessor import (
    register_namespace,
)
from .contents.design import (
    Design,
    Grid,
    ListedPoints,
    SobolPoints,
)
from .contents.layout import (
    VARIABLES,
)
from .contents.marginals import (
    LogUniform,
    Normal,
)
from .contents.schema import (
    SCHEMA_VERSION,
)
from .integrity import (
    CheckReport,
    Damage,
    check_store,
    repair_store,
)
from .joining import (
    join_variables,
)
from .opening import (
    Chunks,
    cube_attributes,
    has_prediction_group,
    open_cube,
    open_prediction_group,
)
from .store.location import (
    Location,
    locate,
)
from .write_predictions import (
    copy_joined,
    join_predictions,
)
from .writing.creation import (
    has_cube,
)
from .writing.provenance import (
    RunRecord,
    read_runs,
)

__all__ = [
    "SCHEMA_VERSION",
    "VARIABLES",
    "CheckReport",
    "Chunks",
    "Damage",
    "Design",
    "Grid",
    "ListedPoints",
    "Location",
    "LogUniform",
    "Normal",
    "RunRecord",
    "SobolPoints",
    "check_store",
    "copy_joined",
    "cube_attributes",
    "has_cube",
    "has_prediction_group",
    "join_predictions",
    "join_variables",
    "locate",
    "open_cube",
    "open_prediction_group",
    "read_runs",
    "register_namespace",
    "repair_store",
]
