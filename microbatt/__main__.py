"""The process of the command ``microbatt``, and of ``python -m microbatt``."""

import gc
import os
import sys
import threading

from microbatt.cli.commands import UNREAD, main, silence

PRELOAD = "preload"
"""Name of the thread that loads kernels, of `microbatt.campaign`."""
COLLECTOR = (50_000, 20, 20)
"""Thresholds of the garbage collector in every command."""
LINEAR_ALGEBRA = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that say how many threads linear algebra takes; read when NumPy is imported."""


def command_line() -> None:
    """Run the command, with a garbage collector that lets modules load and processes end.

    By Python's own thresholds it looks through all that was imported dozens of times while more
    is imported, and once more at the end: a quarter of the time of a short command.  Linear algebra
    takes one thread, unless the environment says otherwise: matrices are small here, several
    threads wait for one another, and a fit takes twice as long.
    """
    for variable in LINEAR_ALGEBRA:
        os.environ.setdefault(variable, "1")
    gc.set_threshold(*COLLECTOR)
    try:
        main()
    except SystemExit as end:
        code = _written(end.code)
        _leave_at_once(code)
        raise SystemExit(code) from None
    finally:
        gc.freeze()


def _written(code: int | str | None) -> int | str | None:
    """Write what waits to be, and return the exit code; without a word where nobody reads it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            silence(stream)
            code = code or UNREAD
    return code


def _leave_at_once(code: int | str | None) -> None:
    """End the process if kernels are still being loaded beside a command that has failed.

    Otherwise it would wait until they are, for minutes if they have to be compiled first.
    """
    if code and any(thread.name == PRELOAD for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    command_line()
