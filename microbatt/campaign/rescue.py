"""A block that killed its worker: halved until the curves that do it are found.

Parts are simulated one at a time on an otherwise idle cluster, so that only the guilty part
dies.  They do not touch the store: their rows come back here, and the block is stored as a
whole, like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distributed import KilledWorker

from microbatt.campaign.events import BlockSplit, CurveCrashed
from microbatt.campaign.tasks import kept_rows, run_task, simulate_rows, store_rows
from microbatt.cube import joined_rows, merged_rows, rows_without_curve
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    import numpy as np
    from distributed import Client
    from numpy.typing import NDArray

    from microbatt.campaign.events import BlockFinished, Listener
    from microbatt.campaign.tasks import Job, Task
    from microbatt.cube import Rows


def rescue(client: Client, job: Job, task: Task, tell: Listener) -> BlockFinished:
    """Finish a block during which a worker died.

    The whole block gets one more chance alone: perhaps its neighbour on the worker was to blame,
    or the worker's machine.

    Parameters
    ----------
    client, job, task, tell
        As for `run_tasks`.

    Returns
    -------
    BlockFinished
        The block's receipt; curves that cannot be simulated have the ending ``crashed``.
    """
    try:
        return client.submit(run_task, job, task, pure=False).result()
    except KilledWorker:
        tell(BlockSplit(block=str(task.block), curves=len(task.points)))
    kept, wanted = client.submit(kept_rows, job, task, pure=False).result()
    fresh = joined_rows(_halves(client, job, task, task.points[wanted], tell))
    rows = merged_rows(kept, fresh, wanted)
    return client.submit(store_rows, job, task, rows, pure=False).result()


def _halves(
    client: Client, job: Job, task: Task, points: NDArray[np.float64], tell: Listener
) -> list[Rows]:
    if len(points) == 1:
        alpha, S, current = points[0]
        tell(CurveCrashed(alpha=float(alpha), S=float(S), current=float(current)))
        return [rows_without_curve(1, job.depth.size, Outcome.CRASHED)]
    middle = len(points) // 2
    return [
        rows
        for half in (points[:middle], points[middle:])
        for rows in _part(client, job, task, half, tell)
    ]


def _part(
    client: Client, job: Job, task: Task, points: NDArray[np.float64], tell: Listener
) -> list[Rows]:
    try:
        return [client.submit(simulate_rows, job, points, pure=False).result()]
    except KilledWorker:
        tell(BlockSplit(block=str(task.block), curves=len(points)))
        return _halves(client, job, task, points, tell)
