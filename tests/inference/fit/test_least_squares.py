"""Minimisation inside bounds."""

import numpy as np
import pytest

from microbatt.inference.fit.least_squares import Economy, minimise

FAR = np.array([-10.0, -10.0]), np.array([10.0, 10.0])


def valley(x):
    """Rosenbrock's function as two residuals."""
    residual = np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])
    return residual, np.array([[-20.0 * x[0], 10.0], [-1.0, 0.0]])


def test_a_curved_valley_is_followed_to_its_end():
    found = minimise(valley, np.array([-1.2, 1.0]), *FAR, gain=1e-12, most=100)
    np.testing.assert_allclose(found.x, 1.0, atol=1e-5)
    assert found.converged


def test_a_minimum_outside_is_met_on_the_bound():
    found = minimise(valley, np.array([0.0, 0.0]), FAR[0], np.array([0.5, 10.0]), gain=1e-12)
    assert found.x[0] == 0.5
    assert found.x[1] == pytest.approx(0.25)


def test_there_is_none_where_the_function_has_no_value():
    assert minimise(lambda _: None, np.zeros(2), *FAR) is None


def test_what_is_left_to_gain_is_told_where_a_search_is_given_up():
    begun = minimise(valley, np.array([-1.2, 1.0]), *FAR, gain=1e-12, most=4)
    ended = minimise(valley, np.array([-1.2, 1.0]), *FAR, gain=1e-12, most=100)
    assert not begun.converged
    assert begun.promised == pytest.approx(begun.chi_square, rel=1e-3)  # the end has none
    assert ended.promised < 1e-9


def test_a_step_cut_at_its_bounds_is_the_best_one_and_not_uphill():
    """Unknowns that go together: cut one by one, the straight step to the minimum climbs."""
    rng = np.random.default_rng(3)
    matrix = rng.standard_normal((40, 6)) @ (np.eye(6) + 0.999 * (np.ones((6, 6)) - np.eye(6)))
    target = rng.standard_normal(6) * np.array([1.0, 1.0, 1.0, 10.0, 10.0, 10.0])

    def evaluate(x):
        return matrix @ (x - target), matrix

    reach = np.full(6, 0.05)
    found = minimise(
        evaluate,
        np.zeros(6),
        np.full(6, -20.0),
        np.full(6, 20.0),
        most=2000,
        gain=1e-10,
        economy=Economy(reach=reach),
    )
    assert found.x == pytest.approx(target, abs=1e-3)
