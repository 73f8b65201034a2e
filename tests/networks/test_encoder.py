"""Shipped encoders are evaluated with NumPy; Keras, which trained them, says the same."""

import numpy as np
import pytest

from microbatt.networks.encoder import (
    build_encoder,
    coarse_curves,
    distribution,
    encoded,
    encoder_inputs,
    encoder_inputs_in_graph,
    fit_scaling,
)
from tests.networks.cubes import learnable_tensors, without_curve

TENSORS, TARGETS = learnable_tensors()
SCALING = fit_scaling(TENSORS, TARGETS, bins=8)


def test_inputs_in_the_graph_are_those_of_numpy():
    tf = pytest.importorskip("tensorflow")
    few = without_curve(TENSORS.take(np.arange(20)), 2)
    features = {name: tf.constant(values) for name, values in few.arrays().items()}
    in_graph = encoder_inputs_in_graph(features, SCALING).numpy()
    assert in_graph == pytest.approx(encoder_inputs(few, SCALING), abs=2e-4)


def test_numpy_evaluates_the_layers_as_keras_does():
    pytest.importorskip("keras")
    network = build_encoder(SCALING.inputs, 32, 3, seed=4, precision="float32")
    rng = np.random.default_rng(0)
    weights = [rng.normal(0.0, 0.2, w.shape).astype(np.float32) for w in network.get_weights()]
    network.set_weights(weights)
    inputs = encoder_inputs(TENSORS, SCALING)
    mean, covariance = encoded(weights, inputs, SCALING)
    outputs = np.asarray(network(inputs), dtype=float)
    expected = distribution(outputs, SCALING)
    # Single precision through four layers.
    assert mean == pytest.approx(expected[0], abs=1e-5)
    assert covariance == pytest.approx(expected[1], rel=1e-4)


def test_the_head_and_the_input_stay_in_single_precision():
    pytest.importorskip("keras")
    network = build_encoder(SCALING.inputs, 8, 2, seed=0, precision="mixed_bfloat16")
    assert network.layers[0].compute_dtype == "bfloat16"
    assert network.layers[-1].compute_dtype == "float32"
    assert all(weight.dtype == "float32" for weight in network.weights)


def test_the_same_seed_gives_the_same_first_weights():
    pytest.importorskip("keras")
    first, again, other = (
        build_encoder(10, 8, 2, seed=s, precision="float32").get_weights() for s in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_a_missing_curve_is_zero_and_flagged():
    lacking = encoder_inputs(without_curve(TENSORS, 0), SCALING)
    numbers = coarse_curves(TENSORS, 8).shape[2]
    assert (lacking[:, :numbers] == 0.0).all()
    assert (lacking[:, -3:] == [0.0, 1.0, 1.0]).all()


def test_the_five_outputs_make_a_covariance_that_is_positive_definite():
    outputs = np.random.default_rng(3).normal(size=(50, 5))
    _, covariance = distribution(outputs, SCALING)
    assert (np.linalg.eigvalsh(covariance) > 0.0).all()
