"""What errors of the open-circuit potentials do to the measured curves.

An open-circuit potential that is off is off at a stoichiometry, and that is where the surface of
each particle stands: later at a low current than at a high one, and here and there in the electrode
at different times.  So the engine discharges cells whose potentials carry small waves, and what
these move is how an error shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.engines import ENGINE, Settings
from microbatt.inference.forward.derivatives import curve_points
from microbatt.inference.forward.error_model import wave_deviations
from microbatt.inference.forward.finite_differences import end_capacity
from microbatt.inference.forward.forward_model import voltages_of_batch
from microbatt.inference.forward.runs import run_voltage

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells import Cell, Electrode
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

WAVES: Final = 16
"""For each electrode; half of the shortest is a fifteenth of the charge long."""
SETTINGS: Final = Settings(mesh=0.7)
"""Of the curves; what a finer mesh changes moves no interval by more than 1 %."""
HEIGHT: Final = 1e-3
"""Of a wave that is simulated [V]: curves answer linearly to so little."""


@dataclass(frozen=True, slots=True)
class _WithWave:
    """A function of the stoichiometry and a wave on it, a cos(k (θ − θ_0) + φ)."""

    function: Callable[[ArrayLike], Array]
    amplitude: float
    wavenumber: float
    origin: float
    phase: float

    def __call__(self, theta: ArrayLike) -> Array:
        angle = self.wavenumber * (np.asarray(theta) - self.origin) + self.phase
        return np.asarray(self.function(theta)) + self.amplitude * np.cos(angle)


def potential_moves(model: ForwardModel, x: Array, charge: float | None = None) -> Array | None:
    """Return what the parts of an error of the open-circuit potentials do to the averages.

    The error is a Gaussian process along the stoichiometries that the longest discharge passes,
    with the lengths of `microbatt.inference.forward.error_model.smooth_spectrum`; the electrodes
    have equal parts of its variance.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    x
        Coordinates of all unknowns, shape (p,).
    charge
        Of the longest discharge [A h m⁻²]; None for that of the model.  Models of one cell need the
        same, so that a part is the same error in each.

    Returns
    -------
    ndarray, shape (m, r), or None
        One standard deviation of each part, of an error of one [V/V]; zero for parts for which the
        engine has no whole curve or run.  None where it has none at all.

    Raises
    ------
    ParameterError
        If there is no such cell.
    """
    core, asked = model.of_file(x), x[: model.priors.asked]
    here = _voltages(core, asked, core.cell)
    if here is None:
        return None
    if charge is None:
        charge = longest_charge(model)
    charge /= core.value(asked, "area_scale")
    cell = core.request_at(asked).cell
    sides = ("positive",) if cell.metal is not None else ("negative", "positive")
    deviations = wave_deviations(WAVES) / np.sqrt(len(sides))
    columns = []
    for side in sides:
        start, stop = _passed(getattr(cell, side), charge, filled=side == "positive")
        electrode = cast("Electrode", getattr(core.cell, side))
        for order, deviation in enumerate(deviations):
            wavenumber = np.pi * order / (stop - start)
            changed: dict[str, Any] = {side: _with_wave(electrode, wavenumber, start)}
            there = _voltages(core, asked, replace(core.cell, **changed))
            moved = np.zeros_like(here) if there is None else there - here
            columns.append(deviation * moved / HEIGHT)
    moves = np.stack(columns, axis=1)
    return moves if moves.any() else None


def _voltages(core: ForwardModel, x: Array, cell: Cell) -> Array | None:
    """Return the averages of another cell; None where the engine has no whole curve or run."""
    other = replace(core, request=replace(core.request, cell=cell, settings=SETTINGS))
    pieces: list[Array | None] = []
    if core.curves:
        batch = ENGINE.run(other.request_at(x), curve_points(core, x))
        whole = np.isfinite(end_capacity(batch)).all()
        pieces.append(voltages_of_batch(core, x, batch) if whole else None)
    pieces += [run_voltage(other, x, run) for run in core.runs]
    known = [piece for piece in pieces if piece is not None]
    return np.concatenate(known) if len(known) == len(pieces) else None


def longest_charge(model: ForwardModel) -> float:
    """Return the charge of the longest measured discharge [A h m⁻²].

    Parameters
    ----------
    model
        Of runs alone, whose charge is that which the cell holds, or with discharges.
    """
    return max(piece.charge for piece in model.curves or model.runs)


def _passed(electrode: Electrode, charge: float, *, filled: bool) -> tuple[float, float]:
    """Return the stoichiometries at the start of a discharge and after a charge [A h m⁻²]."""
    sites = electrode.max_concentration * electrode.active_fraction * electrode.thickness
    change = charge * SECONDS_PER_HOUR / (FARADAY * sites)
    start = electrode.initial_stoichiometry
    return start, min(start + change, 1.0) if filled else max(start - change, 0.0)


def _with_wave(electrode: Electrode, wavenumber: float, origin: float) -> Electrode:
    """Return the electrode with a wave on its open-circuit potential."""
    fit, k = electrode.open_circuit, wavenumber
    moved = replace(
        fit,
        potential=_WithWave(fit.potential, HEIGHT, k, origin, 0.0),
        slope=_WithWave(fit.slope, HEIGHT * k, k, origin, 0.5 * np.pi),
    )
    return replace(electrode, open_circuit=moved)
