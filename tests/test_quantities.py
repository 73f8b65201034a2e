"""Every quantity is named once, with a unit that others can read."""

import re

import pytest

from microbatt.errors import ParameterError
from microbatt.quantities import QUANTITIES, quantity
from microbatt.units import parse_unit

PERCENT = {name for name, found in QUANTITIES.items() if found.units == "%"}
"""Scores as the literature prints them: written, and never read as an input."""


def test_only_relative_errors_are_in_percent():
    assert all("_error" in name for name in PERCENT)


@pytest.mark.parametrize("name", sorted(QUANTITIES.keys() - PERCENT))
def test_units_are_products_of_known_powers(name):
    assert parse_unit(QUANTITIES[name].units).factor > 0.0


@pytest.mark.parametrize("name", sorted(QUANTITIES.keys() - PERCENT))
def test_pretty_units_read_back_as_the_same_unit(name):
    found = QUANTITIES[name]
    pretty = "1" if found.units == "1" else found.pretty_units
    assert parse_unit(pretty) == parse_unit(found.units)


@pytest.mark.parametrize("name", QUANTITIES)
def test_long_names_carry_no_unit_and_names_are_identifiers(name):
    assert name.isidentifier()
    assert not re.search(r"[\[\]]", QUANTITIES[name].long_name)


def test_attributes_are_a_new_dictionary_each_time():
    quantity("voltage").attrs["units"] = "furlong"
    assert quantity("voltage").attrs["units"] == "V"


def test_an_unknown_quantity_is_answered_with_the_nearest():
    with pytest.raises(ParameterError, match="Nearest: 'voltage'"):
        quantity("voltge")
