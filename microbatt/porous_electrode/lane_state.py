"""The state of a bundle of curves, and how a curve gets into its lane and out of it.

A `Workspace` of lanes has that of one curve in each lane.  The bundle has as many nodes as the
finest mesh in it; nodes beyond a lane's own are as its last one, and nothing happens there.
"""

from __future__ import annotations

import numpy as np

from microbatt.porous_electrode.bdf import Formula
from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.lanes import WIDTH, Integers, Lanes, aligned, as_floats, as_lanes
from microbatt.porous_electrode.lookup import Array
from microbatt.porous_electrode.mesh import Layout, ends
from microbatt.porous_electrode.parameters import CellParameters, rebuilt, with_electrodes
from microbatt.porous_electrode.step import March
from microbatt.porous_electrode.workspace import Workspace

PARTS = 18
"""Entries of an element: couplings; and of its nodes: right-hand sides and diagonal blocks."""
NO_AREA = 1e-200
"""Particle area per area of a node that is none: next to nothing, and not singular."""
(
    AT_NEWEST,
    AT_OLDER,
    AT_STEP,
    AT_ERROR,
    AT_WEIGHT0,
    AT_WEIGHT1,
    AT_WEIGHT2,
    AT_LENGTH,
    AT_TIME,
    AT_V,
    AT_V1,
    AT_V2,
    AT_T,
    AT_T1,
    AT_T2,
    AT_CURRENT,
    AT_PORE_FACTOR,
    AT_AREA_DENSITY,
    AT_FLUX_FACTOR,
    AT_TRIED_V,
    AT_TRIED_T,
    AT_TRIED_ERROR,
    AT_LEAST_SALT,
    AT_FIRST_STEP,
    AT_PREVIOUS,
) = range(25)
ROWS = 25
"""Rows of what a step of each lane needs beside the state at the nodes."""


@kernel
def lane_vector(n: int) -> Lanes:
    """Zeros of each lane, shape (n,)."""
    return as_lanes(aligned(n * WIDTH).reshape((n, WIDTH)))


@kernel
def lane_table(n: int, m: int) -> Lanes:
    """Zeros of each lane, shape (n, m)."""
    return as_lanes(aligned(n * m * WIDTH).reshape((n, m, WIDTH)))


@kernel
def lane_cube(n: int, m: int, k: int) -> Lanes:
    """Zeros of each lane, shape (n, m, k)."""
    return as_lanes(aligned(n * m * k * WIDTH).reshape((n, m, k, WIDTH)))


@kernel
def make_lane_workspace(elements: int, k: int) -> Workspace:
    """Allocate for bundles of at most `elements` elements and `k` modes."""
    n = 2 * elements + 1
    return Workspace(
        lane_vector(elements),
        np.zeros(elements),
        lane_vector(n),
        lane_vector(n),
        lane_vector(n),
        lane_table(3, n),
        lane_table(3, n),
        lane_table(2, n),
        lane_cube(2, k, n),
        lane_table(3, n),
        lane_table(n, 2),
        lane_table(2, k),
        lane_cube(7, 0, n),
        lane_vector(n),
        lane_vector(n),
        lane_table(n, 2),
        lane_vector(n),
        lane_vector(n),
        lane_vector(n),
        lane_table(k, n),
        lane_vector(n),
        lane_cube(0, 9, n),
        lane_table(n, 3),
        lane_vector(n),
        lane_vector(n),
        lane_table(n, 2),
        lane_table(n, 2),
        lane_vector(n),
        lane_table(n, 2),
        lane_table(n, 4),
        lane_table(n, 2),
        lane_table(elements, PARTS),
        lane_table(elements, 8),
    )


@kernel
def put_vector(lanes: Lanes, lane: int, alone: Array, n: int) -> None:
    """Copy the first n numbers of a curve's array to its lane, and the last of them beyond."""
    floats = as_floats(lanes)
    for i in range(floats.shape[0]):
        floats[i, lane] = alone[min(i, n - 1)]


@kernel
def put_table(lanes: Lanes, lane: int, alone: Array, n: int) -> None:
    """Copy a curve's array (levels, n) to its lane."""
    floats = as_floats(lanes)
    for level in range(alone.shape[0]):
        for i in range(floats.shape[1]):
            floats[level, i, lane] = alone[level, min(i, n - 1)]


@kernel
def put_pairs(lanes: Lanes, lane: int, alone: Array, n: int) -> None:
    """Copy a curve's array (n, 2) to its lane."""
    floats = as_floats(lanes)
    for i in range(floats.shape[0]):
        floats[i, 0, lane] = alone[min(i, n - 1), 0]
        floats[i, 1, lane] = alone[min(i, n - 1), 1]


@kernel
def enter(w: Workspace, lane: int, alone: Workspace, layout: Layout, real: Integers) -> None:
    """Put a curve at rest, on its own mesh, into a lane.

    Nodes beyond its mesh are as the last one is, without current.  `real` says of each element in
    which lanes there is one.
    """
    n, _, _ = ends(layout)
    elements = (n - 1) // 2
    put_vector(w.width, lane, alone.width, elements)
    put_vector(w.x, lane, alone.x, n)
    put_vector(w.pore, lane, alone.pore, n)
    put_vector(w.area, lane, alone.area, n)
    put_table(w.c, lane, alone.c, n)
    put_table(w.mean, lane, alone.mean, n)
    put_table(w.surface, lane, alone.surface, n)
    put_vector(w.c_new, lane, alone.c_new, n)
    put_vector(w.j_new, lane, alone.j_new, n)
    put_pairs(w.room, lane, alone.room, n)
    put_pairs(w.room_new, lane, alone.room, n)
    as_floats(w.modes)[:, :, :, lane] = 0.0
    area, j_new, j = as_floats(w.area), as_floats(w.j_new), as_floats(w.j)
    for i in range(n, area.shape[0]):
        area[i, lane], j_new[i, lane] = NO_AREA, 0.0
    for level in range(3):
        for i in range(area.shape[0]):
            j[level, i, lane] = j_new[i, lane]
    for e in range(real.size):
        bit = 1 << lane
        real[e] = real[e] | bit if e < elements else real[e] & ~bit


@kernel
def leave(w: Workspace, lane: int, alone: Workspace, layout: Layout) -> None:
    """Copy what is asked of a state at the end of a curve from its lane."""
    n, _, _ = ends(layout)
    c, j, room = as_floats(w.c), as_floats(w.j), as_floats(w.room)
    x, area = as_floats(w.x), as_floats(w.area)
    for i in range(n):
        alone.x[i], alone.area[i] = x[i, lane], area[i, lane]
        alone.c[0, i], alone.j[0, i] = c[0, i, lane], j[0, i, lane]
        alone.room[i, 0], alone.room[i, 1] = room[i, 0, lane], room[i, 1, lane]


@kernel
def lanes_cell(cell: CellParameters, rows: Lanes) -> CellParameters:
    """The cell at the microstructure of each lane."""
    return with_electrodes(
        cell,
        cell.negative,
        rebuilt(cell.positive, rows[AT_PORE_FACTOR], rows[AT_AREA_DENSITY], rows[AT_FLUX_FACTOR]),
    )


@kernel
def put(numbers: Array, row: int, lane: int, value: float) -> None:
    """Write the number of one lane."""
    numbers[row, lane] = value


@kernel
def take(numbers: Array, row: int, lane: int) -> float:
    """Read the number of one lane."""
    return float(numbers[row, lane])


@kernel
def put_formula(
    numbers: Array, lane: int, formula: Formula, weights: tuple[float, float, float]
) -> None:
    """Write how one lane steps."""
    put(numbers, AT_NEWEST, lane, formula.newest)
    put(numbers, AT_OLDER, lane, formula.older)
    put(numbers, AT_STEP, lane, formula.step)
    put(numbers, AT_ERROR, lane, formula.error)
    put(numbers, AT_WEIGHT0, lane, weights[0])
    put(numbers, AT_WEIGHT1, lane, weights[1])
    put(numbers, AT_WEIGHT2, lane, weights[2])


@kernel
def put_march(numbers: Array, lane: int, march: March) -> None:
    """Write where one lane stands."""
    put(numbers, AT_TIME, lane, march.t)
    put(numbers, AT_V, lane, march.V)
    put(numbers, AT_V1, lane, march.V1)
    put(numbers, AT_V2, lane, march.V2)
    put(numbers, AT_T, lane, march.T)
    put(numbers, AT_T1, lane, march.T1)
    put(numbers, AT_T2, lane, march.T2)


@kernel
def formula_of(rows: Lanes) -> Formula:
    """The formula of each lane's step."""
    return Formula(rows[AT_NEWEST], rows[AT_OLDER], rows[AT_STEP], rows[AT_ERROR], 0.0)


@kernel
def weights_of(rows: Lanes) -> Lanes:
    """The weights of each lane's extrapolation."""
    return rows[AT_WEIGHT0], rows[AT_WEIGHT1], rows[AT_WEIGHT2]
