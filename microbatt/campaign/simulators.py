"""The engine of a campaign, by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeAlias

from microbatt.checks import suggestion
from microbatt.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from microbatt.cells.cell import Cell
    from microbatt.engines.request import Inventory, Settings, Thermal
    from microbatt.engines.result import DischargeBatch

    Simulate: TypeAlias = Callable[["Terms", NDArray[np.float64]], DischargeBatch]


class Terms(Protocol):
    """What a simulator reads of a campaign; see `microbatt.campaign.campaign.Campaign`."""

    @property
    def cell(self) -> Cell:
        """Of which cell."""

    @property
    def inventory(self) -> Inventory:
        """Which lithium balance."""

    @property
    def cutoff_voltage(self) -> float:
        """Where a discharge ends [V]."""

    @property
    def thermal(self) -> Thermal:
        """What happens to the heat."""

    @property
    def settings(self) -> Settings:
        """How finely the native engine solves."""

    @property
    def time_limit(self) -> float | None:
        """Wall-clock limit for one curve [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """What a campaign needs of an engine.

    Attributes
    ----------
    simulate
        Terms (the campaign) and points, shape (n, 3), in; n discharges out, in order.  Failures
        are endings, never exceptions.  The same input gives the same numbers to the last bit,
        whatever the other points of the call.
    version
        Changes when the numbers change.
    curves_per_task
        How many make a task of some seconds.
    in_threads
        Whether it releases the interpreter and never ends the process, so that a local cluster
        may run it in threads, which start at once, rather than in processes.
    """

    simulate: Simulate
    version: str
    curves_per_task: int
    in_threads: bool = False


_HOME = {"native": "microbatt.campaign.native:simulator"}


@lru_cache(maxsize=8)
def load_simulator(name: str) -> Simulator:
    """Return an engine by name.

    Parameters
    ----------
    name
        ``"native"``, or ``"module:attribute"`` of a `Simulator` of your own, which every worker
        must be able to import.

    Raises
    ------
    CampaignError
        If there is none of that name.
    """
    home = name if ":" in name else _HOME.get(name)
    if home is None:
        raise CampaignError(
            f"`engine` is {name!r}, which is not known. {suggestion(name, _HOME)} "
            'An engine of your own is named "module:attribute".'
        )
    module, attribute = home.split(":")
    try:
        simulator = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise CampaignError(
            f"`engine` is {name!r}, which cannot be imported ({error}). Install it where "
            "microbatt runs, workers included."
        ) from error
    if not isinstance(simulator, Simulator):
        raise CampaignError(
            f"`engine` is {name!r}, which is a {type(simulator).__name__}; it must be a "
            "`microbatt.campaign.simulators.Simulator`."
        )
    return simulator
