"""Pictures of predictions: truth beside prediction, errors as they are."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from microbatt.errors import ParameterError
from microbatt.plots import draw_parity
from microbatt.plots.pairs import Pairs, pairs_of, predictions_in, predictions_of
from microbatt.plots.predictions import (
    draw_errors_by_range,
    draw_normal_quantiles,
    draw_residuals,
    mean_errors,
    normal_quantiles,
)
from tests.plots.cubes import plotted_cube, scattered
from tests.plots.cubes import with_predictions as join


@pytest.fixture
def axes():
    return Figure().add_subplot()


def pairs(residual, truth=None):
    truth = np.linspace(1.0, 10.0, len(residual)) if truth is None else np.asarray(truth)
    return Pairs(parameter="alpha", truth=truth, predicted=truth + np.asarray(residual))


@pytest.mark.parametrize("arranged", [lambda cube: cube, scattered])
def test_truth_stands_beside_its_own_prediction(arranged):
    (found,) = predictions_in(arranged(join(plotted_cube()))).values()
    read = pairs_of(found, "S")
    assert read.truth.size == 12
    np.testing.assert_allclose(read.predicted, 1.01 * read.truth)


def test_a_point_without_a_prediction_is_left_out():
    cube = join(plotted_cube())
    cube["alpha_predicted"].loc[{"alpha": 2.0, "S": 5.0}] = np.nan
    assert pairs_of(cube, "alpha").truth.size == 11


def test_a_point_out_of_the_range_of_the_network_is_left_out():
    cube = join(plotted_cube())
    cube["prediction_status"].loc[{"alpha": 2.0, "S": 5.0}] = 3
    (found,) = predictions_in(cube).values()
    assert pairs_of(found, "alpha").truth.size == 11


def test_networks_are_told_apart_by_their_names():
    cube = join(plotted_cube(), networks=("weighted", "relative"))
    found = predictions_in(cube)
    assert list(found) == ["weighted", "relative"]
    for rows in (found["relative"], predictions_of(cube, "relative")):
        second = pairs_of(rows, "alpha")
        np.testing.assert_allclose(second.predicted, 1.02 * second.truth)


def test_a_cube_without_predictions_is_refused_with_the_remedy():
    with pytest.raises(ParameterError, match=r"`alpha_predicted`.*microbatt predict"):
        predictions_in(plotted_cube())


def test_parity_shows_every_point_and_the_line_of_agreement(axes):
    one = pairs([0.5, -0.5, 0.5, -0.5])
    assert draw_parity(axes, one) is axes
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), one.predicted)
    np.testing.assert_array_equal(axes.lines[1].get_xdata(), axes.lines[1].get_ydata())
    variance = np.mean((one.truth - one.truth.mean()) ** 2)
    assert f"R² = {1 - 0.25 / variance:.4f}" in axes.texts[0].get_text()
    assert "rms error 0.5" in axes.texts[0].get_text()


def test_residuals_are_prediction_less_truth_with_a_density_that_integrates_to_one(axes):
    one = pairs(np.random.default_rng(3).normal(size=500))
    assert draw_residuals(axes, one) is axes
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), one.residual)
    (strip,) = axes.child_axes
    area = sum(bar.get_width() * bar.get_height() for bar in strip.patches)
    assert area == pytest.approx(1.0)


def test_normal_residuals_lie_on_the_line_of_the_quantile_plot(axes):
    one = pairs(0.3 * normal_quantiles(200) + 0.1)
    draw_normal_quantiles(axes, one)
    points, line = axes.lines
    # The standard deviation of 200 of Blom's positions is 0.992, not 1: so is the slope.
    np.testing.assert_allclose(points.get_ydata() - 0.1, line.get_ydata() - 0.1, rtol=0.01)


def test_the_mean_relative_error_is_taken_range_by_range():
    one = pairs([0.0, 0.0, 2.0], truth=[1.0, 2.0, 9.0])
    found = mean_errors(one, (0.0, 2.0, 5.0, 9.0))
    np.testing.assert_allclose(found, [0.0, 0.0, 20.0])


def test_where_the_truth_is_zero_a_relative_error_does_not_count():
    found = mean_errors(pairs([0.1, 1.0], truth=[0.0, 0.5]), (0.0, 1.0))
    np.testing.assert_allclose(found, [100.0])


def test_a_range_without_a_point_has_no_bar():
    assert np.isnan(mean_errors(pairs([0.1]), (0.0, 5.0, 9.0))).tolist() == [False, True]


def test_bars_of_two_networks_stand_side_by_side(axes):
    networks = {"a": pairs([0.1] * 9), "b": pairs([0.2] * 9)}
    assert draw_errors_by_range(axes, networks, edges=(0.0, 5.0, 10.0)) is axes
    first, second = axes.containers
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0 to 5", "5 to 10"]
    for low, high in zip(first, second, strict=True):
        assert low.get_x() + low.get_width() == pytest.approx(high.get_x())
        assert low.get_height() < high.get_height()
