"""A point's curves and what a network says of it."""

import numpy as np
import pytest

from microbatt.explorer.predictions import point_prediction, spread_outline
from microbatt.explorer.source import point_curves
from microbatt.outcomes import Outcome


def test_the_curves_of_a_point_are_those_of_the_cube(source):
    number = source.plane.number(alpha=4, S=3)
    for curve in point_curves(source, number):
        at = {"alpha": 2.0, "S": 5.0, "current": curve.current}
        stored = source.opened.microbatt.curve(**at)
        np.testing.assert_allclose(curve.capacity, stored.capacity)
        np.testing.assert_allclose(curve.voltage, stored)
        assert curve.scalars["energy"] == float(source.opened.energy.sel(at))
        assert curve.c_rate == pytest.approx(curve.current / 17.5)


def test_scattered_points_have_curves_too(scattered):
    curves = point_curves(scattered, 5)
    assert [curve.current for curve in curves] == [17.5, 35.0]
    assert curves[1].capacity[-1] == float(scattered.opened.discharge_capacity[5, 1])


def test_without_a_curve_there_is_its_ending(all_failed):
    source = all_failed
    for curve in point_curves(source, 3):
        assert curve.capacity.size == curve.voltage.size == 0
        assert curve.outcome is Outcome.NO_CONVERGENCE
        assert np.isnan(curve.kept)
        assert np.isnan(curve.scalars["discharge_capacity"])


def test_a_cube_without_predictions_has_none(source):
    assert point_prediction(source, 0) is None


def test_a_prediction_is_judged_by_the_stored_point_nearest_to_it(predicted):
    number = predicted.plane.number(alpha=4, S=3)
    said = point_prediction(predicted, number)
    assert (said.alpha, said.S) == pytest.approx((2.5, 5.5))
    assert predicted.plane.place(said.nearest) == {"alpha": 5, "S": 3}
    assert said.status == "predicted"


def test_where_a_network_says_nothing_there_is_the_reason(predicted):
    said = point_prediction(predicted, predicted.plane.number(alpha=4, S=0))
    assert said.nearest is None
    assert said.status == "no curves"


def test_the_outline_of_a_distribution_is_its_ellipse_of_one_standard_deviation(predicted):
    said = point_prediction(predicted, predicted.plane.number(alpha=4, S=3))
    alpha, S = spread_outline(said)
    r = said.correlation
    u, v = (alpha - said.alpha) / said.alpha_std, (S - said.S) / said.S_std
    np.testing.assert_allclose((u**2 - 2 * r * u * v + v**2) / (1 - r**2), 1.0)


def test_without_a_distribution_there_is_no_outline(predicted):
    said = point_prediction(predicted, predicted.plane.number(alpha=4, S=0))
    assert spread_outline(said)[0].size == 0
