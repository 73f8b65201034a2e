"""The room that a surface has left, under Newton's changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.porous_electrode.particle_step import (
    NEARLY_EXHAUSTED,
    changed_room,
    linear_response,
)

ROOM = st.floats(-90.0, 0.0).map(lambda power: 10.0**power)


@given(room=ROOM, factor=st.floats(-1e6, 1e6))
def test_room_never_runs_out(room, factor):
    assert changed_room(room, factor * room) > 0.0


@given(room=ROOM, factor=st.floats(-0.89, 1.0))
def test_a_change_that_leaves_a_share_is_made_in_full(room, factor):
    assert changed_room(room, factor * room) == room + factor * room


@given(room=ROOM, factor=st.floats(-30.0, -3.0))
def test_beyond_that_the_logarithm_changes_as_asked(room, factor):
    assert changed_room(room, factor * room) == pytest.approx(
        max(room * math.exp(factor), 1e-100), rel=1e-9
    )


@given(power=st.floats(-80.0, -20.0), factor=st.floats(1.1, 30.0))
def test_what_is_all_but_exhausted_comes_back_in_one_change(power, factor):
    room = 10.0**power
    back = changed_room(room, factor * room)
    assert back == pytest.approx(min(room * math.exp(factor), NEARLY_EXHAUSTED), rel=1e-9)


@given(room=ROOM, more=st.floats(0.0, 1e3), factor=st.floats(-1e3, 1e3))
def test_a_larger_change_never_leaves_less(room, more, factor):
    less = changed_room(room, factor * room)
    assert changed_room(room, (factor + more) * room) >= less * (1.0 - 1e-12)


@pytest.mark.parametrize("x", [1e-12, 1e-5, 0.999e-3, 1.001e-3, 0.3, 4.0, 800.0, 1e6])
def test_a_mode_under_a_straight_line_is_integrated_exactly(x):
    at, weights = np.polynomial.legendre.leggauss(60)
    # all that counts is within 40/x of the end
    length = min(1.0, 40.0 / x)
    s = 1.0 - length * 0.5 * (1.0 - at)
    decay = 0.5 * length * weights * np.exp(-x * (1.0 - s))
    start, end = linear_response(x)
    assert end == pytest.approx((decay * s).sum(), rel=1e-10)
    assert start == pytest.approx((decay * (1.0 - s)).sum(), rel=1e-8)
