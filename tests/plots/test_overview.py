"""A cube at a glance, and an answer beside its curves."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.plots import draw_answer, draw_overview
from tests.plots.cubes import ALPHAS, plotted_cube, scattered
from tests.report.estimates import made_estimate

pytest.importorskip("matplotlib")


def test_curves_and_capacities_of_each_tortuosity_stand_beside_a_map():
    cube = plotted_cube().assign_coords(c_rate=("current", [1.0, 2.0]))
    curves, rates, plane, bar = draw_overview(cube, S=4.0).axes
    assert [line.get_label() for line in rates.get_lines()] == [f"{a:g}" for a in ALPHAS]
    np.testing.assert_allclose(rates.get_lines()[1].get_ydata(), [200 + 50 + 17.5, 200 + 50 + 35])
    np.testing.assert_allclose(rates.get_lines()[1].get_xdata(), [1.0, 2.0])
    assert len(curves.get_lines()) == len(ALPHAS)
    assert "1C, S 5" in curves.get_title()
    assert "2C" in plane.get_title()
    assert "capacity" in bar.get_ylabel()


def test_scattered_points_are_refused():
    with pytest.raises(ParameterError, match="give a grid"):
        draw_overview(scattered(plotted_cube()))


def test_an_answer_has_a_panel_for_each_pair_and_marks_the_truth():
    estimate = made_estimate()
    names = [one.name for one in estimate.parameters]
    figure = draw_answer(estimate, truth={one.name: one.value for one in estimate.parameters})
    count = len(names)
    assert len(figure.axes) == 1 + count * (count + 1) // 2
