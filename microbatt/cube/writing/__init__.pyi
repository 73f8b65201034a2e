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
from .creation import (
    create_cube,
)
from .healing import (
    heal_store,
)
from .protocol_rows import (
    rows_from_simulations,
)
from .provenance import (
    close_run,
    now,
    open_run,
)
from .rows import (
    Rows,
    joined_rows,
    merged_rows,
    row_trouble,
    rows_from_batch,
    rows_without_curve,
)

__all__ = [
    "Block",
    "BlockStore",
    "Region",
    "Rows",
    "choose_chunks",
    "close_run",
    "create_cube",
    "cut",
    "heal_store",
    "joined_rows",
    "merged_rows",
    "now",
    "open_blocks",
    "open_run",
    "read_status",
    "region_points",
    "row_trouble",
    "rows_from_batch",
    "rows_from_simulations",
    "rows_without_curve",
]
