"""The shipped network on curves of the engine, and predictions joined to their cube."""

import numpy as np
import pytest
import xarray as xr

from microbatt.campaign import Campaign, run_campaign
from microbatt.cells import load_cell
from microbatt.cube import ListedPoints, locate, open_cube
from microbatt.cube.predicted import PredictionStatus, predicted_by
from microbatt.engines import Inventory
from microbatt.errors import ParameterError
from microbatt.features import tensors_of_cube
from microbatt.networks import MeasurementNoise
from microbatt.outcomes import Outcome
from microbatt.prediction import (
    load_shipped,
    predict,
    predict_curves,
    predict_into,
    shipped_networks,
)
from microbatt.scoring import relative_error
from tests.cube.cubes import small_cube

CURRENTS = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
RATES = ("C/10", "C/5", "C/2", "1C", "1.5C", "2C")
POINTS = ((0.05, 1.0), (0.05, 40.0), (2.3, 1.9), (2.3, 11.3), (6.0, 1.0), (6.0, 40.0), (8.0, 5.0))


DOYLE = "doyle-1996-cell-1-"
BALANCES = [name.removeprefix(DOYLE) for name in shipped_networks() if name.startswith(DOYLE)]


def simulated(folder, points=POINTS, currents=CURRENTS, inventory=BALANCES[0]):
    alpha, S = zip(*points, strict=True)
    campaign = Campaign(
        name="points", cell=load_cell("doyle-1996-cell-1"), inventory=Inventory(inventory),
        design=ListedPoints(alpha=alpha, S=S, current=currents),
    )  # fmt: skip
    return run_campaign(campaign, folder / "points.zarr")


@pytest.fixture(scope="module", params=BALANCES)
def cube(tmp_path_factory, request):
    return simulated(tmp_path_factory.mktemp("cube"), inventory=request.param).load()


def shipped(cube):
    return load_shipped(inventory=cube.attrs["inventory"])


def test_points_off_the_training_grid_are_found_to_a_tenth_of_a_per_cent(cube):
    found = predict(cube)
    assert (found.prediction_status == PredictionStatus.PREDICTED).all()
    assert (relative_error(found.S, found.S_predicted) < 0.1).all()
    away = found.alpha > 0.3
    assert (relative_error(found.alpha, found.alpha_predicted)[away] < 0.1).all()
    # At alpha = 0.05 curves hardly change with alpha.
    assert np.abs(found.alpha_predicted - found.alpha).max() < 0.005


def test_the_network_of_the_demo_finds_points_off_its_grid(tmp_path):
    cell = load_cell("chen-2020")
    alpha, S = zip(*((0.41, 1.3), (0.97, 18.7), (1.51, 3.3), (2.23, 7.9), (2.94, 2.1)), strict=True)
    campaign = Campaign(
        name="points", cell=cell, cutoff_voltage=cell.cutoff_voltage,
        design=ListedPoints(
            alpha=alpha, S=S, current=tuple(cell.current_density(rate) for rate in RATES)
        ),
    )  # fmt: skip
    found = predict(run_campaign(campaign, tmp_path / "points.zarr").load())
    assert (found.prediction_status == PredictionStatus.PREDICTED).all()
    assert found.held_out.all()
    assert (relative_error(found.alpha, found.alpha_predicted) < 0.1).all()
    assert (relative_error(found.S, found.S_predicted) < 0.2).all()


def test_noise_is_told_and_widens_the_spread_in_proportion(cube):
    network = shipped(cube)
    tensors = tensors_of_cube(cube)
    spreads = [
        np.sqrt(predict_curves(tensors, network, MeasurementNoise(voltage=s))[1][:, 1, 1])
        for s in (1e-3, 5e-3)
    ]
    # Of the five times, a little is the error of the network and of the capacity's reading.
    assert np.median(spreads[1] / spreads[0]) == pytest.approx(5.0, rel=0.1)


def test_a_missing_current_is_allowed_and_a_strange_one_ignored(cube):
    few = cube.isel(current=[0, 2, 3, 5])
    found = predict(few)
    assert (relative_error(found.S, found.S_predicted) < 0.2).all()
    other = few.assign_coords(current=[1.75, 17.5, 35.0, 77.0])
    assert (predict(other).prediction_status == PredictionStatus.PREDICTED).all()


def test_points_without_curves_have_no_prediction_and_say_so(cube):
    empty = cube.copy(deep=True)
    empty["status"][2] = Outcome.NO_CONVERGENCE
    found = predict(empty)
    assert int(found.prediction_status[2]) == PredictionStatus.NO_CURVES
    assert np.isnan(found.alpha_predicted[2])
    assert (found.prediction_status.sum()) == 6 + PredictionStatus.NO_CURVES


def test_curves_that_it_did_not_learn_are_out_of_range(cube):
    strange = cube.assign(voltage=cube.voltage - 0.2)
    found = predict(strange)
    assert (found.prediction_status == PredictionStatus.OUT_OF_RANGE).all()


@pytest.mark.parametrize("attribute", ["inventory", "thermal_mode", "cutoff_voltage"])
def test_a_cube_of_other_terms_is_refused(cube, attribute):
    other = cube.assign_attrs({attribute: {"cutoff_voltage": 2.5}.get(attribute, "other")})
    with pytest.raises(ParameterError, match="microbatt train"):
        predict(other, shipped(cube))


def test_a_grid_and_scattered_points_are_predicted_alike(cube):
    names = ["voltage", "discharge_capacity", "energy", "power", "status"]
    square = cube.isel(point=3)[names].expand_dims(["alpha", "S"]).assign_attrs(cube.attrs)
    found = predict(square)
    assert found.S_predicted.dims == ("alpha", "S")
    assert float(found.S_predicted.squeeze()) == pytest.approx(
        float(predict(cube).S_predicted[3]), rel=1e-9
    )


def test_the_shipped_network_knows_which_points_it_saw(cube):
    seen = shipped(cube).points
    assert len(seen) > 10_000
    known = cube.isel(point=[0, 1]).assign_coords(
        alpha=("point", seen[[7, -7], 0]), S=("point", seen[[7, -7], 1])
    )
    assert predict(cube).held_out.sel(point=3)
    assert not predict(known).held_out.any()


def test_points_of_a_scattered_cube_go_into_the_store_of_a_grid(cube, tmp_path):
    small_cube(tmp_path)
    copied = tmp_path / "points.zarr"
    simulated(tmp_path, POINTS[2:5], inventory=cube.attrs["inventory"])
    found = predict_into(copied, into=tmp_path / "cube.zarr")
    assert (found.prediction_status == PredictionStatus.PREDICTED).all()
    tree = xr.open_datatree(str(tmp_path / "cube.zarr"), engine="zarr")
    again = predicted_by(tree["points"].to_dataset(), "curve", 0)
    expected = predict(cube).S_predicted[2:5]
    np.testing.assert_allclose(again.S_predicted, expected, rtol=1e-9)
    assert "alpha_predicted" not in open_cube(locate(copied))


def test_predictions_are_joined_and_joined_again_without_touching_the_curves(tmp_path):
    before = simulated(tmp_path, POINTS[2:5]).load()
    store = tmp_path / "points.zarr"
    first = predict_into(store).load()
    again = predict_into(store, noise=MeasurementNoise(voltage=1e-3)).load()
    xr.testing.assert_identical(again[list(before.data_vars)], before)
    first, again = predicted_by(first), predicted_by(again)
    assert float(again.noise_voltage) == 1e-3
    assert (again.S_predicted_std > first.S_predicted_std).all()
    assert again.prediction_status.attrs["flag_meanings"].split()[1] == "predicted"
    assert again.weights_hash == shipped(before).weights_hash
    assert again.network == "curve"
