"""Whoever listens hears the same campaign: a log, a counting bar, a terminal."""

import io
import logging

from rich.console import Console

from microbatt.campaign import ProgressListener
from microbatt.campaign.events import (
    BlockFinished,
    BlockRetried,
    BlockSplit,
    CampaignFinished,
    CampaignStarted,
    CurveCrashed,
    bar_listener,
    broadcast,
    log_listener,
)
from microbatt.outcomes import Outcome

STORY = [
    CampaignStarted(
        name="small",
        store="a.zarr",
        curves=36,
        done=12,
        outcomes={Outcome.CUTOFF_REACHED: 10, Outcome.STEP_BUDGET: 2},
        dashboard="http://127.0.0.1:8787/status",
    ),
    BlockRetried(block="1.0.0", attempt=2, reason="the network is away"),
    BlockFinished(
        block="1.0.0",
        curves=12,
        simulated=12,
        outcomes={Outcome.CUTOFF_REACHED: 11, Outcome.NO_CONVERGENCE: 1},
        engine_time=1.0,
        store_time=0.1,
        host="here",
    ),
    BlockSplit(block="2.0.0", curves=12),
    CurveCrashed(alpha=1.0, S=3.0, current=17.5),
    CampaignFinished(simulated=24, remaining=0, elapsed=1.0, engine_time=1.0, store_time=0.1),
]


class Bar:
    def __init__(self):
        self.total, self.n, self.closed = None, 0, False

    def update(self, n=1):
        self.n += n

    def close(self):
        self.closed = True


def tell(listener):
    for event in STORY:
        listener(event)


def test_a_counting_bar_counts_the_curves_in_the_store():
    bar = Bar()
    tell(bar_listener(bar))
    assert (bar.total, bar.n, bar.closed) == (36, 24, True)


def test_the_log_warns_of_trouble_and_informs_of_the_rest(caplog):
    with caplog.at_level(logging.INFO):
        tell(log_listener)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["INFO", "WARNING", "WARNING", "WARNING", "INFO"]


def test_every_listener_hears_every_event_in_order():
    first, second = [], []
    tell(broadcast([first.append, second.append]))
    assert first == second == STORY


def test_a_terminal_sees_curves_failures_and_the_dashboard():
    screen = io.StringIO()
    tell(ProgressListener(Console(file=screen, force_terminal=True, width=200)))
    for words in ("24/36", "2 step_budget, 1 no_convergence", "8787/status", "crashed: alpha=1"):
        assert words in screen.getvalue()


def test_what_is_no_terminal_stays_silent():
    screen = io.StringIO()
    tell(ProgressListener(Console(file=screen, width=200)))
    assert screen.getvalue() == ""
