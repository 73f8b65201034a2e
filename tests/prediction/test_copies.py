"""Every copy of a network predicts every point; each knows which points it never saw."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cube.predicted.predictions import (
    HELD_OUT,
    PredictionStatus,
    copies_in,
    origins_of,
    predicted_by,
)
from microbatt.errors import ParameterError
from microbatt.features import true_values
from microbatt.networks import MeasurementNoise, TrainingRecord, origin_of, trained_network
from microbatt.prediction import network_names, predict_copies
from tests.networks.cubes import learnable_cube
from tests.networks.test_curve import NETWORK

CUBE = learnable_cube()
POINTS = true_values(CUBE)
RECORD = TrainingRecord(origin=origin_of(CUBE), settings={}, scores={}, version="0")
HALVES = {1: POINTS[::2], 2: POINTS[1::2]}
COPIES = {fold: trained_network(NETWORK, RECORD, seen) for fold, seen in HALVES.items()}


@pytest.fixture(scope="module")
def predicted():
    return predict_copies(CUBE, COPIES)


def test_every_copy_predicts_every_point_and_knows_what_it_never_saw(predicted):
    assert predicted.S_predicted.dims == ("network", "fold", "alpha", "S")
    assert copies_in(predicted) == {"curve": (1, 2)}
    assert (predicted.prediction_status != PredictionStatus.NOT_PREDICTED).all()
    unseen = predicted.held_out.sel(network="curve").to_numpy().reshape(2, -1)
    np.testing.assert_array_equal(unseen.sum(axis=0), 1)
    assert not unseen[0, ::2].any()
    assert predicted.attrs == CUBE.attrs


def test_where_they_come_from_is_told_for_each(predicted):
    facts = origins_of(predicted)["curve"]
    assert facts["1"]["weights_hash"] == COPIES[1].weights_hash != facts["2"]["weights_hash"]
    assert facts["1"]["training_cube"] == "made-up"
    noisy = predict_copies(CUBE, COPIES, name="noisy", noise=MeasurementNoise(voltage=1e-3))
    assert origins_of(noisy)["noisy"]["2"]["noise_voltage"] == 1e-3


def test_only_what_was_held_out_can_be_asked_for(predicted):
    few = predict_copies(CUBE, COPIES, held_out_only=True)
    assert ((few.prediction_status > 0) == few.held_out).all()
    for both in (few, predicted):
        one = predicted_by(both, "curve", HELD_OUT)
        assert set(np.unique(one.fold)) == {1, 2}
    np.testing.assert_allclose(
        predicted_by(few).S_predicted, predicted_by(predicted).S_predicted, rtol=1e-9
    )


def test_copies_of_unknown_training_hold_nothing_out():
    unknown = {0: replace(COPIES[1], points=None)}
    assert not predict_copies(CUBE, unknown).held_out.any()


def test_copies_for_other_currents_are_refused():
    other = replace(NETWORK, current=NETWORK.current + 1.0)
    with pytest.raises(ParameterError, match="all of one kind and for the same currents"):
        predict_copies(CUBE, COPIES | {3: trained_network(other, RECORD)})
    with pytest.raises(ParameterError, match="at least one network"):
        predict_copies(CUBE, {})


def test_a_network_needs_a_name():
    with pytest.raises(ParameterError, match="give the network a name"):
        network_names(COPIES, "")
    assert network_names(COPIES) == ["curve"]
