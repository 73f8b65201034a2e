"""The few B-splines that are not zero are those of SciPy."""

import numpy as np
import pytest
from scipy.interpolate import BSpline

from microbatt.networks.splines import DEGREE, basis_count, clamped_knots, local_basis

KNOTS = clamped_knots(np.array([0.0, 0.4, 0.5, 1.1, 2.0]))
PLACES = np.array([0.0, 0.1, 0.4, 0.77, 1.9999, 2.0])


def spread_out(first, local):
    full = np.zeros((first.size, basis_count(KNOTS)))
    for row, start, values in zip(full, first, local, strict=True):
        row[start : start + DEGREE + 1] = values
    return full


@pytest.mark.parametrize("order", [0, 1])
def test_values_and_slopes_agree_with_scipy(order):
    first, values, slopes = local_basis(KNOTS, PLACES)
    spline = BSpline(KNOTS, np.eye(basis_count(KNOTS)), DEGREE)
    found = spread_out(first, (values, slopes)[order])
    assert found == pytest.approx(spline(PLACES, nu=order), abs=1e-12)


def test_the_basis_sums_to_one_everywhere_also_a_little_outside():
    _, values, slopes = local_basis(KNOTS, np.array([-0.1, 0.3, 2.1]))
    assert values.sum(axis=1) == pytest.approx(1.0)
    assert slopes.sum(axis=1) == pytest.approx(0.0, abs=1e-12)
