"""A fast deterministic engine for tests of everything around engines.

It is the engine of the contract suites, with points that end in each way that a discharge can end,
and points that kill the process that simulates them.
"""

import os
import signal
import time
from dataclasses import replace

import numpy as np

from microbatt.engines.contract import Engine
from microbatt.outcomes import Outcome
from microbatt.testing.formula import formula_batch, formula_outcomes

KILLER_ALPHA = 6.66
"""A point with this alpha kills its process."""
BROKEN_S = 13.0
"""A point with this S does not converge unless the environment says that it may."""
SLOW_S = 14.0
"""A point with this S takes longer than any limit on wall-clock time."""


_batch = formula_batch  # tests put something else here


def _simulate(request, points):
    time.sleep(float(os.environ.get("STANDIN_SECONDS_PER_CURVE", "0")) * len(points))
    if (points[:, 0] == KILLER_ALPHA).any():
        os.kill(os.getpid(), signal.SIGKILL)
    outcome = formula_outcomes(points)
    if "STANDIN_CONVERGES" not in os.environ:
        outcome[points[:, 1] == BROKEN_S] = Outcome.NO_CONVERGENCE
    if request.time_limit is not None:
        outcome[points[:, 1] == SLOW_S] = Outcome.TIME_LIMIT
    return _batch(points, outcome, request.cutoff_voltage)


simulator = Engine(
    name="stand-in",
    simulate=_simulate,
    version=lambda settings: "stand-in 1",  # noqa: ARG005
    curves_per_task=12,
)


def _simulate_cell(request, points):
    batch = _simulate(request, points)
    cell = request.cell
    mark = 1e4 * cell.positive.thickness + cell.negative.alpha
    return replace(batch, energy=batch.energy * mark)


of_the_cell = replace(simulator, name="stand-in of the cell", simulate=_simulate_cell)
"""The same with energies that tell the cells apart."""


def _simulate_curves(request, points):
    batch = _simulate(request, points)
    thicker = request.cell.positive.thickness / 1e-4
    return replace(
        batch, time=batch.time * thicker, voltage=batch.voltage - 0.02 * np.sqrt(thicker)
    )


curves_of_the_cell = replace(of_the_cell, name="stand-in of curves", simulate=_simulate_curves)
"""The same with curves of a capacity and a voltage that tell a thickness."""
