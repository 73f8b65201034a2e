"""Running a program that cannot be trusted to end: with limits, and never leaving it behind."""

from __future__ import annotations

import contextlib
import enum
import errno
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LONGEST_PAUSE: Final = 0.05
"""Between two looks at the program [s]."""
_COMPLAINTS: Final = "stderr.txt"
"""File in the folder that takes the standard error."""
_KEPT: Final = 2000
"""So much of it is kept [byte]."""
_WEIGHING: Final = 0.25
"""Between two looks at what it has written [s]."""


class AbandonedError(RuntimeError):
    """A program was ended before its time, so that what it wrote is no result."""


@dataclass(slots=True)
class _Generation:
    """Programs started before `end_all` was last called are of another generation."""

    generation: int = 0


_RUNNING: Final = _Generation()


class Stop(enum.StrEnum):
    """Why a program is over."""

    ENDED = "it ended"
    TIME = "it was stopped at the wall-clock limit"
    OUTPUT = "it was stopped at the limit on its output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A program that is over, with everything that it started.

    Attributes
    ----------
    stop : Stop
        Why.
    exit_code : int
        As `subprocess.Popen.returncode` has it: below zero is the number of a signal.
    seconds : float
        Wall-clock time.
    complaints : str
        The end of what it wrote to its standard error.
    """

    stop: Stop
    exit_code: int
    seconds: float
    complaints: str


def run_limited(
    command: Sequence[str],
    folder: Path,
    *,
    time_limit: float,
    output_limit: int,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program in a folder until it ends or a limit is reached; then end its whole group.

    On Linux with util-linux the kernel holds it to the limits too (CPU time, size of a file), and
    ends it with this process, should that be killed.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    folder : Path
        Its working directory, with nothing else that grows.
    time_limit : float
        Wall-clock time [s].
    output_limit : int
        Size of all files in the folder [byte].
    environment : mapping of str to str or None
        Variables beside those of this process.

    Returns
    -------
    Finished
        Why it is over, and the end of what it complained of.

    Raises
    ------
    OSError
        If it cannot be started.
    AbandonedError
        If `end_all` ended it.
    """
    if shutil.which(command[0]) is None:
        raise FileNotFoundError(errno.ENOENT, "there is no such program", command[0])
    generation = _RUNNING.generation
    start = time.monotonic()
    complaints = folder / _COMPLAINTS
    with complaints.open("wb") as errors:
        guarded = _guarded(command, time_limit, output_limit)
        process = _start(guarded, folder, environment, errors)
    try:
        stop = _watch(process.pid, folder, start + time_limit, output_limit, generation)
    finally:
        # Not reaped yet, so that its number cannot be another process's by now.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        exit_code = process.wait()
    if generation != _RUNNING.generation:
        raise AbandonedError("the program was ended because nobody waits for it any more")
    if stop is Stop.ENDED and _weight(folder) > output_limit:
        stop = Stop.OUTPUT  # the kernel was quicker
    return Finished(
        stop=stop,
        exit_code=exit_code,
        seconds=time.monotonic() - start,
        complaints=_tail(complaints),
    )


def end_all() -> None:
    """End every program that runs in this process; whoever waits for one gets `AbandonedError`."""
    _RUNNING.generation += 1


def _start(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None,
    errors: BinaryIO,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - running what the user names is the purpose
        list(command),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _KEPT))
        return file.read().decode(errors="replace").strip()


def _watch(pid: int, folder: Path, deadline: float, output_limit: int, generation: int) -> Stop:
    pause, weighed = 0.001, time.monotonic()
    while not _is_over(pid) and generation == _RUNNING.generation:
        now = time.monotonic()
        if now >= deadline:
            return Stop.TIME
        if now - weighed > _WEIGHING:
            if _weight(folder) > output_limit:
                return Stop.OUTPUT
            weighed = now
        time.sleep(min(pause, deadline - now))
        pause = min(2.0 * pause, _LONGEST_PAUSE)
    return Stop.ENDED


def _is_over(pid: int) -> bool:
    """Whether a child has ended, without reaping it."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _weight(folder: Path) -> int:
    total = 0
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total


def _guarded(command: Sequence[str], time_limit: float, output_limit: int) -> list[str]:
    """Return a command that the kernel limits, and ends with the thread that starts it.

    `subprocess` could do both between fork and exec, which is not safe with threads.
    """
    seconds = (math.ceil(time_limit) + 1) * (os.cpu_count() or 1)
    limits = (f"--cpu={seconds}", f"--fsize={2 * output_limit}", "--core=0")
    return [
        *_with("prlimit", *limits, "--"),
        *_with("setpriv", "--pdeathsig", "KILL", "--"),
        *command,
    ]


def _with(name: str, *options: str) -> tuple[str, ...]:
    """Return a program of util-linux with options, or nothing where it is not installed."""
    found = _installed(name)
    return () if found is None else (found, *options)


@cache
def _installed(name: str) -> str | None:
    return shutil.which(name) if sys.platform == "linux" else None
