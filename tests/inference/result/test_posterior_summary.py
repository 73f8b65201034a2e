"""Intervals of an estimate: of what lies on a bound too."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import truncnorm

from microbatt.inference.result.posterior_summary import _bounds_reached, _medians_and_intervals

LEVEL = 0.9


def interval(draws, low=0.0, high=np.inf):
    priors = SimpleNamespace(low=np.array([low]), high=np.array([high]), natural=lambda x: x)
    model, drawn = SimpleNamespace(priors=priors), SimpleNamespace(draws=draws[:, None])
    return _medians_and_intervals(model, drawn, LEVEL)[:, 0]


@pytest.mark.parametrize("truth", [0.0, 0.5, 1.0, 2.0, 4.0])
def test_what_is_not_negative_is_held_as_often_as_promised(truth):
    """Of one number with noise of 1, and a posterior that ends at 0."""
    rng = np.random.default_rng(4)
    held = []
    for _ in range(400):
        seen = truth + rng.standard_normal()
        draws = truncnorm.rvs(-seen, np.inf, loc=seen, size=2000, random_state=rng)
        _, low, high = interval(draws)
        held.append(low <= truth <= high)
    # 400 trials of 0.9 scatter by 0.015; a bound that is known adds what is known of the truth
    assert np.mean(held) > 0.9 - 3.0 * 0.015


def test_a_bound_is_reached_where_draws_lie_beside_it_and_not_where_they_thin_out():
    def reached(draws, low, high):
        priors = SimpleNamespace(
            low=np.array([low]), high=np.array([high]), value=lambda x, i: float(x[i])
        )
        model, drawn = SimpleNamespace(priors=priors), SimpleNamespace(draws=draws[:, None])
        return _bounds_reached(model, drawn, LEVEL)[0]

    rng = np.random.default_rng(0)
    flat, bell = rng.uniform(0.0, 1.0, 4000), rng.standard_normal(4000)
    assert reached(flat, 0.0, 1.0) == (0.0, 1.0)
    assert reached(flat, -1.0, 1.0) == (None, 1.0)
    few = np.concatenate([rng.uniform(0.0, 0.1, 130), rng.normal(2.0, 0.4, 3870)])
    assert reached(few, 0.0, np.inf) == (None, None)  # its interval ends at 1
    assert reached(np.abs(bell), 0.0, 10.0) == (0.0, None)
    assert reached(bell, -np.inf, 4.0) == (None, None)


def test_an_interval_begins_at_a_bound_only_where_draws_pile_up_there():
    draws = np.random.default_rng(0).standard_normal(4000)
    assert interval(np.abs(draws))[1] == 0.0
    assert interval(-np.abs(draws), -np.inf, 0.0)[2] == 0.0
    for low in (-np.inf, -8.0):
        np.testing.assert_allclose(interval(draws, low), np.quantile(draws, [0.5, 0.05, 0.95]))
    skewed = np.exp(2.0 * draws)
    np.testing.assert_allclose(interval(skewed, -5.0)[1], np.quantile(skewed, 0.05))
