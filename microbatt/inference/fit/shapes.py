"""Curves as shapes: voltages at shares of their own capacity, and that capacity.

Between two microstructures a cliff moves along the capacity, and voltages at equal capacity jump
where it passes.  Voltages at equal *shares* and the logarithm of the capacity change smoothly over
the whole box, so a fit of shapes finds its way from far; it is how every fit starts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.stats.qmc import Sobol

from microbatt.engines import ENGINE, Settings, resample_curves
from microbatt.inference.forward.finite_differences import end_capacity
from microbatt.inference.forward.unknowns import cell_with

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.engines.contract import Request
    from microbatt.inference.forward.derivatives import FollowedCurve
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

DEPTHS: Final = np.linspace(0.02, 0.98, 25)
"""Shares of the capacity at which shapes are compared."""
COARSE: Final = Settings(tolerance=1e-3, mesh=0.7, particle_modes=6)
"""For the fit of shapes: 0.5 mV rms (median) from the refined solution."""
COARSEST: Final = Settings(tolerance=3e-3, mesh=0.5, particle_modes=6)
"""For the scan: 1 mV rms (median) from the refined solution."""
VOLTAGE: Final = 5e-3
"""Standard deviation of a shape's voltages in a scan [V]."""
CAPACITY: Final = 5e-3
"""Standard deviation of the logarithm of its capacity in a scan [-]."""
SCAN_POINTS: Final = 64
SCAN_CURRENTS: Final = 3
"""At most so many of the measured currents are scanned: the lowest, the highest, and between."""
_DENSER: Final = 1.5
"""Exponent by which the points of a scan are denser at small alpha, where curves change more."""
_ROUND_VOLTS, _LOWEST = 0.5, 0.3
SCAN_ALPHA: Final = (0.0, 12.0)
SCAN_LN_S: Final = (float(np.log(0.3)), float(np.log(80.0)))
_OHMIC_STEP, _OFFSET_STEP, _SCALE_STEP = 1e-4, 1e-3, 1e-3
SHARES: Final = np.linspace(0.0, 1.0, 401)
"""Shares of a simulated capacity, from which shapes are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The engine's curves at points scattered over the box.

    Attributes
    ----------
    points
        Rows of alpha and ln S, shape (n, 2).
    curves
        Which of the measured curves have the currents of the scan, by current, shape (k,).
    voltage
        At 401 equal shares of the simulated capacity, shape (n, k, 401) [V].
    capacity
        At the end of each simulation, shape (n, k) [A h m⁻²]; NaN where there is no curve.
    """

    points: Array
    curves: NDArray[np.intp]
    voltage: Array
    capacity: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminals:
    """What stands between a simulated curve and a measured one.

    Attributes
    ----------
    resistance
        Added to the cell's contact resistance [Ω m²].
    offset
        Of the measured voltage [V].
    scale
        Of the measured capacity, the electrode area over the stated one [-].
    """

    resistance: float = 0.0
    offset: float = 0.0
    scale: float = 1.0


_PLAIN: Final = Terminals()


def measured_shape(model: ForwardModel) -> Array:
    """Return the shapes of the measured curves, shape (k, 26): voltages [V], ln capacity."""
    rows = []
    for curve in model.curves:
        end = curve.capacity[-1]
        rows.append([*np.interp(DEPTHS * end, curve.capacity, curve.voltage), np.log(end)])
    return np.array(rows)


def scan(model: ForwardModel) -> Scan:
    """Simulate some currents at Sobol points over the box; each is remembered.

    Simulations end at a multiple of `_ROUND_VOLTS`, so that another experiment finds them too.
    """
    by_current = np.argsort(model.currents, kind="stable")
    spread = np.linspace(0.0, by_current.size - 1.0, min(SCAN_CURRENTS, by_current.size))
    curves = by_current[np.round(spread).astype(int)]
    request = _at_mean_temperature(model)
    end = _ROUND_VOLTS * math.floor(request.cutoff_voltage / _ROUND_VOLTS)
    request = replace(request, cutoff_voltage=max(_LOWEST, end), settings=COARSEST)
    low, high = np.array([SCAN_ALPHA, (SCAN_LN_S[0], min(SCAN_LN_S[1], model.priors.high[1]))]).T
    unit = Sobol(2, rng=0).random(SCAN_POINTS) ** (_DENSER, 1.0)
    points = low + unit * (high - low)
    found = [_scan(request, float(model.currents[i]), points.tobytes()) for i in curves]
    return Scan(
        points=points,
        curves=curves,
        voltage=np.stack([voltage for voltage, _ in found], axis=1),
        capacity=np.stack([capacity for _, capacity in found], axis=1),
    )


def _at_mean_temperature(model: ForwardModel) -> Request:
    """Return the request at the mean of the measured temperatures, which are not followed here."""
    means = [float(np.mean(one.temperature)) for one in model.temperatures if one is not None]
    if not means:
        return model.request
    return replace(model.request, cell=cell_with(model.cell, "temperature", float(np.mean(means))))


@lru_cache(maxsize=32)
def _scan(request: Request, current: float, points: bytes) -> tuple[Array, Array]:
    """Return voltages and capacities at rows of alpha and ln S, which are hashed as bytes."""
    rows = np.frombuffer(points).reshape(-1, 2)
    table = np.column_stack([rows[:, 0], np.exp(rows[:, 1]), np.full(len(rows), current)])
    batch = ENGINE.run(request, table)
    return resample_curves(batch, SHARES), end_capacity(batch)


def seen_shapes(
    model: ForwardModel, voltage: Array, capacity: Array, through: Terminals = _PLAIN
) -> Array:
    """Return the shapes of simulated curves as the terminals show them, flat.

    Each is ended where the measured curve ends.

    Parameters
    ----------
    model
        The measured curves.
    voltage
        Simulated, at `SHARES` of each capacity, shape (k, 401) [V].
    capacity
        At the end of each simulation, shape (k,) [A h m⁻²]; NaN where there is no curve.
    through
        What the terminals add.

    Returns
    -------
    ndarray, shape (k × 26,)
        Voltages [V] and ln capacity [A h m⁻²] of each curve; NaN where there is no curve.
    """
    added = through.offset - model.currents * through.resistance
    return np.concatenate(
        [
            shape_of(v + shift, q * through.scale, curve.voltage[-1])
            for v, q, shift, curve in zip(voltage, capacity, added, model.curves, strict=True)
        ]
    )


def terminal_slopes(
    model: ForwardModel, voltage: Array, capacity: Array, through: Terminals
) -> dict[str, Array]:
    """Return the derivatives of `seen_shapes` by what the terminals add, by unknown."""
    moved = {
        "contact_resistance": replace(through, resistance=through.resistance + _OHMIC_STEP),
        "voltage_offset": replace(through, offset=through.offset + _OFFSET_STEP),
        "area_scale": replace(through, scale=through.scale + _SCALE_STEP),
    }
    steps = dict(zip(moved, (_OHMIC_STEP, _OFFSET_STEP, _SCALE_STEP), strict=True))
    here = seen_shapes(model, voltage, capacity, through)
    return {
        name: (seen_shapes(model, voltage, capacity, there) - here) / steps[name]
        for name, there in moved.items()
        if name in model.priors.names
    }


def shape_of(voltage: Array, capacity: float, end_voltage: float) -> Array:
    """Return the shape of a simulated curve that is ended at a voltage.

    Parameters
    ----------
    voltage
        At 401 equal shares of its capacity [V].
    capacity
        At its end [A h m⁻²].
    end_voltage
        Where the measured curve ended [V].
    """
    if not (np.isfinite(capacity) and capacity > 0.0 and voltage[0] > end_voltage):
        return np.full(DEPTHS.size + 1, np.nan)
    below = int(np.argmax(voltage <= end_voltage)) or voltage.size - 1
    share = np.interp(-end_voltage, -voltage[below - 1 : below + 1], SHARES[below - 1 : below + 1])
    return np.append(np.interp(DEPTHS * share, SHARES, voltage), np.log(share * capacity))


def followed_shape(curve: FollowedCurve, end_voltage: float, offset: float) -> tuple[Array, Array]:
    """Return the shape of a curve that is ended at a voltage, and its derivatives.

    Parameters
    ----------
    curve
        With its derivatives at equal depth.
    end_voltage
        Where the measured curve ended [V].
    offset
        Of the measured voltage [V].

    Returns
    -------
    shape
        As of `shape_of`, shape (26,); NaN where the curve does not come down to that voltage.
    slopes
        Shape (26, p).
    """
    seen = curve.voltage + offset
    if not seen[0] > end_voltage > seen[-1]:
        empty = np.full((DEPTHS.size + 1, curve.log_end.size), np.nan)
        return empty[:, 0], empty
    voltage = PchipInterpolator(curve.depth, seen)
    below = int(np.argmax(seen <= end_voltage))
    pair = slice(below - 1, below + 1)
    share = float(np.interp(-end_voltage, -seen[pair], curve.depth[pair]))
    slope = PchipInterpolator(curve.depth, curve.slope)
    at_depth = PchipInterpolator(curve.depth, curve.at_depth)
    longer = -at_depth(share) / slope(share)  # by how much the share grows, relative
    at = DEPTHS * share
    shape = np.append(voltage(at), np.log(share * curve.capacity))
    slopes = at_depth(at) + np.outer(slope(at), longer)
    return shape, np.concatenate([slopes, (longer + curve.log_end)[None]])


def with_priors(
    model: ForwardModel, x: Array, residual: Array, jacobian: Array
) -> tuple[Array, Array]:
    """Append what is expected of the unknowns to residuals and their Jacobian."""
    return (
        np.concatenate([residual, model.priors.deviation(x)]),
        np.concatenate([jacobian, model.priors.rows(x)]),
    )
