"""Tell that kernels are being compiled: a silent minute looks like a program that hangs."""

from __future__ import annotations

import logging
from functools import cache

_log = logging.getLogger(__name__)
_KERNELS = "microbatt.porous_electrode"


@cache
def tell_of_compiling() -> None:
    """From now on, warn once when a kernel of the engine has to be compiled.

    Compiled kernels are kept on disk, so most processes never say it. It goes through `logging`,
    which shows a warning on the standard error of a program that has set up nothing else.
    """
    import numba.core.event

    class Listener(numba.core.event.Listener):
        """Hears of compilations; nested ones belong to the first."""

        told = False

        def on_start(self, event: numba.core.event.Event) -> None:
            dispatcher = event.data["dispatcher"]
            if not self.told and dispatcher.py_func.__module__.startswith(_KERNELS):
                self.told = True
                _log.warning(
                    "Compiling the engine for this machine, which takes a minute or two; "
                    "what is compiled is kept, and the next time it starts at once."
                )

        def on_end(self, event: numba.core.event.Event) -> None:
            del event

    numba.core.event.register("numba:compile", Listener())  # type: ignore[no-untyped-call]
