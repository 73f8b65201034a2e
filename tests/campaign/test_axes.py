"""Axes of campaign files: forms, units, and what is said of a wrong one."""

import pytest

from microbatt.campaign.axes import read_axis, read_quantity, read_spread
from microbatt.cube import LogUniform, Normal
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
    assert read_spread("alpha", {"low": 0, "high": 10}, "1") == (0.0, 10.0)
    with pytest.raises(ParameterError, match="low"):
        read_spread("alpha", {"start": 0, "stop": 10}, "1")


def test_a_quantity_needs_its_unit():
    with pytest.raises(ParameterError, match="unit"):
        read_quantity("cutoff_voltage", 2.0, "V")


def test_a_small_number_keeps_its_digits_in_its_si_unit():
    thickness = read_axis("thickness", {"start": 50, "stop": 100, "count": 6, "unit": "µm"}, "m")
    assert thickness == (5e-5, 6e-5, 7e-5, 8e-5, 9e-5, 1e-4)
    diffusivity = {"values": [1e-14, 3.9e-14], "unit": "m2/s"}
    assert read_axis("diffusivity", diffusivity, "m2 s-1") == (1e-14, 3.9e-14)


def test_decades_may_be_spaced_alike():
    table = {"start": 1e-15, "stop": 1e-13, "count": 3, "spacing": "log", "unit": "m2/s"}
    assert read_axis("diffusivity", table, "m2 s-1") == (1e-15, 1e-14, 1e-13)


def test_a_spread_is_read_in_its_own_unit():
    normal = {"distribution": "normal", "mean": 100, "std": 2, "unit": "µm"}
    assert read_spread("thickness", normal, "m") == Normal(mean=1e-4, std=2e-6)
    decades = {"distribution": "log-uniform", "low": 1e-15, "high": 1e-13, "unit": "m2/s"}
    assert read_spread("diffusivity", decades, "m2 s-1") == LogUniform(low=1e-15, high=1e-13)
    with pytest.raises(ParameterError, match="has no unit"):
        read_spread("thickness", {"low": 50, "high": 100}, "m")
    with pytest.raises(ParameterError, match="Nearest: 'normal'"):
        read_spread("alpha", {"distribution": "norml", "mean": 1, "std": 2}, "1")


def test_temperatures_may_be_in_degrees_celsius():
    table = {"start": 0, "stop": 40, "step": 20, "unit": "°C"}
    assert read_axis("initial_temperature", table, "K") == pytest.approx((273.15, 293.15, 313.15))
    spread = {"distribution": "normal", "mean": 25, "std": 5, "unit": "°C"}
    assert read_spread("initial_temperature", spread, "K") == Normal(mean=298.15, std=5.0)
