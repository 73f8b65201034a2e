"""Stated deviations are those that errors of an open circuit cause, whatever curves they bend."""

import pytest

from tests.benchmarks.inference_calibration import (
    CELLS,
    AtTruth,
    smooth_covariance,
    stated_and_caused,
)


@pytest.mark.parametrize("name", CELLS)
def test_open_circuit_errors_of_any_length_move_estimates_as_much_as_is_stated(name):
    one = AtTruth(name, number=3)
    for length in (0.05, 0.15, 0.5):
        stated, caused = stated_and_caused(one, smooth_covariance(one, length))
        ratio = (caused / stated)[:2]  # of alpha and ln S
        # 0.8 and 1.1 times the deviation: 90 % intervals hold the truth in 96 and 86 % of the cases
        assert (ratio > 0.8).all(), length
        assert (ratio < 1.1).all(), length
