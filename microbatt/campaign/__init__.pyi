from .campaign import (
    Campaign,
)
from .checking import (
    CheckReport,
    campaign_of,
    check_store,
    repair_store,
)
from .cluster import (
    local_client,
    remote_client,
    silence_dask,
)
from .events import (
    Event,
    Listener,
)
from .execution import (
    fill_store,
    run_campaign,
)
from .extension import (
    growing_beside,
)
from .identity_differences import (
    differences,
    shortened,
)
from .importing import (
    Origin,
    write_imported,
)
from .progress import (
    ProgressListener,
)
from .reading import (
    available_recipes,
    cache_folder,
    cached_store,
    default_store,
    load_campaign,
)
from .stores import (
    has_cube,
)
from .survey import (
    Survey,
    survey_group,
)
from .warming import (
    warm_up_beside,
)

__all__ = [
    "Campaign",
    "CheckReport",
    "Event",
    "Listener",
    "Origin",
    "ProgressListener",
    "Survey",
    "available_recipes",
    "cache_folder",
    "cached_store",
    "campaign_of",
    "check_store",
    "default_store",
    "differences",
    "fill_store",
    "growing_beside",
    "has_cube",
    "load_campaign",
    "local_client",
    "remote_client",
    "repair_store",
    "run_campaign",
    "shortened",
    "silence_dask",
    "survey_group",
    "warm_up_beside",
    "write_imported",
]
