"""Currents as people write them, per area of separator."""

from dataclasses import replace

import pytest

from microbatt.cells import load_cell
from microbatt.errors import ParameterError

CELL = load_cell("doyle-1996-cell-1")  # 1 C is 17.5 A m⁻²
SIZED = replace(CELL, electrode_area=0.01, electrode_pairs=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (35, 35.0),
        (35.5, 35.5),
        ("35", 35.0),
        ("1C", 17.5),
        ("2 C", 35.0),
        ("0.5C", 8.75),
        ("C/20", 0.875),
        ("C / 2.5", 7.0),
        ("17.5 A m-2", 17.5),
        ("17.5 A/m2", 17.5),
        ("17.5 A m⁻²", 17.5),
        ("1.75 mA/cm2", 17.5),
        ("1.75mA cm⁻²", 17.5),
        ("0.875 A", 17.5),
        ("875mA", 17.5),
        (" 1e1 A/m2 ", 10.0),
    ],
)
def test_a_current_is_read_in_every_form(text, expected):
    assert SIZED.current_density(text) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("text", ["12.5 A", "300 mA"])
def test_a_current_of_a_whole_cell_needs_its_size(text):
    with pytest.raises(ParameterError, match=r"how large it is. Add `electrode_area` to it"):
        CELL.current_density(text)


@pytest.mark.parametrize(
    "text", ["", "fast", "C", "C/", "C/0", "1 V", "1 Ah", "1 A m-3", "1C/2", "--1C", "1,5C", "nanA"]
)
def test_what_is_no_current_is_refused_with_the_forms(text):
    with pytest.raises(ParameterError, match=r"`current` is .*Give A m⁻² as a number"):
        SIZED.current_density(text)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), None, [1.0], True])
def test_a_number_must_be_one(number):
    with pytest.raises(ParameterError, match="`current` is"):
        CELL.current_density(number)


def test_the_size_of_a_cell_is_written_where_it_is_said_only():
    assert (CELL.area, SIZED.area) == (None, pytest.approx(0.05))
    assert "electrode_area" not in CELL.to_dict()["cell"]
    assert SIZED.to_dict()["cell"]["electrode_pairs"] == 5.0


def test_a_discharge_ends_at_the_cells_own_cut_off():
    assert CELL.cutoff_voltage == 2.0
    assert replace(CELL, lower_cutoff_voltage=2.7).cutoff_voltage == 2.7
