"""One network's predictions out of those of several: one value for each point, and from where."""

import numpy as np
import pytest
import xarray as xr

from microbatt.cube.predicted.predictions import (
    HELD_OUT,
    ORIGIN,
    PredictionStatus,
    copies_in,
    origins_of,
    predicted_by,
)
from microbatt.errors import ParameterError
from microbatt.testing import made_predictions
from tests.features.cubes import made_cube

CUBE = made_cube()


def with_networks(cube=CUBE, folds=(0, 1, 2)):
    return cube.merge(made_predictions(cube, ("first", "second"), folds))


def test_the_copies_of_a_cube_are_told_by_network_and_fold():
    assert copies_in(with_networks()) == {"first": (0, 1, 2), "second": (0, 1, 2)}
    assert copies_in(CUBE) == {}
    assert copies_in(with_networks().sel(network=["second"], fold=[2])) == {"second": (2,)}


def test_a_network_and_a_fold_leave_one_value_for_each_point():
    one = predicted_by(with_networks(), "second", 1)
    assert one.S_predicted.dims == ("alpha", "S")
    np.testing.assert_allclose(one.S_predicted, (CUBE.S * 1.05).broadcast_like(one.S_predicted.T).T)
    assert (one.network, int(one.fold), one.weights_hash) == ("second", 1, "w-second-1")
    xr.testing.assert_identical(one[list(CUBE.data_vars)].voltage.variable, CUBE.voltage.variable)


def test_without_a_name_it_is_the_first_network_trained_on_all_points():
    one = predicted_by(with_networks())
    assert (one.network, int(one.fold)) == ("first", 0)


def test_without_a_network_of_all_points_each_point_comes_from_the_copy_that_never_saw_it():
    cube = with_networks(folds=(1, 2, 3))
    for one in (predicted_by(cube), predicted_by(cube.chunk(), "first", HELD_OUT)):
        assert set(np.unique(one.fold)) == {1, 2, 3}
        for fold in (1, 2, 3):
            copy = predicted_by(cube, "first", fold)
            theirs = (one.fold == fold).to_numpy()
            np.testing.assert_array_equal(theirs, copy.held_out)
            np.testing.assert_array_equal(
                one.S_predicted.to_numpy()[theirs], copy.S_predicted.to_numpy()[theirs]
            )
        assert one.training_cube == "made-up"
        assert "weights_hash" not in one.coords


def test_points_that_every_copy_saw_are_not_predicted():
    cube = with_networks(folds=(1, 2))
    cube["held_out"] = cube.held_out & (cube.fold == 1)
    one = predicted_by(cube)
    unseen = cube.held_out.sel(network="first", fold=1)
    assert ((one.fold == 1).to_numpy() == unseen.to_numpy()).all()
    left = ~unseen.to_numpy()
    assert left.any()
    assert (one.prediction_status.to_numpy()[left] == PredictionStatus.NOT_PREDICTED).all()
    assert np.isnan(one.alpha_predicted.to_numpy()[left]).all()


def test_what_was_selected_before_stays_selected():
    cube = with_networks()
    xr.testing.assert_identical(
        predicted_by(cube.sel(network="second")), predicted_by(cube, "second")
    )
    xr.testing.assert_identical(
        predicted_by(cube.sel(fold=2), "first"), predicted_by(cube, "first", 2)
    )


def test_one_value_a_point_already_is_returned_as_it_is():
    one = predicted_by(with_networks(), "second")
    for again in (predicted_by(one), predicted_by(one, "second", 0)):
        xr.testing.assert_identical(again, one)
    assert predicted_by(CUBE) is CUBE


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("third",), "'first', 'second'"),
        (("first", 7), "fold 0, 1, 2"),
        (("first", 0), None),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(asked, said):
    cube = with_networks()
    if said is None:
        assert predicted_by(cube, *asked).fold == 0
        return
    with pytest.raises(ParameterError, match=said):
        predicted_by(cube, *asked)


def test_predictions_that_were_never_finished_count_as_none():
    cube = with_networks()
    cube["prediction_status"].attrs[ORIGIN] = {}
    assert set(predicted_by(cube).data_vars) == set(CUBE.data_vars)
    with pytest.raises(ParameterError, match="microbatt predict CUBE again"):
        predicted_by(cube, "first")


def test_other_predictions_than_the_only_ones_are_refused():
    one = predicted_by(with_networks(), "second")
    with pytest.raises(ParameterError, match="predictions of network second alone"):
        predicted_by(one, "first")
    with pytest.raises(ParameterError, match="no predictions"):
        predicted_by(CUBE, "first")


def test_where_predictions_come_from_survives_a_netcdf_file(tmp_path):
    cube = with_networks()
    cube.microbatt.to_netcdf(tmp_path / "cube.nc")
    with xr.open_dataset(tmp_path / "cube.nc") as again:
        assert origins_of(again) == origins_of(cube)
        found = predicted_by(again, "second", HELD_OUT).load()
    xr.testing.assert_equal(
        found.S_predicted.reset_coords(drop=True),
        predicted_by(cube, "second", HELD_OUT).S_predicted.reset_coords(drop=True),
    )
    assert found.held_out.dtype == bool


def test_the_summary_names_the_networks_and_their_folds():
    cube = made_cube().merge(made_predictions(CUBE, ("curve",), (0,)))
    assert "predicted by curve (trained on all points)" in str(cube.microbatt.summary())
    both = str(with_networks().microbatt.summary())
    assert "predicted by first (trained on all points, 2 folds)" in both
    assert "predicted by" not in str(CUBE.microbatt.summary())


def test_the_accessor_takes_the_predictions_of_one_network():
    cube = with_networks()
    xr.testing.assert_identical(
        cube.microbatt.predicted("second", HELD_OUT), predicted_by(cube, "second", HELD_OUT)
    )
