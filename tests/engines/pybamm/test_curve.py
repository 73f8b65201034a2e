"""From PyBaMM's words and solutions to endings and curves; no PyBaMM is needed for that."""

from types import SimpleNamespace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines.pybamm.curve import (
    discharge_from_solution,
    discharge_without_curve,
    ending,
    ending_of_error,
)
from microbatt.outcomes import Outcome

CELL = load_cell("doyle-1996-cell-1")
POINT = (2.3, 3.0, 17.5)
TIME = np.linspace(0.0, 3600.0, 11)


class Solution(dict):
    """What of a solution is read: variables at the steps, and the voltage anywhere."""

    def __init__(self, salt, words="event: Minimum voltage [V]"):
        super().__init__()
        self.t, self.termination = TIME, words
        for name in ("Negative", "Positive"):
            surface = np.stack([np.linspace(0.2, 0.5, 11), np.linspace(0.3, 0.9, 11)])
            self[f"{name} particle surface stoichiometry"] = SimpleNamespace(entries=surface)
        profile = np.stack([np.full(11, 2000.0), salt])
        self["Electrolyte concentration [mol.m-3]"] = SimpleNamespace(entries=profile)
        self["Voltage [V]"] = lambda time: 4.0 - 2.0 * time / TIME[-1]


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("event: Minimum voltage [V]", Outcome.CUTOFF_REACHED),
        ("final time", Outcome.STEP_BUDGET),
        ("event: something new", Outcome.NO_CONVERGENCE),
    ],
)
def test_its_words_become_endings(words, outcome):
    assert ending(words) is outcome


def test_its_errors_become_endings():
    words = "Events ['Minimum voltage [V]'] are non-positive at initial conditions with inputs"
    assert ending_of_error(words) is Outcome.CUTOFF_AT_START
    assert ending_of_error("input set 0: IDA_CONV_FAIL: Convergence") is Outcome.NO_CONVERGENCE


def test_a_solution_becomes_a_curve_with_points_between_its_steps():
    one = discharge_from_solution(CELL, POINT, Solution(np.linspace(2000.0, 500.0, 11)))
    assert one.outcome is Outcome.CUTOFF_REACHED
    assert one.time.size == 4 * (TIME.size - 1) + 1
    assert (one.initial_voltage, one.voltage[-1]) == (4.0, 2.0)
    assert one.discharge_capacity == pytest.approx(17.5)
    assert one.min_salt_concentration == 500.0
    assert one.negative_surface_stoichiometry == 0.5
    assert one.positive_surface_stoichiometry == 0.9
    assert one.energy == pytest.approx(3.0 * 17.5 / CELL.mass_per_area)


def test_salt_below_zero_is_marked_and_the_curve_ends_before_it():
    salt = np.linspace(2000.0, -500.0, 11)
    one = discharge_from_solution(CELL, POINT, Solution(salt))
    assert one.outcome is Outcome.UNPHYSICAL
    assert one.outcome.is_failure
    assert not one.outcome.is_whole
    assert one.time[-1] == TIME[salt > 0.0][-1]
    assert one.min_salt_concentration == -500.0


def test_salt_that_is_no_number_is_unphysical_too():
    salt = np.full(11, 2000.0)
    salt[4:] = np.nan
    one = discharge_from_solution(CELL, POINT, Solution(salt))
    assert one.outcome is Outcome.UNPHYSICAL
    assert one.time[-1] == TIME[3]


def test_salt_below_zero_from_the_start_leaves_no_curve():
    one = discharge_from_solution(CELL, POINT, Solution(np.full(11, -1.0)))
    assert one.outcome is Outcome.UNPHYSICAL
    assert one.time.size == one.voltage.size == 0
    assert np.isnan(one.energy)


def test_an_ending_without_a_curve_has_the_point_and_nothing_else():
    one = discharge_without_curve(CELL, POINT, Outcome.TIME_LIMIT)
    assert (one.alpha, one.S, one.current) == POINT
    assert one.outcome is Outcome.TIME_LIMIT
    assert one.time.size == 0
    assert np.isnan(one.discharge_capacity)
