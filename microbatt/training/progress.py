"""A bar for terminals and notebooks: epochs done, loss, samples per second, time left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from microbatt.training.events import EpochFinished, FitFinished, FitStarted, FoldFinished

if TYPE_CHECKING:
    from rich.progress import TaskID

    from microbatt.training.events import Event


class ProgressListener:
    """Shows training on the standard error; silent where that is no terminal.

    Parameters
    ----------
    console
        Where to draw.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[words]}"),
            TimeRemainingColumn(),
            console=self.console,
            disable=not (self.console.is_terminal or self.console.is_jupyter),
        )

    def __call__(self, event: Event) -> None:
        """Show an event."""
        match event:
            case FitStarted():
                self._progress.start()
                self._tasks[event.name] = self._progress.add_task(
                    event.name, total=event.epochs, completed=event.done, words=""
                )
            case EpochFinished():
                words = f"loss {event.metrics['loss']:.4g}, {event.samples_per_second:.0f} points/s"
                self._progress.update(self._tasks[event.name], completed=event.epoch, words=words)
            case FitFinished():
                self._progress.remove_task(self._tasks.pop(event.name))
                if not self._tasks:
                    self._progress.stop()
            case FoldFinished():
                scores = ", ".join(f"{name} {value:.3g}" for name, value in event.scores.items())
                self._say(f"fold {event.fold} of {event.folds}: {scores}")

    def _say(self, words: str) -> None:
        if not self._progress.disable:
            self._progress.console.print(words, highlight=False)
