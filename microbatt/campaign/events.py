"""What happens in a campaign, as records, and listeners that need no terminal.

Whoever wants to know is a function that takes the records.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from microbatt.cube.contents import ProtocolOutcome
    from microbatt.outcomes import Outcome

    Ending: TypeAlias = Outcome | ProtocolOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStarted:
    """The blocks that are left are about to be handed out.

    Attributes
    ----------
    name, store : str
        Of the campaign, and where its cube lies.
    curves, done : int
        In all, and already in the store.
    outcomes : dict
        Of those already in the store.
    dashboard : str, default ''
        Link to Dask's dashboard, or empty.
    """

    name: str
    store: str
    curves: int
    done: int
    outcomes: Mapping[Ending, int]
    dashboard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockFinished:
    """A block is in the store.

    Attributes
    ----------
    block : str
        Its name.
    curves : int
        How many of its curves are new in the store, simulated by this runner or another.
    simulated : int
        How many of them this runner simulated.
    outcomes : dict
        Of the new ones.
    engine_time, store_time : float
        Spent in the engine and on reading and writing [s].
    host : str
        Where.
    """

    block: str
    curves: int
    simulated: int
    outcomes: Mapping[Ending, int]
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
    """A curve kills every worker that simulates it; it gets the outcome ``crashed``."""

    alpha: float
    S: float
    current: float | None = None

    def __str__(self) -> str:
        """Return at which point it lies."""
        current = "" if self.current is None else f" current={self.current:g}"
        return f"alpha={self.alpha:g} S={self.S:g}{current}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersAwaited:
    """Nothing has come for a while, because no worker works.

    Attributes
    ----------
    waited : float
        Since then [s].
    workers, answering : int
        How many the scheduler knows, and how many of them have said lately that they are alive.
    reason : str
        What is missing, and what to do.
    """

    waited: float
    workers: int
    answering: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFinished:
    """Nothing is left to do, or the campaign was stopped.

    Attributes
    ----------
    simulated : int
        Curves simulated by this runner.
    remaining : int
        Curves still ``not_run``.
    elapsed : float
        Wall-clock time [s].
    engine_time, store_time : float
        Summed over the workers [s].
    outcomes : dict
        Of every curve in the store.
    """

    simulated: int
    remaining: int
    elapsed: float
    engine_time: float
    store_time: float
    outcomes: Mapping[Ending, int] = field(default_factory=dict)


Event: TypeAlias = (
    CampaignStarted
    | BlockFinished
    | BlockRetried
    | BlockSplit
    | CurveCrashed
    | WorkersAwaited
    | CampaignFinished
)
Listener: TypeAlias = Callable[[Event], None]


_log = logging.getLogger(__name__)


class CountingBar(Protocol):
    """What `tqdm.auto.tqdm` offers and this module uses."""

    total: float | None

    def update(self, n: float = 1) -> object:
        """Count `n` more."""

    def close(self) -> None:
        """Leave the bar as it is."""


def broadcast(listeners: Iterable[Listener]) -> Listener:
    """Make one listener of many; they hear each event in order."""
    hearing = tuple(listeners)

    def tell(event: Event) -> None:
        for listener in hearing:
            listener(event)

    return tell


def log_listener(event: Event) -> None:
    """Log an event: starts and ends as information, retries and crashes as warnings."""
    match event:
        case CampaignStarted():
            _log.info(
                "%s: %d of %d curves in %s", event.name, event.done, event.curves, event.store
            )
        case BlockFinished():
            _log.debug("block %s: %d curves, %.2f s", event.block, event.curves, event.engine_time)
        case BlockRetried():
            _log.warning("block %s, attempt %d: %s", event.block, event.attempt, event.reason)
        case BlockSplit():
            _log.warning("block %s killed its worker; halving its curves", event.block)
        case CurveCrashed():
            _log.warning("crashed: %s", event)
        case WorkersAwaited():
            _log.warning("waiting for %.0f s: %s", event.waited, event.reason)
        case CampaignFinished():
            _log.info("%d simulated, %d remain", event.simulated, event.remaining)


def bar_listener(bar: CountingBar) -> Listener:
    """Make a listener that moves a bar, one count a curve.

    Parameters
    ----------
    bar : CountingBar
        For example ``tqdm.auto.tqdm(unit="curve")``, in a notebook or a terminal.

    Returns
    -------
    Listener
        To pass to `run_campaign` in ``listeners``.
    """

    def tell(event: Event) -> None:
        match event:
            case CampaignStarted():
                bar.total = event.curves
                bar.update(event.done)
            case BlockFinished():
                bar.update(event.curves)
            case CampaignFinished():
                bar.close()

    return tell
