"""Derivatives on a track, where single steps are not known to what a derivative needs."""

import numpy as np
import pytest

from microbatt.engines.sensitivities import _Solved


def derivative(voltage_of):
    leader = np.linspace(4.0, 3.0, 20)
    solved = _Solved(request=None, cell=None, row=None, track=None, leader=leader, mass=0.0)

    def solve(share):
        change = 1e-6 * share
        return leader + 3.0 * change + voltage_of(share), change

    return solved._derivative(solve)


def at(step, value):
    return np.where(np.arange(20) == step, value, 0.0)


@pytest.mark.parametrize(
    "voltage_of",
    [
        lambda _: at(5, 9.2e-5),  # off by itself, however little is changed
        lambda share: at(5, 1e-3 * np.cos(1.0 / share)),  # known to nothing: as the steps around
        lambda _: at(5, np.nan),
    ],
    ids=["off by itself", "not known", "no solution"],
)
def test_one_step_that_is_off_costs_no_derivative(voltage_of):
    np.testing.assert_allclose(derivative(voltage_of), 3.0, rtol=1e-3)


def test_many_steps_without_a_solution_have_no_derivative():
    for last in (15, 18):  # nor has one at an end
        found = derivative(lambda _, last=last: np.where(np.arange(20) > last, np.nan, 0.0))
        assert np.isnan(found[last + 1 :]).all()
        np.testing.assert_allclose(found[: last + 1], 3.0, rtol=1e-3)
