"""The covariance of a curve's averages: independent errors and one of the charge."""

import numpy as np
import pytest

from microbatt.inference.forward.binning import bin_measurement
from microbatt.inference.forward.error_model import (
    AllowedErrors,
    ErrorModel,
    error_models,
    make_error_model,
    steepness,
    white_noise,
)
from microbatt.measured import Measurement


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_whitening_is_the_inverse_root_of_the_covariance(offset):
    rng = np.random.default_rng(0)
    one = ErrorModel(
        deviation=rng.uniform(0.5, 2.0, 6),
        charge=rng.normal(size=6),
        own=offset,
        charge_error=0.0,
        offset=offset * rng.uniform(0.5, 1.0, 6),
    )
    covariance = np.diag(one.deviation**2)
    for move in (one.charge, one.offset):
        covariance += np.outer(move, move)
    values = rng.normal(size=6)
    whitened = one.whiten(values)
    assert whitened @ whitened == pytest.approx(values @ np.linalg.solve(covariance, values))
    np.testing.assert_allclose(one.colour(whitened), values)


def test_a_curve_s_own_offset_is_its_mean_shrunk_by_what_noise_leaves():
    one = ErrorModel(
        deviation=np.full(4, 2.0),
        charge=np.zeros(4),
        own=3.0,
        charge_error=0.0,
        offset=np.full(4, 3.0),
    )
    residual = np.array([1.0, 5.0, 4.0, 2.0])
    share = 3.0**2 / (3.0**2 + 2.0**2 / 4)
    assert one.expected_offset(one.whiten(residual)) == pytest.approx(3.0 * share)


def curve(samples, noise=0.0):
    q = np.linspace(0.0, 10.0, samples)
    v = 4.0 - 0.1 * q - 0.5 * (q / 10.0) ** 20
    v = v + noise * np.random.default_rng(1).standard_normal(samples)
    return Measurement(source="a", current=1.0, capacity=q, voltage=v)


def test_any_number_of_samples_knows_a_voltage_no_better_than_the_engine_does():
    one = make_error_model(bin_measurement(curve(100_000)), AllowedErrors(noise=1e-3))
    shift = one.whiten(np.ones_like(one.deviation))
    assert 1.0 / np.sqrt(shift @ shift) > 1e-5


def test_many_samples_become_a_hundred_that_keep_their_mean_and_their_information():
    one = curve(5000, noise=1e-3)
    few = bin_measurement(one)
    assert few.voltage.size <= 100
    assert few.count.sum() == 5000
    assert np.average(few.voltage, weights=few.count) == pytest.approx(one.voltage.mean())
    np.testing.assert_allclose(
        few.average(np.interp(few.nodes, one.capacity, curve(5000).voltage)),
        few.voltage,
        atol=1e-3,
    )
    flat = make_error_model(few, AllowedErrors(noise=1e-3)).deviation[np.abs(few.slope) < 0.2]
    assert flat.max() < 1.01e-3


def test_white_noise_is_told_from_third_differences():
    assert white_noise([curve(400, noise=2e-3)]) == pytest.approx(2e-3, rel=0.15)
    assert white_noise([curve(400)]) < 1e-4


def test_an_error_that_a_flat_curve_shows_is_no_larger_where_another_curve_falls():
    size, q = 3e-3, np.linspace(0.0, 10.0, 201)
    flat = Measurement(source="a", current=0.1, capacity=q, voltage=4.0 - 0.02 * q)
    fall = Measurement(
        source="b", current=1.0, capacity=0.5 * q, voltage=4.0 - 0.02 * q - (q / 10.0) ** 12
    )
    pair = bin_measurement(flat), bin_measurement(fall)
    _, shared = error_models(pair, AllowedErrors(noise=1e-3, model_error=size))
    middle = int(np.argmin(np.abs(pair[0].capacity - 5.0)))
    assert steepness(pair[0]).max() == 1.0
    assert steepness(pair[1])[-1] > 5.0
    there, here = shared[middle], shared[-1]
    assert here @ here > 20.0 * size**2
    # what they have in common is an error of the voltage, and a little of the equations
    assert here @ there == pytest.approx(size**2, rel=0.15)


def test_an_error_of_the_equations_grows_with_the_current():
    size, q = 3e-3, np.linspace(0.0, 10.0, 201)
    alike = [
        bin_measurement(Measurement(source="a", current=one, capacity=q, voltage=4.0 - 0.02 * q))
        for one in (0.5, 1.0)
    ]
    _, shared = error_models(alike, AllowedErrors(noise=1e-3, model_error=size))
    slow, fast = np.sum(shared**2, axis=1).reshape(2, -1)
    # a quarter and all of (half the stated size)²
    np.testing.assert_allclose(fast - slow, (1.0 - 0.25) * (0.5 * size) ** 2, rtol=0.1)
