"""A real cell from its BPX file alone, against what was measured; nothing is fitted."""

from functools import cache

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharge
from tests.reference.comparison import SAMPLES, SHARE, rms
from tests.reference.real_nmc_pouch import CELL_FILE, FILES, FOLDER, PLACE, measured

pytestmark = pytest.mark.skipif(FOLDER is None, reason=f"there is no {PLACE} above the project")


@cache
def cell():
    return load_cell(FOLDER / CELL_FILE)


@cache
def simulated(rate):
    return simulate_discharge(cell(), current=f"{measured(rate).current} A")


@pytest.mark.parametrize(
    ("rate", "millivolts"), [("C/20", 9.0), ("C/2", 12.0), ("1C", 13.0), ("2C", 24.0)]
)
def test_the_measured_voltage_is_met_as_well_as_the_file_allows(rate, millivolts):
    """At equal charge, up to 97 %; the figures are what the same values gave by hand."""
    curve, ours = measured(rate), simulated(rate)
    capacity = ours.capacity * cell().area
    at = np.linspace(0.0, SHARE, SAMPLES) * min(curve.capacity[-1], capacity[-1])
    error = np.interp(at, capacity, ours.voltage) - np.interp(at, curve.capacity, curve.voltage)
    assert 1e3 * rms(error) < millivolts


@pytest.mark.parametrize("rate", FILES)
def test_the_measured_capacity_is_met_within_a_percent(rate):
    ours = simulated(rate).discharge_capacity * cell().area
    assert ours == pytest.approx(measured(rate).capacity[-1], rel=0.01)


def test_the_cell_is_that_of_its_data_sheet():
    assert cell().nominal_capacity == 12.5
    assert cell().current_density("1C") * cell().area == pytest.approx(12.5)
    assert cell().open_circuit_voltage == pytest.approx(4.2, abs=2e-3)  # the upper cut-off
    for layer in (cell().negative, cell().separator, cell().positive):
        assert layer.alpha == pytest.approx(0.5, abs=2e-4)  # printed to four digits
