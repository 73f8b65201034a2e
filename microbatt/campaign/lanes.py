"""The threads of a worker share the curves of its blocks.

So the last block of a campaign keeps all of them busy, and while one block is stored the curves
of another are simulated by every thread.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from distributed import get_worker

from microbatt.engines import in_parts

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Result = TypeVar("Result")

_CURVES_A_PART: Final = 64
"""At most so many curves are simulated by one thread before another may help."""


def in_lanes(
    work: Callable[[NDArray[np.float64]], Result], points: NDArray[np.float64]
) -> list[Result]:
    """Do the same work on parts of some points, in as many threads as this worker has.

    Parameters
    ----------
    work
        Takes points, shape (m, 3).
    points
        Shape (n, 3), n at least 1.

    Returns
    -------
    list
        What the work returned for each part, in the order of the points.
    """
    threads = _threads_here()
    if threads == 1 or len(points) == 1:
        return [work(points)]
    return list(_lanes(threads).map(work, in_parts(points, threads, _CURVES_A_PART)))


@cache
def _lanes(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="lane")


def _threads_here() -> int:
    """Return how many threads the worker has that runs this; 1 outside of any."""
    try:
        return int(get_worker().state.nthreads)
    except ValueError:
        return 1
