"""The native engine as campaigns see it; its kernels are loaded at the first curve."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from microbatt.campaign.simulators import Simulator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from microbatt.campaign.campaign import Campaign
    from microbatt.engines.result import DischargeBatch


def _simulate(campaign: Campaign, points: NDArray[np.float64]) -> DischargeBatch:
    from microbatt.engines.native import simulate_discharges

    return simulate_discharges(
        campaign.cell,
        points,
        inventory=campaign.inventory,
        cutoff_voltage=campaign.cutoff_voltage,
        thermal=campaign.thermal,
        settings=campaign.settings,
    )


simulator = Simulator(
    simulate=_simulate, version=version("microbatt"), curves_per_task=1000, in_threads=True
)
"""About a second and a half a task; see docs/campaign.md for what a task costs beside."""
