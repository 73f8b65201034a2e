"""What a worker does: simulate a block in one call of the engine, store it, say so.

The threads of a worker share the curves of its blocks.  So the last block of a campaign keeps all
of them busy, and while one block is stored the curves of another are simulated by every thread.
"""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from distributed import get_worker

from microbatt.campaign.events import BlockFinished
from microbatt.campaign.simulation import check_cells, solve_rows, version_of
from microbatt.cube.contents import tally
from microbatt.cube.writing import joined_rows, merged_rows, open_blocks, rows_without_curve
from microbatt.engines.contract import in_parts, load_engine
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from microbatt.campaign.extension import KnownCurves
    from microbatt.campaign.simulation import Asked
    from microbatt.cube import Location
    from microbatt.cube.contents import Layout
    from microbatt.cube.writing import Block, BlockStore, Rows

    Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the tasks of one run have in common; it travels with each of them.

    Attributes
    ----------
    engine : str
        Name of the simulator.
    numbers : str
        Whose numbers it gives: the client's `numbers_of`.
    request : Request or ProtocolRequest
        What the engine is asked, whatever the point.
    store : Location
        Of the cube; whoever runs a task must reach it.
    fence : str
        Tells the cube from any other that may take its place.
    layout : Layout
        What the cube holds of each curve.
    run_id : str
        Of the run.
    rerun : tuple of Outcome
        Outcomes that are to be simulated: ``not_run``, with or without the failures.
    known : KnownCurves, optional
        Where curves of this campaign can be copied from.
    voltage_rounding : float, optional
        By how much a stored voltage may differ from the simulated one [V].
    """

    engine: str
    numbers: str
    request: Asked
    store: Location
    fence: str
    layout: Layout
    run_id: str
    rerun: tuple[Outcome, ...] = (Outcome.NOT_RUN,)
    known: KnownCurves | None = None
    voltage_rounding: float | None = None

    def blocks(self) -> BlockStore:
        """Open the curves of the cube for writing."""
        return _blocks_of_run(self.store, self.fence, self.run_id)


@lru_cache(maxsize=2)
def _blocks_of_run(store: Location, fence: str, run_id: str) -> BlockStore:
    """Open a cube once for all tasks of a run; the next run may find another in its place."""
    del run_id
    return open_blocks(store, fence=fence)


def numbers_of(engine: str, request: Asked) -> str:
    """Tell whose numbers this process would give: its engine's version, its fits of the cell."""
    return f"{version_of(engine, request)}, cell {request.cell.digest[:12]}"


def with_own_numbers(work: Callable[..., Result]) -> Callable[..., Result]:
    """Make a task that a worker refuses whose code gives other numbers than the client's.

    The task travels by value, so that code on the worker that knows nothing of this refuses too.
    """

    def guarded(job: Job, *arguments: Any) -> Result:  # noqa: ANN401 - as the work takes them
        import os
        import socket

        from microbatt.campaign.tasks import numbers_of
        from microbatt.errors import CampaignError

        here = numbers_of(job.engine, job.request)
        if here != job.numbers:
            raise CampaignError(
                f"the worker on {socket.gethostname()} (process {os.getpid()}) would give other "
                f"numbers than this client: it has {here}, the client {job.numbers}. Nothing of "
                "it was stored. Install the same microbatt there, or end that worker, and run "
                "again; finished blocks are kept."
            )
        return work(job, *arguments)

    return guarded


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One block to bring to its end.

    Attributes
    ----------
    block : Block
        Of whole chunks.
    points : numpy.ndarray
        Of all its curves, shape (n, 3 + k): see `microbatt.engines.contract.Request.columns`.
    wanted : int
        How many of them are to be simulated, as the runner saw the store.
    """

    block: Block
    points: NDArray[np.float64]
    wanted: int


def run_task(job: Job, task: Task, delay: float = 0.0) -> BlockFinished:
    """Bring a block to its end: simulate what is wanted of it, store it, status last.

    A block that another runner has finished meanwhile is left as it is.

    Parameters
    ----------
    job, task
        What to do.
    delay : float, default 0.0
        Wait this long first [s]; for attempts after trouble with the infrastructure.

    Returns
    -------
    BlockFinished
        A receipt.
    """
    time.sleep(delay)
    start = time.perf_counter()
    store = job.blocks()
    before = store.status(task.block)
    open_rows = np.isin(before, job.rerun)
    if not open_rows.any():
        return _receipt(job, task, before[: task.wanted])
    kept, wanted = kept_rows(job, task)
    if before.any():
        store.reopen(
            task.block, wanted
        )  # so that they do not pass for finished if this is cut short
    simulating = time.perf_counter()
    fresh = simulate_rows(job, task.points[wanted])
    storing = time.perf_counter()
    rows = merged_rows(kept, fresh, wanted)
    store.write(task.block, rows)
    return _receipt(
        job,
        task,
        rows["status"][open_rows],
        simulated=int(wanted.sum()),
        engine_time=float(fresh["solve_time"].sum()),
        store_time=time.perf_counter() - storing + simulating - start,
    )


def kept_rows(job: Job, task: Task) -> tuple[Rows, NDArray[np.bool_]]:
    """Return a block as it is known so far, and which of its rows are to be simulated."""
    store = job.blocks()
    before = store.status(task.block)
    if before.any():
        rows = store.read(task.block)
    elif job.known is not None:
        rows = job.known.rows(task.block.region, job.layout)
    else:
        rows = rows_without_curve(before.size, job.layout, Outcome.NOT_RUN)
    return rows, np.isin(rows["status"], job.rerun)


def simulate_rows(job: Job, points: NDArray[np.float64]) -> Rows:
    """Simulate curves and return them as rows, without touching the store.

    Parameters
    ----------
    job : Job
        Of the run.
    points : numpy.ndarray
        Of each curve, shape (n, 3 + k); n may be 0.
    """
    if len(points) == 0:
        return rows_without_curve(0, job.layout, Outcome.NOT_RUN)
    check_cells(job.engine, job.request, points)

    def simulate(part: NDArray[np.float64]) -> Rows:
        return solve_rows(job.engine, job.request, part, job.layout, job.voltage_rounding)

    if load_engine(job.engine).in_threads:
        return joined_rows(in_thread_pool(simulate, points))
    return simulate(points)


def store_rows(job: Job, task: Task, rows: Rows) -> BlockFinished:
    """Store a block whose curves were simulated in parts."""
    start = time.perf_counter()
    job.blocks().write(task.block, rows)
    status = rows["status"]
    elapsed = time.perf_counter() - start
    return _receipt(job, task, status, simulated=status.size, store_time=elapsed)


def _receipt(
    job: Job,
    task: Task,
    status: NDArray[np.int8],
    *,
    simulated: int = 0,
    engine_time: float = 0.0,
    store_time: float = 0.0,
) -> BlockFinished:
    return BlockFinished(
        block=str(task.block),
        curves=task.wanted,
        simulated=simulated,
        outcomes=tally(status, job.layout.outcomes),
        engine_time=engine_time,
        store_time=store_time,
        host=socket.gethostname(),
    )


_CURVES_A_PART: Final = 64
"""At most so many curves are simulated by one thread before another may help."""


def in_thread_pool(
    work: Callable[[NDArray[np.float64]], Result], points: NDArray[np.float64]
) -> list[Result]:
    """Do the same work on parts of some points, in as many threads as this worker has.

    Parameters
    ----------
    work : callable
        Takes points, shape (m, 3 + k).
    points : numpy.ndarray
        Shape (n, 3 + k), n at least 1.

    Returns
    -------
    list
        What the work returned for each part, in the order of the points.
    """
    threads = _threads_here()
    if threads == 1 or len(points) == 1:
        return [work(points)]
    return list(_pool(threads).map(work, in_parts(points, threads, _CURVES_A_PART)))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="curves")


def _threads_here() -> int:
    """Return how many threads the worker has that runs this; 1 outside of any."""
    try:
        return int(get_worker().state.nthreads)
    except ValueError:
        return 1
