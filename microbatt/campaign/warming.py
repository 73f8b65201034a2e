"""Loading what the first blocks and the end of a run need, beside what comes before them."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import TYPE_CHECKING

from microbatt.cube import depth_axis, region_points, rows_from_batch
from microbatt.engines import load_engine

if TYPE_CHECKING:
    from microbatt.campaign.campaign import Campaign


def warm_up_beside(campaign: Campaign) -> None:
    """Warm this process up for the blocks of a campaign, in a thread of its own.

    Whoever needs what is being loaded waits for it; nobody else does.

    Parameters
    ----------
    campaign
        Whose blocks threads of this process are about to simulate.
    """
    threading.Thread(target=_warm_up, args=(campaign,), name="warm-up", daemon=True).start()


def _warm_up(campaign: Campaign) -> None:
    engine = load_engine(campaign.engine)
    if not engine.keeps_time_limit:  # whose curves may take long
        _simulate_one(campaign)
    import_module("xarray")  # for the end, when the cube is opened,
    import_module("dask.array")  # for which xarray asks then


def _simulate_one(campaign: Campaign) -> None:
    """Simulate one curve for nothing: what an engine loads when first used is loaded then."""
    design = campaign.design
    one = tuple(slice(0, 1) for _ in design.shape)
    points = region_points(design.dims, design.coordinates(), one)
    batch = load_engine(campaign.engine).simulate(campaign.request, points)
    rows_from_batch(batch, depth_axis(campaign.depth_points), 0.0)
