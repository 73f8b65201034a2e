"""Engines side by side: what is compared, what is left out, what is saved."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from microbatt.cells import load_cell
from microbatt.comparison import compare_engines, save_comparison
from microbatt.comparison.difference import difference
from microbatt.comparison.sample import C_RATES, random_points
from microbatt.comparison.tables import difference_table, ending_table, time_table
from microbatt.engines import Settings, simulate_discharge
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome

CELL = load_cell("doyle-1996-cell-1")
STANDIN = "tests.campaign.standin:simulator"
COARSE = Settings(tolerance=1e-3, mesh=0.5)


@pytest.fixture(scope="module")
def points():
    return random_points(CELL, 6, seed=3)


@pytest.fixture(scope="module")
def comparison(points):
    return compare_engines(CELL, {"native": None, STANDIN: None}, points)


def test_random_points_are_in_the_box_and_the_same_for_the_same_seed(points):
    assert points.shape == (6 + len(C_RATES), 3)
    np.testing.assert_array_equal(points, random_points(CELL, 6, seed=3))
    assert not np.array_equal(points, random_points(CELL, 6, seed=4))
    assert np.all((points[:6, 0] >= 0.0) & (points[:6, 0] <= 10.0))
    assert set(points[:, 2]) <= {17.5 * rate for rate in C_RATES}


def test_the_last_points_are_the_cells_own_microstructure_at_every_current(points):
    own = points[6:]
    assert np.all(own[:, :2] == (CELL.positive.alpha, CELL.positive.S))
    assert own[:, 2].tolist() == [17.5 * rate for rate in C_RATES]


def test_a_curve_is_no_distance_from_itself_and_a_coarse_one_is_some():
    fine = simulate_discharge(CELL, 4.0, 3.0, 35.0, settings=Settings.refined())
    coarse = simulate_discharge(CELL, 4.0, 3.0, 35.0, settings=COARSE)
    assert difference(fine, fine).voltage == 0.0
    assert 1e-5 < difference(coarse, fine).voltage < 1e-2
    assert difference(coarse, fine).capacity == pytest.approx(
        coarse.discharge_capacity / fine.discharge_capacity - 1.0
    )


def test_without_a_whole_curve_there_is_no_distance():
    none = simulate_discharge(CELL, 2.3, 3.0, 5000.0)
    whole = simulate_discharge(CELL, 2.3, 3.0, 35.0)
    assert np.isnan(difference(none, whole).voltage)
    assert np.isnan(difference(whole, none).capacity)


def test_every_engine_is_asked_at_every_point(comparison, points):
    assert comparison["engine"].to_numpy().tolist() == ["native", STANDIN]
    np.testing.assert_array_equal(comparison["current"], points[:, 2])
    assert not np.any(comparison["outcome"] == Outcome.NOT_RUN)
    assert np.all(comparison["wall_time"] > 0.0)
    native = comparison.sel(engine="native")
    assert float(native["voltage_difference"].max()) < 1e-3


def test_points_that_an_engine_cannot_serve_are_left_out_for_it(points):
    charge = compare_engines(CELL, {"native": None, "tests.comparison.narrow:ENGINE": None}, points)
    narrow = charge.isel(engine=1)
    assert np.all(narrow["outcome"][:6] == Outcome.NOT_RUN)
    assert np.all(np.isnan(narrow["cpu_time"][:6]))
    assert not np.any(narrow["outcome"][6:] == Outcome.NOT_RUN)


def test_an_engine_that_serves_no_point_is_refused_with_its_own_words(points):
    with pytest.raises(ParameterError, match="serves none of the points: `S` is"):
        compare_engines(CELL, {"tests.comparison.narrow:ENGINE": None}, points[:6])


def test_the_tables_count_and_compare(comparison):
    times = time_table(comparison)
    assert times["curves"].tolist() == [12, 12]
    assert times["over native"][0] == 1.0
    endings = ending_table(comparison)
    assert endings.drop(columns="engine").sum(axis=1).tolist() == [12, 12]
    native = difference_table(comparison).query("engine == 'native'")
    assert native["curves"].tolist()[-1] == 12
    assert native["curves"].tolist()[:-1] == [
        count for count in native["curves"].tolist()[:-1] if count > 0
    ]
    assert sum(native["curves"].tolist()[:-1]) == 12


def test_what_is_saved_can_be_read_by_everybody(comparison, tmp_path):
    save_comparison(comparison, tmp_path / "out")
    with xr.open_dataset(tmp_path / "out/comparison.nc") as ds:
        np.testing.assert_array_equal(ds["voltage_difference"], comparison["voltage_difference"])
    terms = json.loads((tmp_path / "out/comparison.json").read_text())
    assert terms["engines"]["native"]["version"].startswith("numerics ")
    assert terms["engines"]["native"]["settings"] == Settings().to_dict()
    assert len(pd.read_csv(tmp_path / "out/times.csv")) == 2
