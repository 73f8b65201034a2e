"""A compilation of the engine is told of: a silent minute looks like a program that hangs."""

import subprocess
import sys

SAY = """
import numba
from microbatt.engines.compile_notice import tell_of_compiling

tell_of_compiling()
tell_of_compiling()


@numba.njit
def others(x):
    return x + 1


@numba.njit
def inner(x):
    return x + 1


@numba.njit
def outer(x):
    return inner(x) + 1


others(1)
print("others done", flush=True)
inner.py_func.__module__ = outer.py_func.__module__ = "microbatt.porous_electrode.bdf"
outer(1)
"""


def test_it_is_said_once_on_the_standard_error() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SAY], capture_output=True, text=True, check=True, timeout=120
    )
    assert run.stdout == "others done\n"
    assert run.stderr.count("Compiling the engine") == 1
