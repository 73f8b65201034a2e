"""What maps offer, and the numbers that they show."""

import numpy as np
import pytest

from microbatt.explorer import CubeSource, opener
from microbatt.explorer.variables import KEPT, map_variables, variable_values
from microbatt.quantities import quantity
from tests.explorer import cubes


def named(source):
    return {v.name: v for group in map_variables(source.dataset).values() for v in group}


def test_every_number_of_a_curve_is_offered_once_and_no_curve(source):
    offered = [v.name for group in map_variables(source.dataset).values() for v in group]
    assert len(offered) == len(set(offered))
    stored = {str(name) for name in source.dataset.data_vars} - {"voltage"}
    assert set(offered) == stored | {KEPT}


def test_what_people_ask_for_comes_first_and_the_solver_counts_last(source):
    extra = (source.opened.status.isel(current=0, drop=True) * 1.0).drop_attrs()
    groups = map_variables(CubeSource(lambda: source.opened.assign(extra=extra)).dataset)
    assert next(iter(groups.values()))[0].name == "discharge_capacity"
    assert list(groups)[-2:] == ["Others", "Solver counters"]
    assert {v.name for v in groups["Solver counters"]} >= {"solve_time", "newton_iterations"}


def test_labels_are_those_of_the_quantities_with_units(source):
    for name, variable in named(source).items():
        assert variable.label == quantity(name).label


def test_predictions_are_offered_where_they_are_and_bring_errors(source, predicted):
    assert "alpha_error" not in named(source)
    assert {"alpha_error", "S_error", "S_predicted_std", "prediction_status"} <= set(
        named(predicted)
    )
    assert named(predicted)["prediction_status"].flags[2] == "no curves"


def test_the_relative_error_is_that_of_the_score(predicted):
    values = variable_values(predicted, named(predicted)["S_error"], 0)
    some = predicted.plane.y > 1
    # ŷ = 1.1 y: 0.1 / 1.05 of the mean of both
    np.testing.assert_allclose(values[some], 100 * 0.1 / 1.05, rtol=1e-6)
    assert np.isnan(values[~some]).all()


def test_a_bound_or_anything_else_that_is_joined_is_offered_with_its_own_label(source):
    point = source.opened.status.isel(current=0, drop=True)
    extra = (point * 1.0).rename("extra").drop_attrs()
    extra.attrs = {"long_name": "something else", "units": "V"}
    bound = (point * 0.1).drop_attrs()
    joined = source.opened.assign(extra=extra, alpha_bound=bound)
    groups = map_variables(CubeSource(lambda: joined).dataset)
    assert [v.name for v in groups["What the curves can tell"]] == ["alpha_bound"]
    assert "Something else [V]" in [v.label for v in groups["Others"]]


def test_kept_capacity_is_relative_to_the_lowest_current(source):
    kept = variable_values(source, named(source)[KEPT], 2)
    capacity = source.values("discharge_capacity")
    np.testing.assert_allclose(kept, capacity[:, 2] / capacity[:, 0])


def test_numbers_that_need_the_end_of_a_curve_are_missing_without_one(demo_store, tmp_path):
    store = cubes.with_outcome(
        demo_store, tmp_path / "cube.zarr", cubes.Outcome.TIME_LIMIT, slice(0, 2)
    )
    source = CubeSource(opener(str(store)))
    capacity = variable_values(source, named(source)["discharge_capacity"], 1)
    assert np.isnan(capacity).sum() == 2 * len(cubes.S)
    assert np.isfinite(variable_values(source, named(source)["status"], 1)).all()


@pytest.mark.parametrize("drop", ["status", "voltage"])
def test_what_is_no_cube_is_refused_by_name(source, drop):
    part = source.opened.drop_vars(drop)
    with pytest.raises(ValueError, match=f"`{drop}`"):
        CubeSource(lambda: part)
