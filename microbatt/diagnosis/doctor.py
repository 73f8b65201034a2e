"""Everything that can be found out about an installation, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.diagnosis.engines import engines
from microbatt.diagnosis.installation import installation
from microbatt.diagnosis.machine import machine
from microbatt.diagnosis.stores import stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from microbatt.cube import Location
    from microbatt.diagnosis.result import Finding


def diagnose(asked: Sequence[Location] = (), *, simulate: bool = False) -> Iterator[Finding]:
    """Yield what is found of the installation, the machine, the engines and the stores.

    Parameters
    ----------
    asked : sequence of Location, default ()
        Cubes to open; one chunk of each is read.
    simulate : bool, default False
        Whether to run a discharge too, which compiles the kernels first if they are not cached: a
        minute.

    Yields
    ------
    Finding
        As each is made; some take seconds.
    """
    yield from installation()
    yield from machine()
    yield from engines(simulate=simulate)
    yield from stores(asked)
