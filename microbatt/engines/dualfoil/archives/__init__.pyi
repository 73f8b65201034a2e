from .archive import (
    ArchivedRun,
    Conventions,
    LeftOut,
    find_runs,
    match_name,
    read_runs,
)
from .published import (
    find_published,
    read_published,
)

__all__ = [
    "ArchivedRun",
    "Conventions",
    "LeftOut",
    "find_published",
    "find_runs",
    "match_name",
    "read_published",
    "read_runs",
]
