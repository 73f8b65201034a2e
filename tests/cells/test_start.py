"""A discharge starts where a state of charge, a voltage or two stoichiometries say."""

import pytest

from microbatt.cells import load_cell
from microbatt.cells.start import window_doubts
from microbatt.errors import ParameterError

CELL = load_cell("doyle-1996-cell-1")
LIMITED = CELL.with_values({"lower_cutoff_voltage": 3.0, "upper_cutoff_voltage": 4.2})
WINDOW = CELL.with_values(
    {
        "negative_stoichiometry_full": 0.56,
        "negative_stoichiometry_empty": 0.06,
        "positive_stoichiometry_full": 0.2,
        "positive_stoichiometry_empty": 0.9,
    }
)


def lithium(cell):
    """Per area, in both electrodes [mol m⁻²]."""
    return sum(
        e.thickness * e.active_fraction * e.max_concentration * e.initial_stoichiometry
        for e in (cell.negative, cell.positive)
    )


@pytest.mark.parametrize("voltage", [3.2, 3.9, 4.1])
@pytest.mark.parametrize("cell", [CELL, LIMITED])
def test_a_voltage_is_met_with_the_lithium_that_is_there(cell, voltage):
    started = cell.starting_at(f"{1000 * voltage} mV")
    assert started.open_circuit_voltage == pytest.approx(voltage, abs=1e-12)
    assert lithium(started) == pytest.approx(lithium(cell), rel=1e-12)


def test_full_and_empty_are_at_the_cut_offs_where_no_window_is_stated():
    assert LIMITED.starting_at(1.0).open_circuit_voltage == pytest.approx(4.2)
    assert LIMITED.starting_at(0).open_circuit_voltage == pytest.approx(3.0)
    assert LIMITED.starting_at("30 %").state_of_charge == pytest.approx(0.3)


def test_a_window_that_is_stated_is_met_exactly_at_both_ends():
    full, empty = WINDOW.starting_at(1.0), WINDOW.starting_at("0 %")
    assert (full.negative.initial_stoichiometry, full.positive.initial_stoichiometry) == (0.56, 0.2)
    assert (empty.negative.initial_stoichiometry, empty.positive.initial_stoichiometry) == (
        0.06,
        0.9,
    )
    half = WINDOW.starting_at(0.5)
    assert half.negative.initial_stoichiometry == pytest.approx(0.31)
    assert half.starting_at(f"{half.open_circuit_voltage} V").state_of_charge == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("cell", "start", "message"),
    [
        (CELL, 0.8, "does not say when it is full. Give `stoichiometry_full`"),
        (LIMITED, 80, r"`start` is 80; it must lie in \[0, 1\]. Give a state of charge"),
        (LIMITED, "5 V", r"`start` is 5 V; at rest the cell has from .* to .* V"),
        (LIMITED, "3 A", "which is no start"),
        (LIMITED, "full", "which is no start"),
        (LIMITED, float("nan"), "must lie in"),
    ],
)
def test_a_start_that_cannot_be_is_refused(cell, start, message):
    with pytest.raises(ParameterError, match=message):
        cell.starting_at(start)


def test_a_cell_that_does_not_say_when_it_is_full_has_no_state_of_charge():
    assert CELL.state_of_charge is None


def test_a_start_beyond_full_is_told_in_the_unit_in_which_it_came():
    cell = load_cell("chen-2020")
    with pytest.raises(ParameterError, match=r"`start` is 142 %; it must lie in \[0, 100\] %"):
        cell.starting_at("142 %")
    assert cell.starting_at("80 %") == cell.starting_at(0.8)


@pytest.mark.parametrize(
    ("name", "less", "doubted"), [("prada-2013", 0.01, False), ("chen-2020", 0.015, True)]
)
def test_a_full_cell_below_its_cut_off_is_doubted_unless_little_charge_leads_there(
    name, less, doubted
):
    """LFP rests far below its cut-off at once."""
    cell = load_cell(name)
    full = {
        "positive_stoichiometry_full": cell.positive.initial_stoichiometry + less,
        "negative_stoichiometry_full": cell.negative.initial_stoichiometry - less,
        "positive_stoichiometry_empty": 0.9,
        "negative_stoichiometry_empty": 0.05,
    }
    doubts = window_doubts(cell.with_values(full))
    assert any("full by its stoichiometries" in one for one in doubts) == doubted
