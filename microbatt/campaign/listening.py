"""What the nodes of a cluster on this machine listen to: nothing that others can open.

A scheduler and a worker of Dask each serve pages over HTTP, by default on all interfaces or to all
users of the machine. Here they serve none, unless the dashboard is asked for, and then on the
loopback only. Processes talk through TLS with a certificate that is made for one cluster and kept
in memory, so that no other user of the machine can send them work; threads talk in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from distributed import Nanny, Scheduler, SpecCluster, Worker
from distributed.security import Security

if TYPE_CHECKING:
    from collections.abc import Mapping

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
