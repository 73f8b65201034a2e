"""`ds.microbatt.plot`: the same figures as methods of a cube."""

import re

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
    assert axes.get_title() == "α 6, S 5"
    np.testing.assert_allclose(axes.lines[0].get_xdata()[-1], 600.0 + 50.0 + 17.5)


def test_curves_are_drawn_of_the_currents_that_are_asked_for(cube, axes):
    cube.microbatt.plot.curves(alpha=2.0, S=5.0, current=30.0, axes=axes)
    assert [line.get_label() for line in axes.lines] == ["35 A m⁻²"]
    axes.clear()
    rated = cube.assign_coords(c_rate=("current", [0.5, 1.0]))
    rated.microbatt.plot.curves(alpha=2.0, S=5.0, c_rate=[0.9, 0.4], axes=axes)
    assert [line.get_label() for line in axes.lines] == ["17.5 A m⁻² (0.5C)", "35 A m⁻² (1C)"]
    plot = rated.microbatt.plot
    with pytest.raises(ParameterError, match="give one of them"):
        plot.curves(current=35.0, c_rate=1.0)
    with pytest.raises(ParameterError, match=r"`current` is '1C'; it must be a number .* A m⁻²"):
        plot.curves(current="1C")
    with pytest.raises(ParameterError, match="no coordinate `c_rate`"):
        cube.microbatt.plot.curves(c_rate=1.0)


def test_curves_of_a_cube_at_one_current_may_name_it(cube, axes):
    cube.sel(current=17.5).microbatt.plot.curves(alpha=2.0, S=5.0, current=17.5, axes=axes)
    assert [line.get_label() for line in axes.lines] == ["17.5 A m⁻²"]


def test_a_map_names_its_current(cube, axes):
    cube.microbatt.plot.map("energy", current=34.0, axes=axes)
    assert axes.get_title() == "35 A m⁻²"


def test_curves_of_a_cube_of_other_axes_are_those_nearest_to_what_is_given(axes):
    other = plotted_cube().rename(alpha="positive_thickness", S="negative_alpha")
    other = other.assign_coords(positive_thickness=1e-5 * (1 + other.positive_thickness))
    other.microbatt.plot.curves(positive_thickness=7.1e-5, axes=axes)
    assert axes.get_title() == "negative α 5, positive thickness 70 µm"  # the middle of the latter
    np.testing.assert_allclose(axes.lines[0].get_xdata()[-1], 600.0 + 50.0 + 17.5)
    points = other.stack(point=["positive_thickness", "negative_alpha"], create_index=False)
    drawn = points.microbatt.plot.curves(positive_thickness=7.1e-5, negative_alpha=39.0, axes=axes)
    assert drawn.get_title() == "negative α 40, positive thickness 70 µm"
    with pytest.raises(ParameterError, match="Nearest: 'positive_thickness'"):
        other.microbatt.plot.curves(positive_thicknes=7e-5)


def in_other_axes():
    other = plotted_cube().rename(alpha="positive_thickness", S="negative_alpha")
    return other.assign_coords(positive_thickness=1e-5 * (1 + other.positive_thickness))


BEYOND = [
    ({"positive_thickness": 70.0}, "is 70 m, and the cube has 1e-05, 3e-05, 7e-05"),
    ({"negative_alpha": 80.0}, "`negative_alpha` is 80, and the cube has 1, 5, 40."),
    ({"current": 1.0}, "`current` is 1 A m⁻², and the cube has 17.5, 35 A m⁻²."),
    ({"current": [17.5, 350.0]}, "`current` is 350 A"),
]


@pytest.mark.parametrize(("given", "words"), BEYOND)
def test_curves_beyond_an_axis_are_refused_with_the_values_that_there_are(axes, given, words):
    plot = in_other_axes().microbatt.plot
    with pytest.raises(ParameterError, match=re.escape(words)):
        plot.curves(**given, axes=axes)
    with pytest.raises(ParameterError, match=re.escape(words)):
        plot.interactive.curves(**given)


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("map", {"variable": "energy", "current": 1.0}, "`current` is 1 A"),
        ("map", {"variable": "energy", "c_rate": 20.0}, "`c_rate` is 20 "),
        ("outcomes", {"current": 350.0}, "`current` is 350 A"),
    ],
)
def test_maps_beyond_an_axis_are_refused_with_the_values_that_there_are(axes, kind, given, words):
    cube = in_other_axes().assign_coords(c_rate=("current", [0.5, 1.0]))
    with pytest.raises(ParameterError, match=re.escape(words)):
        getattr(cube.microbatt.plot, kind)(**given, axes=axes)


def test_a_place_beyond_the_other_axes_of_a_map_is_refused(axes):
    cube = in_other_axes().expand_dims(S=[3.0, 4.0])
    cube.microbatt.plot.map("energy", current=35.0, at={"S": 3.9}, axes=axes)
    assert "S 4" in axes.get_title()
    with pytest.raises(ParameterError, match="`S` is 30, and the cube has 3, 4"):
        cube.microbatt.plot.map("energy", current=35.0, at={"S": 30.0}, axes=axes)
    points = scattered(plotted_cube())
    with pytest.raises(ParameterError, match="`alpha` is 200, and the cube has 0, 2, 6, 10"):
        points.microbatt.plot.curves(alpha=200.0, S=5.0)


def test_a_map_takes_the_current_as_a_c_rate(cube, axes):
    rated = cube.assign_coords(c_rate=("current", [0.5, 1.0]))
    rated.microbatt.plot.map("energy", c_rate=0.9, axes=axes)
    assert axes.get_title() == "35 A m⁻²"
    with pytest.raises(ParameterError, match="give one of the two"):
        rated.microbatt.plot.map("energy", current=35.0, c_rate=1.0)
    with pytest.raises(ParameterError, match=r"no coordinate `c_rate`.*give `current`"):
        cube.microbatt.plot.map("energy", c_rate=1.0)


def test_a_map_without_a_current_says_which_there_are(cube):
    with pytest.raises(ParameterError, match=r"current=17\.5, 35"):
        cube.microbatt.plot.map("energy")


def test_an_unknown_variable_is_answered_with_the_nearest(cube):
    with pytest.raises(ParameterError, match="energy"):
        cube.microbatt.plot.map("enrgy", current=35.0)


@pytest.fixture(scope="module")
def protocol_cube(tmp_path_factory):
    from distributed import Client

    from microbatt.campaign import Campaign, run_campaign
    from microbatt.cells import load_cell
    from microbatt.cube import Grid

    campaign = Campaign(
        name="pulses",
        cell=load_cell("lco-graphite"),
        design=Grid(alpha=(0.5, 2.0), S=(2.0, 3.0)),
        protocol=["Discharge at 1C for 2 min", "Rest for 1 min"],
        samples_per_step=16,
    )
    place = tmp_path_factory.mktemp("drawn") / "a.zarr"
    with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None) as one:
        return run_campaign(campaign, place, client=one).load()


def test_a_step_of_a_protocol_is_chosen_by_its_number(protocol_cube, axes):
    plot = protocol_cube.microbatt.plot
    assert plot.map("step_resistance", step=1, after=10.0, axes=axes) is axes
    (mesh,) = axes.collections
    expected = protocol_cube.step_resistance.sel(step=1, after=10.0).transpose("S", "alpha")
    np.testing.assert_array_equal(mesh.get_array(), expected)
    panels = Figure().subplots(2)
    hours = plot.simulation(alpha=2.0, S=3.0, step=1, axes=panels)[0].lines[0].get_xdata() * 3600.0
    assert (hours[0], hours[-1], hours.size) == (pytest.approx(120.0), pytest.approx(180.0), 16)
    assert plot.interactive.map("step_duration", step=0) is not None
    for draw, given in ((plot.simulation, {"alpha": 20.0, "S": 3.0}), (plot.map, {"step": 20})):
        named = next(iter(given))
        with pytest.raises(ParameterError, match=f"`{named}` is 20, and the cube has "):
            draw(*["step_duration"] * (draw == plot.map), **given)


@pytest.mark.parametrize(
    ("variable", "given", "words"),
    [
        ("step_duration", {}, r"dimension `step`.*give the map `step=...`"),
        ("step_duration", {"step": 0, "after": 1.0}, "no dimension `after`; leave"),
        ("status", {"step": 0}, "no dimension `step`; leave"),
        ("step_duration", {"stpe": 0}, "Nearest: 'step'"),
    ],
)
def test_what_a_map_needs_of_a_step_is_told(protocol_cube, axes, variable, given, words):
    with pytest.raises(ParameterError, match=words):
        protocol_cube.microbatt.plot.map(variable, axes=axes, **given)
