"""Figures for screens: the same numbers as in print, as HoloViews objects."""

import numpy as np
import pytest

import microbatt  # noqa: F401 - makes the accessor known
from tests.plots.cubes import CURRENTS, plotted_cube, scattered, with_predictions

hv = pytest.importorskip("holoviews")


@pytest.fixture
def figures():
    return with_predictions(plotted_cube()).microbatt.plot.interactive


def rendered(figure):
    return hv.render(figure, backend="bokeh")


def test_curves_carry_units_and_a_colour_each(figures):
    overlay = figures.curves(alpha=2.0, S=5.0)
    first = overlay.values()[0]
    assert [one.pprint_label for one in first.dimensions()] == [
        "Delivered capacity (A h m⁻²)",
        "Cell voltage (V)",
    ]
    assert len(rendered(overlay).renderers) == len(CURRENTS)


def test_a_map_has_a_slider_over_the_currents(figures):
    maps = figures.map("energy")
    assert list(maps.keys()) == CURRENTS
    values = maps[35.0].dimension_values(2, flat=False)
    np.testing.assert_array_equal(values, plotted_cube()["energy"].sel(current=35.0).T)
    assert rendered(maps[35.0]).renderers


def test_a_map_of_scattered_points_shows_points():
    figures = scattered(plotted_cube()).microbatt.plot.interactive
    assert len(figures.map("energy")[35.0]) == 12


def test_a_ragone_plot_tells_where_each_point_comes_from(figures):
    points = figures.ragone()
    assert {one.name for one in points.vdims} == {"current", "alpha", "S"}
    assert rendered(points).renderers


def test_parity_shows_every_prediction(figures):
    figure = figures.parity("S")
    points = figure.get(1)
    np.testing.assert_allclose(points["S_predicted"], 1.02 * points["S"])
    assert rendered(figure).renderers
