"""The measures of error, against their definitions and their limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from microbatt.scoring.errors import (
    bias,
    mean_relative_error,
    pair_count,
    r_squared,
    relative_error,
    rms_error,
    worst_relative_error,
)

VALUES = arrays(float, 9, elements=st.floats(0.01, 100.0))


@given(VALUES, VALUES)
def test_the_relative_error_is_the_published_one_for_positive_numbers(y, guess):
    published = np.abs(y - guess) / (0.5 * (y + guess)) * 100.0
    np.testing.assert_allclose(relative_error(y, guess), published)
    assert mean_relative_error(y, guess) == pytest.approx(published.mean())
    assert worst_relative_error(y, guess) == pytest.approx(published.max())


@given(VALUES, VALUES)
def test_truth_and_prediction_may_change_places(y, guess):
    np.testing.assert_array_equal(relative_error(y, guess), relative_error(guess, y))


def test_at_zero_the_relative_error_is_none_or_all():
    assert relative_error([0.0, 0.0], [0.0, 1e-9]).tolist() == [0.0, 200.0]


def test_a_negative_prediction_is_as_wrong_as_can_be_and_no_more():
    # The published form would give -600 %, or divide by zero.
    assert relative_error([1.0, 1.0], [-2.0, -1.0]).tolist() == [200.0, 200.0]


def test_a_perfect_prediction_scores_so():
    y = np.arange(1.0, 6.0)
    assert mean_relative_error(y, y) == 0.0
    assert r_squared(y, y) == 1.0
    assert rms_error(y, y) == bias(y, y) == 0.0


@given(VALUES, VALUES)
def test_the_squared_error_is_bias_and_scatter(y, guess):
    scatter = np.std(guess - y)
    assert rms_error(y, guess) ** 2 == pytest.approx(bias(y, guess) ** 2 + scatter**2)


def test_predicting_the_mean_explains_nothing():
    y = np.array([1.0, 2.0, 6.0])
    assert r_squared(y, np.full(3, y.mean())) == pytest.approx(0.0)


def test_a_truth_that_does_not_vary_has_no_determination():
    assert np.isnan(r_squared([3.0, 3.0], [3.0, 4.0]))


MEASURES = [mean_relative_error, worst_relative_error, r_squared, rms_error, bias]


@pytest.mark.parametrize("measure", MEASURES)
def test_points_without_a_prediction_do_not_count(measure):
    y, guess = np.array([1.0, 2.0, 4.0]), np.array([1.1, 1.9, 4.4])
    with_gap = measure(np.append(y, 3.0), np.append(guess, np.nan))
    assert with_gap == pytest.approx(float(measure(y, guess)))
    assert pair_count([1.0, 2.0], [np.nan, 2.0]) == 1


@pytest.mark.parametrize("measure", MEASURES)
def test_without_any_prediction_a_score_is_not_a_number(measure):
    assert np.isnan(measure([1.0, 2.0], [np.nan, np.nan]))


@pytest.mark.parametrize("measure", MEASURES)
def test_measures_run_along_the_last_axis(measure):
    rng = np.random.default_rng(0)
    y, guess = rng.uniform(1, 2, (2, 3, 7))
    together = measure(y, guess)
    assert together.shape == (3,)
    for k in range(3):
        assert together[k] == pytest.approx(float(measure(y[k], guess[k])))
