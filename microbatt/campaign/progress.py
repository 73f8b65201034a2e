"""A bar for terminals and notebooks: curves done, rate, failures by reason, time left."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from microbatt.campaign.events import (
    BlockFinished,
    BlockRetried,
    BlockSplit,
    CampaignFinished,
    CampaignStarted,
    CurveCrashed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.campaign.events import Ending, Event


class ProgressListener:
    """Shows a campaign on the standard error; silent where that is no terminal.

    Which workers are missing, if nothing comes, is told by the log, there and everywhere.

    Parameters
    ----------
    console : Console, optional
        Where to draw.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self._failures: Counter[Ending] = Counter()
        self._simulated = 0
        self._task: TaskID | None = None
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("[yellow]{task.fields[failures]}"),
            console=self.console,
            disable=not (self.console.is_terminal or self.console.is_jupyter),
        )

    def __call__(self, event: Event) -> None:
        """Show an event."""
        match event:
            case CampaignStarted():
                self._start(event)
            case BlockFinished():
                self._advance(event)
            case BlockRetried():
                reason = escape(event.reason)
                self._say(f"[yellow]block {event.block}: {reason}; attempt {event.attempt}")
            case BlockSplit():
                self._say(f"[yellow]block {event.block} killed its worker; halving it")
            case CurveCrashed():
                self._say(f"[red]crashed: {event}")
            case CampaignFinished():
                self._progress.stop()

    def _start(self, event: CampaignStarted) -> None:
        self._say(escape(f"{event.name} in {event.store}"))
        if event.dashboard:
            self._say(f"dashboard {event.dashboard}")
        self._count(event.outcomes)
        self._task = self._progress.add_task(
            event.name,
            total=event.curves,
            completed=event.done,
            rate="",
            failures=self._failure_words(),
        )
        self._progress.start()

    def _advance(self, event: BlockFinished) -> None:
        if self._task is None:
            return
        self._count(event.outcomes)
        self._simulated += event.simulated
        elapsed = self._progress.tasks[0].elapsed or 0.0
        rate = f"{self._simulated / elapsed:.0f} curves/s" if elapsed > 0 else ""
        self._progress.update(
            self._task, advance=event.curves, rate=rate, failures=self._failure_words()
        )

    def _count(self, outcomes: Mapping[Ending, int]) -> None:
        self._failures.update({o: n for o, n in outcomes.items() if o.is_failure})

    def _failure_words(self) -> str:
        return ", ".join(f"{n} {outcome.name.lower()}" for outcome, n in self._failures.items())

    def _say(self, words: str) -> None:
        if not self._progress.disable:
            self._progress.console.print(words, highlight=False)
