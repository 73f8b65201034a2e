"""A point has one number, whatever the dimensions of its cube."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.features import arranged, by_point, point_dims, true_values
from tests.features.cubes import made_cube, scattered_cube


def test_points_of_a_grid_are_counted_along_the_last_dimension_first():
    truth = true_values(arranged(made_cube()))
    assert truth.shape == (20, 2)
    assert truth[:2].tolist() == [[0.0, 1.0], [0.0, 3.0]]


def test_the_order_of_dimensions_in_the_store_of_the_current_does_not_matter():
    turned = made_cube().transpose("current", "depth", "alpha", "S")
    full = arranged(turned)
    assert point_dims(full) == ("alpha", "S")
    same = by_point(arranged(made_cube())["voltage"], ("alpha", "S"))
    np.testing.assert_array_equal(by_point(full["voltage"], ("alpha", "S")), same)


def test_scattered_points_have_the_truth_of_the_grid_they_were_cut_from():
    grid, scattered = arranged(made_cube()), arranged(scattered_cube())
    np.testing.assert_array_equal(true_values(grid), true_values(scattered))


@pytest.mark.parametrize(
    "picked", [{"current": 17.5}, {"alpha": 2.0}, {"alpha": 2.0, "S": 3.0, "current": 5.0}]
)
def test_an_axis_picked_away_comes_back_with_length_one(picked):
    full = arranged(made_cube().sel(picked))
    assert [full.sizes[name] for name in picked] == [1] * len(picked)
    assert full["voltage"].dims == ("alpha", "S", "current", "depth")


def test_one_scattered_point_is_a_point():
    assert true_values(arranged(scattered_cube().isel(point=5))).tolist() == [[1.0, 3.0]]


def test_variables_that_are_not_of_a_curve_are_left_out():
    cube = made_cube().assign(alpha_predicted=(("alpha", "S"), np.zeros((5, 4))))
    assert "alpha_predicted" not in arranged(cube)


def test_what_is_no_cube_is_refused():
    with pytest.raises(ParameterError, match="no variable `status`"):
        arranged(made_cube().drop_vars("status"))
    with pytest.raises(ParameterError, match="no coordinate `S`"):
        arranged(made_cube().drop_vars("S"))
