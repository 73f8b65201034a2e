"""Points of a grid and scattered ones are numbered, and found."""

import numpy as np
import pytest

from microbatt.explorer.plane import even_scale, grid_plane

ALPHA = np.array([0.0, 0.5, 1.0])
S = np.array([1.0, 2.0, 5.0, 10.0])


@pytest.fixture
def plane():
    return grid_plane(ALPHA, S)


def test_a_number_and_a_place_are_the_same_point(plane):
    for number in range(12):
        place = plane.place(number)
        assert plane.number(**place) == number
        assert plane.x[number] == ALPHA[place["alpha"]]
        assert plane.y[number] == S[place["S"]]


def test_every_point_is_nearest_to_itself(plane, scattered):
    for one in (plane, scattered.plane):
        found = [one.nearest(alpha, S) for alpha, S in zip(one.x, one.y, strict=True)]
        assert found == list(range(one.x.size))


def test_a_tap_beside_the_axes_finds_a_point_of_the_edge(plane):
    assert plane.place(plane.nearest(-3.0, -1.0)) == {"alpha": 0, "S": 0}


def test_nearest_goes_by_the_scale_that_is_drawn(plane):
    # 3.4 is nearer to 2 than to 5 in numbers, and to 5 on the logarithmic axis that S gets
    assert plane.scales == ("linear", "log")
    assert plane.place(plane.nearest(0.0, 3.4))["S"] == 2


@pytest.mark.parametrize(
    ("axis", "scale"),
    [([1, 2, 3], "linear"), ([1, 10, 100], "log"), ([0, 1, 10], "linear"), ([3], "linear")],
)
def test_the_scale_makes_steps_even_where_it_can(axis, scale):
    assert even_scale(np.array(axis, dtype=float)) == scale
