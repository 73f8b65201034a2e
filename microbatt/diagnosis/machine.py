"""The machine: cores, memory, and a graphics processor if there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from microbatt.diagnosis.result import Finding, State
from microbatt.shadowing import is_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEEN: Final = (
    "import tensorflow as tf;"
    "print(tf.__version__, *(g.name for g in tf.config.list_physical_devices('GPU')))"
)
_QUIET: Final = {"TF_CPP_MIN_LOG_LEVEL": "3"}
_LONGEST: Final = 120.0
"""To import TensorFlow [s]; a driver that hangs must not hang the diagnosis."""


def machine() -> Iterator[Finding]:
    """Yield how many cores and how much memory there are, and which GPUs TensorFlow sees."""
    yield Finding(
        topic="cores", text=f"{usable_cores()} usable of {os.cpu_count()}; {_memory():.0f} GiB"
    )
    yield _devices()
    if is_installed("tensorflow"):
        yield _tensorflow()


def usable_cores() -> int:
    """Return on how many cores this process may run.

    Returns
    -------
    int
        Those that the operating system lets it use, of all that there are.

    Examples
    --------
    >>> usable_cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _devices() -> Finding:
    program = shutil.which("nvidia-smi")
    if program is None:
        return Finding(topic="GPU", text="none (no nvidia-smi)", state=State.ABSENT)
    asked = (program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    lines = "; ".join(done.stdout.splitlines())
    if done.returncode != 0 or not lines:
        text = f"nvidia-smi failed: {(done.stderr or done.stdout).strip()[:200]}"
        return Finding(topic="GPU", text=text, state=State.ABSENT)
    return Finding(topic="GPU", text=lines)


def _tensorflow() -> Finding:
    """Ask in a process of its own: what is wrong with a driver ends that one only."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            (sys.executable, "-c", _SEEN),
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST,
            env=os.environ | _QUIET,
        )
    except subprocess.TimeoutExpired:
        text = f"did not start within {_LONGEST:g} s"
        return Finding(topic="TensorFlow", text=text, state=State.TROUBLE)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        text = f"cannot be imported: {last}"
        return Finding(topic="TensorFlow", text=text, state=State.TROUBLE)
    number, *devices = done.stdout.split()
    return Finding(
        topic="TensorFlow", text=f"{number} computes on {', '.join(devices) or 'the CPU'}"
    )
