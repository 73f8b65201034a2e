"""Curves that were not simulated here, as a cube like any other."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from microbatt.campaign.blocks import choose_chunks
from microbatt.campaign.campaign import identity_hash
from microbatt.campaign.stores import has_cube
from microbatt.cube import (
    DEPTH_POINTS,
    Grid,
    ListedPoints,
    cube_skeleton,
    depth_axis,
    digest_of_runs,
    explained,
    list_folder,
    merged_rows,
    new_run,
    open_arrays,
    open_store,
    region_points,
    rows_from_batch,
    rows_without_curve,
    update_attributes,
    write_rows,
    write_run,
    write_skeleton,
)
from microbatt.engines import Inventory, as_batch, thermal_to_dict
from microbatt.errors import CampaignError, ParameterError, StoreError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.cube import Design, Location
    from microbatt.engines import Discharge, Thermal

_CURVES_A_CHUNK = 1000
Point: TypeAlias = tuple[float, float, float]
"""alpha, S and current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where imported curves come from, and on which terms they were made.

    Attributes
    ----------
    name
        Of the cube.
    engine
        What made them.
    source
        A sentence on where they come from.
    cell, inventory, cutoff_voltage, thermal
        As in a campaign; alpha and S of the cell are those of the points.
    """

    name: str
    engine: str
    source: str
    cell: Cell
    cutoff_voltage: float
    thermal: Thermal
    inventory: Inventory = Inventory.AREA_ONLY


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
    discharges
        At least one, all of one cell but for alpha and S.
    origin
        Where they come from.
    location
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
    region = tuple(slice(0, length) for length in design.shape)
    points = [_key(point) for point in region_points(design.dims, design.coordinates(), region)]
    found = as_batch([best[point] for point in points if point in best])
    rows = merged_rows(
        rows_without_curve(len(points), depth.size, Outcome.NOT_RUN),
        rows_from_batch(found, depth, float("nan")),
        np.array([point in best for point in points]),
    )
    with explained(location, "importing"):
        _refuse_taken(location)
        _create(design, depth, origin, location)
        write_rows(open_arrays(location, read_only=False), region, rows)
        _sign(location, curves=len(found))


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


def _refuse_taken(location: Location) -> None:
    """Refuse a place that holds a cube, or anything else."""
    if has_cube(location):
        raise CampaignError(f"{location} holds a cube already; give another `--store`.")
    foreign = list_folder(open_store(location, read_only=False))
    if foreign:
        raise StoreError(
            f"{location} holds other things ({', '.join(sorted(foreign)[:3])}); "
            "give a place of its own to the cube."
        )


def _create(design: Design, depth: NDArray[np.float64], origin: Origin, location: Location) -> None:
    chunks = choose_chunks(design.shape, _CURVES_A_CHUNK)
    skeleton = cube_skeleton(
        design,
        depth=depth,
        one_c_current=origin.cell.one_c_current,
        chunks=chunks,
        attributes=_attributes(design, origin) | {"chunks": list(chunks)},
    )
    write_skeleton(open_store(location, read_only=False), skeleton)


def _sign(location: Location, *, curves: int) -> None:
    """Record who imported how many curves."""
    store = open_store(location, read_only=False)
    record = new_run().finished(hosts=[socket.gethostname()], curves=curves)
    write_run(store, record)
    update_attributes(store, digest_of_runs([record]))


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
