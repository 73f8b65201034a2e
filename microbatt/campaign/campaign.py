"""A campaign: which curves, of which cell, by which engine, on which terms."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells import Cell
from microbatt.checks import check_integer
from microbatt.cube import DEPTH_POINTS, SCHEMA_VERSION, Design, design_from_dict
from microbatt.engines import (
    Inventory,
    Isothermal,
    Thermal,
    load_engine,
    thermal_from_dict,
    thermal_to_dict,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.engines import EngineSettings, Request

_FREE: Final = frozenset({"name", "title"})
"""Words about a campaign that change no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A planned set of discharges.

    Attributes
    ----------
    name
        Short, for file names.
    cell
        Of which cell.
    design
        Which curves.
    title
        A line of words.
    engine
        Name of the simulator; see `microbatt.engines.registry.load_engine`.
    inventory
        Which of the two lithium balances.
    cutoff_voltage
        [V].
    thermal, settings
        As for a single discharge; settings of None become the engine's default.
    depth_points
        Length of the depth axis.
    curves_per_task
        How many curves a task takes at most; None leaves it to the engine.
    time_limit
        Wall-clock limit for one curve [s], for engines that run outside this process.
    """

    name: str
    cell: Cell
    design: Design
    title: str = ""
    engine: str = "native"
    inventory: Inventory = Inventory.AREA_ONLY
    cutoff_voltage: float = 2.0
    thermal: Thermal = field(default_factory=Isothermal)
    settings: EngineSettings | None = None
    depth_points: int = DEPTH_POINTS
    curves_per_task: int | None = None
    time_limit: float | None = None

    def __post_init__(self) -> None:
        request = self.request
        object.__setattr__(self, "inventory", request.inventory)
        object.__setattr__(self, "settings", request.settings)
        check_integer("depth_points", self.depth_points, low=16)
        if self.curves_per_task is not None:
            check_integer("curves_per_task", self.curves_per_task, low=1)

    @property
    def request(self) -> Request:
        """What its engine is asked, whatever the point."""
        return load_engine(self.engine).request(
            cell=self.cell,
            inventory=self.inventory,
            cutoff_voltage=self.cutoff_voltage,
            thermal=self.thermal,
            settings=self.settings,
            time_limit=self.time_limit,
        )

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that determines the numbers, in JSON's terms."""
        free = {name: value for name, value in self.to_dict().items() if name not in _FREE}
        return free | {"engine_version": self.engine_version, "microbatt_schema": SCHEMA_VERSION}

    @property
    def engine_version(self) -> str:
        """Version of the engine installed here, with these settings."""
        return load_engine(self.engine).version(self.settings)

    @property
    def hash(self) -> str:
        """SHA-256 of the identity: equal for campaigns that give the same numbers."""
        return identity_hash(self.identity)

    def to_dict(self) -> dict[str, Any]:
        """Describe the campaign in JSON's terms; `Campaign.from_dict` reads it."""
        return {
            "name": self.name,
            "title": self.title,
            "cell": self.cell.to_dict(),
            "design": self.design.to_dict(),
            "engine": self.engine,
            "inventory": str(self.inventory),
            "cutoff_voltage": self.cutoff_voltage,
            "thermal": thermal_to_dict(self.thermal),
            "settings": self.request.settings.to_dict(),
            "depth_points": self.depth_points,
        }

    @classmethod
    def from_dict(cls, described: Mapping[str, Any]) -> Campaign:
        """Read what `Campaign.to_dict` wrote; other keys are passed over."""
        return cls(
            name=described["name"],
            title=described["title"],
            cell=Cell.from_dict(described["cell"]),
            design=design_from_dict(described["design"]),
            engine=described["engine"],
            inventory=Inventory(described["inventory"]),
            cutoff_voltage=described["cutoff_voltage"],
            thermal=thermal_from_dict(described["thermal"]),
            settings=load_engine(described["engine"]).settings.from_dict(described["settings"]),
            depth_points=described["depth_points"],
        )


def identity_hash(identity: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an identity, whatever the order of its keys.

    Examples
    --------
    >>> identity_hash({"a": 1, "b": 2}) == identity_hash({"b": 2, "a": 1})
    True
    """
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def attributes_of(campaign: Campaign) -> dict[str, Any]:
    """Return what a cube says of the campaign that it belongs to."""
    design = campaign.design.to_dict()
    seed = {"seed": design["seed"]} if "seed" in design else {}
    return {
        **campaign.to_dict(),
        "source": f"microbatt, {campaign.engine} engine {campaign.engine_version}",
        "engine_version": campaign.engine_version,
        "cell_name": campaign.cell.name,
        "thermal_mode": thermal_to_dict(campaign.thermal)["mode"],
        "campaign_hash": campaign.hash,
        **seed,
    }


def identity_in(attributes: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    """Return the identity stored in a cube's attributes, as far as `campaign` has its keys."""
    return {name: attributes[name] for name in campaign.identity if name in attributes}
