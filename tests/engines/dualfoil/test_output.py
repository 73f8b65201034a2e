"""What dualfoil wrote, read back from outputs in each of its forms, whole or cut short."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.engines.dualfoil.files.output import curve_rows, parse_output, read_output, read_row

DATA = Path(__file__).parent / "data"


def output(name):
    return read_output(DATA / f"{name}.out")


def test_the_table_is_read_and_the_echo_of_the_deck_is_not():
    found = output("cutoff_reached")
    assert found.rows.shape == (14, 8)
    assert found.column("minutes")[-1] == 26.565
    assert found.column("voltage")[-1] == 1.99995
    assert found.column("current").tolist() == [35.0] * 14
    assert not found.broken_rows


def test_mass_energy_and_power_are_read():
    found = output("cutoff_reached")
    assert (found.mass, found.energy, found.power) == (0.7549, 59.82, 135.10)


def test_its_own_words_are_kept_and_the_echo_is_not():
    words = output("salt_at_a_cliff").words
    assert "311 this time step did not converge" in words
    assert "Salt concentration driven to zero." in words
    assert any(line.startswith("dV/dt at point of failure") for line in words)
    assert not any("lim" in line for line in words)


def test_rows_end_at_the_first_that_is_no_number():
    found = output("rows_of_nan")
    assert found.broken_rows
    assert len(found.rows) == 6
    assert np.isfinite(found.column("voltage")).all()


def test_a_heat_that_overflows_its_field_costs_no_row():
    found = output("overflowing_heat")
    assert len(found.rows) == 3
    assert np.isnan(found.column("heat")).all()
    assert not found.broken_rows


def test_a_row_that_was_being_written_is_left_out():
    assert output("cut_short").column("minutes")[-1] == 10.0


def test_a_missing_output_is_none(tmp_path):
    assert read_output(tmp_path / "dualfoil5.out") is None


@pytest.mark.parametrize(
    "line", ["", "mass = 0.75, kg, a, b, c, d, e, f", "1, 2, 3", "1,2,3,4,5,6,7,8,9,10,11"]
)
def test_lines_that_are_no_rows_are_none(line):
    assert read_row(line) is None


def test_power_that_is_not_a_number_is_not_taken_for_one():
    assert parse_output(" specific power segment  =      NaN W/kg").power is None


def test_repeated_zero_steps_are_dropped_and_the_first_row_kept():
    found = output("cutoff_reached")
    minutes, voltage = found.column("minutes"), found.column("voltage")
    kept = curve_rows(minutes, voltage)
    assert minutes[kept][:4].tolist() == [0.0, 0.001, 0.5, 5.0]
    assert voltage[kept][:4].tolist() == [3.67024, 3.66626, 3.6, 3.4]


steps = st.lists(st.tuples(st.integers(1, 3000), st.integers(-300, 300)), min_size=2, max_size=30)


@given(steps)
def test_steps_printed_three_times_the_first_with_a_stale_time_give_the_steps(steps):
    minutes = np.concatenate([[0.0], np.cumsum([dt for dt, _ in steps]) / 1000.0])
    voltage = 4.0 - np.cumsum([0] + [abs(dv) + 1 for _, dv in steps]) / 1e5
    stale = np.concatenate([[0.0], minutes[:-1]])
    printed_minutes = np.stack([stale, minutes, minutes], axis=1).ravel()[2:]
    printed_voltage = np.repeat(voltage, 3)[2:]
    kept = curve_rows(printed_minutes, printed_voltage)
    np.testing.assert_array_equal(printed_minutes[kept], minutes)
    np.testing.assert_array_equal(printed_voltage[kept], voltage)


@given(st.lists(st.floats(0.0, 100.0), max_size=40))
def test_whatever_the_times_the_curve_goes_forward(times):
    minutes = np.array(times)
    kept = curve_rows(minutes, np.linspace(4.0, 2.0, minutes.size))
    assert (np.diff(minutes[kept]) > 0.0).all()
