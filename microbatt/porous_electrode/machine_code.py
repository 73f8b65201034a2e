"""Machine code for the kernels that Python calls, and for no other.

numba makes a library of each function, and optimises and translates it with everything that it
calls; so a function at the bottom of a tower is optimised once on each storey, and translated to
machine code each time, though only the code of the uppermost is ever run.  Here the libraries of
a tower wait: they are linked as they are, and what comes of that is optimised and translated once,
where an address is asked for.  That takes two thirds of the time, and the numbers are the same.

All this is inside numba, and another version may be made differently; kernels are then compiled as
numba does it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from numba.core import codegen
from numba.core.compiler_lock import global_compiler_lock
from numba.core.environment import lookup_environment
from numba.core.registry import cpu_target

if TYPE_CHECKING:
    from collections.abc import Iterator


_NEEDED: Final = {
    codegen.JITCodeLibrary: (
        "_ensure_finalized",
        "_finalize_dynamic_globals",
        "_finalize_final_module",
        "_get_compiled_object",
        "_optimize_final_module",
        "_set_compiled_object",
        "_verify_declare_only_symbols",
        "get_defined_functions",
        "get_pointer_to_function",
    ),
    codegen.JITCPUCodegen: ("_library_class", "set_env"),
}


def serves() -> bool:
    """Whether the numba that is installed has what is needed here."""
    return all(hasattr(kind, name) for kind, names in _NEEDED.items() for name in names)


class WaitingLibrary(codegen.JITCodeLibrary):
    """The code of a function, which becomes machine code when somebody asks for its address."""

    _waits = False
    _comes_from_the_cache = False

    def _optimize_final_module(self) -> None:
        """Leave that to the library that is translated."""

    def _finalize_final_module(self) -> None:
        if self._comes_from_the_cache:
            super()._finalize_final_module()
            return
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._waits = self._finalized = True

    def _set_compiled_object(self, value: Any) -> None:
        super()._set_compiled_object(value)
        self._comes_from_the_cache = True

    def get_pointer_to_function(self, name: str) -> Any:
        """Return the address of a function, or 0 where it is not in this library."""
        self._ensure_finalized()
        if self._waits and name in {function.name for function in self.get_defined_functions()}:
            self._translate()
        return super().get_pointer_to_function(name)

    def _get_compiled_object(self) -> Any:
        if self._waits:
            self._translate()
        return super()._get_compiled_object()

    def _translate(self) -> None:
        self._waits = False
        self._shared_module = None
        super()._optimize_final_module()
        self._final_module.verify()
        super()._finalize_final_module()
        for variable in self._final_module.global_variables:
            environment = lookup_environment(variable.name)
            if environment is not None and not variable.is_declaration:
                self._codegen.set_env(variable.name, environment)


@contextmanager
def translated_once() -> Iterator[None]:
    """Have what is compiled in this context wait until its address is asked for."""
    if not serves():
        yield
        return
    backend: Any = cpu_target.target_context.codegen()
    set_environment = backend.set_env

    def set_where_translated(name: str, environment: Any) -> None:
        if backend._engine.is_symbol_defined(name):  # noqa: SLF001 - numba's way
            set_environment(name, environment)

    with global_compiler_lock:
        if "_library_class" in vars(backend):  # one kernel compiles another
            yield
            return
        backend._library_class, backend.set_env = WaitingLibrary, set_where_translated  # noqa: SLF001
        try:
            yield
        finally:
            del backend._library_class, backend.set_env  # noqa: SLF001
