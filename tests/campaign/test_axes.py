"""Axes of campaign files: forms, units, and what is said of a wrong one."""

import pytest

from microbatt.campaign.axes import read_axis, read_quantity, read_range
from microbatt.errors import ParameterError


def test_a_step_gives_the_decimal_that_a_person_would_type():
    axis = read_axis("alpha", {"start": 0.0, "stop": 10.0, "step": 0.1}, "1")
    assert len(axis) == 101
    assert axis[3] == 0.3
    assert axis[-1] == 10.0


def test_a_count_includes_both_ends():
    assert read_axis("S", {"start": 1, "stop": 3, "count": 5}, "1") == (1.0, 1.5, 2.0, 2.5, 3.0)


def test_currents_may_come_in_another_unit():
    axis = read_axis("current", {"values": [0.175, 1.75], "unit": "mA/cm2"}, "A m-2")
    assert axis == (1.75, 17.5)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([1, 2], "write it as"),
        ({"values": [1.0]}, "has no unit"),
        ({"values": [1.0], "unit": "kg"}, "does not measure the same thing"),
        ({"values": 3, "unit": "A m-2"}, "must be a list"),
        ({"values": ["x"], "unit": "A m-2"}, "must be a number"),
        ({"start": 0, "stop": 1, "step": 0.3, "unit": "A m-2"}, "whole number of steps"),
        ({"start": 2, "stop": 1, "step": 0.5, "unit": "A m-2"}, "swap them"),
        ({"begin": 0, "stop": 1, "step": 0.5, "unit": "A m-2"}, "write it as"),
        ({"start": 0, "stop": 1, "step": float("nan"), "unit": "A m-2"}, "must lie in"),
    ],
)
def test_a_wrong_axis_is_refused_with_the_key_and_the_remedy(table, words):
    with pytest.raises(ParameterError, match=r"grid\.current") as caught:
        read_axis("grid.current", table, "A m-2")
    assert words in str(caught.value)


def test_a_range_has_a_low_and_a_high_end():
    assert read_range("alpha", {"low": 0, "high": 10}) == (0.0, 10.0)
    with pytest.raises(ParameterError, match="low"):
        read_range("alpha", {"start": 0, "stop": 10})


def test_a_quantity_needs_its_unit():
    with pytest.raises(ParameterError, match="unit"):
        read_quantity("cutoff_voltage", 2.0, "V")
