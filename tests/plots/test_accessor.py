"""`ds.microbatt.plot`: the same figures as methods of a cube."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import microbatt  # noqa: F401 - makes the accessor known
from microbatt.errors import ParameterError
from tests.plots.cubes import plotted_cube, scattered, with_bounds, with_predictions


@pytest.fixture
def axes():
    return Figure().add_subplot()


@pytest.fixture
def cube():
    return with_predictions(plotted_cube())


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("curves", {"alpha": 2.0, "S": 5.0}),
        ("ragone", {}),
        ("map", {"variable": "energy", "current": 35.0}),
        ("map", {"variable": "alpha_predicted"}),
        ("outcomes", {"current": 35.0}),
        ("parity", {"parameter": "S"}),
        ("residuals", {"parameter": "alpha"}),
        ("errors_by_range", {"parameter": "alpha"}),
    ],
)
def test_every_kind_draws_on_the_axes_given_and_returns_them(cube, axes, kind, arguments):
    assert getattr(cube.microbatt.plot, kind)(**arguments, axes=axes) is axes
    assert axes.has_data()


def test_bounds_are_drawn_on_three_axes(cube):
    panels = list(Figure().subplots(1, 3))
    assert with_bounds(cube).microbatt.plot.identifiability(axes=panels) == panels
    assert all(axes.has_data() for axes in panels)


def test_a_cube_without_bounds_is_told_how_to_get_them(cube):
    with pytest.raises(ParameterError, match=r"`alpha_bound`.*microbatt map STORE"):
        cube.microbatt.plot.identifiability()


def test_without_axes_new_ones_are_made(cube):
    from matplotlib import pyplot as plt

    axes = cube.microbatt.plot.ragone()
    assert isinstance(axes, Axes)
    plt.close(axes.figure)


@pytest.mark.parametrize("arranged", [lambda cube: cube, scattered])
def test_curves_are_those_of_the_nearest_microstructure_which_the_title_names(axes, arranged):
    arranged(plotted_cube()).microbatt.plot.curves(alpha=5.7, S=4.0, axes=axes)
    assert axes.get_title() == "alpha 6, S 5"
    np.testing.assert_allclose(axes.lines[0].get_xdata()[-1], 600.0 + 50.0 + 17.5)


def test_a_map_names_its_current(cube, axes):
    cube.microbatt.plot.map("energy", current=34.0, axes=axes)
    assert axes.get_title() == "35 A m⁻²"


def test_a_map_without_a_current_says_which_there_are(cube):
    with pytest.raises(ParameterError, match=r"current=17\.5, 35"):
        cube.microbatt.plot.map("energy")


def test_an_unknown_variable_is_answered_with_the_nearest(cube):
    with pytest.raises(ParameterError, match="energy"):
        cube.microbatt.plot.map("enrgy", current=35.0)
