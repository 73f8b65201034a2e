"""An engine of a formula, for tests of everything around engines: fast, and the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.engines import DischargeBatch
from microbatt.engines.contract import Engine
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.engines.contract import Request

NO_CURVE_CURRENT: Final = 1000.0
"""At this current or more the cut-off is reached at once [A m⁻²]."""
_STEPS: Final = 40
_OPEN_CIRCUIT: Final = 4.2


def formula_outcomes(points: NDArray[np.float64]) -> NDArray[np.int8]:
    """How each discharge ends: on the cut-off, where there is a curve at all."""
    at_once = points[:, 2] >= NO_CURVE_CURRENT
    return np.where(at_once, Outcome.CUTOFF_AT_START, Outcome.CUTOFF_REACHED).astype(np.int8)


def formula_batch(
    points: NDArray[np.float64], outcome: NDArray[np.int8], cutoff_voltage: float
) -> DischargeBatch:
    """Smooth curves that fall faster with alpha and current; none where the cut-off is at once."""
    alpha, S, current = points.T
    has_curve = outcome != Outcome.CUTOFF_AT_START
    lengths = np.where(has_curve, _STEPS, 0)
    nan = np.where(has_curve, 1.0, np.nan)
    duration = 3600.0 * 17.5 / current * S / (S + 1.0 + 0.1 * alpha)
    depth = np.linspace(0.0, 1.0, _STEPS)
    start = _OPEN_CIRCUIT - 0.002 * current
    steepness = 2.0 + 10.0 / (1.0 + alpha[:, None])
    voltage = start[:, None] - (start[:, None] - cutoff_voltage) * depth**steepness
    capacity = current * duration / 3600.0 * nan
    return DischargeBatch(
        alpha=alpha,
        S=S,
        current=current,
        outcome=outcome,
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        time=(duration[:, None] * depth)[has_curve].ravel(),
        voltage=voltage[has_curve].ravel(),
        temperature=np.full(int(lengths.sum()), 298.15),
        open_circuit_voltage=np.full(len(points), _OPEN_CIRCUIT),
        initial_voltage=start,
        end_temperature=298.15 * nan,
        min_salt_concentration=(2000.0 - 10.0 * current) * nan,
        negative_surface_stoichiometry=0.1 * nan,
        positive_surface_stoichiometry=0.9 * nan,
        steps=lengths.astype(np.int32),
        newton_iterations=(2 * lengths).astype(np.int32),
        rejected_steps=np.zeros(len(points), dtype=np.int32),
        energy=3.5 * capacity / 0.755,
        power=3.5 * current / 0.755 * nan,
    )


def _simulate(request: Request, points: NDArray[np.float64]) -> DischargeBatch:
    return formula_batch(points, formula_outcomes(points), request.cutoff_voltage)


def _version(settings: Any) -> str:  # noqa: ANN401, ARG001 - those of an engine; it has none
    return "formula 1"


ENGINE: Final = Engine(name="formula", simulate=_simulate, version=_version, curves_per_task=12)
