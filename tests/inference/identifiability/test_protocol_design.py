"""Which test to run next: bounds of the forward model that is fitted."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.inference.identifiability import propose_tests, standard_tests

CELL = "lco-graphite"
TESTS = {
    "slow": "Discharge at C/5 for 10 hours",
    "fast": "Discharge at 2C for 1 hour",
    "pulses": ("Discharge at C/2 for 15 minutes", "Rest for 10 minutes") * 3,
    "more than it holds": "Charge at 1C for 10 minutes",
}


@pytest.fixture(scope="module")
def ranked():
    return propose_tests(CELL, TESTS, measured=["1C"], alpha=2.0, S=4.0, cell_error=0.0)


def test_more_data_never_widen_a_bound(ranked):
    base, *others = ranked
    assert base.name == "measured already"
    run = [one for one in others if np.isfinite(one.alpha)]
    assert {one.name for one in run} >= {"slow", "fast", "pulses"}
    assert all(one.alpha <= base.alpha and one.S <= base.S for one in run)
    assert [one.alpha for one in others] == sorted(one.alpha for one in others)
    assert all(one.sharper >= 1.0 for one in run)


def test_a_fast_discharge_tells_more_of_transport_than_a_slow_one(ranked):
    by_name = {one.name: one for one in ranked}
    assert by_name["fast"].alpha < by_name["slow"].alpha
    assert by_name["fast"].hours < 0.5 < by_name["slow"].hours


def test_doubts_of_the_file_and_of_the_model_widen_every_bound(ranked):
    pulses = {"pulses": TESTS["pulses"]}
    terms = {"measured": ["1C"], "alpha": 2.0, "S": 4.0, "model_error": 1e-3}
    _, doubted = propose_tests(CELL, pulses, cell_error={"thickness": 0.02}, **terms)
    exact = next(one for one in ranked if one.name == "pulses")
    assert doubted.alpha > 2.0 * exact.alpha


def test_the_standard_tests_have_steps_and_names():
    assert len(standard_tests()) >= 6
    assert all(len(one) for one in standard_tests().values())


def test_an_alpha_that_no_cell_has_is_refused():
    with pytest.raises(ParameterError, match="alpha"):
        propose_tests(CELL, TESTS, alpha=-1.0)
