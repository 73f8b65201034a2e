"""The depth axis: enough points, where curves bend."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.cube.contents.depth import CLIFF, DEPTH_POINTS, depth_axis, rebuild_voltage
from microbatt.engines import Settings
from tests.cube.rebuilding import box, rebuilding_errors


@given(st.integers(16, 500))
def test_the_axis_increases_from_exactly_zero_to_exactly_one(points):
    axis = depth_axis(points)
    assert axis.size == points
    assert (axis[0], axis[-1]) == (0.0, 1.0)
    assert (np.diff(axis) > 0).all()


def test_a_point_lies_at_the_top_of_a_vertical_fall():
    assert 1 - CLIFF in depth_axis()


@pytest.mark.parametrize("count", [8, pytest.param(32, marks=pytest.mark.slow)])
def test_a_curve_solved_tightly_is_rebuilt_within_one_millivolt_rms_and_five_at_most(count):
    rms, largest = rebuilding_errors(box(count), Settings(tolerance=1e-6, max_steps=100_000))
    assert rms.max() < 1e-3
    assert largest.max() < 5e-3


def test_a_curve_at_default_settings_is_rebuilt_within_a_tenth_of_a_millivolt_rms():
    rms, largest = rebuilding_errors(box(64), Settings())
    assert rms.max() < 1e-4
    # Within a vertical fall the engine's steps are closer together than the depths of the cube.
    assert largest.max() < 15e-3


def test_an_even_axis_of_the_same_length_would_miss_the_ends():
    tight = Settings(tolerance=1e-6, max_steps=100_000)
    rms, largest = rebuilding_errors(box(8), tight, np.linspace(0, 1, DEPTH_POINTS))
    assert rms.max() > 1e-3
    assert largest.max() > 0.1


@pytest.mark.slow
def test_both_hold_on_a_thousand_and_a_half_curves_of_the_box():
    rms, largest = rebuilding_errors(box(256, seed=7), Settings())
    assert rms.max() < 1e-3
    assert largest.max() < 5e-3


def test_a_rebuilt_curve_has_no_overshoot_at_a_cliff():
    depth = np.array([0.0, 0.5, 0.99, 1.0])
    rebuilt = rebuild_voltage(depth, np.array([4.0, 3.9, 3.8, 2.0]), np.linspace(0, 1, 1001))
    assert (np.diff(rebuilt) <= 0).all()


def test_outside_a_curve_there_is_no_voltage():
    depth = np.array([0.0, 1.0])
    rebuilt = rebuild_voltage(depth, np.array([4.0, 2.0]), np.array([-0.1, 1.1, np.nan]))
    assert np.isnan(rebuilt).all()
