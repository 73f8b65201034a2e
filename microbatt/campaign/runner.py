"""Handing blocks to the workers of a Dask cluster, whatever happens to them.

The runner takes a client and never makes one.  It keeps a few tasks per thread in flight, so
that neither its memory nor the scheduler's grows with the campaign.  A block that killed its worker
is halved until the curves that do it are found: parts are simulated one at a time on an otherwise
idle cluster, so that only the guilty part dies.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from distributed import CancelledError as FutureCancelled
from distributed import KilledWorker
from distributed.comm.core import CommClosedError

from microbatt.campaign.events import BlockRetried, BlockSplit, CurveCrashed
from microbatt.campaign.tasks import (
    kept_rows,
    run_task,
    simulate_rows,
    store_rows,
    with_own_numbers,
)
from microbatt.campaign.waiting import Watch, ask_scheduler
from microbatt.cube.store import is_remote_trouble
from microbatt.cube.writing import joined_rows, merged_rows, rows_without_curve
from microbatt.errors import CampaignError
from microbatt.outcomes import Outcome
from microbatt.processes import end_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from distributed import Client, Future
    from numpy.typing import NDArray

    from microbatt.campaign.events import BlockFinished, Listener
    from microbatt.campaign.tasks import Job, Task
    from microbatt.cube.writing import Rows

TASKS_PER_THREAD: Final = 3
"""In flight for each thread of the cluster: one runs, the others hide the way to the scheduler."""
ATTEMPTS: Final = 4
"""How often a block is tried when the network or an object store fails it."""
_RECOUNT: Final = 5.0
"""How long a count of the cluster's threads stays good [s]."""
_GOODBYE: Final = 5.0
"""How long a scheduler may take to hear that tasks are not wanted any more [s]."""
_GRAPH_UNREAD: Final = "deserialization of the task graph"
"""What Dask says where its scheduler cannot import what a task is made of."""
_run_task = with_own_numbers(run_task)
_kept_rows = with_own_numbers(kept_rows)
_simulate_rows = with_own_numbers(simulate_rows)
_store_rows = with_own_numbers(store_rows)
_LOST = (CancelledError, FutureCancelled, CommClosedError)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flight:
    """One attempt at a task."""

    task: Task
    attempt: int = 1


@dataclass(slots=True, kw_only=True)
class _Window:
    """The tasks in flight on a cluster, few at a time."""

    client: Client
    job: Job
    watch: Watch
    flights: dict[str, _Flight] = field(default_factory=dict)
    futures: dict[str, Future[BlockFinished]] = field(default_factory=dict)
    finished: SimpleQueue[Future[BlockFinished]] = field(default_factory=SimpleQueue)
    _counted: float = -_RECOUNT
    _size: int = TASKS_PER_THREAD

    def free(self) -> int:
        """Return how many more tasks may fly; clusters grow and shrink."""
        if time.monotonic() - self._counted > _RECOUNT:
            state = ask_scheduler(self.client)
            if state is not None:
                self._size = TASKS_PER_THREAD * max(state.threads, 1)
            self._counted = time.monotonic()
        return self._size - len(self.flights)

    def launch(self, flight: _Flight) -> None:
        """Submit one attempt, later ones after a pause that doubles."""
        delay = 0.0 if flight.attempt == 1 else 2.0 ** (flight.attempt - 2)
        key = f"{self.job.run_id}-{flight.task.block}-{flight.attempt}"
        future = self.client.submit(_run_task, self.job, flight.task, delay, key=key, pure=False)
        self.flights[key], self.futures[key] = flight, future
        future.add_done_callback(self.finished.put)

    def landed(self) -> Iterator[tuple[_Flight, Future[BlockFinished]] | None]:
        """Wait for attempts and hand them over, until none is in flight.

        None tells that a moment has passed, in which the cluster may have grown.
        """
        while self.futures:
            future = self.watch.next(self.finished)
            if future is None:
                yield None
            else:
                key = str(future.key)
                del self.futures[key]
                yield self.flights.pop(key), future

    def abandon(self) -> None:
        """Drop what is in flight; a task that already runs may still finish its block.

        Programs that threads of this process wait for are ended. A scheduler that does not answer
        is not waited for.
        """
        if self.futures:
            end_all()
        if self.futures and self.client.status == "running":
            work = (list(self.futures.values()),)
            cancelling = threading.Thread(target=self.client.cancel, args=work, daemon=True)
            cancelling.start()
            cancelling.join(_GOODBYE)


def run_tasks(
    client: Client,
    job: Job,
    tasks: Iterator[Task],
    tell: Listener,
    *,
    timeout: float | None = None,
) -> None:
    """Bring every task to its end.

    Parameters
    ----------
    client : distributed.Client
        Of any Dask cluster; its workers must import microbatt and reach the store.
    job : Job
        What the tasks have in common.
    tasks : iterator of Task
        Blocks with something left to do.
    tell : Listener
        Hears of every block.
    timeout : float, optional
        Give up after so long without any worker that works [s]; None waits.

    Raises
    ------
    CampaignError
        If the cluster is lost, or no worker of it works for too long.
    OSError
        If the store cannot be read or written.
    """
    watch = Watch(client=client, tell=tell, patience=timeout)
    try:
        for task in _run_all(_Window(client=client, job=job, watch=watch), tasks, tell):
            tell(bisect_crashes(watch, job, task, tell))
    except _LOST as error:
        raise CampaignError(_lost_cluster(client)) from error


def _run_all(window: _Window, tasks: Iterator[Task], tell: Listener) -> list[Task]:
    """Run tasks side by side; return those that killed their worker, to be looked into alone."""
    killers: list[Task] = []
    try:
        _fill(window, tasks)
        for landed in window.landed():
            receipt = None if landed is None else _settle(window, *landed, killers, tell)
            if receipt is not None:
                tell(receipt)
            _fill(window, tasks)
    finally:
        window.abandon()
    return killers


def _fill(window: _Window, tasks: Iterator[Task]) -> None:
    for task in islice(tasks, max(0, window.free())):
        window.launch(_Flight(task=task))


def _settle(
    window: _Window,
    flight: _Flight,
    future: Future[BlockFinished],
    killers: list[Task],
    tell: Listener,
) -> BlockFinished | None:
    """Return the receipt of an attempt, or see to it that the block gets another chance."""
    try:
        receipt: BlockFinished = future.result()
    except KilledWorker:
        killers.append(flight.task)
    except ImportError as error:
        raise CampaignError(
            f"a worker cannot import what it needs ({error}). Install the same microbatt, and the "
            "same engine, where the workers run, and run again; finished blocks are kept."
        ) from error
    except Exception as error:
        if _GRAPH_UNREAD in str(error):
            raise CampaignError(
                "the scheduler cannot import what it needs. Install the same microbatt where it "
                "runs, and look into its log; finished blocks are kept."
            ) from error
        if flight.attempt == ATTEMPTS or not is_remote_trouble(error):
            raise
        again = _Flight(task=flight.task, attempt=flight.attempt + 1)
        tell(BlockRetried(block=str(flight.task.block), attempt=again.attempt, reason=str(error)))
        window.launch(again)
    else:
        return receipt
    return None


def _lost_cluster(client: Client) -> str:
    """Return the sentences for a cluster that went away."""
    address = client.scheduler.address if client.scheduler is not None else "the scheduler"
    return (
        f"the connection to the Dask scheduler at {address} is lost. Finished blocks are in the "
        "store: start a cluster and run again, which goes on with what is left."
    )


def bisect_crashes(watch: Watch, job: Job, task: Task, tell: Listener) -> BlockFinished:
    """Finish a block during which a worker died.

    The whole block gets one more chance alone: perhaps its neighbour on the worker was to blame,
    or the worker's machine.

    Parameters
    ----------
    watch : Watch
        Of the cluster.
    job, task, tell
        As for `run_tasks`.

    Returns
    -------
    BlockFinished
        The block's receipt; curves that cannot be simulated have the outcome ``crashed``.
    """
    try:
        return watch.result(watch.client.submit(_run_task, job, task, pure=False))
    except KilledWorker:
        tell(BlockSplit(block=str(task.block), curves=len(task.points)))
    kept, wanted = watch.result(watch.client.submit(_kept_rows, job, task, pure=False))
    fresh = joined_rows(_halves(watch, job, task, task.points[wanted], tell))
    rows = merged_rows(kept, fresh, wanted)
    return watch.result(watch.client.submit(_store_rows, job, task, rows, pure=False))


def _halves(
    watch: Watch, job: Job, task: Task, points: NDArray[np.float64], tell: Listener
) -> list[Rows]:
    if len(points) == 1:
        point = dict(zip(job.request.columns, points[0].tolist(), strict=True))
        tell(CurveCrashed(alpha=point["alpha"], S=point["S"], current=point.get("current")))
        return [rows_without_curve(1, job.layout, Outcome.CRASHED)]
    middle = len(points) // 2
    return [
        rows
        for half in (points[:middle], points[middle:])
        for rows in _part(watch, job, task, half, tell)
    ]


def _part(
    watch: Watch, job: Job, task: Task, points: NDArray[np.float64], tell: Listener
) -> list[Rows]:
    try:
        return [watch.result(watch.client.submit(_simulate_rows, job, points, pure=False))]
    except KilledWorker:
        tell(BlockSplit(block=str(task.block), curves=len(points)))
        return _halves(watch, job, task, points, tell)
