"""The joint network: any numbers of a cell, with the covariance of all of them."""

import numpy as np
import pytest

from microbatt.campaign import run_campaign
from microbatt.cube import Grid, LogUniform, SobolPoints, join_predictions, locate, open_cube
from microbatt.cube.predicted import predicted_by, variables_of
from microbatt.errors import ParameterError
from microbatt.features import targets_of, tensors_of_cube, true_values
from microbatt.networks import JointNetworkConfig, load_network, save_network
from microbatt.networks.joint import lower_triangle
from microbatt.prediction import predict, predict_copies
from microbatt.scoring import score, with_errors
from microbatt.training import (
    TrainingSettings,
    cross_validate,
    fit_curve_network,
    fit_joint_network,
    plain_scores,
    with_record,
)
from tests.campaign.small import small_campaign

pytest.importorskip("tensorflow")
OF_THE_CELL = "tests.campaign.standin:curves_of_the_cell"
TARGETS = ("alpha", "positive_thickness")
SIZES = JointNetworkConfig(samples=32, members=2, bins=8, width=48, depth=2, noise=1e-3)
SETTINGS = TrainingSettings(epochs=150, batch=64, learning_rate=5e-3)


def drawn(count, seed):
    """Points of two numbers that the stand-in's curves tell apart."""
    design = SobolPoints(
        count=count,
        seed=seed,
        alpha=(0.5, 4.0),
        current=(17.5, 35.0),
        others={"positive_thickness": LogUniform(low=5e-5, high=2e-4)},
    )
    return small_campaign(design=design, engine=OF_THE_CELL)


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("joint")
    for name, campaign in {"train": drawn(256, 1), "test": drawn(64, 2)}.items():
        run_campaign(campaign, folder / f"{name}.zarr")
    return folder


@pytest.fixture(scope="module")
def cube(places):
    return open_cube(locate(places / "train.zarr"), chunks=None).load()


@pytest.fixture(scope="module")
def trained(cube):
    network = fit_joint_network(cube, config=SIZES, settings=SETTINGS)
    every = np.arange(cube.sizes["point"])
    return with_record(network, cube, points=every, settings={}, scores={})


def test_targets_are_what_varies_in_the_cube(cube, trained):
    assert targets_of(cube) == TARGETS
    assert trained.targets == TARGETS
    assert true_values(cube).shape == (256, 2)


def test_what_it_never_saw_is_told_with_honest_spreads(places, trained):
    test = open_cube(locate(places / "test.zarr"), chunks=None)
    tensors = tensors_of_cube(test, samples=SIZES.samples)
    noisy = tensors.voltage + np.random.default_rng(0).normal(0, SIZES.noise, tensors.voltage.shape)
    arrays = tensors.arrays() | {"voltage": noisy.astype(np.float32)}
    estimate = trained.network.estimate(type(tensors)(**arrays))
    truth = true_values(test)
    # The prior spreads over a factor of 4 of thickness and 3.5 of alpha.
    relative = np.abs(estimate.mean - truth) / truth
    assert np.median(relative[:, 0]) < 0.1
    assert np.median(relative[:, 1]) < 0.05
    spread = np.sqrt(np.diagonal(estimate.covariance, axis1=1, axis2=2))
    score_of_each = np.abs(estimate.mean - truth) / spread
    # Sixty-four points of two numbers: a share of 0.68 within one spread is known to about 0.05.
    assert 0.5 < np.mean(score_of_each < 1.0) < 0.95
    np.linalg.cholesky(estimate.covariance)  # which only a covariance has


def test_predictions_are_labelled_stored_scored_and_mended(places, trained, cube):
    place = locate(places / "test.zarr")
    predicted = predict_copies(open_cube(place, chunks=None), {0: trained})
    assert set(variables_of(TARGETS)) == set(predicted.data_vars)
    assert predicted.positive_thickness_predicted.attrs["units"] == "m"
    join_predictions(place, predicted)
    stored = predicted_by(open_cube(place, chunks=None), "joint", 0)
    correlation = stored.predicted_correlation_alpha_positive_thickness
    assert bool((np.abs(correlation) <= 1.0).all())
    scores = score(stored)
    assert scores["parameter"].values.tolist() == list(TARGETS)
    assert float(scores.r_squared.sel(parameter="positive_thickness")) > 0.9
    assert "positive_thickness_range" in scores.coords
    assert set(plain_scores(stored)) == set(TARGETS)
    assert float(with_errors(stored).positive_thickness_error.median()) < 5.0
    assert bool(predict(cube, trained).held_out.any()) is False


def test_weights_come_back_from_a_folder(tmp_path, trained, cube):
    save_network(tmp_path / "weights", trained)
    again = load_network(tmp_path / "weights")
    assert (again.kind, again.targets, again.weights_hash) == (
        "joint", TARGETS, trained.weights_hash,
    )  # fmt: skip
    few = tensors_of_cube(cube, samples=SIZES.samples).take([0, 1, 2])
    np.testing.assert_array_equal(
        again.network.estimate(few).mean, trained.network.estimate(few).mean
    )


def test_folds_hold_points_out(cube):
    quick = TrainingSettings(epochs=2, batch=64, learning_rate=1e-3)
    copies = cross_validate(cube, network="joint", folds=4, only=[2], config=SIZES, settings=quick)
    assert int(copies[2].never_saw(true_values(cube)).sum()) == 64


def test_networks_of_alpha_and_s_refuse_what_else_varies(cube, trained, tmp_path):
    with pytest.raises(ParameterError, match="alpha, positive_thickness vary"):
        fit_curve_network(cube)
    plain = run_campaign(small_campaign(), tmp_path / "plain.zarr")
    with pytest.raises(ParameterError, match="the network answers alpha, positive_thickness"):
        predict(plain, trained)
    one = Grid(alpha=(0.5, 1.0), current=(17.5,))
    narrow = run_campaign(small_campaign(design=one), tmp_path / "narrow.zarr")
    assert targets_of(narrow) == ("alpha",)
    with pytest.raises(ParameterError, match="`S` does not vary"):
        true_values(narrow, ["S"])


def test_more_noise_than_it_was_trained_for_is_refused(trained, cube):
    from microbatt.networks import MeasurementNoise

    few = tensors_of_cube(cube, samples=SIZES.samples).take([0])
    with pytest.raises(ParameterError, match="trained for 1 mV"):
        trained.network.estimate(few, MeasurementNoise(voltage=5e-3))


def test_a_triangle_of_three_targets_is_filled_row_by_row():
    lower = lower_triangle(np.array([[0.0, 1.0, 0.0, 2.0, 3.0, 0.0]]), 3)[0]
    np.testing.assert_array_equal(lower, [[1, 0, 0], [1, 1, 0], [2, 3, 1]])
