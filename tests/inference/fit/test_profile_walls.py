"""Profiles beside a bound and before a wall, where a straight response misleads."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.inference.fit.least_squares import Minimum
from microbatt.inference.fit.profiles import Profile, by_rank
from microbatt.inference.forward.priors import make_priors


@pytest.fixture(scope="module")
def priors():
    return make_priors(load_cell("lco-graphite"), ())


def minimum_at_the_bound(std, slope):
    jacobian = np.diag([1.0 / std, 10.0])
    residual = np.array([0.5 * slope * std, 0.0])
    return Minimum(
        x=np.array([0.0, 1.0]), residual=residual, jacobian=jacobian, iterations=1, converged=True
    )


def test_a_flat_profile_beside_a_bound_is_believed_and_not_the_slope_there(priors):
    """The sum of squares rises by 1 over 0.5 whatever the derivatives at the bound say."""
    away = np.array([0.0, 0.5, 1.0])
    one = Profile(index=0, away=away, rise=np.array([0.0, 1.0, 4.0]), better=None)
    draws = np.abs(np.random.default_rng(0).standard_normal(4000))
    found = by_rank(draws, one, priors, minimum_at_the_bound(std=0.05, slope=300.0))
    assert 0.1 < np.median(found) < 0.6


def test_a_profile_that_is_straight_gives_the_normal_distribution_back(priors):
    away = np.array([0.0, 0.4, 0.8])
    one = Profile(index=0, away=away, rise=(away / 0.4) ** 2, better=None)
    draws = np.abs(np.random.default_rng(1).standard_normal(4000))
    found = by_rank(draws, one, priors, minimum_at_the_bound(std=0.4, slope=0.0))
    assert np.median(found) == pytest.approx(0.4 * 0.6745, rel=0.02)
