"""Curves and those beside them: what differences between curves are made of.

One neighbour a step down and one a step up of each parameter, or both to one side at the end of its
range, so that differences are of second order.  What an instrument adds, and an ohmic drop in an
isothermal cell, need no neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.cells import load_cell
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import (
    Inventory,
    Isothermal,
    Settings,
    Thermal,
    join_batches,
    load_engine,
    simulate_discharges,
)
from microbatt.errors import ParameterError
from microbatt.inference.forward.unknowns import (
    PARAMETERS,
    POINT,
    cell_with,
    check_nuisances,
    range_in_cell,
    value_in_cell,
)
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells import Cell
    from microbatt.checks import Interval
    from microbatt.engines import DischargeBatch, Request

    Array = NDArray[np.float64]

SETTINGS: Final = Settings(tolerance=5e-5, mesh=2.0)
"""Finer than a curve needs: see docs/guide/identifiability.md for the error that they leave."""

_WHOLE: Final = [outcome.value for outcome in Outcome if outcome.is_whole]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stencil:
    """How a curve and two of its neighbours make a derivative.

    Attributes
    ----------
    members
        Numbers of the two in `Neighbours.curves`; 0 is the curve itself.
    weights
        Of the curve itself and of the two, shape (n, 3) [per unit of the parameter].
    """

    members: tuple[int, int]
    weights: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Curves at some points, and those beside them that derivatives need.

    Attributes
    ----------
    parameters
        alpha, S, then the nuisances that are free.
    points
        Rows of alpha and S, shape (n, 2).
    currents
        Shape (k,) [A m⁻²].
    curves
        All of them; the first n × k are the curves themselves, each further n × k a member.
    stencils
        Of the parameters that need neighbours.
    """

    parameters: tuple[str, ...]
    points: Array
    currents: Array
    curves: DischargeBatch
    stencils: dict[str, Stencil]

    @property
    def capacity(self) -> Array:
        """Capacity at the end of each curve, shape (n, k) [A h m⁻²]; NaN without a whole one."""
        return np.asarray(self.by_member(end_capacity(self.curves))[0])

    def by_member(self, values: Array) -> Array:
        """Split the first axis, a curve each, into member, point and current."""
        split = (-1, len(self.points), len(self.currents), *values.shape[1:])
        return values.reshape(split)


def native_request(
    cell: str | Path | Cell,
    *,
    inventory: Inventory | str = Inventory.AREA_ONLY,
    cutoff_voltage: float = 2.0,
    thermal: Thermal = Isothermal(),
    settings: Settings = SETTINGS,
) -> Request:
    """Put together on which terms curves are to be simulated.

    Parameters
    ----------
    cell, inventory, cutoff_voltage, thermal
        As for `microbatt.engines.simulation.simulate_discharges`.
    settings
        Of the native engine; looser ones spoil differences between curves.

    Raises
    ------
    ParameterError
        If a term is out of range.
    """
    return load_engine("native").request(
        cell=load_cell(cell),
        inventory=inventory,
        cutoff_voltage=cutoff_voltage,
        thermal=thermal,
        settings=settings,
    )


def simulate_neighbours(
    request: Request,
    points: ArrayLike,
    currents: ArrayLike,
    *,
    nuisances: Sequence[str] = (),
    step: float = 1.0,
    threads: int = 1,
) -> Neighbours:
    """Simulate curves and the neighbours that their derivatives need.

    One call of the engine with five curves a point and current, and two short ones for each
    nuisance that moves the cell.

    Parameters
    ----------
    request
        Of which cell, on which terms; see `native_request`.
    points
        Rows of alpha and S, shape (n, 2).
    currents
        Shape (k,) [A m⁻²].
    nuisances
        Names from `microbatt.inference.forward.unknowns.NUISANCES`.
    step
        Factor on the distance of the neighbours that `PARAMETERS` gives.
    threads
        How many share the curves.

    Raises
    ------
    ParameterError
        If a point or a current is out of range, or a nuisance is not known.

    Examples
    --------
    >>> request = native_request("doyle-1996-cell-1")
    >>> neighbours = simulate_neighbours(request, [(2.3, 3.0)], [17.5, 35.0])
    >>> len(neighbours.curves), sorted(neighbours.stencils)
    (10, ['S', 'alpha'])
    """
    rows, along = _as_rows(points), np.atleast_1d(np.asarray(currents, dtype=float))
    names = check_nuisances(nuisances)

    def simulated(cell: Cell, members: Sequence[Array]) -> DischargeBatch:
        each = np.concatenate(members)
        return simulate_discharges(
            cell,
            np.column_stack([each.repeat(along.size, axis=0), np.tile(along, len(each))]),
            inventory=request.inventory,
            cutoff_voltage=request.cutoff_voltage,
            thermal=request.thermal,
            settings=request.settings,
            threads=threads,
        )

    moved, stencils = [rows], {}
    for name in POINT:
        pair, weights = _moved_points(rows, name, step)
        stencils[name] = Stencil(members=(len(moved), len(moved) + 1), weights=weights)
        moved += pair
    batches = [simulated(request.cell, moved)]
    for name in names:
        if _moves_cell(name, request.thermal):
            cells, weights = _moved_cells(request.cell, name, step, len(rows))
            count = 2 * len(stencils) + 1
            stencils[name] = Stencil(members=(count, count + 1), weights=weights)
            batches += [simulated(other, [rows]) for other in cells]
    return Neighbours(
        parameters=(*POINT, *names),
        points=rows,
        currents=along,
        curves=join_batches(batches),
        stencils=stencils,
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


def difference(values: Array, allowed: Interval, step: ArrayLike) -> tuple[Array, Array]:
    """Choose neighbours inside a range and the weights of a derivative of second order.

    Parameters
    ----------
    values
        Where the derivative is wanted, shape (n,).
    allowed
        Where neighbours may be.
    step
        Distance of the nearest neighbour, one number or shape (n,).

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
    side = np.zeros(values.shape)
    side[values - h < allowed.low] = 1.0
    side[values + h > allowed.high] = -1.0
    central = side == 0.0
    offsets = np.stack(
        [np.where(central, -h, side * h), np.where(central, h, 2 * side * h)], axis=1
    )
    forward = np.stack([-3.0 * side, 4.0 * side, -side], axis=1)
    weights = np.where(central[:, None], np.array([0.0, -1.0, 1.0]), forward) / (2.0 * h[:, None])
    return offsets, weights


def _moves_cell(name: str, thermal: Thermal) -> bool:
    """Whether a nuisance changes more than what the terminals see of the same curve."""
    ohmic = name == "contact_resistance" and isinstance(thermal, Isothermal)
    return PARAMETERS[name].owner == "cell" and not ohmic


def _moved_points(rows: Array, name: str, factor: float) -> tuple[list[Array], Array]:
    """Return the points with alpha or S moved twice, and the weights of the derivative."""
    column = POINT.index(name)
    allowed, step = PARAMETERS[name].allowed, factor * PARAMETERS[name].step
    values = rows[:, column]
    offsets, weights = difference(values, allowed, step * (values if name == "S" else 1.0))
    moved = [rows.copy(), rows.copy()]
    for one, offset in zip(moved, offsets.T, strict=True):
        one[:, column] += offset
    return moved, weights


def _moved_cells(cell: Cell, name: str, factor: float, n: int) -> tuple[list[Cell], Array]:
    """Return the cell with one of its parameters moved twice, and the weights, repeated n times."""
    value = np.array([value_in_cell(cell, name)])
    step = factor * PARAMETERS[name].step
    offsets, weights = difference(value, range_in_cell(cell, name), step)
    cells = [cell_with(cell, name, float(value[0] + offset)) for offset in offsets[0]]
    return cells, np.repeat(weights, n, axis=0)


def _as_rows(points: ArrayLike) -> Array:
    rows = np.atleast_2d(np.asarray(points, dtype=float))
    if rows.ndim != 2 or rows.shape[1] != len(POINT):
        raise ParameterError(
            f"`points` has the shape {rows.shape}; it must be (n, 2), a row of alpha and S each."
        )
    return rows
