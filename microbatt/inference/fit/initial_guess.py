"""Where a fit begins: the valleys of a scan of the engine over the box."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.interpolate import RBFInterpolator

from microbatt.inference.fit.least_squares import minimise
from microbatt.inference.fit.plausibility import check_capacities
from microbatt.inference.fit.shapes import (
    DEPTHS,
    SCAN_ALPHA,
    SCAN_LN_S,
    Scan,
    Terminals,
    measured_shape,
    scan,
    seen_shapes,
    terminal_slopes,
    with_priors,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.least_squares import Evaluate
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

VALLEYS: Final = 3
"""At most this many starts of a scan."""
_TRIED: Final = 6
"""Points of the scan from which its interpolant is fitted."""
_ENOUGH: Final = 12
"""Points with all curves that an interpolant needs."""
_SAME: Final = 0.3
"""Closer than this in alpha and in ln S, two starts are the same."""
_COMPARABLE: Final = 4.0
"""Largest ratio of a scanned capacity to the measured one, or the other way round."""
_NEAR: Final = 0.1
"""How far apart near shapes are: voltage [V] and logarithm of the capacity."""
_STEP: Final = 0.02
_VOLTAGE, _CAPACITY = 0.02, 0.02
"""Standard deviation of an interpolated shape: voltage [V] and logarithm of the capacity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialGuess:
    """A first estimate, before refinement.

    Attributes
    ----------
    origin : str
        ``"network"`` (the shipped curve network) or ``"scan"`` (the engine at scattered points).
    alpha, S : float
        [-].
    covariance : ndarray
        Of (alpha, S), shape (2, 2); NaN where the origin gives none.
    in_range : bool, default True
        Whether the curves lie where the network was trained; true of a scan.
    """

    origin: str
    alpha: float
    S: float
    covariance: NDArray[np.float64]
    in_range: bool = True


def scan_starts(model: ForwardModel) -> tuple[InitialGuess, ...]:
    """Find where the engine's curves come nearest in shape to the measured ones.

    The shapes of the scan are interpolated over the box (thin-plate splines), and the measured ones
    are fitted by the interpolant from the nearest points of the scan.

    Parameters
    ----------
    model
        The measured curves and the unknowns.

    Returns
    -------
    tuple of InitialGuess
        At least one, nearest first; different places.

    Raises
    ------
    CurveError
        If no point of the box delivers a capacity near that of a measured curve.
    """
    found = scan(model)
    check_capacities(model.curves, model.cell, _delivered(model, found))
    scanned = tuple(model.curves[i] for i in found.curves)
    model = replace(model.with_curves(scanned, ()), temperatures=())
    shapes = np.stack(
        [seen_shapes(model, v, q) for v, q in zip(found.voltage, found.capacity, strict=True)]
    )
    by_curve = shapes.reshape(len(shapes), len(model.curves), -1)
    known = _comparable(model, found.capacity)
    if known.sum() < _ENOUGH:
        return (_nearest_of_part(found.points, by_curve, model),)
    evaluate = _interpolated(model, found, known)
    fits = [
        minimise(evaluate, _from_point(model, point), *_box(model), gain=0.5, most=25)
        for point in _nearest(model, found.points[known], shapes[known])
    ]
    best = sorted((fit for fit in fits if fit is not None), key=lambda fit: fit.chi_square)
    kept: list[Array] = []
    for fit in best:
        if not any(np.allclose(fit.x[:2], one, atol=_SAME) for one in kept):
            kept.append(fit.x[:2])
    return tuple(_start(point) for point in kept[:VALLEYS])


def _delivered(model: ForwardModel, found: Scan) -> Array:
    """Return what the cell delivers to the end of each curve, shape (2n, k) [A h m⁻²].

    At a current that was not scanned it delivers no more than at a lower one, and no less than at a
    higher one, so that both stand for it.
    """
    scanned, asked = model.currents[found.curves], model.currents
    lower = np.searchsorted(scanned, asked, side="right") - 1
    higher = np.searchsorted(scanned, asked, side="left")
    shapes = [
        seen_shapes(model, v[side], q[side])
        for side in (lower, higher)
        for v, q in zip(found.voltage, found.capacity, strict=True)
    ]
    return np.exp(np.reshape(shapes, (len(shapes), asked.size, -1))[..., -1])


def _comparable(model: ForwardModel, capacity: Array) -> NDArray[np.bool_]:
    """Tell which points deliver a capacity of the measured one's order at every current.

    Curves that are over as soon as they begin would spoil an interpolant everywhere.
    """
    measured = np.array([curve.capacity[-1] for curve in model.curves])
    with np.errstate(invalid="ignore"):
        ratio = capacity / measured
        return np.asarray(((ratio > 1.0 / _COMPARABLE) & (ratio < _COMPARABLE)).all(axis=1))


def _interpolated(model: ForwardModel, found: Scan, known: NDArray[np.bool_]) -> Evaluate:
    """Return the residuals of shapes of curves that are interpolated between those of the scan."""
    k = len(model.curves)
    table = np.concatenate([found.voltage, np.log(found.capacity)[..., None]], axis=-1)[known]
    interpolator = RBFInterpolator(found.points[known], table.reshape(len(table), -1))
    measured = measured_shape(model).ravel()
    spread = np.tile([*np.full(DEPTHS.size, _VOLTAGE), _CAPACITY], k)
    steps = np.array([[0.0, 0.0], [_STEP, 0.0], [-_STEP, 0.0], [0.0, _STEP], [0.0, -_STEP]])
    names = model.priors.names

    def evaluate(x: Array) -> tuple[Array, Array] | None:
        curves = interpolator(x[:2] + steps).reshape(len(steps), k, -1)
        through = _terminals(model, x)
        voltage, capacity = curves[..., :-1], np.exp(curves[..., -1])
        here, *beside = (
            seen_shapes(model, v, q, through) for v, q in zip(voltage, capacity, strict=True)
        )
        slopes = terminal_slopes(model, voltage[0], capacity[0], through)
        slopes["alpha"] = (beside[0] - beside[1]) / (2.0 * _STEP)
        slopes["S"] = (beside[2] - beside[3]) / (2.0 * _STEP)
        unknown = np.zeros(here.size)
        jacobian = np.stack([slopes.get(name, unknown) for name in names], axis=-1)
        if not (np.isfinite(here).all() and np.isfinite(jacobian).all()):
            return None
        return with_priors(model, x, (measured - here) / spread, -jacobian / spread[:, None])

    return evaluate


def _terminals(model: ForwardModel, x: Array) -> Terminals:
    """Return what the terminals add to curves of the cell as its file has it."""
    values = dict(zip(model.priors.names, model.priors.natural(x), strict=True))
    resistance = values.get("contact_resistance", model.cell.contact_resistance)
    return Terminals(
        resistance=float(resistance - model.cell.contact_resistance),
        offset=float(values.get("voltage_offset", 0.0)),
        scale=float(values.get("area_scale", 1.0)),
    )


def _nearest(model: ForwardModel, points: Array, shapes: Array) -> Array:
    """Return the points of the scan that are nearest in shape, whatever a constant drop."""
    difference = (shapes - measured_shape(model).ravel()).reshape(len(points), -1, DEPTHS.size + 1)
    voltage, capacity = difference[..., :-1], difference[..., -1]
    distance = (
        np.mean((voltage - voltage.mean(axis=-1, keepdims=True)) ** 2, axis=(1, 2)) / _NEAR**2
    )
    distance += np.mean(capacity**2, axis=1) / _NEAR**2
    return points[np.argsort(np.nan_to_num(distance, nan=np.inf))[:_TRIED]]


def _from_point(model: ForwardModel, point: Array) -> Array:
    x = model.priors.mean.copy()
    x[:2] = point
    return x


def _box(model: ForwardModel) -> tuple[Array, Array]:
    """Return the bounds, those of the scan for alpha and ln S."""
    low, high = model.priors.low.copy(), model.priors.high.copy()
    low[:2] = np.maximum(low[:2], (SCAN_ALPHA[0], SCAN_LN_S[0]))
    high[:2] = np.minimum(high[:2], (SCAN_ALPHA[1], SCAN_LN_S[1]))
    return low, high


def _start(point: Array) -> InitialGuess:
    return InitialGuess(
        origin="scan",
        alpha=float(point[0]),
        S=float(np.exp(point[1])),
        covariance=np.full((2, 2), np.nan),
    )


def _nearest_of_part(points: Array, shapes: Array, model: ForwardModel) -> InitialGuess:
    """Return the point of the scan nearest in those curves that it has."""
    difference = np.abs(shapes - measured_shape(model))
    missing = np.isnan(difference)
    known = np.maximum((~missing).sum(axis=(1, 2)), 1)
    weighed = np.nansum(difference, axis=(1, 2)) / known + missing.mean(axis=(1, 2))
    weighed[missing.all(axis=(1, 2))] = np.inf
    return _start(points[int(np.argmin(weighed))])
