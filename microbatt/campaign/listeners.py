"""Listeners that need no terminal: a log, and any bar that counts like tqdm's."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from microbatt.campaign.events import (
    BlockFinished,
    BlockRetried,
    BlockSplit,
    CampaignFinished,
    CampaignStarted,
    CurveCrashed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from microbatt.campaign.events import Event, Listener

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
            _log.warning("crashed: alpha=%g S=%g I=%g", event.alpha, event.S, event.current)
        case CampaignFinished():
            _log.info("%d simulated, %d remain", event.simulated, event.remaining)


def bar_listener(bar: CountingBar) -> Listener:
    """Make a listener that moves a bar, one count a curve.

    Parameters
    ----------
    bar
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
