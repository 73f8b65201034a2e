"""The compiled interpolation is the one that everybody knows, and its integral is exact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from microbatt.features.interpolation import integrate_rows, resample_rows

X = np.array([0.0, 0.1, 0.4, 0.45, 0.9, 1.0])
# Between neighbours closer than this, SciPy's own slopes overflow.
VALUES = st.floats(-5.0, 5.0).map(lambda value: round(value, 9))
ROWS = st.lists(VALUES, min_size=6, max_size=6)


@given(ROWS)
def test_curves_between_their_points_are_scipy_s_monotone_cubic(values):
    rows, at = np.array([values]), np.linspace(0.0, 1.0, 37)
    out = np.empty((1, at.size), dtype=np.float32)
    resample_rows(X, rows, at, out)
    # Single precision of numbers up to 5.
    np.testing.assert_allclose(out[0], PchipInterpolator(X, rows[0])(at), atol=5e-6)


@given(ROWS)
def test_the_integral_is_that_of_the_interpolant(values):
    rows, out = np.array([values]), np.empty(1)
    integrate_rows(X, rows, out)
    assert out[0] == pytest.approx(PchipInterpolator(X, rows[0]).integrate(0.0, 1.0), abs=1e-12)


def test_beyond_its_ends_a_curve_holds_its_last_value():
    out = np.empty((1, 2), dtype=np.float32)
    resample_rows(X, X[np.newaxis] ** 2, np.array([-1.0, 2.0]), out)
    assert out[0].tolist() == [0.0, 1.0]


def test_two_points_make_a_straight_line():
    out = np.empty((1, 3), dtype=np.float32)
    resample_rows(np.array([0.0, 1.0]), np.array([[4.0, 2.0]]), np.array([0.0, 0.25, 1.0]), out)
    assert out[0].tolist() == [4.0, 3.5, 2.0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_curve_with_one_bad_value_is_not_a_number_throughout_and_its_neighbour_stays(bad):
    rows = np.ones((2, 6))
    rows[0, 3] = bad
    out, total = np.empty((2, 4), dtype=np.float32), np.empty(2)
    resample_rows(X, rows, np.linspace(0, 1, 4), out)
    integrate_rows(X, rows, total)
    assert np.isnan(out[0]).all()
    assert np.isnan(total[0])
    assert (out[1] == 1.0).all()
    assert total[1] == 1.0
