"""Listeners of training: a log, TensorBoard, and a bar for terminals and notebooks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from microbatt.training.events import EpochFinished, FitFinished, FitStarted, FoldFinished

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.progress import TaskID

    from microbatt.training.events import Event

_log = logging.getLogger(__name__)


def log_listener(event: Event) -> None:
    """Log an event: starts and ends as information, epochs for debugging.

    Parameters
    ----------
    event : FitStarted, EpochFinished, FitFinished or FoldFinished
        What happened.
    """
    match event:
        case FitStarted():
            _log.info("%s: %d points, epoch %d of %d", event.name, event.points, event.done,
                      event.epochs)  # fmt: skip
        case EpochFinished():
            _log.debug("%s: epoch %d, %s", event.name, event.epoch, dict(event.metrics))
        case FitFinished():
            _log.info("%s: %.1f s, %s", event.name, event.elapsed, dict(event.metrics))
        case FoldFinished():
            _log.info("fold %d of %d: %s", event.fold, event.folds, dict(event.scores))


class TensorBoardListener:
    """Writes what happens for TensorBoard: ``tensorboard --logdir FOLDER``.

    Parameters
    ----------
    folder : pathlib.Path
        One folder a part is made in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writers: dict[str, Any] = {}

    def __call__(self, event: Event) -> None:
        """Write an event."""
        match event:
            case EpochFinished():
                rate = {"samples_per_second": event.samples_per_second}
                self._write(event.name, event.epoch, {**event.metrics, **rate})
            case FoldFinished():
                self._write("folds", event.fold, event.scores)
            case FitFinished():
                self._close(event.name)

    def _close(self, name: str) -> None:
        """Close a part's file; a part that a checkpoint held whole has none."""
        writer = self._writers.pop(name, None)
        if writer is not None:
            writer.close()

    def _write(self, name: str, step: int, values: Mapping[str, float]) -> None:
        import tensorflow as tf

        if name not in self._writers:
            self._writers[name] = tf.summary.create_file_writer(str(self.folder / name))
        with self._writers[name].as_default(step=step):
            for quantity, value in values.items():
                tf.summary.scalar(quantity, value)
        self._writers[name].flush()


class ProgressListener:
    """Shows training on the standard error; silent where that is no terminal.

    Parameters
    ----------
    console : rich.console.Console, optional
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
