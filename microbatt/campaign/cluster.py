"""A Dask cluster over the cores of this machine, or a client of one that runs elsewhere.

A cluster of this machine listens to nothing that others can open. A scheduler and a worker of Dask
each serve pages over HTTP, by default on all interfaces or to all users of the machine. Here they
serve none, unless the dashboard is asked for, and then on the loopback only. Processes talk through
TLS with a certificate that is made for one cluster and kept in memory, so that no other user of the
machine can send them work; threads talk in memory.
"""

from __future__ import annotations

import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any

import dask
from distributed import Client, Nanny, Scheduler, SpecCluster, Worker
from distributed.security import Security

from microbatt.checks import check_integer
from microbatt.errors import CampaignError
from microbatt.shadowing import is_installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LOOPBACK = "127.0.0.1"
SETTINGS: Mapping[str, Any] = {
    # The dashboard's page is served by the host `localhost`, and no other page may talk to it.
    "distributed.scheduler.dashboard.bokeh-application.allow_websocket_origin": [],
    "distributed.dashboard.link": "{scheme}://localhost:{port}/status",
    # A proxy to the pages of workers, which serve none.
    "distributed.scheduler.http.routes": [
        "distributed.http.scheduler.info",
        "distributed.http.health",
        "distributed.http.statics",
    ],
    # What a worker spills lies in a folder for temporary files and is read back as code may be.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
}
"""Dask's settings for such a cluster."""


class SilentScheduler(Scheduler):
    """A scheduler without HTTP pages."""

    def start_http_server(self, *arguments: object, **options: object) -> None:
        """Start none."""


class SilentWorker(Worker):
    """A worker without HTTP pages."""

    def start_http_server(self, *arguments: object, **options: object) -> None:
        """Start none."""


def start_cluster(
    count: int, *, processes: bool, dashboard: bool, silence_logs: int, preload: str
) -> SpecCluster:
    """Start a cluster of this machine.

    Parameters
    ----------
    count : int
        Of worker processes, or of threads of this process.
    processes : bool
        Which of the two.
    dashboard : bool
        Whether Dask's dashboard is served, on the loopback.
    silence_logs : int
        Level below which Dask's own log is silent.
    preload : str
        Module that worker processes import first.
    """
    security = Security.temporary() if processes else Security()
    common = {"security": security, "protocol": "tls://" if processes else "inproc://"}
    if processes:
        common["host"] = LOOPBACK
    page = {"dashboard": dashboard, "dashboard_address": f"{LOOPBACK}:0"}
    worker = {"worker_class": SilentWorker, "preload": preload} if processes else {}
    return SpecCluster(
        scheduler={
            "cls": Scheduler if dashboard else SilentScheduler,
            "options": {**common, **page, "port": 0},
        },
        workers={
            place: {
                "cls": Nanny if processes else SilentWorker,
                "options": {
                    **common,
                    **worker,
                    "nthreads": 1 if processes else count,
                    "memory_limit": 1.0 / count if processes else 1.0,
                    "silence_logs": silence_logs,
                },
            }
            for place in range(count if processes else 1)
        },
        security=security,
        silence_logs=silence_logs,
    )


_SETTINGS = {
    **SETTINGS,
    # The runner looks into a block at the first death, and gives it another chance alone.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.worker.multiprocessing-method": "spawn",
    "distributed.comm.timeouts.connect": "20s",
    # A worker that is being started again is not lost, however often it died and however slowly
    # the machine starts it; by default a cluster gives such a worker up for good.
    "distributed.deploy.lost-worker-timeout": "1 day",
    # Nobody looks fifty times a second at what these clocks measure.
    "distributed.admin.system-monitor.interval": "2s",
    "distributed.admin.tick.interval": "500ms",
}
_OF_THREADS = {
    # Threads stand still with their scheduler, as under Ctrl-Z, and are not dead when they go on.
    "distributed.scheduler.worker-ttl": None,
}


@contextmanager
def local_client(
    workers: int | None = None,
    *,
    processes: bool = False,
    profiled: bool = False,
    dashboard: bool = True,
) -> Iterator[Client]:
    """Start a cluster on this machine, and end it afterwards.

    Nobody else can send it work: threads talk in memory, processes through TLS on the loopback,
    with a certificate made for this one cluster.

    Parameters
    ----------
    workers : int, optional
        How many; None is one for each core that this process may use.
    processes : bool, default False
        Whether each worker is a process of its own, which costs a second at the start and
        survives whatever kills a simulation, or a thread of this one.
    profiled : bool, default False
        Whether Dask samples what its workers do, a hundred times a second; for its report.
    dashboard : bool, default True
        Whether to serve Dask's dashboard on the loopback, where bokeh is installed; loading it
        takes half a second. Other users of this machine can look at it.

    Yields
    ------
    distributed.Client
        Of the new cluster.
    """
    if workers is not None:
        check_integer("workers", workers, low=1)
    count = workers or dask.system.CPU_COUNT
    start = partial(
        start_cluster,
        count,
        processes=processes,
        dashboard=dashboard and _has_bokeh(),
        silence_logs=logging.CRITICAL,
        preload="microbatt.campaign.worker_setup",
    )
    settings = _SETTINGS | ({} if processes else _OF_THREADS)
    with (
        dask.config.set(settings | {"distributed.worker.profile.enabled": profiled}),
        _whole_cluster(start, processes=processes) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _whole_cluster(start: Callable[[], SpecCluster], *, processes: bool) -> SpecCluster:
    """Start a cluster out of an interrupt's way.

    One that is interrupted while it starts cannot be closed any more, so it is started by another
    thread, then closed if an interrupt came. That thread blocks interrupts, which every process
    that it starts inherits: a terminal and a batch system send them to all processes alike, and
    workers leave them to this one, which ends them itself.
    """
    deaf = _block_interrupts if processes else None
    with ThreadPoolExecutor(1, "cluster", deaf) as pool:
        starting = pool.submit(start)
        try:
            return starting.result()
        except KeyboardInterrupt:
            with suppress(Exception):  # what kept it from starting may be the same interrupt
                starting.result().close()
            raise


def _block_interrupts() -> None:
    # Which starts with the first process, and would let interrupts in again.
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


@contextmanager
def remote_client(address: str, timeout: float = 20.0) -> Iterator[Client]:
    """Connect to a scheduler that runs already.

    Parameters
    ----------
    address : str
        For example ``tcp://10.0.0.5:8786``, or the path of a scheduler file.
    timeout : float, default 20.0
        How long to try [s].

    Yields
    ------
    distributed.Client
        Which is closed afterwards.

    Raises
    ------
    CampaignError
        If nobody answers there.
    """
    try:
        if address.endswith(".json"):
            client = Client(scheduler_file=address, timeout=timeout)
        else:
            client = Client(address, timeout=timeout)
    except (OSError, ValueError) as error:
        raise CampaignError(
            f"no Dask scheduler answers at {address!r} ({error}). Check the address that "
            "`dask scheduler` printed, and that this machine can reach it."
        ) from error
    with client:
        yield client


def dashboard_link(client: Client) -> str:
    """Return the link to the dashboard of a client's cluster; empty if it has none."""
    made_here = getattr(client.cluster, "scheduler_spec", None) or {}
    served = made_here.get("options", {}).get("dashboard", True) and _has_bokeh()
    return str(client.dashboard_link or "") if served else ""


def silence_dask() -> None:
    """Keep Dask's own log off the terminal: what matters is told by events and errors."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _has_bokeh() -> bool:
    return is_installed("bokeh")
