"""The native engine as campaigns see it; its kernels are loaded at the first curve."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from microbatt.campaign.simulators import Simulator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from microbatt.campaign.simulators import Terms
    from microbatt.engines.result import DischargeBatch

_NUMERICS: Final = (
    "porous_electrode/*.py",
    "cells/open_circuit.py",
    "cells/electrolyte_fits.py",
    "engines/native.py",
    "engines/resample.py",
)
"""Where the numbers of a discharge come from."""


def _simulate(campaign: Terms, points: NDArray[np.float64]) -> DischargeBatch:
    from microbatt.engines.native import simulate_discharges

    return simulate_discharges(
        campaign.cell,
        points,
        inventory=campaign.inventory,
        cutoff_voltage=campaign.cutoff_voltage,
        thermal=campaign.thermal,
        settings=campaign.settings,
    )


def numerics_version() -> str:
    """Return a digest of the code from which the numbers come.

    A version number says what was released; this says what ran, in a working copy too, so that
    a cube is never continued by an engine that would give other numbers.
    """
    package = Path(__file__).parents[1]
    sources = sorted(path for place in _NUMERICS for path in package.glob(place))
    content = b"\0".join(path.read_bytes() for path in sources)
    return f"numerics {hashlib.sha256(content).hexdigest()[:12]}"


simulator = Simulator(
    simulate=_simulate, version=numerics_version(), curves_per_task=1000, in_threads=True
)
"""About a second and a half a task; see docs/campaign.md for what a task costs beside."""
