from .campaign import (
    Campaign,
    differences,
    shortened,
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
from .importing import (
    Origin,
    write_imported,
)
from .pending import (
    Pending,
    read_pending,
)
from .plan import (
    campaign_of,
    plan_campaign,
)
from .preload import (
    preload_for,
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
from .sensitivities import (
    join_sensitivities,
)

__all__ = [
    "Campaign",
    "Event",
    "Listener",
    "Origin",
    "Pending",
    "ProgressListener",
    "available_recipes",
    "cache_folder",
    "cached_store",
    "campaign_of",
    "default_store",
    "differences",
    "fill_store",
    "growing_beside",
    "join_sensitivities",
    "load_campaign",
    "local_client",
    "plan_campaign",
    "preload_for",
    "read_pending",
    "remote_client",
    "run_campaign",
    "shortened",
    "silence_dask",
    "write_imported",
]
