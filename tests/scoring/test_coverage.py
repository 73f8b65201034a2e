"""Coverage tells whether stated uncertainties are true."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.scoring.coverage import LEVELS, interval_coverage, score_spread, standard_scores

N = 40_000


@pytest.fixture(scope="module")
def honest():
    """Truth, prediction and standard deviation, the errors normal and as large as stated."""
    rng = np.random.default_rng(7)
    truth, std = rng.uniform(1, 10, N), rng.uniform(0.1, 2.0, N)
    return truth, truth + std * rng.standard_normal(N), std


@pytest.mark.parametrize("level", LEVELS)
def test_intervals_of_a_true_uncertainty_cover_what_they_say(honest, level):
    # The share of N trials is known to √(p (1 − p) / N); four of those.
    allowed = 4.0 * np.sqrt(level * (1.0 - level) / N)
    assert interval_coverage(*honest, level) == pytest.approx(level, abs=allowed)


def test_too_small_an_uncertainty_covers_too_little_and_too_large_too_much(honest):
    truth, predicted, std = honest
    assert interval_coverage(truth, predicted, 0.5 * std, 0.9) < 0.7
    assert interval_coverage(truth, predicted, 2.0 * std, 0.9) > 0.99


def test_the_spread_of_the_scores_is_the_factor_by_which_the_uncertainty_is_off(honest):
    truth, predicted, std = honest
    assert score_spread(truth, predicted, std) == pytest.approx(1.0, abs=0.02)
    assert score_spread(truth, predicted, 0.5 * std) == pytest.approx(2.0, abs=0.04)


def test_points_without_an_uncertainty_do_not_count():
    truth, predicted = np.zeros(4), np.array([0.1, 5.0, 5.0, 5.0])
    std = np.array([1.0, np.nan, 0.0, -1.0])
    assert interval_coverage(truth, predicted, std, 0.9) == 1.0
    assert np.isnan(standard_scores(truth, predicted, std)[1:]).all()
    assert np.isnan(interval_coverage([0.0], [1.0], [np.nan], 0.9))
    assert np.isnan(score_spread([0.0], [1.0], [np.nan]))


@pytest.mark.parametrize("level", [0.0, 1.0, 90.0, float("nan")])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(ParameterError, match=r"`level`.*0.9 for 90 %"):
        interval_coverage([0.0], [0.0], [1.0], level)
