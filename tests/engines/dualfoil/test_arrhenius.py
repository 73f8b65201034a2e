"""The same properties at the same temperature, whatever the terms in which they are put."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microbatt.engines import Adiabatic, Isothermal
from microbatt.engines.dualfoil.arrhenius import DUALFOIL_REFERENCE, in_dualfoils_terms
from tests.cells.strategies import cells

TEMPERATURE = st.floats(260.0, 340.0)


def ours(value, activation, temperature):
    return value * math.exp(activation * (1.0 / 298.15 - 1.0 / temperature))


def theirs(value, activation, temperature, sign=1.0):
    shift = 1.0 / DUALFOIL_REFERENCE - 1.0 / temperature
    return value * math.exp(sign * activation * shift)


def properties(electrode, energies, side):
    """Value and energy of what depends on temperature in the deck: here, and in dualfoil."""
    return (
        (electrode.solid_diffusivity, getattr(energies, f"{side}_solid_diffusivity"), 1.0),
        (electrode.rate_constant, getattr(energies, f"{side}_kinetics"), 1.0),
        (electrode.film_resistance, getattr(energies, f"{side}_film"), -1.0),
    )


def check_electrodes(cell, thermal, temperature):
    written, energies = in_dualfoils_terms(cell, thermal)
    for side in ("negative", "positive"):
        before = getattr(cell, side)
        expected = (
            ours(before.solid_diffusivity, before.solid_diffusivity_activation, temperature),
            ours(before.rate_constant, before.rate_constant_activation, temperature),
            ours(before.film_resistance, before.film_resistance_activation, temperature),
        )
        found = [
            theirs(value, energy, temperature, sign)
            for value, energy, sign in properties(getattr(written, side), energies, side)
        ]
        assert found == pytest.approx(expected, rel=1e-9)


@settings(max_examples=15)
@given(cells())
def test_at_constant_temperature_every_property_is_the_same(cell):
    temperature = cell.initial_temperature
    check_electrodes(cell, Isothermal(), temperature)
    _, energies = in_dualfoils_terms(cell, Isothermal())
    salt = cell.electrolyte
    for energy, activation in (
        (energies.conductivity, salt.conductivity_activation),
        (energies.salt_diffusivity, salt.diffusivity_activation),
    ):
        if temperature != DUALFOIL_REFERENCE:
            expected = ours(1.0, activation, temperature)
            assert theirs(1.0, energy, temperature) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=15)
@given(cells(), TEMPERATURE)
def test_at_any_temperature_what_is_in_the_deck_is_the_same(cell, temperature):
    check_electrodes(cell, Adiabatic(), temperature)
