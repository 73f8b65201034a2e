"""The corner picture of a posterior."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.plots.corner import density_levels, draw_corner

figure = pytest.importorskip("matplotlib.figure")
NAMES = ["alpha", "S", "contact_resistance"]


@pytest.fixture
def draws():
    return np.random.default_rng(5).normal(size=(4000, 3)) * [0.1, 0.2, 1e-4] + [2.3, 3.0, 1e-3]


def test_each_parameter_and_each_pair_has_a_panel(draws):
    drawn = figure.Figure()
    draw_corner(drawn.subplots(3, 3, squeeze=False), draws, NAMES, truth=[2.3, 3.0, 1e-3])
    assert len(drawn.axes) == 6
    drawn.canvas.draw()


def test_labels_name_the_unit(draws):
    panels = figure.Figure().subplots(3, 3, squeeze=False)
    draw_corner(panels, draws, NAMES)
    assert panels[2, 2].get_xlabel() == "contact resistance\n[Ω m²]"


def test_the_contours_hold_the_shares_they_claim(draws):
    counts, _, _ = np.histogram2d(draws[:, 0], draws[:, 1], bins=25)
    outer, inner = density_levels(counts, [0.9, 0.5])
    assert counts[counts >= outer].sum() / counts.sum() == pytest.approx(0.9, abs=0.02)
    assert counts[counts >= inner].sum() / counts.sum() == pytest.approx(0.5, abs=0.05)


def test_a_parameter_that_does_not_move_is_drawn_all_the_same(draws):
    draws[:, 1] = 3.0
    drawn = figure.Figure()
    draw_corner(drawn.subplots(3, 3, squeeze=False), draws, NAMES)
    drawn.canvas.draw()


def test_shapes_that_do_not_fit_are_refused(draws):
    with pytest.raises(ParameterError, match="axes"):
        draw_corner(figure.Figure().subplots(2, 2, squeeze=False), draws, NAMES)


def test_positive_values_over_more_than_a_decade_are_drawn_on_a_logarithmic_axis():
    rng = np.random.default_rng(1)
    draws = np.column_stack([rng.normal(2.0, 0.1, 2000), np.exp(rng.normal(1.5, 1.0, 2000))])
    panels = draw_corner(figure.Figure().subplots(2, 2, squeeze=False), draws, ("alpha", "S"))
    assert panels[1, 1].get_xscale() == "log"
    assert panels[1, 0].get_yscale() == "log"
    assert panels[1, 0].get_xscale() == "linear"
    assert panels[1, 1].get_xlim()[0] > 0.0
