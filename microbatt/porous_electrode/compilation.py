"""How kernels are compiled: the same for all, so that a curve has the same bits everywhere."""

from __future__ import annotations

import gc
import hashlib
import logging
import time
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import numba
from numba.extending import register_jitable

from microbatt.porous_electrode.machine_code import translated_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_log = logging.getLogger(__name__)

_PATIENCE: Final = 600.0
"""For another process to compile a kernel [s]."""
_LOOK: Final = 0.05
"""Seconds between two looks whether it has."""
_SILENCE: Final = 2.0
"""For so long nothing is said of waiting [s]; a kernel that is compiled is read in less."""

_SELDOM: Final = 50_000
"""So many new objects are made between two looks for garbage; a tenth of the time is saved."""

kernel = register_jitable(error_model="numpy", nogil=True, no_cfunc_wrapper=True)
"""Compiled into the kernels that call it; from Python it is the plain function.

Without the interpreter lock and in plain IEEE arithmetic (no ``fastmath``). No way in from Python
or C is compiled, which takes longer than the kernel itself where a record of arrays is handed over.
"""

node_kernel = register_jitable(
    error_model="numpy", nogil=True, forceinline=True, no_cfunc_wrapper=True
)
"""A kernel that is copied into the one that calls it: for one node or element, or within a step.

A call would hand over every array of the workspace, which takes longer than the work.
"""

inner_kernel = numba.njit(error_model="numpy", nogil=True, inline="always")
"""A kernel that is written into the one that calls it before either is compiled."""


def entry_kernel(function: Callable[..., Any]) -> Any:
    """Compile a kernel that Python calls, with all that it calls; it is cached on disk.

    The cache looks at the kernel's own file and at the values that it closes over, so an entry
    kernel closes over `source_digest`, which changes with any kernel.  Of several processes that
    need it one compiles it, and the others wait and take it from there.
    """
    dispatcher: Any = numba.njit(error_model="numpy", nogil=True, cache=True)(function)

    def compiled(signature: Any) -> Any:
        with translated_once(), _in_turn(dispatcher), _seldom_collected():
            return type(dispatcher).compile(dispatcher, signature)

    dispatcher.compile = compiled
    return dispatcher


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for garbage seldom: compiling makes millions of objects, and most of them are kept."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _SELDOM) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _in_turn(dispatcher: Any) -> Iterator[None]:
    """Wait until no other process of this machine compiles a kernel, where files can be locked."""
    folder = dispatcher._cache.cache_path  # noqa: SLF001 - nothing else says it
    with ExitStack() as stack:
        if folder is not None and find_spec("fcntl") is not None:
            with suppress(OSError):  # it compiles what it cannot keep
                Path(folder).mkdir(parents=True, exist_ok=True)
                name = f"{dispatcher.py_func.__module__}.{dispatcher.py_func.__qualname__}.lock"
                _wait_for(stack.enter_context(Path(folder, name).open("w")))
        yield


def _wait_for(file: IO[str]) -> None:
    """Lock a file that another process may have locked; give up when that must be frozen."""
    import fcntl

    begin, told = time.monotonic(), False
    while (waited := time.monotonic() - begin) < _PATIENCE:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waited > _SILENCE and not told:
                told = True
                _log.warning("Waiting for another process, which compiles the engine.")
            time.sleep(_LOOK)
        else:
            return


_SOURCES: Final = (
    "porous_electrode/*.py",
    "cells/microstructure.py",
    "constants.py",
    "monotone_cubic.py",
    "outcomes.py",
)
"""Whatever is compiled into a kernel: its code, and the numbers of other modules that it reads."""


def source_digest() -> int:
    """A number that changes with every line of the physics and with every constant."""
    package, digest = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted(path for place in _SOURCES for path in package.glob(place)):
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:6])
