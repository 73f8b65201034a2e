"""Who listens to training: a log, a terminal, TensorBoard."""

import io
import logging

from rich.console import Console

from microbatt.training import ProgressListener
from microbatt.training.events import EpochFinished, FitFinished, FitStarted, FoldFinished
from microbatt.training.listeners import TensorBoardListener, log_listener

EVENTS = (
    FitStarted(name="member-1", epochs=3, done=1, points=90),
    EpochFinished(name="member-1", epoch=2, metrics={"loss": 0.5}, samples_per_second=1e4),
    FitFinished(name="member-1", elapsed=2.0, metrics={"loss": 0.5}),
    FoldFinished(fold=1, folds=10, scores={"alpha": 2.5}),
)


def test_the_log_has_starts_and_ends_and_not_every_epoch(caplog, monkeypatch):
    # A library that configures logging may have switched off the loggers that there were.
    monkeypatch.setattr(logging.getLogger("microbatt.training.listeners"), "disabled", False)
    with caplog.at_level(logging.INFO, logger="microbatt.training"):
        for event in EVENTS:
            log_listener(event)
    assert len(caplog.records) == 3
    assert "90 points, epoch 1 of 3" in caplog.text


def test_a_terminal_shows_the_scores_of_folds():
    said = io.StringIO()
    listener = ProgressListener(Console(file=said, force_terminal=True, width=100))
    for event in EVENTS:
        listener(event)
    assert "fold 1 of 10: alpha 2.5" in said.getvalue()


def test_no_terminal_shows_nothing():
    said = io.StringIO()
    listener = ProgressListener(Console(file=said, force_terminal=False))
    for event in EVENTS:
        listener(event)
    assert said.getvalue() == ""


def test_tensorboard_finds_a_folder_for_each_part(tmp_path):
    listener = TensorBoardListener(tmp_path)
    for event in EVENTS:
        listener(event)
    for name in ("member-1", "folds"):
        (written,) = (tmp_path / name).glob("events.out.*")
        assert written.stat().st_size > 100


def test_a_part_that_a_checkpoint_held_whole_ends_without_an_epoch(tmp_path):
    listener = TensorBoardListener(tmp_path)
    listener(EVENTS[0])
    listener(EVENTS[2])
    assert not list(tmp_path.iterdir())
