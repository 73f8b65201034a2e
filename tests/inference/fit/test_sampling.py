"""Draws are those of the posterior, bounds included; a surface is held to what it was made from."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from microbatt.inference.fit import sampling
from microbatt.inference.fit.sampling import (
    AGREES,
    EngineCurves,
    chain_drift,
    disagreement,
    log_density,
    walk,
)
from microbatt.inference.forward.priors import Priors
from tests.inference.experiments import CELL, experiment
from tests.inference.experiments import infer_exact as infer

pytest.importorskip("emcee")

COVARIANCE = np.array([[1.0, -0.3, 0.8], [-0.3, 1.0, 0.2], [0.8, 0.2, 1.0]]) * 0.15**2
PRECISION = np.linalg.inv(COVARIANCE)


def priors(lowest):
    return Priors(
        names=("alpha", "S", "contact_resistance"),
        mean=np.zeros(3),
        std=np.array([math.inf, math.inf, 1e6]),
        low=np.array([-5.0, -5.0, lowest]),
        high=np.full(3, 5.0),
    )


def curves(x):
    """Return residuals whose sum of squares is that of a normal distribution of `COVARIANCE`."""
    return EngineCurves(x=x, residual=x @ np.linalg.cholesky(PRECISION))


def draws(bounds):
    """Draw from the normal distribution inside bounds, by way of a surface between 60 curves."""
    rng = np.random.default_rng(1)
    spread = np.linalg.cholesky(COVARIANCE)
    known = rng.normal(size=(400, 3)) * 2.0 @ spread.T
    known = known[((known >= bounds.low) & (known <= bounds.high)).all(axis=1)][:60]
    density = log_density(curves(known), spread, bounds)
    first = np.concatenate([known, known + 1e-6])[:100]
    return walk(density, first, rng, steps=1500)[2000:]


@pytest.mark.parametrize("lowest", [-5.0, 0.0, 0.15])
def test_a_bound_of_an_unknown_moves_and_narrows_what_is_correlated_with_it(lowest):
    found = draws(priors(lowest))
    truth = np.random.default_rng(2).multivariate_normal(np.zeros(3), COVARIANCE, 400_000)
    truth = truth[truth[:, 2] >= lowest]
    assert found[:, 2].min() >= lowest
    # 13 000 draws, correlated over some fifteen steps, tell quantiles to 0.03 standard deviations
    ends = [0.05, 0.5, 0.95]
    np.testing.assert_allclose(
        np.quantile(found, ends, axis=0), np.quantile(truth, ends, axis=0), atol=0.1 * 0.15
    )


def test_a_surface_of_straight_residuals_is_exact_between_its_curves():
    rng = np.random.default_rng(4)
    known = 0.3 * rng.normal(size=(40, 3))
    density = log_density(curves(known), np.linalg.cholesky(COVARIANCE), priors(-5.0))
    between = 0.5 * (known[:20] + known[20:])
    exact = -0.5 * np.einsum("ni,ij,nj->n", between, PRECISION, between)
    inside = np.isfinite(density(between))
    assert inside.sum() > 10
    np.testing.assert_allclose(density(between)[inside], exact[inside], atol=1e-6)


def test_a_place_that_the_engine_rules_out_is_not_drawn():
    rng = np.random.default_rng(4)
    known = curves(0.3 * rng.normal(size=(40, 3)))
    dead = known.residual.copy()
    dead[7] = np.nan
    density = log_density(
        replace(known, residual=dead), np.linalg.cholesky(COVARIANCE), priors(-5.0)
    )
    assert density(known.x[7:8])[0] == -np.inf


def test_mass_that_the_surface_misses_is_a_disagreement():
    surface = np.array([0.0, -0.5, -1.0, -30.0])
    assert disagreement(surface, surface - 7.0) < 1e-9  # a constant is no difference
    assert disagreement(surface, surface + np.array([0.0, 0.0, 0.0, 28.0])) > AGREES


def test_a_chain_that_still_moves_is_told():
    rng = np.random.default_rng(0)
    still = rng.normal(size=(4000, 2))
    assert chain_drift(still) < 0.15
    assert chain_drift(still + np.linspace(0.0, 1.0, 4000)[:, None]) > 0.4


def test_an_offset_stays_unknown_where_the_resistance_rests_on_its_bound():
    one = experiment(2.3, 3.0, noise=5e-3)
    both = infer(
        one, CELL, noise=5e-3, free=["contact_resistance", "voltage_offset"], network=False
    )
    alone = infer(one, CELL, noise=5e-3, free=["voltage_offset"], network=False)
    assert "contact resistance is within 3 standard" in both.posterior_sentence
    assert both.diagnostics.settled
    assert both["contact_resistance"].low >= 0.0
    assert both["voltage_offset"].std > 1.02 * alone["voltage_offset"].std


def test_without_a_surface_draws_are_those_of_a_straight_response_and_not_settled():
    at, covariance = np.array([0.1, 1.0]), np.array([[1.0, 0.3], [0.3, 0.5]])
    flat = {"jacobian": np.eye(2), "residual": np.zeros(2)}
    minimum = SimpleNamespace(x=at, covariance=covariance, **flat)
    priors = SimpleNamespace(low=np.array([0.0, -9.0]), high=np.array([10.0, 9.0]))
    found = sampling._straight(minimum, priors, np.random.default_rng(0))
    assert not found.settled
    assert "not settled" in found.sentence
    assert found.draws.min(axis=0)[0] == 0.0  # inside the bounds
    assert found.draws[:, 1].std() == pytest.approx(np.sqrt(0.5), rel=0.05)
