"""From rows to a discharge: where it begins, where it ends, and what it delivers."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines.dualfoil.curve import discharge_from_rows
from microbatt.outcomes import Outcome

CELL = load_cell("doyle-1996-cell-1")


def discharge(minutes, voltage, outcome=Outcome.CUTOFF_REACHED, **terms):
    minutes = np.array(minutes)
    return discharge_from_rows(
        CELL,
        17.5,
        outcome,
        minutes=minutes,
        voltage=np.array(voltage),
        celsius=np.full(minutes.size, 25.0),
        cutoff_voltage=2.0,
        **terms,
    )


@pytest.mark.parametrize(
    ("voltage", "end"),
    [
        ([4.0, 3.0, 2.5, 1.5], 2.5),  # half way between two rows
        ([4.0, 3.0, 2.5, 2.0], 3.0),  # on a row
        ([4.0, 3.0, 2.0, 1.9], 2.0),  # printed as the cut-off, and once more below it
        ([4.0, 3.0, 1.0, 0.5], 1.5),  # rows beyond are left out
        ([4.0, 3.0, 2.5, 2.0004], 3.0),  # just above: within what dualfoil calls reached
    ],
)
def test_a_curve_ends_on_the_cutoff(voltage, end):
    one = discharge([0.0, 1.0, 2.0, 3.0], voltage)
    assert one.voltage[-1] == 2.0
    assert one.time[-1] / 60.0 == pytest.approx(end)
    assert (one.voltage[:-1] > 2.0).all()
    assert one.time.size == one.voltage.size == one.temperature.size


def test_the_voltage_of_the_first_moment_takes_the_place_of_the_first_row():
    one = discharge([0.0, 1.0, 2.0], [3.9, 3.0, 2.0], initial_voltage=4.0)
    assert (one.voltage[0], one.time[0], one.initial_voltage) == (4.0, 0.0, 4.0)


def test_energy_and_power_are_those_of_the_rows():
    one = discharge([0.0, 30.0, 60.0], [4.0, 3.0, 2.0])
    assert one.energy == pytest.approx(17.5 * 3.0 / CELL.mass_per_area)
    assert one.power == pytest.approx(one.energy)
    assert one.discharge_capacity == 17.5


@pytest.mark.parametrize("outcome", [Outcome.CUTOFF_AT_START, Outcome.CRASHED])
def test_where_there_is_no_curve_there_is_no_number_of_one(outcome):
    one = discharge([0.0, 1.0], [1.9, 1.8], outcome)
    assert one.time.size == 0
    assert np.isnan([one.energy, one.power, one.end_temperature, one.discharge_capacity]).all()
    assert one.initial_voltage == 1.9


def test_a_single_row_is_no_curve():
    assert discharge([0.0], [3.0], Outcome.NO_CONVERGENCE).time.size == 0
