"""Endings told apart, each from an output in its form."""

from pathlib import Path

import pytest

from microbatt.engines.dualfoil.curve import outcome_of
from microbatt.engines.dualfoil.files.output import read_output
from microbatt.outcomes import Outcome
from microbatt.processes import Stop

DATA = Path(__file__).parent / "data"
CUTOFF = 2.0


def output(name):
    return read_output(DATA / f"{name}.out")


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("cutoff_reached", Outcome.CUTOFF_REACHED),
        ("overflowing_heat", Outcome.CUTOFF_REACHED),
        ("below_the_cutoff_at_once", Outcome.CUTOFF_AT_START),
        ("salt_at_a_cliff", Outcome.SALT_EXHAUSTED),
        ("lithium_at_a_cliff", Outcome.LITHIUM_EXHAUSTED),
        ("gave_up_above_the_cutoff", Outcome.NO_CONVERGENCE),
        ("rows_of_nan", Outcome.NO_CONVERGENCE),
        ("nothing_converged", Outcome.NO_CONVERGENCE),
        ("initial_step_not_converged", Outcome.NO_CONVERGENCE),
        ("closed_above_the_cutoff", Outcome.NO_CONVERGENCE),
        ("cut_short", Outcome.CRASHED),
        ("never_written", Outcome.CRASHED),
    ],
)
def test_each_ending_is_told_from_what_was_written(name, outcome):
    assert outcome_of(output(name), CUTOFF) is outcome


def test_a_claim_of_exhaustion_is_believed_only_where_the_voltage_falls():
    """dualfoil says it of any node that an iteration took below zero, at 2.25 V here."""
    far = output("lithium_far_from_a_cliff")
    assert "Solid concentration driven to zero." in far.words
    assert outcome_of(far, CUTOFF) is Outcome.NO_CONVERGENCE


def test_the_closing_lines_alone_do_not_make_a_discharge_whole():
    gave_up = output("gave_up_above_the_cutoff")
    assert gave_up.mass == 0.7549
    assert not outcome_of(gave_up, CUTOFF).is_whole


@pytest.mark.parametrize("name", ["rows_of_nan", "cut_short", "cutoff_reached", "never_written"])
def test_the_wall_clock_limit_is_told_whatever_was_written(name):
    assert outcome_of(output(name), CUTOFF, Stop.TIME) is Outcome.TIME_LIMIT


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("rows_of_nan", Outcome.NO_CONVERGENCE),
        ("cut_short", Outcome.STEP_BUDGET),
        ("never_written", Outcome.CRASHED),
    ],
)
def test_too_much_output_is_told_apart_by_what_it_is(name, outcome):
    assert outcome_of(output(name), CUTOFF, Stop.OUTPUT) is outcome
