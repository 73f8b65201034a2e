"""The native engine: time of each curve, of many in a call, and of a start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from engine_sample import Curve

from microbatt.engines import Settings, simulate_discharges

if TYPE_CHECKING:
    from engine_sample import Array

    from microbatt.cells import Cell
    from microbatt.engines import DischargeBatch

START = """
import json, sys, time
marks = [time.perf_counter()]
import xarray
marks.append(time.perf_counter())
import microbatt
marks.append(time.perf_counter())
for _ in range(2):
    microbatt.simulate_discharge("doyle-1996-cell-1", alpha=2.3, S=3.0, current=17.5)
    marks.append(time.perf_counter())
print(json.dumps([after - before for before, after in zip(marks, marks[1:])]))
"""


def time_curves(cell: Cell, points: Array, inventory: str, *, passes: int) -> Array:
    """CPU time of each curve by itself [s]: one call a curve, the least of some passes."""
    seconds = np.full(len(points), np.inf)
    simulate_discharges(cell, points[:1], inventory=inventory)
    for _ in range(passes):
        for i in range(len(points)):
            start = time.process_time()
            simulate_discharges(cell, points[i : i + 1], inventory=inventory)
            seconds[i] = min(seconds[i], time.process_time() - start)
    return seconds


def time_batch(
    cell: Cell, points: Array, inventory: str, *, threads: tuple[int, ...] = (1,), passes: int = 5
) -> list[tuple[float, float]]:
    """Wall time and CPU time of all points in one call [s], for each number of threads.

    The least of some passes, in which the numbers of threads take turns.
    """
    best = np.full((len(threads), 2), np.inf)
    for _ in range(passes):
        for k, count in enumerate(threads):
            start = np.array([time.perf_counter(), time.process_time()])
            simulate_discharges(cell, points, inventory=inventory, threads=count)
            used = np.array([time.perf_counter(), time.process_time()]) - start
            best[k] = np.minimum(best[k], used)
    return [(float(wall), float(cpu)) for wall, cpu in best]


def curves_of(batch: DischargeBatch) -> list[Curve | None]:
    """The curves of a batch; None where there is none."""
    return [
        Curve(capacity=one.capacity, voltage=one.voltage) if one.time.size > 1 else None
        for one in batch
    ]


def refined_curves(cell: Cell, points: Array, inventory: str) -> list[Curve | None]:
    """The reference: the engine's own refined solution."""
    return curves_of(
        simulate_discharges(cell, points, inventory=inventory, settings=Settings.refined())
    )


def time_start(*, passes: int = 7) -> list[float]:
    """Seconds to import xarray, then microbatt, for the first curve, and for the second.

    Each pass is a fresh interpreter with compiled kernels in the cache; the least of the passes.
    """
    return [float(one) for one in np.min([_start(dict(os.environ)) for _ in range(passes)], 0)]


def time_compilation() -> float:
    """Seconds for the first curve when no compiled kernel is in the cache."""
    with tempfile.TemporaryDirectory() as empty:
        return _start({**os.environ, "NUMBA_CACHE_DIR": empty})[2]


def _start(environment: dict[str, str]) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True
    )
    seconds: list[float] = json.loads(done.stdout)
    return seconds


def memory_growth(cell: Cell, points: Array, *, curves: int = 10_000) -> float:
    """By how much the resident memory grows over `curves` discharges, in calls of 500 [MiB]."""
    block = np.resize(points, (500, 3))
    simulate_discharges(cell, block)
    before = _resident()
    for _ in range(curves // len(block)):
        simulate_discharges(cell, block)
    return _resident() - before


def _resident() -> float:
    """Resident memory of this process [MiB]."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
