"""How kernels are compiled: machine code once, in one process, and nothing else is touched."""

import gc
import importlib
import subprocess
import sys
import time

import numba
import numpy as np
import pytest
from numba.core.codegen import JITCodeLibrary
from numba.core.registry import cpu_target

from microbatt.porous_electrode import compilation
from microbatt.porous_electrode.compilation import entry_kernel, kernel
from microbatt.porous_electrode.machine_code import WaitingLibrary, translated_once

TOWER = """
from microbatt.porous_electrode.compilation import entry_kernel

@entry_kernel
def entry(x):
    return x + 1.0
"""


@kernel
def lowest(x):
    return np.full(3, x).sum() + 1.0


@kernel
def middle(x):
    if x > 1e300:
        raise ValueError("too large")
    return lowest(x) * lowest(x + 1.0)


@entry_kernel
def highest(x):
    return middle(x) + lowest(x)


@entry_kernel
def other(x):
    return middle(x) - lowest(x)


@numba.njit
def ordinary(x):
    return middle(x) + 2.0


@pytest.fixture
def translated(monkeypatch):
    """Names of the libraries that become machine code."""
    names, whole = [], JITCodeLibrary._finalize_specific

    def counted(self):
        names.append(self.name)
        whole(self)

    monkeypatch.setattr(JITCodeLibrary, "_finalize_specific", counted)
    return names


def test_of_a_tower_of_kernels_only_the_highest_becomes_machine_code(translated):
    for entry in (highest, other):
        translated.clear()
        with translated_once():  # past the cache
            numba.njit(error_model="numpy", nogil=True)(entry.py_func)(2.0)
        assert len(translated) == 1, translated
        assert entry(2.0) == entry.py_func(2.0)


def test_an_exception_comes_out_of_a_kernel_below(translated):
    assert translated == []
    with pytest.raises(ValueError, match="too large"):
        highest(1e301)


def test_other_functions_are_compiled_as_ever_and_may_call_the_same_kernels():
    highest(2.0)
    backend = cpu_target.target_context.codegen()
    assert not {"_library_class", "set_env"} & set(vars(backend))
    assert backend._library_class is JITCodeLibrary
    assert ordinary(2.0) == middle(2.0) + 2.0
    (compiled,) = ordinary.overloads.values()
    assert not isinstance(compiled.library, WaitingLibrary)


def test_a_process_waits_for_one_that_compiles_and_takes_the_kernel_from_the_cache(
    tmp_path, monkeypatch
):
    (tmp_path / "tower.py").write_text(TOWER)
    monkeypatch.syspath_prepend(tmp_path)
    tower = importlib.import_module("tower")
    code = (
        "import tower; from microbatt.porous_electrode import compilation;"
        "compilation._SILENCE = 0.1;"
        "print('ready', flush=True); tower.entry(1.0); s = tower.entry.stats;"
        "print(sum(s.cache_hits.values()), sum(s.cache_misses.values()))"
    )
    with translated_once(), compilation._in_turn(tower.entry):
        waiting = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stdout.readline() == "ready\n"
        time.sleep(1.0)  # it would be compiled by then
        type(tower.entry).compile(tower.entry, (numba.float64,))
    said, told = waiting.communicate(timeout=60)
    assert said.split() == ["1", "0"]
    assert told == "Waiting for another process, which compiles the engine.\n"


@pytest.mark.parametrize("often", [700, 0, 10**6])  # 0: never
def test_garbage_is_looked_for_as_before_after_a_compilation_even_one_that_fails(often):
    before = gc.get_threshold()
    try:
        gc.set_threshold(often, 10, 10)
        seen = []
        with pytest.raises(AttributeError), compilation._seldom_collected():
            seen.append(gc.get_threshold()[0]).fails  # noqa: B018
        assert seen == [max(often, compilation._SELDOM) if often else 0]
        assert gc.get_threshold() == (often, 10, 10)
    finally:
        gc.set_threshold(*before)


def test_who_cannot_keep_a_kernel_compiles_it_without_waiting(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(highest._cache, "_cache_path", str(tmp_path / "file" / "folder"))
    with compilation._in_turn(highest):
        pass


def test_a_numba_that_is_made_differently_compiles_as_it_does(monkeypatch):
    from microbatt.porous_electrode import machine_code

    monkeypatch.setitem(machine_code._NEEDED, JITCodeLibrary, ("something_else",))
    assert not machine_code.serves()

    @entry_kernel
    def twice(x):
        return 2.0 * x

    with translated_once():
        assert "_library_class" not in vars(cpu_target.target_context.codegen())
    assert twice(2.0) == 4.0
