"""Argument checks say what came, what is allowed and what to do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.checks import (
    FINITE,
    FRACTION,
    POSITIVE,
    Interval,
    check_choice,
    check_extra,
    check_integer,
    check_number,
    suggestion,
)
from microbatt.errors import MissingExtraError, ParameterError


def test_a_percentage_porosity_is_refused_with_the_remedy():
    with pytest.raises(ParameterError) as error:
        check_number("porosity", 30, Interval(0.01, 0.99), remedy="Divide a percentage by 100.")
    assert str(error.value) == (
        "`porosity` is 30; it must lie in [0.01, 0.99]. Divide a percentage by 100."
    )


def test_the_message_carries_the_unit_of_value_and_range():
    with pytest.raises(ParameterError, match=r"is -5 µm; it must lie in \[0\.1, 5000\] µm\."):
        check_number("thickness", -5, Interval(0.1, 5000.0), unit="µm")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.nan])
@pytest.mark.parametrize("allowed", [FINITE, POSITIVE, FRACTION])
def test_nan_and_infinity_lie_in_no_range(value, allowed):
    with pytest.raises(ParameterError, match="must lie in"):
        check_number("x", value, allowed)


@pytest.mark.parametrize("value", ["0.3", None, True, [0.3], 1j])
def test_what_is_not_a_real_number_is_refused(value):
    with pytest.raises(ParameterError, match="it must be a number in"):
        check_number("x", value, FRACTION)


@given(st.floats(0.0, 1.0))
def test_a_number_in_range_comes_back_as_the_same_float(value):
    assert check_number("x", np.float64(value), FRACTION) == value


def test_an_open_end_excludes_its_bound_and_a_closed_one_includes_it():
    assert 0.0 not in POSITIVE
    assert 0.0 in FRACTION
    assert 1.0 in FRACTION
    assert str(POSITIVE) == "(0, inf)"


@pytest.mark.parametrize("value", [2.5, 2, 21, math.nan, "7", True])
def test_whole_numbers_outside_the_range_or_not_whole_are_refused(value):
    with pytest.raises(ParameterError, match="it must be a whole number from 3 to 20"):
        check_integer("shells", value, low=3, high=20)


def test_a_whole_float_counts_as_an_integer():
    assert check_integer("shells", np.float64(7.0), low=3) == 7


def test_an_unknown_name_is_answered_with_the_nearest_known_ones():
    with pytest.raises(ParameterError, match=r"Nearest: 'area-only'\. Known: 'area-only', 'cons"):
        check_choice("inventory", "area_only", ["area-only", "conserving"])


def test_a_part_of_a_name_finds_the_whole():
    assert suggestion("coke", ["petroleum-coke", "mcmb-2528"]).startswith(
        "Nearest: 'petroleum-coke'."
    )


def test_where_nothing_is_near_all_known_names_are_offered():
    assert suggestion("zzz", ["b", "a"]) == "Known: 'a', 'b'."
    assert suggestion("zzz", []) == "None is known."


def test_a_missing_extra_names_the_command_that_brings_it():
    with pytest.raises(MissingExtraError, match=r"pip install 'microbatt\[plot\]'"):
        check_extra("no_such_module_anywhere", extra="plot")
