"""Curves at some coordinates, and how they respond to every unknown there.

A curve is simulated finely, once.  Its derivatives are those of a coarser solution, which the
engine follows on its own mesh and steps with each number displaced by a millionth: they carry no
noise of a step control, and are exact for the coarser solution.  Both are compared at equal shares
of the charge that they deliver, where the cliff of one lies on the cliff of the other.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import Isothermal, Settings, simulate_discharges
from microbatt.inference.forward.finite_differences import end_capacity
from microbatt.inference.forward.forward_model import (
    averaged,
    cell_response,
    respond,
    voltages_of_batch,
    where_asked,
)
from microbatt.inference.forward.measured_temperature import run_points
from microbatt.inference.forward.runs import run_columns, run_response, run_voltage
from microbatt.inference.forward.sensitivity import CurveSensitivity
from microbatt.inference.forward.unknowns import PARAMETERS, cell_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from microbatt.engines import DischargeBatch, Sensitivities
    from microbatt.engines.contract import Request
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

SETTINGS: Final = Settings()
"""For derivatives; what they leave of the intervals is in docs/results/inference.md."""
COARSE: Final = Settings(tolerance=1e-3, mesh=0.7, particle_modes=6)
"""For the derivatives on the way to the best fit."""
_MORE: Final = 1.02
"""A current beside, over the present one, for what an unknown area moves."""
_INSTANTS: Final = 100
"""Of a curve, over which a measured temperature is averaged."""
_LOG = logging.getLogger(__name__)
_WARMTH: Final = ("temperature", "initial_temperature", "ambient_temperature")
"""Unknowns that move nothing at a measured temperature."""
_SLOPE_STEP: Final = 1e-4
"""Share of the depth over which the slope of a curve is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """The measured curves, simulated at some coordinates.

    Attributes
    ----------
    x
        Coordinates of all unknowns, shape (p,).
    batch
        The curves, as finely as the model's settings say; None where there are only runs.
    voltage
        At the averages, shape (m,) [V].
    """

    x: Array
    batch: DischargeBatch | None
    voltage: Array


def simulated(model: ForwardModel, x: Array, *, whole: bool = True) -> Simulated | None:
    """Simulate the measured curves and runs.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    x
        Coordinates of all unknowns, shape (p,).
    whole
        Whether every sample of a run drives it, and not the smoothed current.

    Returns
    -------
    Simulated or None
        None if the engine has no whole curve at one of the currents, or does not run through a run.

    Raises
    ------
    ParameterError
        If there is no such cell.
    """
    core, asked = model.of_file(x), x[: model.priors.asked]
    batch, pieces = None, []
    if model.curves:
        batch = run_points(core.request_at(asked), curve_points(core, asked), model.temperatures)
        if not np.isfinite(end_capacity(batch)).all():
            return None
        pieces.append(voltages_of_batch(core, asked, batch))
    for run in model.runs:
        voltage = run_voltage(core, asked, run, whole=whole)
        if voltage is None:
            return None
        pieces.append(voltage)
    return Simulated(x=x, batch=batch, voltage=np.concatenate(pieces))


def differentiated(
    model: ForwardModel, here: Simulated, settings: Settings = SETTINGS
) -> Array | None:
    """Differentiate simulated curves by every unknown.

    Where the engine cannot follow a curve the derivatives are differences between curves.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    here
        From `simulated`.
    settings
        How finely to solve for the derivatives.

    Returns
    -------
    ndarray, shape (m, p), or None
        [V per unit of the coordinate]; None where the engine has no curve beside.
    """
    core, asked = model.of_file(here.x), here.x[: model.priors.asked]
    pieces = []
    if here.batch is not None:
        found = _followed(model, here, here.batch, settings)
        found = _differences(model, here.x) if found is None else found
        if found is None:
            return None
        pieces.append(found)
    for run in model.runs:
        _LOG.info("derivatives of %s", run.source)
        columns = run_response(core, asked, run)
        if model.priors.doubted:
            columns = np.concatenate([columns, run_columns(model, here.x, run)], axis=1)
        pieces.append(columns)
    return np.concatenate(pieces)


def _differences(model: ForwardModel, x: Array) -> Array | None:
    """Return the derivatives of the curves from curves beside each other."""
    alone = model.with_curves(model.curves, ())
    response = respond(alone.of_file(x), x[: model.priors.asked])
    if response is None:
        return None
    if not model.priors.doubted:
        return response.jacobian
    return np.concatenate([response.jacobian, cell_response(alone, x)], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedCurve:
    """A curve with its derivatives at equal shares of the charge that it delivers; p unknowns.

    Attributes
    ----------
    depth
        Share of the capacity at the end, increasing, shape (n,).
    voltage
        Shape (n,) [V].
    capacity
        At the end [A h m⁻²].
    slope
        dV/d(ln Q), shape (n,) [V].
    at_depth
        Derivatives of the voltage at equal depth, shape (n, p) [V per unit of the coordinate].
    log_end
        Of the logarithm of the capacity, shape (p,).
    """

    depth: Array
    voltage: Array
    capacity: float
    slope: Array
    at_depth: Array
    log_end: Array


def followed_curves(
    model: ForwardModel, x: Array, settings: Settings
) -> tuple[FollowedCurve, ...] | None:
    """Simulate the measured curves, and let the engine follow them with each unknown displaced.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    x
        Coordinates of all unknowns, shape (p,).
    settings
        How finely to solve.

    Returns
    -------
    tuple of FollowedCurve, or None
        One for each current; None where the engine has no whole curve, or cannot follow it. At a
        measured temperature it is followed at the mean of it: where that rises by eight kelvin on
        the way, derivatives are known to a tenth.

    Raises
    ------
    ParameterError
        If there is no such cell.
    """
    core, asked = model.of_file(x), x[: model.priors.asked]
    request, points = core.request_at(asked), curve_points(core, asked)
    of_cell = [name for name in model.priors.names if name != "area_scale"]
    moving = tuple(name for name in of_cell if model.moves_curve(name))
    names = tuple(dict.fromkeys(own for name in moving for own in _engine_names(model, name)))
    found: list[FollowedCurve] = []
    for start, stop, warm in _at_temperatures(model, replace(request, settings=settings)):
        rows = points[start:stop]
        batch = _discharges(warm, rows, names)
        whole = np.isfinite(end_capacity(batch)).all()
        if batch.sensitivities is None or not whole or not all(map(_told, batch.sensitivities)):
            return None
        beside = None
        if "area_scale" in model.priors.names:
            more = np.array([1.0, 1.0, _MORE])
            beside = _discharges(warm, np.concatenate([rows * more, rows / more]))
            if not np.isfinite(end_capacity(beside)).all():
                return None
        found += [
            _followed_curve(model, x, batch, told, j, start + j, beside)
            for j, told in enumerate(batch.sensitivities)
        ]
    return tuple(found)


def _at_temperatures(model: ForwardModel, request: Request) -> Iterator[tuple[int, int, Request]]:
    """Yield which curves are of one cell, from and up to, and the request for them."""
    if not model.temperatures:
        yield 0, len(model.curves), request
        return
    for j, (curve, warmth) in enumerate(zip(model.curves, model.temperatures, strict=True)):
        if warmth is None:
            yield j, j + 1, request
        else:
            time = np.linspace(0.0, SECONDS_PER_HOUR * curve.charge / curve.current, _INSTANTS)
            mean = np.interp(time, warmth.time, warmth.temperature).mean()
            cell = cell_with(request.cell, "temperature", float(mean))
            yield j, j + 1, replace(request, cell=cell, thermal=Isothermal())


def _discharges(request: Request, points: Array, names: tuple[str, ...] = ()) -> DischargeBatch:
    return simulate_discharges(
        request.cell,
        points,
        inventory=request.inventory,
        thermal=request.thermal,
        cutoff_voltage=request.cutoff_voltage,
        settings=request.settings,
        sensitivities=names,
    )


def _told(one: Sensitivities) -> bool:
    return bool(np.isfinite(one.voltage).all() and np.isfinite(one.slope).all())


def _followed_curve(
    model: ForwardModel,
    x: Array,
    batch: DischargeBatch,
    told: Sensitivities,
    j: int,
    number: int,
    beside: DischargeBatch | None,
) -> FollowedCurve:
    """Return curve `j` of a batch, measured curve `number`; `beside` has two more currents."""
    part = slice(int(batch.offsets[j]), int(batch.offsets[j + 1]))
    depth = batch.time[part] / batch.time[part.stop - 1]
    kept = np.append(np.diff(depth) > 0.0, True)
    capacity, slope = float(end_capacity(batch)[j]), told.slope
    columns, ends = [], []
    for i, name in enumerate(model.priors.names):
        scale = model.priors.value(x, i) if model.priors.by_logarithm(i) else 1.0
        if name in _WARMTH and model.temperatures and model.temperatures[number] is not None:
            log_end, at_depth = 0.0, np.zeros(depth.size)
        elif name == "area_scale" and beside is not None:
            share = scale / model.priors.value(x, i)
            log_end, at_depth = _by_area(beside, j, len(batch), depth)
            log_end, at_depth = share * log_end, share * at_depth
        elif model.moves_curve(name):
            rows = [told.names.index(own) for own in _engine_names(model, name)]
            log_end = scale * float(told.discharge_capacity[rows].sum()) / capacity
            at_depth = scale * told.voltage[rows].sum(axis=0) + log_end * slope
            at_depth[-1] = 0.0  # the cut-off, whatever the cell
        elif PARAMETERS[name].owner == "instrument":
            log_end, at_depth = 0.0, np.full(depth.size, scale)
        else:  # an ohmic drop, which is in the simulated voltage
            drop = -scale * float(batch.current[j])
            log_end = -drop / float(slope[-1])
            at_depth = drop + log_end * slope
        columns.append(at_depth[kept])
        ends.append(log_end)
    return FollowedCurve(
        depth=depth[kept],
        voltage=batch.voltage[part][kept],
        capacity=capacity,
        slope=slope[kept],
        at_depth=np.stack(columns, axis=-1),
        log_end=np.array(ends),
    )


def _by_area(beside: DischargeBatch, j: int, count: int, depth: Array) -> tuple[float, Array]:
    """Differentiate by the logarithm of the area: that of the measured capacity, and the voltage.

    A larger area is a smaller current, and more charge at the same charge per area.  The voltage is
    that at equal `depth`.  `beside` has `count` curves of more current, and as many of less.
    """
    width = 2.0 * np.log(_MORE)
    ends = end_capacity(beside)
    more, less = (
        PchipInterpolator(*_curve(beside, k))(np.minimum(depth, 1.0)) for k in (j, count + j)
    )
    log_end = 1.0 - float(np.log(ends[j] / ends[count + j])) / width
    return log_end, np.asarray(less - more) / width


def _followed(
    model: ForwardModel, here: Simulated, batch: DischargeBatch, settings: Settings
) -> Array | None:
    """Return the derivatives from curves that the engine follows; None where it cannot."""
    curves = followed_curves(model, here.x, settings)
    if curves is None:
        return None
    scale, offset = (model.value(here.x, name) for name in ("area_scale", "voltage_offset"))
    pieces = []
    for j, (curve, followed) in enumerate(zip(model.curves, curves, strict=True)):
        at = where_asked(batch, j, curve, scale=scale, offset=offset)
        seen = _at_capacity(batch, followed, j, at)
        cutoff = model.request.cutoff_voltage
        pieces.append(averaged(curve, seen, cutoff, scale=scale, offset=offset)[1])
    return np.concatenate(pieces)


def curve_points(core: ForwardModel, x: Array) -> Array:
    """Return a row of alpha, S and current for each curve, shape (k, 3).

    Parameters
    ----------
    core, x
        A model whose cell file is in no doubt, and its coordinates.
    """
    alpha, S = core.priors.natural(x)[:2]
    currents = core.currents / core.value(x, "area_scale")
    return np.column_stack([np.full(currents.size, alpha), np.full(currents.size, S), currents])


def _engine_names(model: ForwardModel, name: str) -> tuple[str, ...]:
    """Return the numbers of a cell that an unknown moves."""
    if name != "temperature":
        return (name,)
    alone = isinstance(model.thermal, Isothermal)
    return ("initial_temperature",) if alone else ("initial_temperature", "ambient_temperature")


def _at_capacity(
    batch: DischargeBatch, followed: FollowedCurve, j: int, at: Array
) -> CurveSensitivity:
    """Return curve `j` at measured capacities, with its derivatives at equal capacity."""
    depth, voltage = _curve(batch, j)
    end = float(end_capacity(batch)[j])
    share = np.minimum(at / end, 1.0)
    smooth = PchipInterpolator(depth, voltage)
    slope = _slope(smooth, share)
    at_depth = PchipInterpolator(followed.depth, followed.at_depth)(share)
    return CurveSensitivity(
        current=float(batch.current[j]),
        capacity=at,
        voltage=smooth(share),
        slope=slope,
        voltage_derivative=at_depth - np.outer(slope, followed.log_end),
        discharge_capacity=end,
        capacity_derivative=end * followed.log_end,
    )


def _curve(batch: DischargeBatch, j: int) -> tuple[Array, Array]:
    """Return depth and voltage along curve `j`, depths increasing."""
    part = slice(int(batch.offsets[j]), int(batch.offsets[j + 1]))
    capacity = batch.current[j] * batch.time[part] / SECONDS_PER_HOUR
    depth, first = np.unique(capacity / capacity[-1], return_index=True)
    return depth, batch.voltage[part][first]


def _slope(smooth: PchipInterpolator, share: Array) -> Array:
    """Return dV/d(ln Q) at shares of the end [V]."""
    low, high = share * (1.0 - _SLOPE_STEP), np.minimum(share * (1.0 + _SLOPE_STEP), 1.0)
    rise = smooth(high) - smooth(low)
    return np.asarray(
        rise * np.divide(share, high - low, out=np.zeros_like(share), where=share > 0.0)
    )
