"""Loading what the first blocks and the end of a run need, beside what comes before them."""

from __future__ import annotations

import atexit
import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.campaign.simulation import solve_rows
from microbatt.cube.writing import region_points
from microbatt.engines.contract import load_engine
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from microbatt.campaign.campaign import Campaign
    from microbatt.campaign.plan import Plan
    from microbatt.campaign.simulation import Asked
    from microbatt.cube import Design
    from microbatt.cube.contents import Layout


PRELOAD: Final = "preload"
"""Name of the thread."""
_FEW: Final = 8


def preload_for(planned: Campaign | Plan) -> None:
    """Warm this process up for the blocks of a campaign, in a thread of its own.

    Whoever needs what is being loaded waits for it; nobody else does, but for the process at its
    end: a thread inside the compiler when Python is taken down would crash it.

    Parameters
    ----------
    planned : Campaign or Plan
        Whose blocks threads of this process are about to simulate.
    """
    work = (planned.engine, planned.request, planned.design, planned.layout)
    thread = threading.Thread(target=_preload, args=work, name=PRELOAD, daemon=True)
    thread.start()
    atexit.register(thread.join)


def _preload(engine: str, request: Asked, design: Design, layout: Layout) -> None:
    if not load_engine(engine).keeps_time_limit:  # whose curves may take long
        with suppress(ParameterError):  # what cannot be simulated is told by the run itself
            _simulate_few(engine, request, design, layout)
    import_module("xarray")  # for the end, when the cube is opened,
    import_module("dask.array")  # for which xarray asks then


def _simulate_few(engine: str, request: Asked, design: Design, layout: Layout) -> None:
    """Simulate a curve some times for nothing: what an engine loads when first used is loaded then.

    Some times, because many curves may need something else than one does.
    """
    one = tuple(slice(0, 1) for _ in design.shape)
    points = region_points(
        design.dims, design.coordinates(), one, columns=request.columns, cell=request.cell
    )
    solve_rows(engine, request, np.repeat(points, _FEW, axis=0), layout)
