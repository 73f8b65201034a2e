"""Graded meshes: what they add up to, and where they are fine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.porous_electrode.mesh import fill_graded, graded_count

LENGTH = 174e-6


def graded(first, largest, growth, length=LENGTH):
    widths = np.empty(graded_count(length, first, largest, growth))
    fill_graded(widths, length, first, largest, growth)
    return widths


RELATIVE_WIDTHS = {
    "first": st.floats(1e-3, 0.5),
    "largest": st.floats(0.01, 0.5),
    "growth": st.floats(0.02, 0.5),
}


@given(**RELATIVE_WIDTHS)
def test_the_elements_add_up_to_the_electrode(first, largest, growth):
    widths = graded(first * LENGTH, largest * LENGTH, growth)
    assert widths.sum() == pytest.approx(LENGTH, rel=1e-12)
    assert np.all(widths > 0.0)


@given(**RELATIVE_WIDTHS)
def test_the_elements_never_shrink_away_from_the_separator(first, largest, growth):
    widths = graded(first * LENGTH, largest * LENGTH, growth)
    assert np.all(np.diff(widths) >= -1e-9 * LENGTH)  # the accuracy of the grading's own iteration


@given(**RELATIVE_WIDTHS)
def test_no_element_is_wider_than_asked(first, largest, growth):
    widths = graded(first * LENGTH, largest * LENGTH, growth)
    # Two is the fewest; an element spans a unit of the count, so its width is at most h's maximum.
    if widths.size > 2:
        assert widths.max() <= largest * LENGTH * (1.0 + 1e-9)


@given(**RELATIVE_WIDTHS)
def test_the_element_at_the_separator_is_about_as_thin_as_asked(first, largest, growth):
    widths = graded(first * LENGTH, largest * LENGTH, growth)
    assert widths[0] <= first * LENGTH * np.expm1(growth) / growth * (1.0 + 1e-9)


@given(**RELATIVE_WIDTHS, scale=st.sampled_from([0.5, 2.0, 8.0]))
def test_the_mesh_of_a_larger_electrode_is_the_same_mesh_larger(first, largest, growth, scale):
    small = graded(first * LENGTH, largest * LENGTH, growth)
    length = scale * LENGTH
    large = graded(first * length, largest * length, growth, length)
    np.testing.assert_allclose(large, scale * small, rtol=1e-9)


def test_halving_every_width_doubles_the_elements():
    coarse = graded_count(LENGTH, 1e-6, 2e-5, 0.2)
    fine = graded_count(LENGTH, 0.5e-6, 1e-5, 0.1)
    assert abs(fine - 2 * coarse) <= 1  # both are rounded up
