"""The slopes of a monotone cubic: SciPy's, and no overshoot."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from microbatt.monotone_cubic import node_slopes


@st.composite
def tables(draw):
    steps = draw(st.lists(st.floats(1e-3, 10.0), min_size=1, max_size=30))
    heights = st.lists(st.floats(-5.0, 5.0), min_size=len(steps) + 1, max_size=len(steps) + 1)
    return np.concatenate([[0.0], np.cumsum(steps)]), np.array(draw(heights))


@given(tables())
def test_the_slopes_are_scipys(table):
    x, y = table
    expected = PchipInterpolator(x, y).derivative()(x)
    np.testing.assert_allclose(node_slopes(x, y), expected, rtol=1e-9, atol=1e-9)


@given(tables())
def test_between_two_points_the_curve_stays_between_their_values(table):
    x, y = table
    curve = CubicHermiteSpline(x, y, node_slopes(x, y))
    for i in range(x.size - 1):
        inside = curve(np.linspace(x[i], x[i + 1], 50))
        low, high = sorted(y[i : i + 2])
        assert np.all((inside >= low - 1e-9) & (inside <= high + 1e-9))


@pytest.mark.parametrize("size", [2, 3, 50])
def test_a_straight_line_stays_one(size):
    x = np.geomspace(1.0, 10.0, size)
    np.testing.assert_allclose(node_slopes(x, 3.0 - 2.0 * x), -2.0, rtol=1e-12)
