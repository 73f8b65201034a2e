"""What a worker process of the local cluster does before its first task."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

    from distributed import Worker

_GRACE: Final = 5.0
"""How long a worker that was told to terminate waits to be ended by its cluster [s]."""


def dask_setup(worker: Worker) -> None:
    """Leave it to the process that started the cluster to end this one, for a while.

    A batch system tells all processes alike to terminate. A worker whose parent is gone ends by
    itself; one whose parent is there, but was itself interrupted while it closed the cluster,
    ends a little after it was told.
    """
    del worker
    signal.signal(signal.SIGTERM, _end_soon)


def _end_soon(number: int, frame: FrameType | None) -> None:
    del frame
    timer = threading.Timer(_GRACE, os._exit, args=(128 + number,))
    timer.daemon = True
    timer.start()
