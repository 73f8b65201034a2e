"""Energy against power: lines for a few microstructures, a cloud for many, whole curves only."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from microbatt.outcomes import Outcome
from microbatt.plots.ragone import draw_ragone
from tests.plots.cubes import CURRENTS, plotted_cube, scattered


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_a_few_microstructures_are_named_lines_over_the_currents(axes):
    cube = plotted_cube().sel(alpha=[0.0, 10.0], S=[1.0])
    assert draw_ragone(axes, cube) is axes
    assert [line.get_label() for line in axes.lines] == ["α 0, S 1", "α 10, S 1"]
    line = axes.lines[1]
    np.testing.assert_array_equal(line.get_xdata(), 4.0 * np.array(CURRENTS))
    np.testing.assert_array_equal(line.get_ydata(), cube["energy"].sel(alpha=10.0, S=1.0))
    assert axes.get_xscale() == "log"
    assert axes.get_ylabel() == "Specific energy delivered [W h kg⁻¹]"


@pytest.mark.parametrize("arranged", [lambda cube: cube, scattered])
def test_many_are_a_cloud_coloured_by_the_current(axes, arranged):
    draw_ragone(axes, arranged(plotted_cube()))
    assert [line.get_label() for line in axes.lines] == ["17.5 A m⁻²", "35 A m⁻²"]
    assert {line.get_xdata().size for line in axes.lines} == {12}


def test_one_current_of_one_microstructure_is_a_point(axes):
    draw_ragone(axes, plotted_cube().sel(alpha=2.0, S=5.0, current=35.0))
    assert axes.lines[0].get_xdata().tolist() == [140.0]


def test_a_curve_that_failed_is_left_out(axes):
    cube = plotted_cube().sel(alpha=[2.0], S=[5.0])
    cube["status"].loc[{"current": 35.0}] = Outcome.NO_CONVERGENCE
    draw_ragone(axes, cube)
    assert np.isnan(axes.lines[0].get_ydata()).tolist() == [False, True]
