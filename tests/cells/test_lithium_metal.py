"""Half-cells: lithium metal in the place of a negative electrode."""

from dataclasses import replace

import pytest

from microbatt.cells import Cell, LithiumMetal, load_cell, to_toml
from microbatt.cells.toml import parse_cell
from microbatt.errors import ParameterError

CELL = load_cell("lco-graphite")
HALF = replace(CELL, negative=LithiumMetal(exchange_current_density=5.0, thickness=1e-4))


def test_a_half_cell_survives_being_written():
    assert Cell.from_dict(HALF.to_dict()) == HALF
    assert parse_cell(to_toml(HALF, source="a test")) == HALF
    assert HALF.digest != CELL.digest


def test_its_voltage_is_that_of_the_electrode_that_works():
    theta = HALF.positive.initial_stoichiometry
    assert HALF.open_circuit_voltage == float(HALF.positive.open_circuit.potential(theta))
    assert HALF.metal == HALF.negative
    assert CELL.metal is None


def test_the_metal_counts_for_the_mass():
    thicker = replace(HALF, negative=replace(HALF.negative, thickness=2e-4))
    assert thicker.mass_per_area - HALF.mass_per_area == pytest.approx(1e-4 * 534.0)


def test_what_needs_a_porous_negative_electrode_says_so():
    with pytest.raises(ParameterError, match="lithium metal has no `open_circuit`"):
        _ = HALF.negative.open_circuit
    with pytest.raises(ParameterError, match="metal has no `particle_radius`"):
        HALF.value("negative_particle_radius")
    with pytest.raises(ParameterError, match="lithium metal has no `alpha`"):
        HALF.with_values({"negative_alpha": 1.0})


def test_it_is_shown_as_what_it_is():
    assert "lithium metal" in repr(HALF)
    assert "lithium metal" in HALF._repr_html_()
    assert "5" in repr(HALF.negative)
    assert "exchange_current_density" in HALF.negative._repr_html_()
