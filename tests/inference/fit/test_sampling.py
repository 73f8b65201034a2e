"""Draws from a landscape are those of its posterior, bounds included."""

import math
from dataclasses import replace

import numpy as np
import pytest

from microbatt.inference import infer
from microbatt.inference.fit.sampling import Landscape, monomials, walk
from microbatt.inference.forward.priors import Priors
from tests.inference.experiments import CELL, experiment

pytest.importorskip("emcee")

COVARIANCE = np.array([[1.0, -0.3, 0.8], [-0.3, 1.0, 0.2], [0.8, 0.2, 1.0]]) * 0.15**2


def straight_landscape():
    """Return a landscape whose posterior without bounds is normal: mean 0, `COVARIANCE`."""
    u = np.random.default_rng(0).uniform(-1.0, 1.0, (50, 2))
    linear = np.zeros((3, monomials(u).shape[1] + 1))
    linear[:2, :-1] = np.linalg.lstsq(monomials(u), u, rcond=None)[0].T
    linear[2, -1] = 1.0
    return Landscape(
        centre=np.zeros(2),
        frame=np.eye(2),
        free=np.zeros(1),
        gram=linear.T @ np.linalg.inv(COVARIANCE) @ linear,
    )


def priors(lowest_nuisance):
    return Priors(
        names=("alpha", "S", "contact_resistance"),
        mean=np.zeros(3),
        std=np.array([math.inf, math.inf, 1.0]),
        low=np.array([-5.0, -5.0, lowest_nuisance]),
        high=np.full(3, 5.0),
    )


@pytest.mark.parametrize("lowest", [-5.0, 0.0, 0.15])
def test_a_bound_of_a_nuisance_moves_and_narrows_what_is_correlated_with_it(lowest):
    draws = walk(straight_landscape(), priors(lowest), np.random.default_rng(1))
    truth = np.random.default_rng(2).multivariate_normal(np.zeros(3), COVARIANCE, 400_000)
    truth = truth[truth[:, 2] >= lowest]
    assert draws[:, 2].min() >= lowest
    # 7680 draws, nearly independent, tell their quantiles to 0.025 standard deviations
    ends = [0.05, 0.5, 0.95]
    np.testing.assert_allclose(
        np.quantile(draws, ends, axis=0), np.quantile(truth, ends, axis=0), atol=0.08 * 0.15
    )


def test_bounds_that_leave_a_sliver_of_the_region_are_kept():
    """At alpha all but known, S and the nuisance are as normal as given that alpha."""
    sliver = replace(priors(-5.0), low=np.array([-2e-3, -5, -5]), high=np.array([2e-3, 5, 5]))
    draws = walk(straight_landscape(), sliver, np.random.default_rng(1))
    assert np.abs(draws[:, 0]).max() <= 2e-3
    given = COVARIANCE[1:, 1:] - np.outer(COVARIANCE[1:, 0], COVARIANCE[0, 1:]) / COVARIANCE[0, 0]
    np.testing.assert_allclose(draws[:, 1:].std(axis=0), np.sqrt(np.diag(given)), rtol=0.06)


def test_an_offset_stays_unknown_where_the_resistance_rests_on_its_bound():
    one = experiment(2.3, 3.0, noise=5e-3)
    both = infer(
        one, CELL, noise=5e-3, free=["contact_resistance", "voltage_offset"], network=False
    )
    alone = infer(one, CELL, noise=5e-3, free=["voltage_offset"], network=False)
    assert "contact resistance is within 3 standard" in both.posterior_sentence
    assert both["contact_resistance"].low >= 0.0
    assert both["voltage_offset"].std > 1.02 * alone["voltage_offset"].std
