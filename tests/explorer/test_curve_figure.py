"""The elements of the curves: lines and ends, or why there are none."""

from dataclasses import replace

import holoviews as hv
import numpy as np
import pytest

from microbatt.explorer import CubeSource
from microbatt.explorer.curve_figure import (
    coincide,
    cutoff,
    ends,
    heading,
    limits,
    line_hover,
    lines,
)
from microbatt.explorer.source import point_curves
from microbatt.outcomes import Outcome
from microbatt.plots.style import OUTCOME_COLOURS, PREDICTION, current_colours
from tests.explorer import cubes


def drawn(element):
    alone = element.opts(apply_ranges=True, clone=True)  # no figure gives it limits
    return hv.render(alone, backend="bokeh").renderers[0]


def lines_of(source, kind, number=10):
    return lines(point_curves(source, number), kind, source.currents, line_hover(kind))


def test_there_is_a_line_for_each_current_in_its_colour(source):
    element = lines_of(source, "selected")
    curves = point_curves(source, 10)
    for path, curve in zip(element.split(), curves, strict=True):
        np.testing.assert_array_equal(path["capacity"], curve.capacity)
        np.testing.assert_array_equal(path["voltage"], curve.voltage)
    mapped = drawn(element).glyph.line_color.transform
    assert mapped.palette == list(current_colours(cubes.CURRENT).values())


def test_lines_for_a_prediction_are_dashed_and_have_its_colour(source):
    glyph = drawn(lines_of(source, "predicted")).glyph
    assert glyph.line_color == PREDICTION
    assert glyph.line_dash == "7 3"


def test_each_line_ends_in_a_dot_in_the_colour_of_its_ending(source):
    curves = point_curves(source, 10)
    element = ends(curves, "selected")
    assert element["capacity"].tolist() == [curve.capacity[-1] for curve in curves]
    mapped = drawn(element).glyph.fill_color.transform
    found = dict(zip(mapped.factors, mapped.palette, strict=True))
    assert found["salt exhausted"] == OUTCOME_COLOURS[Outcome.SALT_EXHAUSTED]


def test_one_current_has_its_colour_and_its_name_too(source):
    one = CubeSource(lambda: source.opened.isel(current=[3]))
    element = lines_of(one, "selected")
    assert set(element["current"]) == {"35 A m⁻²"}
    assert drawn(element).glyph.line_color.transform.factors == ["35 A m⁻²"]


@pytest.mark.parametrize(
    ("volts", "stretch", "same"), [(0.001, 1.0, True), (0.02, 1.0, False), (0.0, 1.01, False)]
)
def test_curves_coincide_within_the_width_of_a_line(volts, stretch, same, source):
    one = point_curves(source, 10)[2]
    other = replace(one, voltage=one.voltage + volts, capacity=one.capacity * stretch)
    room = limits(source)["xlim"][1]
    assert coincide(one, other, room) is same
    nothing = replace(one, voltage=one.voltage[:0], capacity=one.capacity[:0])
    assert not coincide(one, nothing, room)


def test_a_point_without_curves_says_why(source, all_failed):
    assert heading(point_curves(source, 0)) == "Discharge curves"
    assert heading(point_curves(all_failed, 0)) == "No curve here: no convergence."
    assert len(lines_of(all_failed, "selected")) == 0


def test_the_axes_span_every_curve(source):
    found = limits(source)
    assert found["xlim"][1] > np.nanmax(source.values("discharge_capacity"))
    assert found["ylim"][0] < cutoff(source).data
