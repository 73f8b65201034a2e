"""Draws inside bounds, and draws that follow a profile instead of a normal distribution."""

import numpy as np
import pytest
from scipy.stats import truncnorm

from microbatt.cells import load_cell
from microbatt.inference.fit.least_squares import Minimum
from microbatt.inference.fit.profiles import Profile, bounded_draws, by_rank, untold
from microbatt.inference.forward.priors import make_priors

PRIORS = make_priors(load_cell("doyle-1996-cell-1"), ["contact_resistance"])
DRAWS = 20_000


def minimum(x, covariance, pull=(0.0, 0.0, 0.0)):
    """A best fit whose covariance is known; `pull` is the gradient of half the sum of squares."""
    jacobian = np.linalg.cholesky(np.linalg.inv(covariance)).T
    residual = np.linalg.solve(jacobian.T, np.array(pull))
    return Minimum(
        x=np.array(x), residual=residual, jacobian=jacobian, iterations=1, converged=True
    )


def test_far_from_bounds_draws_are_normal():
    covariance = np.array([[0.04, 0.01, 0.0], [0.01, 0.09, 0.0], [0.0, 0.0, 1e-8]])
    one = minimum([5.0, 1.0, 0.01], covariance)
    rng = np.random.default_rng(1)
    draws = bounded_draws(PRIORS, one, np.array([], dtype=int), rng, DRAWS)
    np.testing.assert_allclose(np.cov(draws, rowvar=False)[:2, :2], covariance[:2, :2], rtol=0.1)


def test_a_bound_cuts_the_distribution_and_moves_what_goes_with_it():
    # A resistance of 0.5 standard deviations above nothing, and alpha that goes with it.
    width, apart = 1e-3, 0.9
    covariance = np.array([[0.01, 0.0, apart * 0.1 * width], [0.0, 0.01, 0.0], [0.0, 0.0, 0.0]])
    covariance[2] = [apart * 0.1 * width, 0.0, width**2]
    one = minimum([2.0, 1.0, 0.5 * width], covariance)
    draws = bounded_draws(PRIORS, one, np.array([2]), np.random.default_rng(2), DRAWS)
    law = truncnorm(-0.5, np.inf, loc=0.5 * width, scale=width)
    assert draws[:, 2].min() >= 0.0
    np.testing.assert_allclose(draws[:, 2].mean(), law.mean(), rtol=0.03)
    shift = apart * 0.1 * (law.mean() - 0.5 * width) / width
    assert draws[:, 0].mean() == pytest.approx(2.0 + shift, abs=3e-3)


def test_a_fit_held_at_its_bound_has_a_tail_as_short_as_its_gradient_says():
    width = 1e-3
    covariance = np.diag([0.01, 0.01, width**2])
    one = minimum([2.0, 1.0, 0.0], covariance, pull=(0.0, 0.0, 4.0 / width))
    draws = bounded_draws(PRIORS, one, np.array([2]), np.random.default_rng(3), DRAWS)
    law = truncnorm(4.0, np.inf, loc=-4.0 * width, scale=width)
    np.testing.assert_allclose(draws[:, 2].mean(), law.mean(), rtol=0.03)


def test_several_bounds_hold_at_once():
    covariance = np.array([[0.25, 0.2, 0.0], [0.2, 0.25, 0.0], [0.0, 0.0, 1e-6]])
    one = minimum([0.2, np.log(0.06), 0.01], covariance)
    draws = bounded_draws(PRIORS, one, np.array([0, 1]), np.random.default_rng(4), DRAWS)
    free = np.random.default_rng(5).multivariate_normal(one.x[:2], covariance[:2, :2], 200_000)
    inside = free[(free >= PRIORS.low[:2]).all(axis=1)]
    np.testing.assert_allclose(draws[:, :2].mean(axis=0), inside.mean(axis=0), atol=0.02)


def test_a_profile_as_of_a_linear_response_changes_nothing():
    one = minimum([2.0, 1.0, 0.01], np.diag([0.01, 0.01, 1e-6]))
    away = np.array([-0.2, 0.0, 0.2])
    straight = Profile(index=0, away=away, rise=(away / 0.1) ** 2, better=None)
    draws = np.random.default_rng(6).normal(2.0, 0.1, DRAWS)
    found = by_rank(draws, straight, PRIORS, one)
    np.testing.assert_allclose(
        np.quantile(found, [0.05, 0.95]), 2.0 + np.array([-1, 1]) * 0.1645, atol=2e-3
    )
    assert np.corrcoef(np.argsort(np.argsort(draws)), np.argsort(np.argsort(found)))[0, 1] > 0.9999


def test_a_wall_to_one_side_makes_the_interval_lopsided():
    one = minimum([2.0, 1.0, 0.01], np.diag([0.01, 0.01, 1e-6]))
    away = np.array([-0.1, 0.0, 0.2])
    walled = Profile(index=0, away=away, rise=np.array([9.0, 0.0, 4.0]), better=None)
    draws = np.random.default_rng(7).normal(2.0, 0.1, DRAWS)
    low, high = np.quantile(by_rank(draws, walled, PRIORS, one), [0.05, 0.95])
    assert 2.0 - low < 0.6 * (high - 2.0)


def test_a_place_counts_for_the_volume_that_all_other_unknowns_have_there():
    # exp(-z²/2) times exp(z) is a normal distribution one deviation further up
    one = minimum([2.0, 1.0, 0.01], np.diag([0.01, 0.01, 1e-6]))
    away = np.array([-0.5, -0.2, 0.0, 0.2, 0.5])
    wider = Profile(index=0, away=away, rise=(away / 0.1) ** 2, better=None, volume=away / 0.1)
    draws = np.random.default_rng(8).normal(2.0, 0.1, DRAWS)
    found = by_rank(draws, wider, PRIORS, one)
    np.testing.assert_allclose(
        np.quantile(found, [0.05, 0.5, 0.95]), 2.1 + np.array([-1, 0, 1]) * 0.1645, atol=2e-3
    )


def test_what_the_curves_do_not_move_with_may_be_anything_in_its_range():
    priors = make_priors(load_cell("lco-graphite"), ())
    x = np.array([1.0, priors.high[1]])
    flat = np.array([[100.0, 0.0], [0.0, 1e-3]])
    residual = np.zeros(2)
    best = Minimum(x=x, residual=residual, jacobian=flat, iterations=1, converged=True)
    assert untold(priors, best) == [1]
    told = Minimum(x=x, residual=residual, jacobian=100.0 * np.eye(2), iterations=1, converged=True)
    assert untold(priors, told) == []
