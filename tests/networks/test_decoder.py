"""The decoder gives curves between those that it learned, and their derivatives."""

import numpy as np
import pytest

from microbatt.networks.decoder import breakpoints, decoder_inputs, fit_decoder
from microbatt.networks.refinement import end_slopes
from tests.networks.cubes import learnable_cube, learnable_tensors, made_decoder

MILLIVOLT = 1e-3


def test_curves_between_the_training_points_are_right_to_a_millivolt():
    decoder = made_decoder()
    between, targets = learnable_tensors(learnable_cube(alphas=22, shapes=17))
    readings, _ = decoder.decode(targets)
    away = np.abs(readings - decoder_inputs(between))
    # The made-up curves bend by 0.5 V over the box, which ten knots a side follow to 2e-3 of it.
    assert np.median(away) < 0.05 * MILLIVOLT
    assert away.max() < 10 * MILLIVOLT


def test_its_derivatives_are_those_of_its_readings():
    decoder = made_decoder()
    at, step = np.array([[0.7, 1.3], [1.6, 0.4]]), 1e-6
    _, derivatives = decoder.decode(at)
    for i in (0, 1):
        shift = step * np.eye(2)[i]
        ahead, behind = decoder.decode(at + shift)[0], decoder.decode(at - shift)[0]
        assert derivatives[:, i] == pytest.approx((ahead - behind) / (2 * step), abs=1e-6)


def test_a_gap_between_training_points_is_filled_smoothly():
    tensors, targets = learnable_tensors()
    kept = np.abs(targets[:, 1] - 1.5) > 0.3
    decoder = fit_decoder(
        targets[kept], decoder_inputs(tensors)[kept], components=12, breaks=(10, 10)
    )
    away = decoder.decode(targets[~kept])[0] - decoder_inputs(tensors)[~kept]
    assert np.abs(away).max() < 30 * MILLIVOLT


def test_its_box_is_that_of_the_training_points():
    low, high = made_decoder().box
    _, targets = learnable_tensors()
    assert low == pytest.approx(targets.min(axis=0))
    assert high == pytest.approx(targets.max(axis=0))


def test_breakpoints_follow_the_points():
    assert breakpoints(np.repeat([0.0, 1.0, 5.0], 7), 10).tolist() == [0.0, 1.0, 5.0]


def test_the_slope_of_a_straight_end_is_its_own_and_a_cliff_is_steeper_than_its_last_step():
    straight = np.linspace(4.0, 2.0, 101)
    assert end_slopes(straight) == pytest.approx(2.0)
    cliff = straight.copy()
    cliff[-1] -= 1.0
    assert end_slopes(cliff) > 100 * (cliff[-2] - cliff[-1])
