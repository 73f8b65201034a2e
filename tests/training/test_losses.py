"""Losses against their formulas, and where they must stay finite."""

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")

from microbatt.training.losses import (  # noqa: E402 - after the check for TensorFlow
    mean_relative,
    negative_log_likelihood,
    weighted_square,
)

TRUTH = np.array([[2.0, 4.0], [5.0, 10.0]], np.float32)
SAID = np.array([[1.0, 5.0], [5.0, 8.0]], np.float32)


def test_the_weighted_square_weighs_s_nine_times_alpha():
    assert float(weighted_square(TRUTH, SAID)) == pytest.approx((0.1 + 0.9 + 0.9 * 4) / 2)


def test_the_mean_relative_error_is_that():
    assert float(mean_relative(TRUTH, SAID)) == pytest.approx((1 / 2 + 1 / 4 + 0 + 2 / 10) / 4)


def test_alpha_zero_gives_a_finite_loss_and_gradient():
    truth, said = tf.constant([[0.0, 1.0]]), tf.Variable([[0.2, 1.1]])
    with tf.GradientTape() as tape:
        loss = mean_relative(truth, said)
    assert np.isfinite(float(loss))
    assert np.isfinite(tape.gradient(loss, said).numpy()).all()


def test_the_likelihood_is_smallest_where_mean_spread_and_slope_are_those_of_the_data():
    rng = np.random.default_rng(0)
    v = 0.3 + 0.2 * rng.standard_normal(2_000)
    u = -0.1 + 0.5 * (v - 0.3) + 0.1 * rng.standard_normal(2_000)
    truth = tf.constant(np.stack([u, v], axis=1), tf.float32)
    outputs = tf.Variable([-0.5, 0.0, 0.0, 0.0, 0.0])

    @tf.function
    def descend():
        for _ in tf.range(400):
            with tf.GradientTape() as tape:
                loss = negative_log_likelihood(truth, tf.tile(outputs[None], (2_000, 1)))
            outputs.assign_sub(0.05 * tape.gradient(loss, outputs))

    descend()
    expected = [-0.1, 0.3, np.log(0.2), np.log(0.1), 0.5]
    assert outputs.numpy() == pytest.approx(expected, abs=0.05)
