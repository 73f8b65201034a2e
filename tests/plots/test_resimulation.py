"""Curves of predictions: simulated on the cube's own terms, beside those that are true."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from microbatt.campaign import Campaign
from microbatt.cells import load_cell
from microbatt.cube import Grid
from microbatt.engines import simulate_discharge
from microbatt.plots.curves import Curve
from microbatt.plots.pairs import predictions_in
from microbatt.plots.resimulation import draw_expected_and_predicted, resimulate, voltage_difference
from microbatt.plots.rows import Point
from tests.plots.cubes import ALPHAS, CURRENTS, SHAPES, plotted_cube, with_predictions


@pytest.fixture(scope="module")
def cube():
    campaign = Campaign(
        name="plots",
        cell=load_cell("doyle-1996-cell-1"),
        design=Grid(alpha=tuple(ALPHAS), S=tuple(SHAPES), current=tuple(CURRENTS)),
        inventory="conserving",
        cutoff_voltage=2.5,
    )
    return with_predictions(plotted_cube()).assign_attrs(campaign.attributes)


def test_a_prediction_is_simulated_with_the_cell_and_the_terms_of_the_cube(cube):
    (predictions,) = predictions_in(cube).values()
    (case,) = resimulate(cube, predictions, near=[Point(5.9, 6.0)])
    assert case.truth == (6.0, 5.0)
    assert case.predicted == pytest.approx((6.06, 5.05))
    direct = simulate_discharge(
        "doyle-1996-cell-1",
        *case.predicted,
        35.0,
        inventory="conserving",
        cutoff_voltage=2.5,
    )
    simulated = case.simulated[1]
    assert simulated.current == 35.0
    np.testing.assert_array_equal(simulated.voltage, direct.voltage)
    np.testing.assert_array_equal(simulated.capacity, direct.capacity)
    assert [curve.capacity[-1] for curve in case.expected] == [600 + 50 + 17.5, 600 + 50 + 35.0]


def test_the_five_published_pairs_and_one_of_our_own_are_simulated_again(cube):
    (predictions,) = predictions_in(cube).values()
    cases = resimulate(cube, predictions)
    nearest = [(0.0, 1.0), (0.0, 40.0), (6.0, 1.0), (6.0, 40.0), (6.0, 5.0), (2.0, 5.0)]
    assert [case.truth for case in cases] == nearest


def test_a_point_without_curves_is_a_case_without_curves(cube):
    empty = cube.copy(deep=True)
    empty["voltage"].loc[{"alpha": 6.0, "S": 5.0}] = np.nan
    (predictions,) = predictions_in(empty).values()
    (case,) = resimulate(empty, predictions, near=[Point(5.9, 6.0)])
    assert case.expected == case.simulated == []


def test_the_difference_of_two_curves_is_relative_and_over_what_both_have():
    capacity = np.linspace(0.0, 10.0, 11)
    truth = Curve(35.0, capacity, np.full(11, 4.0))
    guess = Curve(35.0, capacity[:8], np.full(8, 4.04))
    assert voltage_difference(truth, guess) == pytest.approx(0.01)


def test_expected_and_predicted_curves_of_a_current_share_a_colour():
    axes = Figure().add_subplot()
    capacity = np.array([0.0, 1.0])
    curves = [Curve(current, capacity, capacity + 2.0) for current in CURRENTS]
    assert draw_expected_and_predicted(axes, curves, curves) is axes
    expected, predicted = axes.lines[:2], axes.lines[2:]
    assert [line.get_color() for line in expected] == [line.get_color() for line in predicted]
    assert {one.get_linestyle() for one in predicted} == {"--"}
