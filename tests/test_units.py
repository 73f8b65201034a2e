"""Unit strings become SI, or are refused with what to write."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.errors import ParameterError
from microbatt.units import parse_unit, to_si, value_in_si


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("cm2/s", "cm² s⁻¹"),
        ("cm^2 s^-1", "cm² s⁻¹"),
        ("mAh/g", "mAh g-1"),
        ("1/s", "s-1"),
        ("Ω m²", "ohm m2"),
        ("A·m⁻²", "A/m2"),
        ("um", "µm"),
        ("μm", "µm"),  # the Greek letter and the micro sign
        ("M", "mol/L"),
        ("V A-1", "ohm"),
        ("W", "V A"),
    ],
)
def test_spellings_of_one_unit_are_equal(text, same):
    assert parse_unit(text).dimension == parse_unit(same).dimension
    assert parse_unit(text).factor == pytest.approx(parse_unit(same).factor, rel=1e-14)


@pytest.mark.parametrize(
    ("value", "unit", "si_unit", "expected"),
    [
        (100, "µm", "m", 1e-4),
        (174, "µm", "m", 174e-6),
        (12.5, "µm", "m", 12.5e-6),
        (3.9e-10, "cm2/s", "m2 s-1", 3.9e-14),
        (1100, "ohm cm2", "ohm m2", 0.11),
        (1.9, "g/cm3", "kg m-3", 1900.0),
        (2, "mol/L", "mol m-3", 2000.0),
        (1, "mA/cm2", "A m-2", 10.0),
        (1, "W h kg-1", "J kg-1", 3600.0),
        (44.4, "%", "1", 0.444),
        (30, "mAh", "A h", 0.03),
    ],
)
def test_customary_units_convert_to_si(value, unit, si_unit, expected):
    assert to_si(value, unit, si_unit=si_unit) == pytest.approx(expected, rel=1e-15)


def test_a_round_number_of_micrometres_is_the_same_float_as_its_literal_in_metres():
    assert [to_si(n, "µm", si_unit="m") for n in (100, 52, 174)] == [100e-6, 52e-6, 174e-6]


@pytest.mark.parametrize("text", ["percent", "", "furlong", "°C", "m/", "5 m", "m$2"])
def test_what_is_not_a_product_of_powers_is_refused_with_an_example(text):
    with pytest.raises(ParameterError, match="write a product of powers such as `µm`"):
        parse_unit(text)


def test_a_unit_of_another_dimension_is_refused_naming_both():
    with pytest.raises(ParameterError, match=r"`kg`.*same thing as `m`"):
        to_si(1.0, "kg", si_unit="m")


@given(st.floats(1e-12, 1e12), st.sampled_from(["nm", "mm", "cm", "km"]))
def test_there_and_back_is_the_identity(value, unit):
    metres = to_si(value, unit, si_unit="m")
    assert math.isclose(to_si(metres, "m", si_unit=unit), value, rel_tol=1e-15)


def test_a_temperature_may_be_in_degrees_celsius_and_nothing_else_may():
    assert value_in_si(25, "°C", si_unit="K") == 298.15
    assert value_in_si(300, "K", si_unit="K") == 300.0
    with pytest.raises(ParameterError, match="write a product of powers"):
        value_in_si(25, "°C", si_unit="V")
    with pytest.raises(ParameterError, match="write a product of powers"):
        to_si(1.0, "°C", si_unit="K")
