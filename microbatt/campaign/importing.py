"""Curves that were not simulated here, as a cube like any other."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from microbatt.cube import Grid, ListedPoints, cube_attributes, has_cube
from microbatt.cube.contents import DEPTH_POINTS, depth_axis, discharge_layout, identity_hash
from microbatt.cube.store import explained, fence_of
from microbatt.cube.writing import (
    choose_chunks,
    close_run,
    create_cube,
    merged_rows,
    open_blocks,
    open_run,
    region_points,
    rows_from_batch,
    rows_without_curve,
)
from microbatt.engines import as_batch, thermal_to_dict
from microbatt.errors import CampaignError, ParameterError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.cube import Design, Location
    from microbatt.cube.writing import Rows
    from microbatt.engines import Discharge, Inventory, Thermal

_CURVES_A_CHUNK = 1000
Point: TypeAlias = tuple[float, float, float]
"""alpha, S and current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where imported curves come from, and on which terms they were made.

    Attributes
    ----------
    name : str
        Of the cube.
    engine : str
        What made them.
    source : str
        A sentence on where they come from.
    cell : Cell
        Which alpha and S are those of the points.
    cutoff_voltage : float
        Where the discharges ended [V].
    thermal : Thermal
        What happened to the heat.
    inventory : Inventory
        The lithium balance of the particles.
    """

    name: str
    engine: str
    source: str
    cell: Cell
    cutoff_voltage: float
    thermal: Thermal
    inventory: Inventory


def design_of(points: Sequence[Point]) -> Design:
    """Arrange points (alpha, S, current): a grid if every alpha goes with every S, or a list.

    Examples
    --------
    >>> design_of([(0.5, 1.0, 17.5), (0.5, 3.0, 17.5)]).shape
    (1, 2, 1)
    >>> design_of([(0.5, 1.0, 17.5), (2.3, 3.0, 17.5)]).dims
    ('point', 'current')
    """
    if not points:
        raise ParameterError("there is no curve to import.")
    pairs = sorted({(alpha, S) for alpha, S, _ in points})
    current = tuple(sorted({current for _, _, current in points}))
    alpha, S = (tuple(sorted(set(values))) for values in zip(*pairs, strict=True))
    if len(pairs) == len(alpha) * len(S):
        return Grid(alpha=alpha, S=S, current=current)
    alphas, shapes = zip(*pairs, strict=True)
    return ListedPoints(alpha=alphas, S=shapes, current=current)


def write_imported(discharges: Sequence[Discharge], origin: Origin, location: Location) -> None:
    """Write discharges into a new cube; of two at one point the whole or longer one is taken.

    Parameters
    ----------
    discharges : sequence of Discharge
        At least one, all of one cell but for alpha and S.
    origin : Origin
        Where they come from.
    location : Location
        Of the cube; combinations that no discharge has are ``not_run`` in it.

    Raises
    ------
    CampaignError
        If there is a cube at the location already.
    StoreError
        If it cannot be written.
    """
    best = _best(discharges)
    design = design_of(list(best))
    depth = depth_axis(DEPTH_POINTS)
    chunks = choose_chunks(design.shape, _CURVES_A_CHUNK)
    attributes = _attributes(design, origin) | {"chunks": list(chunks)}
    with explained(location, "importing"):
        if has_cube(location):
            _refuse_other(location, attributes)
        else:
            create_cube(
                location,
                design,
                layout=discharge_layout(depth),
                one_c_current=origin.cell.one_c_current,
                chunks=chunks,
                attributes=attributes,
            )
        store = open_blocks(location, fence=fence_of(cube_attributes(location)))
        record, coordinates = open_run(location), design.coordinates()
        for block in store.blocks():
            points = region_points(design.dims, coordinates, block.region)
            store.write(block, _rows(points, best, depth))
        close_run(location, record, hosts=[socket.gethostname()], curves=len(best))


def _rows(
    points: NDArray[np.float64], best: Mapping[Point, Discharge], depth: NDArray[np.float64]
) -> Rows:
    """Return a row for each point, ``not_run`` where there is no discharge."""
    keys = [_key(point) for point in points]
    held = np.array([key in best for key in keys])
    empty = rows_without_curve(len(keys), discharge_layout(depth), Outcome.NOT_RUN)
    if not held.any():
        return empty
    batch = as_batch([best[key] for key in keys if key in best])
    return merged_rows(empty, rows_from_batch(batch, depth, float("nan")), held)


def _key(point: Iterable[float]) -> Point:
    alpha, S, current = map(float, point)
    return alpha, S, current


def _best(discharges: Sequence[Discharge]) -> dict[Point, Discharge]:
    best: dict[Point, Discharge] = {}
    for one in discharges:
        point = (one.alpha, one.S, one.current)
        if point not in best or _worth(one) > _worth(best[point]):
            best[point] = one
    return best


def _worth(discharge: Discharge) -> tuple[bool, float]:
    return discharge.outcome.is_whole, float(np.nan_to_num(discharge.discharge_capacity))


def _refuse_other(location: Location, attributes: Mapping[str, Any]) -> None:
    """Refuse a place that holds a cube, unless it is what is left of this import, cut short."""
    there = cube_attributes(location)
    if there.get("campaign_hash") != attributes["campaign_hash"] or there.get("ended"):
        raise CampaignError(f"{location} holds a cube already; give another `--store`.")


def _attributes(design: Design, origin: Origin) -> dict[str, Any]:
    described = {
        "name": origin.name,
        "title": origin.source,
        "cell": origin.cell.to_dict(),
        "design": design.to_dict(),
        "engine": origin.engine,
        "inventory": str(origin.inventory),
        "cutoff_voltage": origin.cutoff_voltage,
        "thermal": thermal_to_dict(origin.thermal),
        "settings": {},
        "depth_points": DEPTH_POINTS,
        "engine_version": "imported",
    }
    return described | {
        "source": origin.source,
        "cell_name": origin.cell.name,
        "thermal_mode": thermal_to_dict(origin.thermal)["mode"],
        "campaign_hash": identity_hash(described),
    }
