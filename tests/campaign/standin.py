"""A fast deterministic engine for tests of everything around engines.

Its curves are smooth and fall faster with alpha and current; some points end in each way that a
discharge can end, and some kill the process that simulates them.
"""

import os
import signal
import time

import numpy as np

from microbatt.engines import DischargeBatch, Engine
from microbatt.outcomes import Outcome

KILLER_ALPHA = 6.66
"""A point with this alpha kills its process."""
BROKEN_S = 13.0
"""A point with this S does not converge unless the environment says that it may."""
SLOW_S = 14.0
"""A point with this S takes longer than any limit on wall-clock time."""
NO_CURVE_CURRENT = 1000.0
"""At this current or more the cut-off is reached at once."""
STEPS = 40


def _simulate(request, points):
    time.sleep(float(os.environ.get("STANDIN_SECONDS_PER_CURVE", "0")) * len(points))
    if (points[:, 0] == KILLER_ALPHA).any():
        os.kill(os.getpid(), signal.SIGKILL)
    outcome = np.full(len(points), Outcome.CUTOFF_REACHED, dtype=np.int8)
    outcome[points[:, 2] >= NO_CURVE_CURRENT] = Outcome.CUTOFF_AT_START
    if "STANDIN_CONVERGES" not in os.environ:
        outcome[points[:, 1] == BROKEN_S] = Outcome.NO_CONVERGENCE
    if request.time_limit is not None:
        outcome[points[:, 1] == SLOW_S] = Outcome.TIME_LIMIT
    return _batch(points, outcome, request.cutoff_voltage)


def _batch(points, outcome, cutoff_voltage):
    alpha, S, current = points.T
    count = len(points)
    has_curve = outcome != Outcome.CUTOFF_AT_START
    lengths = np.where(has_curve, STEPS, 0)
    duration = 3600 * 17.5 / current * S / (S + 1 + 0.1 * alpha)
    depth = np.linspace(0, 1, STEPS)
    start = 4.2 - 0.002 * current
    voltage = start[:, None] - (start[:, None] - cutoff_voltage) * depth ** (
        2 + 10 / (1 + alpha[:, None])
    )
    time_ = duration[:, None] * depth
    nan = np.where(has_curve, 1.0, np.nan)
    capacity = current * duration / 3600 * nan
    return DischargeBatch(
        alpha=alpha,
        S=S,
        current=current,
        outcome=outcome,
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        time=time_[has_curve].ravel(),
        voltage=voltage[has_curve].ravel(),
        temperature=np.full(int(lengths.sum()), 298.15),
        open_circuit_voltage=np.full(count, 4.2),
        initial_voltage=start,
        end_temperature=298.15 * nan,
        min_salt_concentration=(2000 - 10 * current) * nan,
        negative_surface_stoichiometry=0.1 * nan,
        positive_surface_stoichiometry=0.9 * nan,
        steps=lengths.astype(np.int32),
        newton_iterations=(2 * lengths).astype(np.int32),
        rejected_steps=np.zeros(count, dtype=np.int32),
        energy=3.5 * capacity / 0.755,
        power=3.5 * current / 0.755 * nan,
    )


simulator = Engine(
    name="stand-in",
    simulate=_simulate,
    version=lambda settings: "stand-in 1",  # noqa: ARG005
    curves_per_task=12,
)
