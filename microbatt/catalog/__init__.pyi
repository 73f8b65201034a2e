from .datasets import (
    Archive,
    available_datasets,
    catalog_table,
    fetch_archive,
    is_complete,
    open_dataset,
)
from .publishing import (
    Publication,
    publish_cube,
)

__all__ = [
    "Archive",
    "Publication",
    "available_datasets",
    "catalog_table",
    "fetch_archive",
    "is_complete",
    "open_dataset",
    "publish_cube",
]
