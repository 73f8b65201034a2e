"""What a worker does: simulate a block in one call of the engine, store it, say so."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from microbatt.campaign.events import BlockFinished
from microbatt.campaign.known_curves import known_rows
from microbatt.campaign.lanes import in_lanes
from microbatt.cube import (
    STATUS,
    joined_rows,
    merged_rows,
    open_arrays,
    read_rows,
    read_status,
    rows_from_batch,
    rows_without_curve,
    tally,
    write_rows,
    write_status,
)
from microbatt.engines import load_engine
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.campaign.blocks import Block
    from microbatt.campaign.campaign import Campaign
    from microbatt.campaign.known_curves import KnownCurves
    from microbatt.cube import Arrays, Location, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the tasks of one run have in common; it travels with each of them.

    Attributes
    ----------
    campaign
        What to simulate and how.
    store
        Of the cube; whoever runs a task must reach it.
    depth
        Depth axis of the cube, shape (d,).
    run_id
        Of the run.
    rerun
        Endings that are to be simulated: ``not_run``, with or without the failures.
    known
        Where curves of this campaign can be copied from.
    """

    campaign: Campaign
    store: Location
    depth: NDArray[np.float64]
    run_id: str
    rerun: tuple[Outcome, ...] = (Outcome.NOT_RUN,)
    known: KnownCurves | None = None

    def arrays(self) -> Arrays:
        """Open the variables of the cube for writing."""
        return _arrays_of_run(self.store, self.run_id)


@lru_cache(maxsize=2)
def _arrays_of_run(store: Location, run_id: str) -> Arrays:
    """Open a cube once for all tasks of a run; the next run may find another in its place."""
    del run_id
    return open_arrays(store, read_only=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One block to bring to its end.

    Attributes
    ----------
    block
        Of whole chunks.
    points
        Of all its curves, shape (n, 3): alpha, S, current.
    wanted
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
    delay
        Wait this long first [s]; for attempts after trouble with the infrastructure.

    Returns
    -------
    BlockFinished
        A receipt.
    """
    time.sleep(delay)
    start = time.perf_counter()
    region = task.block.region
    arrays = job.arrays()
    before = read_status(arrays, region)
    open_rows = np.isin(before, job.rerun)
    if not open_rows.any():
        return _receipt(task, before[: task.wanted])
    kept, wanted = kept_rows(job, task)
    if before.any():
        # Rows about to change must not pass for finished if this is cut short.
        write_status(arrays, region, np.where(wanted, Outcome.NOT_RUN, before).astype(np.int8))
    simulating = time.perf_counter()
    fresh = simulate_rows(job, task.points[wanted])
    storing = time.perf_counter()
    rows = merged_rows(kept, fresh, wanted)
    write_rows(arrays, region, rows)
    return _receipt(
        task,
        rows[STATUS.name][open_rows],
        simulated=int(wanted.sum()),
        engine_time=float(fresh["solve_time"].sum()),
        store_time=time.perf_counter() - storing + simulating - start,
    )


def kept_rows(job: Job, task: Task) -> tuple[Rows, NDArray[np.bool_]]:
    """Return a block as it is known so far, and which of its rows are to be simulated."""
    arrays = job.arrays()
    before = read_status(arrays, task.block.region)
    if before.any():
        rows = read_rows(arrays, task.block.region)
    elif job.known is not None:
        rows = known_rows(job.known, task.block.region, job.depth.size)
    else:
        rows = rows_without_curve(before.size, job.depth.size, Outcome.NOT_RUN)
    return rows, np.isin(rows[STATUS.name], job.rerun)


def simulate_rows(job: Job, points: NDArray[np.float64]) -> Rows:
    """Simulate curves and return them as rows, without touching the store.

    Parameters
    ----------
    job
        Of the run.
    points
        alpha, S and current of each, shape (n, 3); n may be 0.
    """
    if len(points) == 0:
        return rows_without_curve(0, job.depth.size, Outcome.NOT_RUN)
    engine, request = load_engine(job.campaign.engine), job.campaign.request
    engine.refuse(request, points)

    def simulate(part: NDArray[np.float64]) -> Rows:
        start = time.perf_counter()
        batch = engine.simulate(request, part)
        return rows_from_batch(batch, job.depth, time.perf_counter() - start)

    if engine.in_threads:
        return joined_rows(in_lanes(simulate, points))
    return simulate(points)


def store_rows(job: Job, task: Task, rows: Rows) -> BlockFinished:
    """Store a block whose curves were simulated in parts."""
    start = time.perf_counter()
    write_rows(job.arrays(), task.block.region, rows)
    status = rows[STATUS.name]
    elapsed = time.perf_counter() - start
    return _receipt(task, status, simulated=status.size, store_time=elapsed)


def _receipt(
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
        endings=tally(status),
        engine_time=engine_time,
        store_time=store_time,
        host=socket.gethostname(),
    )
