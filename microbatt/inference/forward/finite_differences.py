"""Curves at a point and at points displaced from it: what derivatives are made of.

Each parameter is displaced a step down and a step up, or twice to one side at the end of its range,
so that the differences are of second order.  A voltage offset, and an ohmic drop in an isothermal
cell, need no further curve.  An electrode area displaces the current density and stretches the
capacity: the tester knows the current and the charge of the whole electrode.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.cells import load_cell
from microbatt.checks import Interval
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import ENGINE, Inventory, Isothermal, Settings, Thermal, join_batches
from microbatt.errors import ParameterError
from microbatt.inference.forward.measured_temperature import run_points
from microbatt.inference.forward.unknowns import (
    MICROSTRUCTURE,
    PARAMETERS,
    cell_with,
    check_unknowns,
    range_in_cell,
    value_in_cell,
)
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells import Cell
    from microbatt.engines import DischargeBatch
    from microbatt.engines.contract import Request
    from microbatt.inference.forward.measured_temperature import Temperatures

    Array = NDArray[np.float64]

SETTINGS: Final = Settings(tolerance=5e-5, mesh=2.0)
"""Finer than a curve needs: see docs/guide/identifiability.md for the error that they leave."""

_WHOLE: Final = [outcome.value for outcome in Outcome if outcome.is_whole]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiniteDifference:
    """How a curve and two of its neighbours make a derivative by a coordinate.

    Attributes
    ----------
    members
        Numbers of the two in `DisplacedCurves.curves`; 0 is the curve itself.
    weights
        Of the curve itself and of the two, shape (n, 3) [per unit of the parameter].
    """

    members: tuple[int, int]
    weights: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplacedCurves:
    """Curves at some points, and the displaced ones that their derivatives need.

    Attributes
    ----------
    parameters
        alpha, S, then the other unknowns.
    points
        Rows of alpha and S, shape (n, 2).
    currents
        Shape (k,) [A m⁻²].
    curves
        All of them; the first n × k are the curves themselves, each further n × k a member.
    finite_differences
        Of the parameters that need displaced curves.
    stretch
        What each member's capacities are multiplied by before they are compared, shape (members,):
        the displaced electrode area over the area itself, and 1 for every other parameter.
    """

    parameters: tuple[str, ...]
    points: Array
    currents: Array
    curves: DischargeBatch
    finite_differences: dict[str, FiniteDifference]
    stretch: Array

    @property
    def capacity(self) -> Array:
        """Capacity at the end of each curve, shape (n, k) [A h m⁻²]; NaN without a whole one."""
        return np.asarray(self.end_capacities[0])

    @property
    def end_capacities(self) -> Array:
        """The same of every member, as the tester sees it, shape (members, n, k) [A h m⁻²]."""
        return self.by_member(end_capacity(self.curves)) * self.stretch[:, None, None]

    def by_member(self, values: Array) -> Array:
        """Split the first axis, a curve each, into member, point and current."""
        split = (-1, len(self.points), len(self.currents), *values.shape[1:])
        return values.reshape(split)


def native_request(
    cell: str | Path | Cell,
    *,
    inventory: Inventory | str = Inventory.CONSERVING,
    cutoff_voltage: float | None = None,
    thermal: Thermal = Isothermal(),
    settings: Settings = SETTINGS,
) -> Request:
    """Put together on which terms curves are to be simulated.

    Parameters
    ----------
    cell, inventory : Cell, Inventory
        As for `microbatt.engines.simulation.simulate_discharges`.
    cutoff_voltage : float, default the cell's own
        Where a discharge ends [V].
    thermal : Thermal, default isothermal
        The heat balance.
    settings : Settings, default finer than the engine's
        Of the native engine; looser ones spoil finite_differences between curves.

    Returns
    -------
    Request
        For `simulate_displaced`, `bound_map` and `propose_currents`.

    Raises
    ------
    ParameterError
        If a term is out of range.
    """
    return ENGINE.request(
        cell=load_cell(cell),
        inventory=inventory,
        cutoff_voltage=cutoff_voltage,
        thermal=thermal,
        settings=settings,
    )


def simulate_displaced(
    request: Request,
    points: ArrayLike,
    currents: ArrayLike,
    *,
    free: Sequence[str] = (),
    step: float = 1.0,
    threads: int = 1,
    temperatures: Temperatures = (),
) -> DisplacedCurves:
    """Simulate curves and the displaced ones that their derivatives need.

    Five curves a point and current in one call of the engine, and two more for each unknown that
    moves the cell or the current.

    Parameters
    ----------
    request : Request
        The cell and how to simulate it; see `native_request`.
    points : array_like, shape (n, 2)
        Rows of alpha and S.
    currents : array_like, shape (k,)
        Discharge currents [A m⁻²].
    free : sequence of str, default none
        Other unknowns, of `microbatt.inference.forward.UNKNOWNS`; their derivatives are by
        coordinates.
    step : float, default 1
        Factor on the displacements that `PARAMETERS` gives.
    threads : int, default 1
        How many threads share the curves.
    temperatures : tuple of MeasuredTemperature or None, default none
        Of each current, as it was measured.

    Returns
    -------
    DisplacedCurves
        The curves and the weights that make derivatives of them.

    Raises
    ------
    ParameterError
        If a point or a current is out of range, or an unknown is not known.

    Examples
    --------
    >>> request = native_request("doyle-1996-cell-1")
    >>> curves = simulate_displaced(request, [(2.3, 3.0)], [17.5, 35.0])
    >>> len(curves.curves), sorted(curves.finite_differences)
    (10, ['S', 'alpha'])
    """
    rows, along = _as_rows(points), np.atleast_1d(np.asarray(currents, dtype=float))
    names = tuple(name for name in check_unknowns(free) if name not in MICROSTRUCTURE)

    def simulated(terms: Request, members: Sequence[Array], at: Array = along) -> DischargeBatch:
        each = np.concatenate(members)
        table = np.column_stack([each.repeat(at.size, axis=0), np.tile(at, len(each))])
        return run_points(terms, table, temperatures, threads=threads)

    moved, schemes = [rows], {}
    for name in MICROSTRUCTURE:
        pair, weights = _moved_points(rows, name, step)
        schemes[name] = FiniteDifference(members=(len(moved), len(moved) + 1), weights=weights)
        moved += pair
    batches, stretch = [simulated(request, moved)], [1.0] * len(moved)
    for name in names:
        if not moves_curve(name, request.thermal):
            continue
        offsets, weights = _displacements(request.cell, name, step)
        schemes[name] = FiniteDifference(
            members=(len(stretch), len(stretch) + 1),
            weights=np.repeat(weights, len(rows), axis=0),
        )
        for offset in offsets:
            area = 1.0 + offset if name == "area_scale" else 1.0
            terms = request if name == "area_scale" else _with_value(request, name, offset)
            batches.append(simulated(terms, [rows], along / area))
            stretch.append(area)
    return DisplacedCurves(
        parameters=(*MICROSTRUCTURE, *names),
        points=rows,
        currents=along,
        curves=join_batches(batches),
        finite_differences=schemes,
        stretch=np.array(stretch),
    )


def end_capacity(batch: DischargeBatch) -> Array:
    """Return the capacity at the end of each curve, shape (n,) [A h m⁻²]; NaN without a whole one.

    Parameters
    ----------
    batch
        n discharges.
    """
    whole = np.isin(batch.outcome, _WHOLE)
    last = np.where(whole, batch.offsets[1:] - 1, 0)
    ends = batch.current * batch.time[last] / SECONDS_PER_HOUR if batch.time.size else batch.current
    return np.asarray(np.where(whole, ends, np.nan))


def moves_curve(name: str, thermal: Thermal) -> bool:
    """Return whether an unknown changes more than what the terminals see of the same curve.

    Parameters
    ----------
    name
        Of an unknown.
    thermal
        The heat balance: in an isothermal cell a contact resistance is a drop at the terminals.
    """
    ohmic = name == "contact_resistance" and isinstance(thermal, Isothermal)
    return PARAMETERS[name].owner != "instrument" and not ohmic


def difference(values: Array, allowed: Interval, step: ArrayLike) -> tuple[Array, Array]:
    """Choose neighbours inside a range and the weights of a derivative of second order.

    Parameters
    ----------
    values
        Where the derivative is wanted, shape (n,).
    allowed
        Where neighbours may be.
    step
        Distance of the nearest neighbour, one number or shape (n,); less where there is no room.

    Returns
    -------
    offsets
        Of the two neighbours, shape (n, 2): a step down and up, or one and two to one side.
    weights
        Of the value itself and of the two, shape (n, 3).

    Examples
    --------
    >>> from microbatt.checks import Interval
    >>> offsets, weights = difference(np.array([0.0, 2.0]), Interval(0.0, 20.0), 0.5)
    >>> offsets
    array([[ 0.5,  1. ],
           [-0.5,  0.5]])
    >>> weights
    array([[-3.,  4., -1.],
           [ 0., -1.,  1.]])
    """
    h = np.broadcast_to(np.asarray(step, dtype=float), values.shape)
    below, above = values - allowed.low, allowed.high - values
    h = np.minimum(h, np.maximum(0.5 * np.maximum(below, above), np.minimum(below, above)))
    side = np.zeros(values.shape)
    side[h > below] = 1.0
    side[(h > above) & (above < below)] = -1.0
    central = side == 0.0
    offsets = np.stack(
        [np.where(central, -h, side * h), np.where(central, h, 2 * side * h)], axis=1
    )
    forward = np.stack([-3.0 * side, 4.0 * side, -side], axis=1)
    weights = np.where(central[:, None], np.array([0.0, -1.0, 1.0]), forward) / (2.0 * h[:, None])
    return offsets, weights


def _moved_points(rows: Array, name: str, factor: float) -> tuple[list[Array], Array]:
    """Return the points with alpha or S moved twice, and the weights of the derivative."""
    column = MICROSTRUCTURE.index(name)
    allowed, step = PARAMETERS[name].allowed, factor * PARAMETERS[name].step
    values = rows[:, column]
    offsets, weights = difference(values, allowed, step * (values if name == "S" else 1.0))
    moved = [rows.copy(), rows.copy()]
    for one, offset in zip(moved, offsets.T, strict=True):
        one[:, column] += offset
    return moved, weights


def _displacements(cell: Cell, name: str, factor: float) -> tuple[list[float], Array]:
    """Return two displacements of an unknown's coordinate, and the weights, shape (1, 3)."""
    parameter = PARAMETERS[name]
    step = factor * parameter.step
    if name == "area_scale":
        value, allowed = 1.0, parameter.allowed
    else:
        value, allowed = value_in_cell(cell, name), range_in_cell(cell, name)
    if parameter.logarithmic:
        value, low, high = (parameter.coordinate(one) for one in (value, *_ends(allowed)))
        allowed = Interval(low, high)
    offsets, weights = difference(np.array([value]), allowed, step)
    return offsets[0].tolist(), weights


def _ends(allowed: Interval) -> tuple[float, float]:
    return max(allowed.low, 1e-300), allowed.high


def _with_value(request: Request, name: str, offset: float) -> Request:
    """Return the request for a cell with one of its parameters displaced along its coordinate."""
    value = value_in_cell(request.cell, name)
    moved = value * float(np.exp(offset)) if PARAMETERS[name].logarithmic else value + offset
    return replace(request, cell=cell_with(request.cell, name, moved))


def _as_rows(points: ArrayLike) -> Array:
    rows = np.atleast_2d(np.asarray(points, dtype=float))
    if rows.ndim != 2 or rows.shape[1] != len(MICROSTRUCTURE):
        raise ParameterError(
            f"`points` has the shape {rows.shape}; it must be (n, 2), a row of alpha and S each."
        )
    return rows
