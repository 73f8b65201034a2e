"""A campaign resolved for one place: all that a run needs of it, worked out once.

The store of a plan is made if there is none, and refused if it belongs to another campaign.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from microbatt.campaign.campaign import (
    OPTIONAL,
    Campaign,
    differences,
    shortened,
)
from microbatt.campaign.simulation import check_cells
from microbatt.cube import cube_attributes, has_cube
from microbatt.cube.contents import identity_hash, schema_of
from microbatt.cube.store import explained
from microbatt.cube.writing import choose_chunks, create_cube, heal_store, region_points
from microbatt.engines.contract import Request, load_engine
from microbatt.errors import CampaignError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.cube import Design, Location
    from microbatt.cube.contents import Layout
    from microbatt.engines.protocols import ProtocolRequest


_log = logging.getLogger(__name__)
_MANY_CELLS: Final = 20_000
"""To check so many takes some seconds, which are told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is simulated, how, and into which cube.

    Attributes
    ----------
    name : str
        Of the campaign.
    location : Location
        Of the cube.
    design : Design
        Which curves.
    layout : Layout
        What the cube holds of each curve.
    chunks : tuple of int
        Curves per chunk along each dimension of the design.
    engine : str
        Name of the simulator.
    request : Request or ProtocolRequest
        What it is asked, whatever the point.
    identity : dict
        Everything that determines the numbers, in JSON's terms.
    hash : str
        SHA-256 of the identity.
    attributes : dict
        What the cube says of all this.
    voltage_rounding : float, optional
        By how much a stored voltage may differ from the simulated one [V].
    """

    name: str
    location: Location
    design: Design
    layout: Layout
    chunks: tuple[int, ...]
    engine: str
    request: Request | ProtocolRequest
    identity: Mapping[str, Any]
    hash: str
    attributes: Mapping[str, Any]
    voltage_rounding: float | None = None


def plan_campaign(campaign: Campaign, location: Location) -> Plan:
    """Resolve a campaign for the place of its cube.

    Parameters
    ----------
    campaign : Campaign
        What to simulate and how.
    location : Location
        Of its cube.

    Returns
    -------
    Plan
        All that a run needs.
    """
    attributes = campaign.attributes
    curves = campaign.curves_per_task or _curves_per_task(campaign)
    chunks = choose_chunks(campaign.design.shape, curves)
    return Plan(
        name=campaign.name,
        location=location,
        design=campaign.design,
        layout=campaign.layout,
        chunks=chunks,
        engine=campaign.engine,
        request=campaign.request,
        identity={name: attributes[name] for name in campaign.identity},
        hash=attributes["campaign_hash"],
        attributes=attributes | {"chunks": list(chunks)},
        voltage_rounding=campaign.voltage_rounding,
    )


def _curves_per_task(campaign: Campaign) -> int:
    """Return how many curves make a task of a second or two."""
    if campaign.protocol is None:
        return load_engine(campaign.engine).curves_per_task
    steps = campaign.protocol.steps
    samples = sum(0 if step.samples is None else len(step.samples) for step in steps)
    expected = _STEP_TAKES * len(steps) + _SAMPLE_TAKES * samples
    return max(1, min(_MOST_RUNS, int(_TASK_TAKES / expected)))


_STEP_TAKES: Final = 4e-3
_SAMPLE_TAKES: Final = 5e-5
"""About how long a step of a protocol takes, and a sample of a profile [s]."""
_TASK_TAKES: Final = 2.0
"""How long a task of runs of a protocol should take [s]."""
_MOST_RUNS: Final = 200


def campaign_of(location: Location, *, engine: str | None = None) -> Campaign:
    """Return the campaign of a cube, from its attributes.

    Parameters
    ----------
    location : Location
        Of the cube.
    engine : str, optional
        The cube's engine, to vouch for it if it is somebody's own; see `Campaign.from_dict`.

    Returns
    -------
    Campaign
        Which gives the numbers that are in the cube.

    Raises
    ------
    CampaignError
        If today's engine would not give the same numbers.
    """
    attributes = cube_attributes(location)
    campaign = Campaign.from_dict(attributes, engine=engine)
    refuse_other(plan_campaign(campaign, location), attributes)
    return campaign


def prepare_store(plan: Plan) -> Mapping[str, Any]:
    """Return the attributes of the cube of a plan, which is made if there is none.

    What a loss of power took from it is made good, as far as it costs no simulation.

    Raises
    ------
    StoreError
        If the place holds something else, or cannot be written.
    CampaignError
        If it holds the cube of another campaign; both hashes and what differs are told.
    """
    rebuilt = False
    with explained(plan.location, "creating the cube"):
        if not has_cube(plan.location):
            _refuse_impossible(plan)
            rebuilt = create_cube(
                plan.location,
                plan.design,
                layout=plan.layout,
                one_c_current=plan.request.cell.one_c_current,
                chunks=plan.chunks,
                attributes=plan.attributes,
            )
    attributes = cube_attributes(plan.location)
    refuse_other(plan, attributes)
    heal_store(plan.location, rebuilt=rebuilt)
    return attributes


def _refuse_impossible(plan: Plan) -> None:
    """Raise before anything is made if one of the cells of a design cannot be.

    Every number lies in its own range by then; together they may still not fit, as porosity and
    fractions of solids that make more than the whole.
    """
    request = plan.request
    if isinstance(request, Request) and not request.varied:
        return
    last = "current" in plan.design.dims
    lengths = plan.design.shape[:-1] if last else plan.design.shape
    first = (*(slice(0, length) for length in lengths), *([slice(0, 1)] if last else []))
    points = region_points(
        plan.design.dims,
        plan.design.coordinates(),
        first,
        columns=request.columns,
        cell=request.cell,
    )
    if len(points) > _MANY_CELLS:
        _log.warning("Checking %d cells before the first curve.", len(points))
    try:
        check_cells(plan.engine, request, points)
    except ParameterError as error:
        raise CampaignError(
            f"the design of {plan.name!r} has a point that is no cell, or one that the engine "
            f"{plan.engine!r} cannot simulate: {error}"
        ) from error


def belongs(plan: Plan, attributes: Mapping[str, Any]) -> bool:
    """Whether the attributes are those of the cube of a plan."""
    return identity_hash(identity_in(plan, attributes)) == plan.hash


def identity_in(plan: Plan, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the identity stored in a cube's attributes, as far as a plan has its keys."""
    names = (*plan.identity, *(name for name in OPTIONAL if name not in plan.identity))
    stored = {name: attributes[name] for name in names if name in attributes}
    if isinstance(attributes.get("design"), dict):
        stored["microbatt_schema"] = schema_of(attributes["design"])
    return stored


def refuse_other(plan: Plan, attributes: Mapping[str, Any]) -> None:
    """Raise if a cube belongs to another campaign.

    Raises
    ------
    CampaignError
        With both hashes and what differs.
    """
    if belongs(plan, attributes):
        return
    stored = identity_in(plan, attributes)
    raise CampaignError(
        f"{plan.location} belongs to another campaign: it has the hash "
        f"{identity_hash(stored)[:12]}, this one {plan.hash[:12]}. What differs:\n"
        f"{shortened(differences(stored, plan.identity))}\n"
        "Give another `--store`; or, if only axes have grown, pass `--extend`."
    )
