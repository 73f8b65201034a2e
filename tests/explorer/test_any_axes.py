"""Cubes of other axes than alpha and S: any two are shown, the others are chosen."""

import holoviews as hv
import numpy as np
import pytest
from bokeh.models import HoverTool

from microbatt.campaign import run_campaign
from microbatt.cube import Grid, LogUniform, SobolPoints
from microbatt.errors import ParameterError
from microbatt.explorer.application import Explorer
from microbatt.explorer.exports import file_name
from microbatt.explorer.selection import Selection, expression
from microbatt.explorer.source import CubeSource
from tests.campaign.small import small_campaign

OF_THE_CELL = "tests.campaign.standin:of_the_cell"
GRID = Grid(
    alpha=(0.5, 2.3, 4.0),
    current=(17.5, 35.0),
    others={"positive_thickness": (5e-5, 7e-5), "negative_alpha": (0.5, 1.5)},
)


@pytest.fixture(scope="module")
def cube(tmp_path_factory):
    place = tmp_path_factory.mktemp("any") / "a.zarr"
    return run_campaign(small_campaign(design=GRID, engine=OF_THE_CELL), place).load()


@pytest.fixture(scope="module")
def scattered(tmp_path_factory):
    design = SobolPoints(
        count=8,
        seed=1,
        current=(17.5,),
        others={
            "positive_thickness": (5e-5, 1e-4),
            "positive_solid_diffusivity": LogUniform(low=1e-14, high=1e-12),
        },
    )
    place = tmp_path_factory.mktemp("any") / "b.zarr"
    return run_campaign(small_campaign(design=design, engine=OF_THE_CELL), place).load()


def test_the_first_two_axes_are_shown_at_the_middle_of_the_others(cube):
    source = CubeSource(lambda: cube)
    assert source.plane.names == ("alpha", "negative_alpha")
    assert source.plane.fixed == {"positive_thickness": 7e-5}
    middle = cube.energy.sel(positive_thickness=7e-5)
    np.testing.assert_array_equal(source.values("energy"), middle.values.reshape(6, 2))


def test_other_axes_and_places_are_shown_when_they_are_asked_for(cube):
    source = CubeSource(lambda: cube).seen_along(
        ("positive_thickness", "negative_alpha"), {"alpha": 4.0}
    )
    assert source.plane.dims == ("positive_thickness", "negative_alpha")
    number = source.plane.nearest(5e-5, 1.5)
    words = expression(cube, source.plane, number)
    there = eval(words, {"ds": cube})  # noqa: S307
    assert float(there.positive_thickness) == 5e-5
    assert (float(there.alpha), float(there.negative_alpha)) == (4.0, 1.5)
    np.testing.assert_array_equal(source.values("energy")[number], there.energy)
    assert "positive_thickness-5e-05" in file_name(source, Selection(number=number), "csv")


def test_an_explorer_turns_to_other_axes(cube):
    explorer = Explorer(CubeSource(lambda: cube))
    across, up, *others = explorer.scene._axes
    assert explorer.scene._axes.visible
    assert (across.value, up.value, len(others)) == ("alpha", "negative_alpha", 1)
    across.value = "positive_thickness"
    assert explorer.scene._source.plane.names == ("positive_thickness", "negative_alpha")
    assert set(explorer.scene._sliders) == {"positive_thickness", "negative_alpha"}
    assert "positive_thickness" in explorer.scene._captions.expression.value


def test_axes_are_named_in_words_and_written_in_the_units_that_people_use(cube):
    from microbatt.explorer.captions import caption, description, progress

    source = CubeSource(lambda: cube).seen_along(
        ("positive_thickness", "negative_alpha"), {"alpha": 4.0}
    )
    assert "3 α × 2 negative α × 2 positive thickness × 2 currents" in description(source)
    assert "24 curves" in progress(source)  # of the cube, not of the plane alone
    words = caption("a", source.plane, Selection(number=0), None)
    assert words == "a: positive thickness 50 µm, negative α 0.5, α 4"
    scene = Explorer(source).scene
    slider = scene._sliders["positive_thickness"].slider
    assert (slider.label, list(slider.options)) == ("positive thickness [µm]", ["50", "70"])
    across, _, (alpha,) = scene._axes
    assert "Thickness of the positive electrode" in across.options
    assert list(alpha.options) == ["0.5", "2.3", "4"]
    figure = hv.render(scene._map.figure(), backend="bokeh")
    assert figure.xaxis.formatter.args["factor"] == 1e6
    assert figure.xaxis.axis_label == "Thickness of the positive electrode [µm]"
    (hover,) = figure.select({"type": HoverTool})
    assert "positive thickness @{at_alpha}{custom}" in hover.tooltips
    assert hover.formatters["@{at_alpha}"].args == {"factor": 1e6, "unit": " µm"}


def test_scattered_points_of_any_two_numbers_are_shown(scattered):
    source = CubeSource(lambda: scattered)
    assert set(source.plane.names) == {"positive_thickness", "positive_solid_diffusivity"}
    explorer = Explorer(source)
    assert not explorer.scene._axes.visible


def test_one_axis_is_no_plane(cube):
    line = cube.isel(positive_thickness=0, negative_alpha=0).drop_vars(
        ["positive_thickness", "negative_alpha"]
    )
    with pytest.raises(ParameterError, match="shows two axes"):
        CubeSource(lambda: line)


def test_a_place_beyond_an_axis_is_refused(cube):
    across = ("positive_thickness", "negative_alpha")
    with pytest.raises(ParameterError, match="`alpha` is 40, and the cube has"):
        CubeSource(lambda: cube, across=across, at={"alpha": 40.0})


def test_prints_show_any_two_axes_too(cube, scattered):
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    cube.microbatt.plot.map(
        "energy",
        current=35.0,
        across=("positive_thickness", "negative_alpha"),
        at={"alpha": 4.0},
        axes=axes,
    )
    assert axes.get_xlabel() == "Thickness of the positive electrode [µm]"
    assert axes.get_title() == "35 A m⁻², α 4"
    (mesh,) = axes.collections
    right = cube.energy.sel(current=35.0, alpha=4.0).transpose(
        "negative_alpha", "positive_thickness"
    )
    np.testing.assert_array_equal(mesh.get_array().reshape(2, 2), right)
    drawn = scattered.microbatt.plot.map("energy", current=17.5, axes=Figure().add_subplot())
    assert drawn.collections[0].get_offsets().shape == (8, 2)
    with pytest.raises(ParameterError, match="Nearest: 'positive_thickness'"):
        cube.microbatt.plot.map("energy", current=35.0, at={"positive_thicknes": 1.0}, axes=axes)
