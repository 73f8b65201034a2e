"""What an engine is asked for the curves of a campaign: discharges, or runs of a protocol."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from microbatt.cube.writing import rows_from_batch, rows_from_simulations
from microbatt.engines.contract import load_engine
from microbatt.engines.protocols import (
    ProtocolRequest,
    check_points,
    protocol_version,
    simulate_points,
)

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    from microbatt.cube.contents import Layout
    from microbatt.cube.writing import Rows
    from microbatt.engines.contract import Request

    Asked: TypeAlias = Request | ProtocolRequest


def check_cells(engine: str, request: Asked, points: NDArray[np.float64]) -> None:
    """Refuse cells that there cannot be, and what is beyond an engine.

    Raises
    ------
    ParameterError
        Saying which number of which cell, or which step of a protocol, it is and why.
    """
    if isinstance(request, ProtocolRequest):
        check_points(request, points)
    else:
        load_engine(engine).check(request, points)


def version_of(engine: str, request: Asked) -> str:
    """Return the version of an engine as it is installed here, for what it is asked."""
    if isinstance(request, ProtocolRequest):
        return protocol_version()
    return load_engine(engine).version(request.settings)


def solve_rows(
    engine: str,
    request: Asked,
    points: NDArray[np.float64],
    layout: Layout,
    rounding: float | None = None,
) -> Rows:
    """Simulate curves at checked points and return them as rows of a cube.

    Parameters
    ----------
    engine : str
        Name of the simulator.
    request : Request or ProtocolRequest
        What it is asked, whatever the point.
    points : numpy.ndarray
        With the columns that ``request.columns`` names.
    layout : Layout
        What the cube holds of each.
    rounding : float, optional
        By how much voltages may be rounded [V].
    """
    start = time.perf_counter()
    if isinstance(request, ProtocolRequest):
        simulations = simulate_points(request, points)
        elapsed = time.perf_counter() - start
        return rows_from_simulations(simulations, layout, elapsed, rounding)
    batch = load_engine(engine).solve(request, points)
    depth = layout.coordinates["depth"][1]
    return rows_from_batch(batch, depth, time.perf_counter() - start, rounding)
