"""What a worker process of the local cluster does before its first task."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Worker


def dask_setup(worker: Worker) -> None:
    """Leave interrupts to the process that started the cluster, which ends its workers itself.

    A terminal and a batch system send them to all processes alike. A worker whose parent is gone
    ends without them.
    """
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
