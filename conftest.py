"""How the tests are spread over the cores of a machine, and where they leave their files.

A run of everything, or of folders, is spread over workers. A run of single files, one with ``-s``
and one with a debugger stay in this process, where they begin at once and can be talked to;
``-n 0`` and ``-n 4`` say otherwise.

Temporary files lie in memory where there is room for them: the tests make and remove tens of
thousands of small ones.
"""

import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

MOST_WORKERS = 8
MEMORY = 2**31
"""For one worker [bytes]; one that has loaded TensorFlow, PyBaMM and Panel holds most of it."""
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes folders of its own in it
ROOM = 2**32
"""Least room for temporary files in memory [bytes]; an installed wheel takes a quarter of it."""
FIRST = (
    "tests/campaign/test_kill.py",
    "tests/engines/test_every_kernel.py",  # compiles all kernels: who needs one waits meanwhile
    "tests/browser/test_explorer.py",  # needs none, nor do the others before the pages
    "tests/contracts/test_stores.py",
    "tests/explorer/test_application.py",
    "tests/hostile/test_damages.py",
    "tests/cube/test_write_predictions.py",
    "tests/cube/test_coordinates.py",
    "tests/test_docs.py",
    "tests/test_examples.py",
)
"""Files that take longest, each run by one worker: begun last they would be waited for.

Those that need no kernel come first, for as long as one worker compiles all of them.
"""


# As the command does: there is much to look through, and little garbage.
gc.set_threshold(50_000, 20, 20)
# Python and pytest compile every file once, not once for each of some hundred processes. Compiled
# kernels lie in the same folders.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Workers share the cores: where the linear algebra of each takes all of them, its threads wait for
# one another, and a fit of seconds takes minutes. Workers and all other processes inherit this; the
# present one may have its threads already.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def pytest_configure():
    """Put pytest's folders in memory if it holds files and programs."""
    if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK):
        runs_nothing = os.statvfs(IN_MEMORY).f_flag & os.ST_NOEXEC
        if shutil.disk_usage(IN_MEMORY).free > ROOM and not runs_nothing:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Return how many workers ``-n auto`` starts; 0 for none.

    There is one more than cores, since a sixth of the time tests wait: for processes that start or
    are killed, for browsers and for locks.
    """
    named = [word for word in config.args if ".py" in word]
    if named or config.option.capture == "no" or config.option.usepdb:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    workers = min(cores + 1 if cores > 1 else 1, memory // MEMORY, MOST_WORKERS)
    return workers if workers > 1 else 0


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path):
    """Look for examples in docstrings where they are, not in every file of tests once more."""
    collectors = yield
    tests = file_path.name.startswith(("test_", "conftest"))
    return [c for c in collectors if not (tests and type(c).__name__ == "DoctestModule")]


def pytest_collection_modifyitems(config, items):
    """Put the longest files first where workers share them out."""
    if hasattr(config, "workerinput"):
        place = {name: number for number, name in enumerate(FIRST)}
        items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(FIRST)))


def pytest_collection_finish():
    """Tell the collector of garbage that what was imported by now is none."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def temporary_folder(tmp_path_factory):
    """Have this process and those that it starts put temporary files where pytest removes them."""
    with pytest.MonkeyPatch.context() as patch:
        folder = str(tmp_path_factory.mktemp("t"))  # a short path: sockets lie there too
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield
