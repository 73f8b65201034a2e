"""Campaigns and clusters as separate processes, to be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time

from microbatt.campaign import read_pending
from microbatt.cube import has_cube, locate
from tests.campaign.small import ROOT

PATIENCE = 180.0
"""How long to wait for what must happen [s]; cores are shared."""
SELDOM = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "2s",
}
"""How seldom Dask's own processes look at clocks and threads, which `microbatt run` sets itself."""
STARTED = []
"""What a test has started; what is left of it ends with the test, however that ends."""


def start(*command, cwd=ROOT, **environment):
    """Start a Python module as the leader of a process group of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd,
        env={**os.environ, **SELDOM, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    STARTED.append(process)
    return process


def end_all():
    """Kill what is left of all that was started."""
    while STARTED:
        kill_tree(STARTED.pop())


def start_run(campaign, store, *options, seconds_per_curve=0.0):
    """Start ``microbatt run``; without further word on two worker processes."""
    if not {"--scheduler", "--workers"} & set(options):
        options = ("--workers", "2", *options)
    return start(
        "microbatt",
        "run",
        campaign,
        "--store",
        store,
        *options,
        STANDIN_SECONDS_PER_CURVE=str(seconds_per_curve),
    )


def finish(process):
    """Wait for a process to end by itself; return its exit status and what it said."""
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def kill_tree(process):
    """SIGKILL a process and all that it started; return whether it was still alive."""
    alive = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    return alive


def curves_done(store, options=None):
    """Count the curves that a store says are run; 0 while there is none."""
    location = locate(store, options)
    if not has_cube(location):
        return 0
    return int((read_pending(location).status != 0).sum())


def wait_until(condition, process=None):
    """Wait until something holds, or a process has ended."""
    deadline = time.monotonic() + PATIENCE
    while not condition() and (process is None or process.poll() is None):
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.1)  # looking into a store costs the processes that fill it their time


@contextlib.contextmanager
def cluster_by_hand(port, workers=2):
    """A scheduler and workers started as separate processes, as on machines of a cluster."""
    address = f"tcp://127.0.0.1:{port}"
    common = ("--no-dashboard",)
    scheduler = start("dask", "scheduler", "--host", "127.0.0.1", "--port", port, *common)
    hands = [
        start("dask", "worker", address, "--nthreads", 1, "--death-timeout", 10, *common)
        for _ in range(workers)
    ]
    try:
        yield address, scheduler, hands
    finally:
        for process in (*hands, scheduler):
            kill_tree(process)
