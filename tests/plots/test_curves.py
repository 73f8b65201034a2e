"""Discharge curves on axes: one colour a current, labelled with units."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from microbatt.plots import current_colours, draw_discharges


def curve(current, n=5):
    capacity = np.linspace(0.0, 17.0, n)
    return SimpleNamespace(current=current, capacity=capacity, voltage=4.0 - 0.1 * capacity)


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_the_axes_given_are_the_axes_returned_and_are_labelled_with_units(axes):
    assert draw_discharges(axes, [curve(17.5)]) is axes
    assert axes.get_xlabel() == "Delivered capacity [A h m⁻²]"
    assert axes.get_ylabel() == "Cell voltage [V]"


def test_curves_are_drawn_as_they_are_from_the_smallest_current_up(axes):
    curves = [curve(35.0), curve(17.5)]
    draw_discharges(axes, curves)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["17.5 A m⁻²", "35 A m⁻²"]
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), curves[1].capacity)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), curves[1].voltage)


def test_a_discharge_without_a_curve_is_named_in_the_legend(axes):
    draw_discharges(axes, [curve(17.5), curve(105.0, n=0)])
    assert axes.get_legend().get_texts()[1].get_text() == "105 A m⁻²: no curve"


def test_a_current_has_one_colour_whatever_the_order_and_repeats():
    assert current_colours([1.0, 2.0, 3.0]) == current_colours([3.0, 1.0, 2.0, 1.0])


def test_colours_brighten_with_the_current():
    colours = current_colours([1.75, 8.75, 17.5, 35.0, 52.5, 70.0]).values()
    red, green, blue = (np.array([int(c[i : i + 2], 16) for c in colours]) for i in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert (np.diff(luminance) > 0).all()
