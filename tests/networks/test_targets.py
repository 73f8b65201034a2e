"""alpha and S become targets and come back, with their spread."""

import numpy as np
import pytest

from microbatt.networks.targets import from_targets, to_targets

VALUES = np.array([[0.0, 1.0], [0.3, 2.0], [10.0, 40.0]])


def test_targets_lead_back_to_the_values_even_where_alpha_is_zero():
    back, _ = from_targets(to_targets(VALUES), np.zeros((3, 2, 2)))
    assert back == pytest.approx(VALUES, abs=1e-12)


def test_an_alpha_below_zero_is_clipped_to_zero():
    back, _ = from_targets(np.array([[-3.0, 0.0]]), np.zeros((1, 2, 2)))
    assert back[0, 0] == 0.0


def test_the_spread_of_values_is_that_of_drawn_targets():
    rng = np.random.default_rng(0)
    covariance = np.array([[1e-4, 5e-5], [5e-5, 2e-4]])
    mean = to_targets([2.3, 3.0])
    drawn, _ = from_targets(
        rng.multivariate_normal(mean, covariance, 200_000), np.zeros((200_000, 2, 2))
    )
    _, found = from_targets(mean[None], covariance[None])
    # The spread is 1 %: second-order terms and the draw are each below a per cent of it.
    assert np.cov(drawn.T) == pytest.approx(found[0], rel=0.02)
