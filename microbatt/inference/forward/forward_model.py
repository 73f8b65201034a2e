"""What the engine says of measured samples, and how that responds to the unknowns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import Settings, simulate_discharges
from microbatt.inference.forward.finite_differences import (
    end_capacity,
    native_request,
    simulate_neighbours,
)
from microbatt.inference.forward.sensitivity import sensitivities_at_capacity
from microbatt.inference.forward.unknowns import PARAMETERS, cell_with

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import DischargeBatch, Inventory, Thermal
    from microbatt.inference.forward.binning import Reduced
    from microbatt.inference.forward.error_model import Allowance
    from microbatt.inference.forward.finite_differences import Neighbours
    from microbatt.inference.forward.priors import Priors
    from microbatt.inference.forward.sensitivity import CurveSensitivity

    Array = NDArray[np.float64]

SETTINGS: Final = Settings(tolerance=2e-5, mesh=1.5)
"""For refinement; 0.02 mV rms (median) from the refined solution, docs/results/inference.md."""
FALL: Final = -10.0
"""Beyond its end a simulated curve goes on falling by this much per measured capacity [V]."""
_MARGIN: Final = 0.2
_LOWEST: Final = 0.3


@dataclass(frozen=True)
class Problem:
    """Measured curves, the cell that they are of, and what is unknown of it.

    Attributes
    ----------
    cell, inventory, thermal
        As for the engine.
    settings
        How finely to solve.
    curves
        The measured curves, averaged.
    allowances
        How far the averages of each curve may lie from the truth.
    priors
        The unknowns.
    """

    cell: Cell
    inventory: Inventory
    thermal: Thermal
    settings: Settings
    curves: tuple[Reduced, ...]
    allowances: tuple[Allowance, ...]
    priors: Priors

    @cached_property
    def currents(self) -> Array:
        """Of each curve, shape (k,) [A m⁻²]."""
        return np.array([curve.current for curve in self.curves])

    @cached_property
    def cutoff(self) -> float:
        """Where simulations end: below every measured voltage [V]."""
        lowest = min(float(curve.voltage.min()) for curve in self.curves)
        return max(_LOWEST, round(lowest - _MARGIN, 1))

    def neighbours_at(self, x: Array) -> Neighbours:
        """Simulate the curves at x, shape (p,), and those that their derivatives need."""
        alpha, S = self.priors.natural(x)[:2]
        request = native_request(
            self.cell_at(x),
            inventory=self.inventory,
            cutoff_voltage=self.cutoff,
            thermal=self.thermal,
            settings=self.settings,
        )
        return simulate_neighbours(
            request, [(alpha, S)], self.currents, nuisances=self.priors.nuisances
        )

    @cached_property
    def measured(self) -> Array:
        """All averages, curve after curve, shape (m,) [V]."""
        return np.concatenate([curve.voltage for curve in self.curves])

    @cached_property
    def sigma(self) -> Array:
        """Standard deviation allowed for each of them, shape (m,) [V]."""
        return np.concatenate([one.sigma for one in self.allowances])

    def whiten(self, values: Array) -> Array:
        """Return voltages, averages along the last axis, in units of what is allowed."""
        parts = zip(self.rows, self.allowances, strict=True)
        return np.concatenate([one.whiten(values[..., rows]) for rows, one in parts], axis=-1)

    def colour(self, values: Array) -> Array:
        """Undo `whiten`."""
        parts = zip(self.rows, self.allowances, strict=True)
        return np.concatenate([one.colour(values[..., rows]) for rows, one in parts], axis=-1)

    def offsets(self, residual: Array) -> Array:
        """Return what each curve's own offset is expected to be, shape (k,) [V].

        Parameters
        ----------
        residual
            Measured less simulated voltages, whitened, shape (m,).
        """
        parts = zip(self.rows, self.allowances, strict=True)
        return np.array([one.expected_offset(residual[rows]) for rows, one in parts])

    def unexplained(self, residual: Array) -> Array:
        """Return whitened residuals in volts, less each curve's own offset, shape (m,) [V]."""
        parts = zip(self.rows, self.allowances, strict=True)
        own = [one.explained_by_offset(residual[rows]) for rows, one in parts]
        return np.asarray(self.colour(residual) - np.concatenate(own))

    @cached_property
    def rows(self) -> tuple[slice, ...]:
        """Where each curve stands among all averages."""
        ends = np.cumsum([curve.voltage.size for curve in self.curves])
        return tuple(
            slice(int(end) - curve.voltage.size, int(end))
            for end, curve in zip(ends, self.curves, strict=True)
        )

    def cell_at(self, x: Array) -> Cell:
        """Return the cell with the nuisances of `x`."""
        cell = self.cell
        for name, value in zip(self.priors.names, x, strict=True):
            if PARAMETERS[name].owner == "cell":
                cell = cell_with(cell, name, float(value))
        return cell

    def nuisance(self, x: Array, name: str) -> float:
        """Return a nuisance of the measurement, its neutral value if it is not free."""
        if name in self.priors.names:
            return float(x[self.priors.names.index(name)])
        return float(PARAMETERS[name].neutral or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Simulated voltage at the averages, and its derivatives by the coordinates.

    Attributes
    ----------
    voltage
        Shape (m,) [V].
    jacobian
        Shape (m, p) [V per unit of the coordinate].
    offset_effect
        Derivative by an offset of the voltage, shape (m,) [-].
    """

    voltage: Array
    jacobian: Array
    offset_effect: Array


def respond(problem: Problem, x: Array) -> Response | None:
    """Simulate the measured curves at coordinates `x` and differentiate them.

    Parameters
    ----------
    problem
        The measured curves and the unknowns.
    x
        Coordinates, shape (p,); see `microbatt.inference.forward.priors.Priors`.

    Returns
    -------
    Response or None
        None if the engine has no whole curve at one of the currents.
    """
    neighbours = problem.neighbours_at(x)
    if not np.isfinite(neighbours.capacity).all():
        return None
    scale = problem.nuisance(x, "capacity_scale")
    offset = problem.nuisance(x, "voltage_offset")
    wanted = [
        _where_asked(neighbours.curves, i, curve, scale=scale, offset=offset)
        for i, curve in enumerate(problem.curves)
    ]
    found = sensitivities_at_capacity(neighbours, wanted)
    pieces = [
        _averaged(curve, one, problem.cutoff, scale=scale, offset=offset)
        for curve, one in zip(problem.curves, found, strict=True)
    ]
    jacobian = np.concatenate([derivative for _, derivative, _ in pieces])
    jacobian[:, 1] *= neighbours.points[0, 1]  # per unit of ln S
    if "capacity_scale" in problem.priors.names:
        jacobian[:, problem.priors.names.index("capacity_scale")] /= scale
    return Response(
        voltage=np.concatenate([voltage for voltage, _, _ in pieces]),
        jacobian=np.nan_to_num(jacobian),
        offset_effect=np.concatenate([effect for _, _, effect in pieces]),
    )


def seeing_offsets(problem: Problem, x: Array) -> Problem:
    """Return the problem with what the curves' own offsets do to the averages at `x`.

    Parameters
    ----------
    problem, x
        As for `respond`; unchanged where the curves have no such offsets, or there is no response.
    """
    response = respond(problem, x) if any(one.own for one in problem.allowances) else None
    if response is None:
        return problem
    parts = zip(problem.rows, problem.allowances, strict=True)
    seen = tuple(one.seeing(response.offset_effect[rows]) for rows, one in parts)
    return replace(problem, allowances=seen)


def voltages(problem: Problem, points: Array, x: Array) -> Array:
    """Simulate the measured curves at many (alpha, ln S) with the nuisances of `x`.

    Parameters
    ----------
    problem
        The measured curves and the unknowns.
    points
        Rows of alpha and ln S, shape (n, 2).
    x
        Gives the nuisances, shape (p,).

    Returns
    -------
    ndarray, shape (n, m)
        At the averages [V]; NaN where there is no whole curve.
    """
    alpha, S = points[:, 0], np.exp(points[:, 1])
    k = len(problem.currents)
    batch = simulate_discharges(
        problem.cell_at(x),
        np.column_stack([alpha.repeat(k), S.repeat(k), np.tile(problem.currents, len(points))]),
        inventory=problem.inventory,
        cutoff_voltage=problem.cutoff,
        thermal=problem.thermal,
        settings=problem.settings,
    )
    scale = problem.nuisance(x, "capacity_scale")
    offset = problem.nuisance(x, "voltage_offset")
    ends = end_capacity(batch)
    found = np.full((len(points), problem.measured.size), np.nan)
    for i in map(int, np.flatnonzero(np.isfinite(ends))):
        row, number = divmod(i, k)
        curve = problem.curves[number]
        wanted = _where_asked(batch, i, curve, scale=scale, offset=offset)
        at_nodes = _at_capacity(batch, i, float(ends[i]), wanted, problem.cutoff)
        found[row, problem.rows[number]] = _voltage(curve, wanted, at_nodes, scale, offset)
    return found


def _where_asked(
    batch: DischargeBatch, i: int, curve: Reduced, *, scale: float, offset: float
) -> Array:
    """Return the capacities at which a measured curve asks for a simulated one.

    Those of its samples; then, for each average on a cliff, where the simulated curve has the
    measured voltage.
    """
    part = slice(int(batch.offsets[i]), int(batch.offsets[i + 1]))
    capacity = batch.current[i] * batch.time[part] / SECONDS_PER_HOUR
    cliff = np.interp(offset - curve.voltage[curve.steep], -batch.voltage[part], capacity)
    return np.concatenate([curve.nodes / scale, cliff])


def _averaged(
    curve: Reduced, found: CurveSensitivity, cutoff: float, *, scale: float, offset: float
) -> tuple[Array, Array, Array]:
    """Average voltage, derivatives and the effect of an offset over the samples of a curve."""
    end = found.discharge_capacity
    fall = FALL / curve.nodes[-1]
    beyond = found.capacity > end
    voltage = np.where(beyond, cutoff + fall * (found.capacity - end), found.voltage)
    derivative = np.where(
        beyond[:, None], -fall * found.capacity_derivative, found.voltage_derivative
    )
    n = curve.nodes.size
    averaged = curve.average(derivative[:n].T).T
    local = found.slope[n:] / found.capacity[n:]
    ratio = np.divide(curve.slope[curve.steep], local, out=np.zeros_like(local), where=local < 0.0)
    averaged[curve.steep] = derivative[n:] * ratio[:, None]
    effect = np.ones(curve.voltage.size)
    effect[curve.steep] = ratio
    return _voltage(curve, found.capacity, voltage, scale, offset), averaged, effect


def _voltage(curve: Reduced, capacity: Array, voltage: Array, scale: float, offset: float) -> Array:
    """Average the simulated voltage, and carry a cliff's distance in capacity over into voltage.

    On a cliff the capacity is compared at equal voltage, which is smooth where a voltage at equal
    capacity would jump; the measured slope makes a voltage of the difference.
    """
    n = curve.nodes.size
    averaged = curve.average(voltage[:n]) + offset
    steep = curve.steep
    late = curve.capacity[steep] - scale * capacity[n:]
    averaged[steep] = curve.voltage[steep] + curve.slope[steep] * late
    return averaged


def _at_capacity(
    batch: DischargeBatch, i: int, end: float, capacity: Array, cutoff: float
) -> Array:
    part = slice(int(batch.offsets[i]), int(batch.offsets[i + 1]))
    time = batch.time[part] / batch.time[part.stop - 1]
    inside = PchipInterpolator(time, batch.voltage[part])(np.minimum(capacity / end, 1.0))
    fall = FALL / capacity.max()
    return np.asarray(np.where(capacity > end, cutoff + fall * (capacity - end), inside))
