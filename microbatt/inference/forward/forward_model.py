"""What the engine says of measured samples, and how that responds to the unknowns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import Settings
from microbatt.errors import ParameterError
from microbatt.inference.forward.error_model import directions, error_models, stretched
from microbatt.inference.forward.finite_differences import (
    end_capacity,
    moves_curve,
    simulate_displaced,
)
from microbatt.inference.forward.measured_temperature import Temperatures, run_points
from microbatt.inference.forward.runs import (
    FIT_MESH,
    beside_run,
    run_columns,
    run_response,
    run_voltage,
)
from microbatt.inference.forward.sensitivity import sensitivities_at_capacity
from microbatt.inference.forward.unknowns import PARAMETERS, cell_with_values, value_in_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import DischargeBatch, Inventory, Thermal
    from microbatt.engines.contract import Request
    from microbatt.inference.forward.binning import BinnedCurve
    from microbatt.inference.forward.error_model import AllowedErrors, ErrorModel
    from microbatt.inference.forward.finite_differences import DisplacedCurves
    from microbatt.inference.forward.priors import Priors
    from microbatt.inference.forward.runs import BinnedRun
    from microbatt.inference.forward.sensitivity import CurveSensitivity

    Array = NDArray[np.float64]

SETTINGS: Final = Settings(tolerance=2e-5, mesh=FIT_MESH)
"""For refinement; 0.02 mV rms (median) from the refined solution, docs/results/inference.md."""
FALL: Final = -10.0
"""Beyond its end a simulated curve goes on falling by this much per measured capacity [V]."""
_SHARE_OF_STEP: Final = 0.3
"""Of a parameter's step, for one-sided differences: longer ones move cliffs across samples."""
_SAME_VALUE: Final = 1e-9
"""Relative difference that rounding makes when a value goes through its logarithm and back."""
_DOUBT: Final = 2.0
"""Standard deviations by which a cliff's charge may be off; 1 mV of a model's error is 0.1 %."""
_MARGIN: Final = 0.2
_LOWEST: Final = 0.3


@dataclass(frozen=True, kw_only=True)
class ForwardModel:
    """Measured curves, the cell that they are of, and what is unknown of it.

    Attributes
    ----------
    request
        The cell, its balances, and how finely to solve; simulations end below every measured
        voltage.
    curves
        The measured curves, averaged.
    errors
        What is stated of their errors.
    error_models
        How far the averages of each curve may lie from the truth.
    priors
        The unknowns.
    shared
        What errors common to all curves do to the averages, one standard deviation each, shape
        (m, r) [V]; None where there are none.
    shift
        Added to the measured voltages, shape (m,) [V].
    runs
        Measured runs, averaged; their averages and error models stand behind those of the curves.
    temperatures
        Of each curve, as it was measured; empty where none was.
    potentials
        What the parts of an error of the open-circuit potentials do to the averages, one standard
        deviation each of an error of one, shape (m, r) [V/V]; they are among the `shared`.
    """

    request: Request
    curves: tuple[BinnedCurve, ...]
    errors: AllowedErrors
    error_models: tuple[ErrorModel, ...]
    priors: Priors
    shared: Array | None = None
    shift: Array | float = 0.0
    runs: tuple[BinnedRun, ...] = ()
    temperatures: Temperatures = ()
    potentials: Array | None = None

    @property
    def pieces(self) -> tuple[BinnedCurve | BinnedRun, ...]:
        """Curves, then runs."""
        return (*self.curves, *self.runs)

    @property
    def cell(self) -> Cell:
        """The cell, with the values of its file."""
        return self.request.cell

    @property
    def inventory(self) -> Inventory:
        """The lithium balance of the particles."""
        return self.request.inventory

    @property
    def thermal(self) -> Thermal:
        """The heat balance."""
        return self.request.thermal

    @property
    def settings(self) -> Settings:
        """How finely the native engine solves."""
        return cast("Settings", self.request.settings)

    @property
    def model_error(self) -> float:
        """Size of the model's smooth error that is stated [V]."""
        return self.errors.model_error

    @cached_property
    def currents(self) -> Array:
        """Of each curve, at the stated electrode area, shape (k,) [A m⁻²]."""
        return np.array([curve.current for curve in self.curves])

    def solved(self, settings: Settings) -> ForwardModel:
        """Return the model solved as finely as `settings` say."""
        return replace(self, request=replace(self.request, settings=settings))

    def with_curves(
        self, curves: tuple[BinnedCurve, ...], runs: tuple[BinnedRun, ...]
    ) -> ForwardModel:
        """Return the model of other averages, with what is stated of their errors."""
        models, shared = error_models(curves, self.errors, runs)
        return replace(
            self, curves=curves, runs=runs, error_models=models, shared=shared, potentials=None
        )

    def of_file(self, x: Array) -> ForwardModel:
        """Return the model whose cell file has the doubted values of x and no doubt of them."""
        doubted = self.priors.doubted
        if not doubted:
            return self
        n = self.priors.asked
        values = {name: self.priors.value(x, n + i) for i, name in enumerate(doubted)}
        # A value that is the file's but for rounding stays: else it would be another cell's
        moved = {
            name: value
            for name, value in values.items()
            if not math.isclose(value, value_in_cell(self.cell, name), rel_tol=_SAME_VALUE)
        }
        request = replace(self.request, cell=cell_with_values(self.cell, moved))
        return replace(self, request=request, priors=self.priors.without_file())

    def displaced_at(self, x: Array) -> DisplacedCurves:
        """Simulate the curves at x, shape (p,), and those that their derivatives need."""
        return simulate_displaced(
            self.request_at(x),
            [self.priors.natural(x)[:2]],
            self.currents / self.value(x, "area_scale"),
            free=self.priors.free,
            temperatures=self.temperatures,
        )

    @cached_property
    def measured(self) -> Array:
        """All averages, curve after curve, shape (m,) [V]."""
        return np.concatenate([piece.voltage for piece in self.pieces]) + self.shift

    @cached_property
    def sigma(self) -> Array:
        """Standard deviation allowed for each of them, shape (m,) [V]."""
        return np.concatenate([one.sigma for one in self.error_models])

    @cached_property
    def smooth_variance(self) -> Array:
        """Variance that smooth model errors may add to each, shape (m,) [V²]."""
        own = np.concatenate([one.smooth_variance for one in self.error_models])
        return own if self.shared is None else own + np.sum(self.shared**2, axis=1)

    def whiten(self, values: Array) -> Array:
        """Return voltages, averages along the last axis, in units of what is allowed."""
        alone = self.whiten_own(values)
        if self._common is None:
            return alone
        return stretched(alone, *self._common, inverse=True)

    def colour(self, values: Array) -> Array:
        """Undo `whiten`."""
        alone = values
        if self._common is not None:
            alone = stretched(values, *self._common, inverse=False)
        parts = zip(self.rows, self.error_models, strict=True)
        return np.concatenate([one.colour(alone[..., rows]) for rows, one in parts], axis=-1)

    def whiten_own(self, values: Array) -> Array:
        """Return the same without the errors that all curves share: each curve by itself."""
        parts = zip(self.rows, self.error_models, strict=True)
        return np.concatenate([one.whiten(values[..., rows]) for rows, one in parts], axis=-1)

    @cached_property
    def _common(self) -> tuple[Array, Array] | None:
        """Directions of the errors that all curves share, and the variance along each."""
        return None if self.shared is None else directions(self.whiten_own(self.shared.T).T)

    def with_model_error(self, size: float, own: float | None = None) -> ForwardModel:
        """Return the model with another size of its smooth error [V], or another share of its own.

        Deviations of single averages that were made larger stay as much larger.
        """
        before, _ = error_models(self.curves, self.errors, self.runs)
        own = self.errors.own if own is None else own
        errors = replace(self.errors, model_error=size, own=own)
        models, shared = error_models(self.curves, errors, self.runs)
        kept = tuple(
            replace(one, deviation=one.deviation * (now.deviation / old.deviation))
            for one, now, old in zip(models, self.error_models, before, strict=True)
        )
        if shared is not None and self.potentials is not None:
            shared = np.concatenate([shared, size * self.potentials], axis=1)
        return replace(self, errors=errors, error_models=kept, shared=shared)

    def with_potentials(self, moves: Array) -> ForwardModel:
        """Return the model whose open-circuit potentials may be off; see `potential_moves`."""
        other = replace(self, potentials=moves)
        return other.with_model_error(self.errors.model_error)

    @property
    def log_determinant(self) -> float:
        """Logarithm of the determinant of the covariance of all averages."""
        own = sum(one.log_determinant for one in self.error_models)
        return own + (0.0 if self._common is None else float(np.sum(np.log1p(self._common[1]))))

    def apart(self, residual: Array) -> Array:
        """Return what of whitened residuals is each average's own, in its deviations, (m,).

        Its square scatters about one at most, and is large where no common error explains it.
        """
        common = self._common
        alone = residual if common is None else stretched(residual, *common, inverse=True)
        parts = zip(self.rows, self.error_models, strict=True)
        return np.concatenate([one.apart(alone[rows]) for rows, one in parts])

    def _without_common(self, residual: Array) -> Array:
        """Return residuals whitened by curve, less what errors of all curves explain."""
        if self._common is None or self.shared is None:
            return residual
        axes, square = self._common
        alone = stretched(residual, axes, square, inverse=False)
        return np.asarray(alone - (alone @ axes * (square / (1.0 + square))) @ axes.T)

    def shared_error(self, residual: Array) -> Array:
        """Return what the errors that all curves share are expected to be, shape (m,) [V].

        Parameters
        ----------
        residual
            Measured less simulated voltages, whitened, shape (m,).
        """
        if self._common is None or self.shared is None:
            return np.zeros(self.measured.size)
        own = stretched(residual, *self._common, inverse=True)
        return np.asarray(self.shared @ (self.whiten_own(self.shared.T) @ own))

    def offsets(self, residual: Array) -> Array:
        """Return what each curve's own offset is expected to be, shape (k,) [V].

        Parameters
        ----------
        residual
            Measured less simulated voltages, whitened, shape (m,).
        """
        alone = self._without_common(residual)
        parts = zip(self.rows, self.error_models, strict=True)
        return np.array([one.expected_offset(alone[rows]) for rows, one in parts])

    def expected_of_runs(self, residual: Array) -> list[tuple[float, Array, Array]]:
        """Return what starts and switches of runs are expected to be; see `ErrorModel`.

        Parameters
        ----------
        residual
            Measured less simulated voltages, whitened, shape (m,).
        """
        alone = self._without_common(residual)
        parts = list(zip(self.rows, self.error_models, strict=True))[len(self.curves) :]
        return [one.expected_of_run(alone[rows]) for rows, one in parts]

    def unexplained(self, residual: Array) -> Array:
        """Return whitened residuals in volts, less each curve's own offset, shape (m,) [V]."""
        alone = self._without_common(residual)
        parts = zip(self.rows, self.error_models, strict=True)
        own = [one.explained_by_offset(alone[rows]) for rows, one in parts]
        return np.asarray(self.colour(residual) - np.concatenate(own))

    @cached_property
    def plain_error_models(self) -> tuple[ErrorModel, ...]:
        """What noise alone and the instrument leave of each curve, without a model error."""
        return error_models(self.curves, replace(self.errors, model_error=0.0), self.runs)[0]

    @cached_property
    def independent_facts(self) -> float:
        """How many independent numbers the residuals hold: m²/‖R‖² of their correlations R."""
        moves = [] if self.shared is None else [self.shared]
        covariance = np.zeros((self.measured.size, self.measured.size))
        for rows, one in zip(self.rows, self.error_models, strict=True):
            own = np.stack(np.broadcast_arrays(one.charge, one.start, one.offset), axis=-1)
            if one.smooth is not None:
                own = np.concatenate([own, one.smooth], axis=1)
            covariance[rows, rows] = np.diag(one.deviation**2) + own @ own.T
        for move in moves:
            covariance += move @ move.T
        size = np.sqrt(np.diag(covariance))
        return float(size.size**2 / np.sum((covariance / np.outer(size, size)) ** 2))

    @cached_property
    def rows(self) -> tuple[slice, ...]:
        """Where each curve, then each run, stands among all averages."""
        ends = np.cumsum([piece.voltage.size for piece in self.pieces])
        return tuple(
            slice(int(end) - piece.voltage.size, int(end))
            for end, piece in zip(ends, self.pieces, strict=True)
        )

    def request_at(self, x: Array) -> Request:
        """Return the request for the cell with the unknowns of `x`."""
        names = self.priors.names
        values = {
            name: self.priors.value(x, i)
            for i, name in enumerate(names)
            if PARAMETERS[name].owner == "cell"
        }
        if not values:
            return self.request
        return replace(self.request, cell=cell_with_values(self.cell, values))

    def moves_curve(self, name: str) -> bool:
        """Whether an unknown changes more than what the terminals see of the same curve."""
        return moves_curve(name, self.thermal)

    def value(self, x: Array, name: str) -> float:
        """Return the offset or the area scale of `x`, its neutral value if it is not free."""
        if name in self.priors.names:
            return self.priors.value(x, self.priors.names.index(name))
        return float(PARAMETERS[name].neutral or 0.0)


def cutoff_below(curves: Sequence[BinnedCurve]) -> float:
    """Return where simulations end: below every measured voltage [V]."""
    lowest = min((float(curve.voltage.min()) for curve in curves), default=2.0 + _MARGIN)
    return max(_LOWEST, round(lowest - _MARGIN, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Simulated voltage at the averages, and its derivatives by the coordinates.

    Attributes
    ----------
    voltage
        Shape (m,) [V].
    jacobian
        Shape (m, p) [V per unit of the coordinate].
    """

    voltage: Array
    jacobian: Array


def respond(
    model: ForwardModel, x: Array, of_runs: tuple[Array, ...] | None = None
) -> Response | None:
    """Simulate the measured curves at coordinates `x` and differentiate them.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    x
        Coordinates, shape (p,); see `microbatt.inference.forward.priors.Priors`.  Derivatives by
        doubted values of the cell file are those of `cell_response`.
    of_runs
        Derivatives of each run, where those of a place near will do; None takes them here.

    Returns
    -------
    Response or None
        None if the engine has no whole curve at one of the currents.
    """
    found = _curves_respond(model, x) if model.curves else _nothing(x)
    if found is None or not model.runs:
        return found
    pieces = [(found.voltage, found.jacobian)]
    for i, run in enumerate(model.runs):
        voltage = run_voltage(model, x, run, whole=True)
        if voltage is None:
            return None
        pieces.append((voltage, run_response(model, x, run) if of_runs is None else of_runs[i]))
    return Response(
        voltage=np.concatenate([voltage for voltage, _ in pieces]),
        jacobian=np.concatenate([jacobian for _, jacobian in pieces]),
    )


def _nothing(x: Array) -> Response:
    return Response(voltage=np.empty(0), jacobian=np.empty((0, x.size)))


def _curves_respond(model: ForwardModel, x: Array) -> Response | None:
    """Simulate the discharges alone, and differentiate them."""
    displaced = model.displaced_at(x)
    if not np.isfinite(displaced.capacity).all():
        return None
    scale, offset = model.value(x, "area_scale"), model.value(x, "voltage_offset")
    wanted = [
        where_asked(displaced.curves, i, curve, scale=scale, offset=offset)
        for i, curve in enumerate(model.curves)
    ]
    found = sensitivities_at_capacity(displaced, wanted)
    pieces = [
        averaged(curve, one, model.request.cutoff_voltage, scale=scale, offset=offset)
        for curve, one in zip(model.curves, found, strict=True)
    ]
    jacobian = np.concatenate([derivative for _, derivative in pieces])
    jacobian[:, 1] *= displaced.points[0, 1]  # per unit of ln S
    for i, name in enumerate(model.priors.names[2:], 2):
        if name == "area_scale":
            jacobian[:, i] /= scale
        if model.priors.by_logarithm(i) and not PARAMETERS[name].logarithmic:
            jacobian[:, i] *= model.value(x, name)
    return Response(
        voltage=np.concatenate([voltage for voltage, _ in pieces]),
        jacobian=np.nan_to_num(jacobian),
    )


def beside(model: ForwardModel, x: Array) -> ForwardModel:
    """Return the model whose cliffs, slopes and weights are those of simulated curves at `x`.

    Parameters
    ----------
    model, x
        As for `respond`; unchanged where the engine has no whole curve.
    """
    try:
        smooth = simulated_curves(model, x)
    except ParameterError:
        return model
    k, size = len(model.curves), model.errors.model_error
    near = [_DOUBT * float(np.hypot(one.charge_error, size)) for one in model.error_models[:k]]
    curves = tuple(
        curve.beside(one.x, one(one.x), width)
        for curve, one, width in zip(model.curves, smooth, near, strict=True)
    )
    runs = tuple(beside_run(model, x, run) for run in model.runs)
    renewed = model.with_curves(curves, runs)
    return renewed if model.potentials is None else renewed.with_potentials(model.potentials)


def cell_response(model: ForwardModel, x: Array) -> Array:
    """Differentiate the curves by the values of the cell file that are in doubt.

    One-sided differences on a coarse mesh: one more curve for each value and current.

    Parameters
    ----------
    model, x
        As for `respond`.

    Returns
    -------
    ndarray, shape (m, values)
        [V per unit of the coordinate]; zero where the engine has no curve beside.
    """
    of_curves = _curve_columns(model, x) if model.curves else np.empty((0, model.priors.of_file))
    of_runs = [run_columns(model, x, run) for run in model.runs]
    return np.concatenate([of_curves, *of_runs])


def _curve_columns(model: ForwardModel, x: Array) -> Array:
    """Differentiate the discharges by the values of the cell file that are in doubt."""
    n, names = model.priors.asked, model.priors.doubted
    coarse = model.solved(Settings()).with_curves(model.curves, ())
    steps = np.array([_SHARE_OF_STEP * PARAMETERS[name].step for name in names])
    up = x[n:] + steps <= model.priors.high[n:]
    steps = np.where(up, steps, -steps)
    rows = np.repeat(x[None], len(names) + 1, axis=0)
    rows[1 + np.arange(len(names)), n + np.arange(len(names))] += steps
    here, *there = voltages(coarse, rows)
    return np.asarray(np.nan_to_num((np.array(there) - here).T / steps))


def voltages(model: ForwardModel, x: Array) -> Array:
    """Simulate the measured curves at many coordinates.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    x
        Rows of coordinates, shape (n, p).

    Returns
    -------
    ndarray, shape (n, m)
        At the averages [V]; NaN where there is no whole curve.
    """
    found = np.full((len(x), model.measured.size), np.nan)
    for part, run in zip(model.rows[len(model.curves) :], model.runs, strict=True):
        for i, place in enumerate(x):
            voltage = run_voltage(model, place, run)
            if voltage is not None:
                found[i, part] = voltage
    if not model.curves:
        return found
    of_curves = slice(0, model.rows[len(model.curves) - 1].stop)
    moving = [i for i, name in enumerate(model.priors.names) if i > 1 and model.moves_curve(name)]
    _, group = np.unique(x[:, moving], axis=0, return_inverse=True)
    for number in np.unique(group):
        rows = np.flatnonzero(group.ravel() == number)
        found[rows, of_curves] = _voltages_of_one_cell(model, x[rows])
    return found


def simulated_curves(model: ForwardModel, x: Array) -> tuple[PchipInterpolator, ...]:
    """Return the simulated curves as the tester would see them: capacity → voltage; NaN beyond.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    x
        Coordinates, shape (p,).
    """
    scale, offset = model.value(x, "area_scale"), model.value(x, "voltage_offset")
    alpha, S = model.priors.natural(x)[:2]
    points = [(alpha, S, current / scale) for current in model.currents]
    curves = []
    if not points:
        return ()
    batch = run_points(model.request_at(x), points, model.temperatures)
    for discharge in (batch[i] for i in range(len(batch))):
        capacity, first = np.unique(scale * discharge.capacity, return_index=True)
        curves.append(
            PchipInterpolator(capacity, discharge.voltage[first] + offset, extrapolate=False)
        )
    return tuple(curves)


def _voltages_of_one_cell(model: ForwardModel, x: Array) -> Array:
    """Return the voltages at coordinates that differ in what moves no curve, and alpha and S."""
    k, scale = len(model.currents), model.value(x[0], "area_scale")
    drops = np.array([model.request_at(row).cell.contact_resistance for row in x])
    least = int(np.argmin(drops))
    request, currents = model.request_at(x[least]), model.currents / scale
    points = np.repeat(model.priors.natural(x)[:, :2], k, axis=0)
    table = np.column_stack([points, np.tile(currents, len(x))])
    batch = run_points(request, table, model.temperatures)
    ends = end_capacity(batch)
    found = np.full((len(x), model.rows[k - 1].stop), np.nan)
    for i in map(int, np.flatnonzero(np.isfinite(ends))):
        row, number = divmod(i, k)
        curve = model.curves[number]
        drop = currents[number] * (drops[row] - drops[least])
        offset = model.value(x[row], "voltage_offset") - float(drop)
        wanted = where_asked(batch, i, curve, scale=scale, offset=offset)
        at_nodes = _at_capacity(batch, i, float(ends[i]), wanted, request.cutoff_voltage)
        found[row, model.rows[number]] = _voltage(curve, wanted, at_nodes, scale, offset)
    return found


def voltages_of_batch(model: ForwardModel, x: Array, batch: DischargeBatch) -> Array:
    """Return the voltages at the averages of whole curves, one for each measured one, (m,) [V].

    Parameters
    ----------
    model, x
        As for `respond`.
    batch
        What the engine has at `x`.
    """
    scale, offset = model.value(x, "area_scale"), model.value(x, "voltage_offset")
    ends, cutoff = end_capacity(batch), model.request.cutoff_voltage
    pieces = []
    for i, curve in enumerate(model.curves):
        wanted = where_asked(batch, i, curve, scale=scale, offset=offset)
        at_nodes = _at_capacity(batch, i, float(ends[i]), wanted, cutoff)
        pieces.append(_voltage(curve, wanted, at_nodes, scale, offset))
    return np.concatenate(pieces)


def where_asked(
    batch: DischargeBatch, i: int, curve: BinnedCurve, *, scale: float, offset: float
) -> Array:
    """Return the capacities at which a measured curve asks for a simulated one.

    Those of its samples; then, for each average on a cliff, where the simulated curve has the
    measured voltage.
    """
    part = slice(int(batch.offsets[i]), int(batch.offsets[i + 1]))
    capacity = batch.current[i] * batch.time[part] / SECONDS_PER_HOUR
    cliff = np.interp(offset - curve.voltage[curve.steep], -batch.voltage[part], capacity)
    return np.concatenate([curve.nodes / scale, cliff])


def averaged(
    curve: BinnedCurve, found: CurveSensitivity, cutoff: float, *, scale: float, offset: float
) -> tuple[Array, Array]:
    """Average voltage and derivatives over the samples of a curve."""
    end = found.discharge_capacity
    fall = FALL / curve.nodes[-1]
    beyond = found.capacity > end
    voltage = np.where(beyond, cutoff + fall * (found.capacity - end), found.voltage)
    derivative = np.where(
        beyond[:, None], -fall * found.capacity_derivative, found.voltage_derivative
    )
    n = curve.nodes.size
    averaged = curve.average(derivative[:n].T).T
    at = found.capacity[n:]
    local = np.divide(found.slope[n:], at, out=np.zeros_like(at), where=at > 0.0)
    ratio = np.divide(curve.slope[curve.steep], local, out=np.zeros_like(local), where=local < 0.0)
    averaged[curve.steep] = derivative[n:] * ratio[:, None]
    return _voltage(curve, found.capacity, voltage, scale, offset), averaged


def _voltage(
    curve: BinnedCurve, capacity: Array, voltage: Array, scale: float, offset: float
) -> Array:
    """Average the simulated voltage, and carry a cliff's distance in capacity over into voltage.

    On a cliff the capacity is compared at equal voltage, which is smooth where a voltage at equal
    capacity would jump; the slope of a smooth curve near makes a voltage of the difference, so
    that the noise of a sample does not weigh it.
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
