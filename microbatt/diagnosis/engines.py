"""The engines: compiled kernels, dualfoil, PyBaMM."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from microbatt.diagnosis.result import Finding, State, without_home
from microbatt.engines.dualfoil import DualfoilSettings, find_executable
from microbatt.errors import ParameterError
from microbatt.shadowing import is_installed

if TYPE_CHECKING:
    from collections.abc import Iterator


def engines(*, simulate: bool = False) -> Iterator[Finding]:
    """Yield the state of each engine.

    Parameters
    ----------
    simulate
        Whether to run a discharge with the native engine, which compiles the kernels first if
        they are not cached: a minute.
    """
    yield _kernels()
    if simulate:
        yield _curve()
    yield _dualfoil()
    yield _pybamm()


def _kernels() -> Finding:
    from microbatt.porous_electrode import simulate_many

    folder = Path(simulate_many.stats.cache_path)
    kept = list(folder.glob("*.nbc"))
    where = without_home(folder)
    if not kept:
        text = f"none cached in {where}: the first curve takes a minute"
        return Finding(topic="kernels", text=text, state=State.ABSENT)
    size = sum(one.stat().st_size for one in kept) / 2**20
    closed = "" if os.access(folder, os.W_OK) else ", which is not writable"
    return Finding(topic="kernels", text=f"{len(kept)} cached, {size:.0f} MiB, in {where}{closed}")


def _curve() -> Finding:
    from microbatt.engines import simulate_discharge
    from microbatt.porous_electrode import simulate_many

    begun = time.perf_counter()
    try:
        discharge = simulate_discharge()
    except Exception as error:  # noqa: BLE001 - whatever it is, the diagnosis tells it
        text = f"failed: {type(error).__name__}: {error}"
        return Finding(topic="first curve", text=text, state=State.TROUBLE)
    seconds = time.perf_counter() - begun
    how = "compiled for it" if simulate_many.stats.cache_misses else "from the cache"
    state = State.FINE if discharge.outcome.is_whole else State.TROUBLE
    text = f"{seconds:.2f} s, kernels {how}; {discharge.outcome.message}"
    return Finding(topic="first curve", text=text, state=state)


def _dualfoil() -> Finding:
    try:
        found = find_executable(DualfoilSettings())
    except ParameterError as error:
        return Finding(topic="dualfoil", text=str(error), state=State.ABSENT)
    return Finding(topic="dualfoil", text=f"found, {without_home(found)}")


def _pybamm() -> Finding:
    from importlib.metadata import version

    if not is_installed("pybamm"):
        return Finding(topic="PyBaMM", text="not installed", state=State.ABSENT)
    return Finding(topic="PyBaMM", text=f"found, {version('pybamm')}")
