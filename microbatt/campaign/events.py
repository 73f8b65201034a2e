"""What happens in a campaign, as records; whoever wants to know is a function that takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStarted:
    """The blocks that are left are about to be handed out.

    Attributes
    ----------
    name, store
        Of the campaign, and where its cube lies.
    curves, done
        In all, and already in the store.
    endings
        Of those already in the store.
    dashboard
        Link to Dask's dashboard, or empty.
    """

    name: str
    store: str
    curves: int
    done: int
    endings: Mapping[Outcome, int]
    dashboard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockFinished:
    """A block is in the store.

    Attributes
    ----------
    block
        Its name.
    curves
        How many of its curves are new in the store, simulated by this runner or another.
    simulated
        How many of them this runner simulated.
    endings
        Of the new ones.
    engine_time, store_time
        Spent in the engine and on reading and writing [s].
    host
        Where.
    """

    block: str
    curves: int
    simulated: int
    endings: Mapping[Outcome, int]
    engine_time: float
    store_time: float
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRetried:
    """A block failed for a reason outside the simulation and is tried again."""

    block: str
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSplit:
    """A block, or a part of one, killed its worker; its halves are tried one by one."""

    block: str
    curves: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveCrashed:
    """A curve kills every worker that simulates it; it gets the ending ``crashed``."""

    alpha: float
    S: float
    current: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFinished:
    """Nothing is left to do, or the campaign was stopped.

    Attributes
    ----------
    simulated
        Curves simulated by this runner.
    remaining
        Curves still ``not_run``.
    elapsed
        Wall-clock time [s].
    engine_time, store_time
        Summed over the workers [s].
    endings
        Of every curve in the store.
    """

    simulated: int
    remaining: int
    elapsed: float
    engine_time: float
    store_time: float
    endings: Mapping[Outcome, int] = field(default_factory=dict)


Event: TypeAlias = (
    CampaignStarted | BlockFinished | BlockRetried | BlockSplit | CurveCrashed | CampaignFinished
)
Listener: TypeAlias = Callable[[Event], None]
