"""Scores of a cube are those of its points, whole and range by range."""

import numpy as np
import pytest
import xarray as xr

from microbatt.cube.predicted import predicted_by
from microbatt.errors import ParameterError
from microbatt.scoring.errors import mean_relative_error, relative_error, rms_error
from microbatt.scoring.scores import MEASURES, score, with_errors
from microbatt.testing import made_predictions
from tests.features.cubes import made_cube
from tests.scoring.cubes import STD, predicted_cube


def flat(cube, name):
    """Truth and prediction of every point."""
    predicted = cube[f"{name}_predicted"]
    return cube[name].broadcast_like(predicted).to_numpy().ravel(), predicted.to_numpy().ravel()


@pytest.mark.parametrize("name", ["alpha", "S"])
@pytest.mark.parametrize("measure", MEASURES)
def test_the_labelled_scores_are_those_of_the_plain_arrays(name, measure):
    cube = predicted_cube()
    found = score(cube)[measure].sel(parameter=name)
    assert float(found) == pytest.approx(float(MEASURES[measure](*flat(cube, name))))


def test_where_truth_is_zero_the_relative_error_has_no_meaning_and_is_told_apart():
    cube = predicted_cube()
    found, away = (score(c).sel(parameter="alpha") for c in (cube, cube.isel(alpha=slice(1, None))))
    assert float(found["mean_relative_error_above_zero"]) == float(away["mean_relative_error"])
    assert float(found["worst_relative_error"]) == float(away["worst_relative_error"])
    # A fifth of the points are at alpha = 0 and count 200 % each in the published form.
    expected = 0.2 * 200.0 + 0.8 * float(away["mean_relative_error"])
    assert float(found["mean_relative_error"]) == pytest.approx(expected)


def test_scattered_points_and_dask_score_as_the_grid_does():
    grid = score(predicted_cube())
    for other in (predicted_cube(scattered=True), predicted_cube().chunk({"alpha": 2})):
        xr.testing.assert_allclose(score(other), grid)


def test_a_range_holds_the_points_whose_truth_lies_in_it():
    cube = predicted_cube()
    found = score(cube, ranges={"alpha": (0.0, 1.5, 3.5, 4.0)})
    middle = cube.sel(alpha=[2.0, 3.0])
    ours = found["rms_error_by_alpha"].sel(alpha_range="1.5 to 3.5")
    for name in ("alpha", "S"):
        expected = float(rms_error(*flat(middle, name)))
        assert float(ours.sel(parameter=name)) == pytest.approx(expected)


@pytest.mark.parametrize("by", ["alpha", "S"])
def test_ranges_leave_no_point_out_and_pool_none_twice(by):
    found = score(predicted_cube(S=(1.0, 9.0, 60.0), alpha=(0.0, 1.0, 15.0)))
    counts = found[f"count_by_{by}"].sum(f"{by}_range")
    np.testing.assert_array_equal(counts, found["count"])


def test_a_range_without_a_point_is_there_and_empty():
    found = score(predicted_cube())
    empty = found.sel(alpha_range="6 to 8")
    assert (empty["count_by_alpha"] == 0).all()
    assert empty["mean_relative_error_by_alpha"].isnull().all()


def test_stated_uncertainties_that_are_true_cover_what_they_say():
    cube = predicted_cube(alpha=np.linspace(1, 10, 100), S=np.linspace(1, 40, 40))
    found = score(cube)
    np.testing.assert_allclose(found["coverage"].sel(level=0.9), 0.9, atol=0.02)
    np.testing.assert_allclose(found["score_spread"], 1.0, atol=0.05)
    np.testing.assert_allclose(found["rms_error"], STD, rtol=0.05)


def test_a_network_without_uncertainties_has_errors_and_no_coverage():
    cube = predicted_cube().drop_vars(["alpha_predicted_std", "S_predicted_std"])
    found = score(cube)
    assert found["rms_error"].notnull().all()
    assert found["coverage"].isnull().all()


def test_points_not_predicted_or_out_of_range_do_not_count_and_are_counted():
    cube = predicted_cube()
    cube["prediction_status"][{"alpha": 0, "S": 0}] = 3
    cube["alpha_predicted"][{"alpha": 0, "S": 0}] = 1e6
    cube["S_predicted"][{"alpha": 1, "S": 1}] = np.nan
    found = score(cube)
    assert found.attrs["left_out"] == 2
    assert found["count"].to_numpy().tolist() == [19, 18]
    assert float(found["rms_error"].max()) < 1.0


def test_a_further_dimension_stays_apart():
    parts = [predicted_cube(seed=seed) for seed in (1, 2)]
    names = [name for name in parts[0] if "predict" in name]
    levels = [part[names].reset_coords(drop=True) for part in parts]
    joined = xr.concat(levels, dim="noise").assign_coords(noise=["one", "two"])
    found = score(parts[0].drop_vars(names).merge(joined))
    for noise, part in zip(("one", "two"), parts, strict=True):
        alone = score(part)
        np.testing.assert_allclose(
            found["rms_error"].sel(noise=noise), alone["rms_error"], rtol=1e-12
        )
        np.testing.assert_allclose(
            found["coverage_by_S"].sel(noise=noise).transpose("S_range", "level", "parameter"),
            alone["coverage_by_S"].transpose("S_range", "level", "parameter"),
        )


def test_networks_and_folds_are_scored_one_by_one():
    cube = made_cube()
    joined = cube.merge(made_predictions(cube, ("one", "two"), (0, 1, 2)))
    first, second = score(joined), score(joined, "two", "held_out")
    assert (first.attrs["network"], first.attrs["fold"]) == ("one", 0)
    assert (second.attrs["network"], second.attrs["fold"]) == ("two", "held_out")
    assert int(second["count"].sel(parameter="S")) == first["count"].sel(parameter="S")
    assert float(first["mean_relative_error"].sel(parameter="S")) == pytest.approx(1.0, rel=0.01)
    alone = score(predicted_by(joined, "two", "held_out"))
    xr.testing.assert_identical(second, alone)


def test_scores_say_what_they_are_and_of_which_network():
    found = score(predicted_cube())
    assert found.attrs["network"] == "made-up"
    assert found["mean_relative_error"].attrs["units"] == "%"
    assert found["mean_relative_error_by_S"].attrs["units"] == "%"


def test_errors_are_joined_beside_truth_and_prediction():
    cube = predicted_cube()
    joined = with_errors(cube)
    assert "alpha_error" not in cube
    assert joined["alpha_error"].dims == ("alpha", "S")
    expected = relative_error(cube["S"], cube["S_predicted"])
    np.testing.assert_allclose(joined["S_error"], expected)
    part = joined.sel(alpha=2.0)
    assert float(part["alpha_error"].mean()) == pytest.approx(
        float(mean_relative_error(np.full(4, 2.0), part["alpha_predicted"].to_numpy()))
    )


def test_errors_of_a_lazy_cube_are_lazy():
    assert with_errors(predicted_cube().chunk())["alpha_error"].chunks is not None


def test_a_cube_without_predictions_is_told_how_to_get_them():
    cube = predicted_cube().drop_vars("S_predicted")
    for question in (score, with_errors):
        with pytest.raises(ParameterError, match=r"`S_predicted`.*microbatt predict CUBE"):
            question(cube)


def test_scoring_loads_no_learner():
    import subprocess
    import sys

    program = (
        "import sys, microbatt.scoring.scores, microbatt.cli.score\n"
        "assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
