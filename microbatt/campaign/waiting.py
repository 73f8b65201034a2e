"""Waiting for a cluster without silence: what is missing when nothing comes, and when to give up.

A worker that computes says several times a second that it is alive. So a campaign may take as long
as it likes as long as a worker that answers has something of it in hand; if none has, somebody
should know why, after seconds rather than in the morning.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypeVar

from microbatt.campaign.events import WorkersAwaited
from microbatt.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distributed import Client, Future

    from microbatt.campaign.events import Listener

    Result = TypeVar("Result")

TICK: Final = 0.5
"""How often whoever waits looks up [s]."""
FIRST_WORD: Final = 5.0
"""How long nothing is said [s]; the next word comes after twice as long, and so on."""
_LOOK: Final = 2.0
"""How often the scheduler is asked while nothing comes [s]."""
_ANSWER: Final = 3.0
"""How long the scheduler may take to answer [s]."""
_LONGEST_PAUSE: Final = 300.0
"""Between two words [s]."""
_LOST: Final = (OSError, TimeoutError, RuntimeError, ValueError, AttributeError)
"""What asking a scheduler raises that is gone, or is being looked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterState:
    """What a scheduler says of its workers.

    Attributes
    ----------
    threads : int
        Of all workers.
    workers, silent, paused : tuple of str
        Addresses of all workers, of those that have said nothing for a while, and of those that
        take no work because their memory is used up.
    holding : frozenset of str
        Those that have a task in hand.
    """

    threads: int
    workers: tuple[str, ...]
    silent: tuple[str, ...]
    paused: tuple[str, ...]
    holding: frozenset[str]

    @property
    def answering(self) -> int:
        """How many workers have said lately that they are alive."""
        return len(self.workers) - len(self.silent)

    @property
    def works(self) -> bool:
        """Whether a worker that answers has a task in hand."""
        return bool(self.holding - {*self.silent})


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks at a cluster while nothing comes from it.

    Attributes
    ----------
    client : distributed.Client
        Of the cluster.
    tell : Listener
        Hears of what is missing.
    patience : float, optional
        After so long without any worker that works it gives up [s]; None waits for ever.
    """

    client: Client
    tell: Listener
    patience: float | None = None
    state: ClusterState | None = None
    _heard: dict[str, tuple[float, float]] = field(default_factory=dict)
    _since: float | None = None
    _next_word: float = field(default_factory=lambda: FIRST_WORD)
    _looked: float = 0.0

    def result(self, future: Future[Result]) -> Result:
        """Return what a future becomes, and look at the cluster meanwhile.

        Raises
        ------
        CampaignError
            If the patience is at an end.
        """
        landed: SimpleQueue[Future[Result]] = SimpleQueue()
        future.add_done_callback(landed.put)
        while True:
            one = self.next(landed)
            if one is not None:
                return one.result()

    def next(self, landed: SimpleQueue[Future[Result]]) -> Future[Result] | None:
        """Return the next future that has landed; None if none has for a moment.

        Raises
        ------
        CampaignError
            If the patience is at an end.
        """
        try:
            one = landed.get(timeout=TICK)
        except Empty:
            self._look()
            return None
        self._since, self._next_word = None, FIRST_WORD
        return one

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return
        self.state = ask_scheduler(self.client, self._heard)
        self._looked = time.monotonic()
        reason = _missing(self.client, self.state)
        if reason is None:
            self._since, self._next_word = None, FIRST_WORD
            return
        if self._since is None:
            self._since = now
        waited = self._looked - self._since
        if waited >= self._next_word:
            self._next_word = waited + min(max(waited, FIRST_WORD), _LONGEST_PAUSE)
            workers = 0 if self.state is None else len(self.state.workers)
            answering = 0 if self.state is None else self.state.answering
            self.tell(
                WorkersAwaited(waited=waited, workers=workers, answering=answering, reason=reason)
            )
        if self.patience is not None and waited >= self.patience:
            raise CampaignError(
                f"gave up after {waited:.0f} s without a worker that works: {reason}. Finished "
                "blocks are in the store: mend that and run again, or give it more time with "
                "`--timeout` (`timeout=` in Python)."
            )


def ask_scheduler(
    client: Client, heard: dict[str, tuple[float, float]] | None = None
) -> ClusterState | None:
    """Ask a scheduler for its workers.

    Parameters
    ----------
    client : distributed.Client
        Of the cluster.
    heard : dict, optional
        Worker → when it was last heard by the scheduler's clock, and by our own; kept from one call
        to the next to tell which are silent.

    Returns
    -------
    ClusterState or None
        None if the scheduler does not answer.
    """
    scheduler: Any = client.scheduler
    try:
        told = client.sync(scheduler.identity, callback_timeout=_ANSWER)
        held = client.sync(scheduler.processing, workers=None, callback_timeout=_ANSWER)
    except _LOST:
        return None
    workers: Mapping[str, Mapping[str, Any]] = told["workers"]
    return ClusterState(
        threads=sum(int(one["nthreads"]) for one in workers.values()),
        workers=tuple(workers),
        silent=_silent(workers, {} if heard is None else heard),
        paused=tuple(name for name, one in workers.items() if one["status"] == "paused"),
        holding=frozenset(name for name, tasks in held.items() if tasks),
    )


def _silent(
    workers: Mapping[str, Mapping[str, Any]], heard: dict[str, tuple[float, float]]
) -> tuple[str, ...]:
    """Return the workers of which nothing new was heard for longer than between two heartbeats."""
    now = time.monotonic()
    longest = 10.0 + len(workers) / 20.0  # the more workers, the less often each says something
    for name in heard.keys() - workers.keys():
        del heard[name]
    for name, one in workers.items():
        if name not in heard or heard[name][0] != one["last_seen"]:
            heard[name] = (one["last_seen"], now)
    return tuple(name for name in workers if now - heard[name][1] > longest)


def _missing(client: Client, state: ClusterState | None) -> str | None:
    """Say what keeps a cluster from working; None if nothing does."""
    address = client.scheduler.address if client.scheduler is not None else "its address"
    if state is None:
        return (
            f"the scheduler at {address} does not answer: check that it runs and that the network "
            "is up"
        )
    if not state.workers:
        return (
            f"no worker is registered with the scheduler at {address}: start some, or look into "
            "their logs, for a worker that cannot import microbatt or runs out of memory ends at "
            "once"
        )
    if state.works:
        return None
    of_all = f"{state.answering} of {len(state.workers)} workers answer"
    if state.silent:
        held = sorted(state.holding & {*state.silent}) or sorted(state.silent)
        return (
            f"{of_all}, and none of them has anything to do: what is left is in the hands of "
            f"{_some(held)}, which say nothing: they are suspended, or the network to them is down."
            " End them, and others take over"
        )
    if state.paused:
        return f"{of_all}, and {_some(state.paused)} take no work because their memory is used up"
    return None


def _some(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
