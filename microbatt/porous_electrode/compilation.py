"""How kernels are compiled: the same for all, so that a curve has the same bits everywhere."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numba
from numba.extending import register_jitable

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
"""A kernel that is written into the one that calls it before either is compiled.

Whatever a kernel calls is optimised again within it; a tower of drivers over a large solution would
be compiled as often as it has storeys.
"""

entry_kernel = numba.njit(error_model="numpy", nogil=True, cache=True)
"""A kernel that Python calls, cached on disk.

The cache looks at the kernel's own file and at the values that it closes over, so an entry
kernel closes over `source_digest`, which changes with any kernel.
"""


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
