"""Fitted functions as tables, so that one compiled kernel serves every cell.

A fit is sampled once per cell, with its analytic slope, and read back by cubic Hermite
interpolation: a few nanoseconds instead of several exponentials, and value and slope that
belong to the same smooth function, which Newton's method needs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from microbatt.cells import SALT_TOP
from microbatt.porous_electrode.compilation import node_kernel
from microbatt.porous_electrode.lanes import four_from, where, whole_part

if TYPE_CHECKING:
    from microbatt.cells import (
        Electrolyte,
        ElectrolyteFit,
        OpenCircuitFit,
        StoichiometryFunction,
    )

Array = NDArray[np.float64]

SEGMENT_INTERVALS = 4096
ROWS = SEGMENT_INTERVALS + 2
EDGE = 0.02
SALT_STEP = 10.0
CONDUCTIVITY_FLOOR = 1e-2
UNIFORM_INTERVALS = 2048
_REMEMBERED = 64
"""Tables of so many fits are kept: displaced cells, as derivatives ask for, share them."""
_NO_TEMPERATURES, _NO_LEVELS = np.empty(0), np.empty((0, 0, 0))
UNIFORM_NODES = np.linspace(0.0, 1.0, UNIFORM_INTERVALS + 1)


@lru_cache(maxsize=_REMEMBERED)
def open_circuit_table(fit: OpenCircuitFit) -> Array:
    """Sample an open-circuit potential on three segments, fine near both ends.

    Parameters
    ----------
    fit
        The fit; sampled over ``fit.limits``, the interval on which it is finite.

    Returns
    -------
    ndarray, shape (3, SEGMENT_INTERVALS + 2, 2)
        Potential [V] and slope × interval [V] at the nodes of each segment.  Row 0 of a
        segment holds its lower end and the inverse of its interval.  The same array for the same
        fit: not to be written to.
    """
    low, high = fit.limits
    bounds = (low, low + EDGE, high - EDGE, high)
    table = np.empty((3, SEGMENT_INTERVALS + 2, 2))
    for segment in range(3):
        start, stop = bounds[segment], bounds[segment + 1]
        interval = (stop - start) / SEGMENT_INTERVALS
        theta = np.linspace(start, stop, SEGMENT_INTERVALS + 1)
        table[segment, 0] = start, 1.0 / interval
        table[segment, 1:, 0] = fit.potential(theta)
        table[segment, 1:, 1] = interval * fit.slope(theta)
    return table


def electrolyte_table(electrolyte: Electrolyte, rest: float | None = None) -> Array:
    """Sample conductivity, diffusivity and thermodynamic factor against salt concentration.

    Polynomial conductivities turn negative beyond the salt concentrations that they were
    fitted to; they are held at one hundredth of their maximum from there on.

    Returns
    -------
    ndarray, shape (n, 6) or (n, 8)
        Values [S m⁻¹], [m² s⁻¹], [-] in the even columns, slope × interval in the odd ones, at
        concentrations 0, SALT_STEP, … SALT_TOP; those of the fit, without the electrolyte's
        scales. Where t₊ depends on the concentration, the thermodynamic factor is multiplied by
        (1 − t₊)/(1 − t₀), with t₀ that at rest unless `rest` is given, and t₊ − t₀ stands in the
        last two columns.
    """
    fit = electrolyte.fit
    if fit.transference_function is not None:
        return _with_transference(electrolyte, electrolyte.transference if rest is None else rest)
    return _fixed_transference(fit)


@lru_cache(maxsize=4)
def electrolyte_levels(electrolyte: Electrolyte) -> tuple[Array, Array]:
    """Sample an electrolyte whose properties depend on temperature in their own way.

    Returns
    -------
    ndarray, shape (levels,)
        Temperatures, rising [K]; none where Arrhenius factors say it all.
    ndarray, shape (levels, n, columns)
        `electrolyte_table` at each.
    """
    temperatures = electrolyte.fit.temperatures
    if not temperatures:
        return _NO_TEMPERATURES, _NO_LEVELS
    rest = electrolyte.transference  # t₀ of them all
    tables = [electrolyte_table(electrolyte.at(T), rest) for T in temperatures]
    return np.array(temperatures), np.ascontiguousarray(np.stack(tables))


def _with_transference(electrolyte: Electrolyte, rest: float) -> Array:
    t = electrolyte.fit.transference_function
    assert t is not None  # noqa: S101 - the caller has asked
    c = np.arange(0.0, SALT_TOP + SALT_STEP, SALT_STEP)
    value, slope = t(c), SALT_STEP * t.slope(c)
    table = _fixed_transference(electrolyte.fit).copy()
    share, share_slope = (1.0 - value) / (1.0 - rest), -slope / (1.0 - rest)
    factor, factor_slope = table[:, 4].copy(), table[:, 5].copy()
    table[:, 4] = factor * share
    table[:, 5] = factor_slope * share + factor * share_slope
    return np.ascontiguousarray(np.column_stack([table, value - rest, slope]))


@lru_cache(maxsize=_REMEMBERED)
def _fixed_transference(fit: ElectrolyteFit) -> Array:
    c = np.arange(0.0, SALT_TOP + SALT_STEP, SALT_STEP)
    kappa, kappa_slope = _floored(fit.conductivity(c), fit.conductivity_slope(c))
    columns = (
        kappa,
        SALT_STEP * kappa_slope,
        fit.diffusivity(c),
        SALT_STEP * fit.diffusivity_slope(c),
        fit.thermodynamic_factor(c),
        SALT_STEP * fit.thermodynamic_factor_slope(c),
    )
    return np.ascontiguousarray(np.column_stack([np.broadcast_to(k, c.shape) for k in columns]))


def uniform_table(value: Array, slope: Array) -> Array:
    """Join a function and its slope, sampled at `UNIFORM_NODES`, to a table for `look_up`.

    Returns
    -------
    ndarray, shape (UNIFORM_INTERVALS + 1, 2)
        Value, and slope × interval.
    """
    return np.ascontiguousarray(np.column_stack([value, slope / UNIFORM_INTERVALS]))


@lru_cache(maxsize=_REMEMBERED)
def diffusion_table(diffusivity: StoichiometryFunction, scale: float) -> Array:
    """Sample ∫ D_s dθ, whose slope is D_s, over `scale`.

    The integral over each interval is Gauss's with three points, exact up to fifth order.

    Returns
    -------
    ndarray, shape (UNIFORM_INTERVALS + 1, 2)
        See `uniform_table`.
    """
    points, weights = np.polynomial.legendre.leggauss(3)
    middle = 0.5 * (UNIFORM_NODES[1:] + UNIFORM_NODES[:-1])
    inside = middle[:, None] + 0.5 * points / UNIFORM_INTERVALS
    parts = diffusivity.value(inside) @ (0.5 * weights) / UNIFORM_INTERVALS
    integral = np.concatenate([[0.0], np.cumsum(parts)])
    return uniform_table(integral / scale, diffusivity.value(UNIFORM_NODES) / scale)


def _floored(value: Array, slope: Array) -> tuple[Array, Array]:
    floor = CONDUCTIVITY_FLOOR * value.max()
    peak = int(value.argmax())
    low = np.zeros(value.shape, dtype=bool)
    low[peak:] = np.logical_or.accumulate(value[peak:] < floor)
    return np.where(low, floor, value), np.where(low, 0.0, slope)


@node_kernel
def hermite(v0: float, s0: float, v1: float, s1: float, t: float) -> tuple[float, float]:
    """Cubic Hermite value, and slope per interval, at t ∈ [0, 1]."""
    rise = v1 - v0
    a = s0 - rise
    b = rise - s1
    u = 1.0 - t
    bend = a * u + b * t
    value = v0 + t * (rise + u * bend)
    return value, rise + (u - t) * bend + t * u * (b - a)


@node_kernel
def look_up(table: Array, theta: float) -> tuple[float, float]:
    """Value and slope of a `uniform_table` at stoichiometry `theta`; straight on outside [0, 1]."""
    last = table.shape[0] - 1
    position = theta * last
    i = whole_part(position, last - 1)
    t = position - i
    held = min(max(t, 0.0), 1.0)
    v0, s0, v1, s1 = four_from(table, i, 2, 0)
    value, slope = hermite(v0, s0, v1, s1, held)
    return value + slope * (t - held), slope * last


@node_kernel
def look_up_potential(table: Array, theta: float) -> tuple[float, float]:
    """Open-circuit potential [V] and its slope [V] at stoichiometry `theta`."""
    low, high = theta < table[1, 0, 0], theta >= table[2, 0, 0]
    start = where(low, table[0, 0, 0], where(high, table[2, 0, 0], table[1, 0, 0]))
    inverse = where(low, table[0, 0, 1], where(high, table[2, 0, 1], table[1, 0, 1]))
    first = where(low, 2, where(high, 2 + 4 * ROWS, 2 + 2 * ROWS))
    position = (theta - start) * inverse
    i = whole_part(position, SEGMENT_INTERVALS - 1)
    v0, s0, v1, s1 = four_from(table, i, 2, first)
    value, slope = hermite(v0, s0, v1, s1, position - i)
    return value, slope * inverse
