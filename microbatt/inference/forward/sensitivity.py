"""How curves respond to a small change of alpha, of S and of what else may be unknown.

A curve is compared with its neighbours at equal *depth*, where a cliff of one lies on the cliff of
the other, and the change of the end is added by the chain rule.  With V(Q) = v(q, θ), q = Q/E(θ)
and E the capacity at the end,

    ∂V/∂θ at equal Q  =  ∂v/∂θ at equal q  −  q ∂v/∂q · ∂(ln E)/∂θ .

The differences are of second order, central where both neighbours exist and one-sided at the end
of a range (alpha = 0).  What an instrument adds, and an ohmic drop, need no displaced curve.  With
an unknown electrode area the tester's Q is the area times the simulated one, and so is E.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.engines import resample_curves
from microbatt.errors import ParameterError
from microbatt.inference.forward.finite_differences import end_capacity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.engines import DischargeBatch
    from microbatt.inference.forward.finite_differences import DisplacedCurves, FiniteDifference

    Array = NDArray[np.float64]

_SLOPE_STEP: Final = 1e-4
"""Share of the depth over which the slope of a curve is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivities:
    """Curves and their derivatives; NaN where there is no whole curve, or a neighbour has none.

    Attributes
    ----------
    parameters
        alpha, S, then the other unknowns: p names.
    currents
        Shape (k,) [A m⁻²].
    depth
        Share of the end capacity at which each curve is sampled, shape (m,).
    voltage
        Shape (n, k, m) [V].
    capacity
        At the end, shape (n, k) [A h m⁻²].
    slope
        dV/d(ln Q) of each curve, shape (n, k, m) [V].
    voltage_derivative
        At equal delivered capacity, shape (n, k, m, p) [V per unit of the parameter].
    capacity_derivative
        Of the capacity at the end, shape (n, k, p) [A h m⁻² per unit of the parameter].
    """

    parameters: tuple[str, ...]
    currents: Array
    depth: Array
    voltage: Array
    capacity: Array
    slope: Array
    voltage_derivative: Array
    capacity_derivative: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveSensitivity:
    """One curve at the capacities of measured samples; NaN beyond its end.

    Attributes
    ----------
    current
        [A m⁻²].
    capacity, voltage
        Shape (m,) [A h m⁻²], [V].
    slope
        dV/d(ln Q), shape (m,) [V].
    voltage_derivative
        At equal delivered capacity, shape (m, p) [V per unit of the parameter].
    discharge_capacity
        At the end [A h m⁻²].
    capacity_derivative
        Of the capacity at the end, shape (p,) [A h m⁻² per unit of the parameter].
    """

    current: float
    capacity: Array
    voltage: Array
    slope: Array
    voltage_derivative: Array
    discharge_capacity: float
    capacity_derivative: Array


def sensitivities_at_depth(displaced: DisplacedCurves, depth: ArrayLike) -> Sensitivities:
    """Differentiate curves at shares of the capacity that each delivers.

    Parameters
    ----------
    displaced : DisplacedCurves
        What `microbatt.inference.forward.simulate_displaced` returned.
    depth : array_like
        Increasing, in [0, 1], shape (m,).

    Returns
    -------
    Sensitivities
        Derivatives at equal *capacity*, sampled at equal depth.

    Examples
    --------
    >>> from microbatt.inference.forward import native_request, simulate_displaced
    >>> curves = simulate_displaced(native_request("doyle-1996-cell-1"), [(2.3, 3.0)], [17.5, 35.0])
    >>> sensitivities_at_depth(curves, [0.25, 0.5]).voltage_derivative.shape
    (1, 2, 2, 2)
    """
    shares = np.asarray(depth, dtype=float)
    curves, by_member = displaced.curves, displaced.by_member
    ends = end_capacity(curves)
    seen = _Seen(
        voltage=by_member(_only_whole(ends, resample_curves(curves, shares))),
        capacity=displaced.end_capacities,
        slope=by_member(_only_whole(ends, _slopes(curves, shares)))[0],
        foot=by_member(_only_whole(ends, _slopes(curves, np.ones(1))))[0],
        currents=displaced.currents[:, None],
    )
    columns = [
        _derivative(displaced.finite_differences, name, seen) for name in displaced.parameters
    ]
    return Sensitivities(
        parameters=displaced.parameters,
        currents=displaced.currents,
        depth=shares,
        voltage=seen.voltage[0],
        capacity=seen.capacity[0],
        slope=seen.slope,
        voltage_derivative=np.stack([at_samples for at_samples, _ in columns], axis=-1),
        capacity_derivative=np.stack([at_end for _, at_end in columns], axis=-1),
    )


def sensitivities_at_capacity(
    displaced: DisplacedCurves, capacities: Sequence[ArrayLike]
) -> tuple[CurveSensitivity, ...]:
    """Differentiate the curves of one point at the capacities of measured samples.

    Parameters
    ----------
    displaced
        What `microbatt.inference.forward.simulate_displaced` returned for one point.
    capacities
        For each current the delivered capacities of its samples, increasing [A h m⁻²].

    Returns
    -------
    tuple of CurveSensitivity
        One for each current.

    Raises
    ------
    ParameterError
        If there is more than one point, or not one array for each current.
    """
    if len(displaced.points) != 1 or len(capacities) != displaced.currents.size:
        raise ParameterError(
            f"there are {len(displaced.points)} points, {displaced.currents.size} currents and "
            f"`capacities` of {len(capacities)} curves; give one point, and for each current the "
            "capacities of its samples."
        )
    wanted = [np.asarray(one, dtype=float) for one in capacities]
    shares = [one / end for one, end in zip(wanted, displaced.capacity[0], strict=True)]
    union = np.unique(np.concatenate(shares))
    union = union[union <= 1.0]
    found = sensitivities_at_depth(displaced, union)
    return tuple(_one_curve(found, j, wanted[j], shares[j]) for j in range(len(wanted)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What derivatives are made of.

    Voltage (member, n, k, m) and end capacity (member, n, k) of all curves; dV/d(ln Q) of the
    curves themselves at the samples, (n, k, m), and at the end, (n, k, 1); currents (k, 1).
    """

    voltage: Array
    capacity: Array
    slope: Array
    foot: Array
    currents: Array


def _derivative(
    finite_differences: Mapping[str, FiniteDifference], name: str, seen: _Seen
) -> tuple[Array, Array]:
    """Return the derivatives of voltage (n, k, m) and of end capacity (n, k)."""
    if name in finite_differences:
        scheme = finite_differences[name]
        at_depth = _combined(scheme, seen.voltage)
        log_end = _combined(scheme, np.log(np.where(seen.capacity > 0.0, seen.capacity, np.nan)))
        return at_depth - seen.slope * log_end[..., None], seen.capacity[0] * log_end
    effect, at_foot = (_seen_by_instrument(name, seen.currents, s) for s in (seen.slope, seen.foot))
    return effect, -seen.capacity[0] * (at_foot / seen.foot)[..., 0]


def _combined(scheme: FiniteDifference, values: Array) -> Array:
    """Weigh the curve itself and its two neighbours, member first, point second."""
    chosen = values[[0, *scheme.members]]
    combined: Array = np.einsum("np,pn...->n...", scheme.weights, chosen)
    return combined


def _seen_by_instrument(name: str, currents: Array, slope: Array) -> Array:
    """Return the change of voltage at equal capacity that needs no other curve."""
    if name == "contact_resistance":
        return np.broadcast_to(-currents, slope.shape)
    return np.ones(slope.shape)


def _slopes(curves: DischargeBatch, shares: Array) -> Array:
    """Return dV/d(ln Q) of each curve at shares of its end, shape (n, m) [V]."""
    low, high = shares * (1.0 - _SLOPE_STEP), np.minimum(shares * (1.0 + _SLOPE_STEP), 1.0)
    rise = resample_curves(curves, high) - resample_curves(curves, low)
    return rise * np.divide(shares, high - low, out=np.zeros_like(shares), where=shares > 0.0)


def _only_whole(ends: Array, values: Array) -> Array:
    return np.where(np.isnan(ends)[:, None], np.nan, values)


def _one_curve(found: Sensitivities, j: int, capacity: Array, shares: Array) -> CurveSensitivity:
    inside = shares <= 1.0
    place = np.searchsorted(found.depth, np.minimum(shares, found.depth[-1]))
    return CurveSensitivity(
        current=float(found.currents[j]),
        capacity=capacity,
        voltage=np.where(inside, found.voltage[0, j, place], np.nan),
        slope=np.where(inside, found.slope[0, j, place], np.nan),
        voltage_derivative=np.where(inside[:, None], found.voltage_derivative[0, j, place], np.nan),
        discharge_capacity=float(found.capacity[0, j]),
        capacity_derivative=found.capacity_derivative[0, j],
    )
