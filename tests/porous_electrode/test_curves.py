"""Interpolation between the points of a curve, against SciPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from microbatt.porous_electrode.curves import integral, resample


def resampled(x, y, shares):
    out = np.empty((1, len(shares)))
    resample(x, y, np.array([0, len(x)]), shares, out)
    return out[0]


def random_curve(seed, size=30):
    rng = np.random.default_rng(seed)
    x = np.concatenate([[0.0], np.cumsum(rng.uniform(0.01, 1.0, size))])
    return x, rng.normal(size=size + 1).cumsum()


SEEDS = st.integers(0, 10_000)


@given(seed=SEEDS, size=st.integers(2, 40))
def test_the_interpolant_is_the_monotone_cubic_of_scipy(seed, size):
    x, y = random_curve(seed, size)
    shares = np.linspace(0.0, 1.0, 200)
    expected = PchipInterpolator(x, y)(shares * x[-1])
    np.testing.assert_allclose(resampled(x, y, shares), expected, rtol=1e-9, atol=1e-9)


@given(seed=SEEDS, size=st.integers(2, 40))
def test_the_integral_is_that_of_the_interpolant(seed, size):
    x, y = random_curve(seed, size)
    expected = PchipInterpolator(x, y).integrate(0.0, x[-1])
    assert integral(x, y) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_two_points_make_a_line():
    x, y = np.array([0.0, 2.0]), np.array([4.0, 3.0])
    np.testing.assert_allclose(resampled(x, y, np.array([0.0, 0.25, 1.0])), [4.0, 3.75, 3.0])
    assert integral(x, y) == pytest.approx(7.0)


@given(seed=SEEDS)
def test_a_falling_curve_stays_falling_between_its_points(seed):
    x, y = random_curve(seed)
    y = np.sort(y)[::-1].copy()
    between = resampled(x, y, np.linspace(0.0, 1.0, 400))
    assert np.all(np.diff(between) <= 1e-12)


def test_the_points_themselves_are_kept():
    x, y = random_curve(3)
    np.testing.assert_allclose(resampled(x, y, x / x[-1]), y, rtol=0.0, atol=1e-12)
