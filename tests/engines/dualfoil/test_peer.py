"""A real dualfoil, where one is found through its setting: MICROBATT_DUALFOIL names it.

A public copy has S = 3 built in, and the exponent 3.3 for the plastic electrolytes.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from microbatt.cells import load_cell
from microbatt.engines import Adiabatic, simulate_discharge
from microbatt.engines.dualfoil import (
    ENGINE,
    DualfoilSettings,
    find_executable,
    simulate_with_history,
)
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome


def _found():
    try:
        return find_executable(DualfoilSettings())
    except ParameterError:
        return None


pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(_found() is None, reason="no dualfoil executable is found"),
]

CELL = load_cell("doyle-1996-cell-1")
SHARE = 0.97
"""Of the capacity: beyond it curves are steep, and small differences of capacity large ones."""


def differences(current, cell=CELL, **terms):
    """dualfoil's voltage less the native engine's [V], and both discharges."""
    theirs = simulate_discharge(cell, 2.3, 3.0, current, engine="dualfoil", **terms)
    ours = simulate_discharge(cell, 2.3, 3.0, current, **terms)
    inner = np.linspace(0.001, SHARE, 400) * min(theirs.capacity[-1], ours.capacity[-1])
    voltages = [PchipInterpolator(one.capacity, one.voltage)(inner) for one in (theirs, ours)]
    return voltages[0] - voltages[1], theirs, ours


@pytest.mark.parametrize("current", [8.75, 35.0, 70.0])
def test_the_two_engines_agree_as_far_as_their_meshes_do(current):
    """dualfoil's uniform mesh is off by half a millivolt at high current."""
    difference, theirs, ours = differences(current)
    assert np.sqrt(np.mean(difference**2)) < 1e-3
    assert theirs.discharge_capacity == pytest.approx(ours.discharge_capacity, rel=1e-3)
    assert theirs.outcome.is_whole


def test_at_the_first_moment_they_agree_within_its_printed_digits_and_mesh():
    _, theirs, ours = differences(17.5)
    assert theirs.initial_voltage == pytest.approx(ours.initial_voltage, abs=2e-4)
    assert theirs.open_circuit_voltage == pytest.approx(ours.open_circuit_voltage, abs=1e-9)


def test_they_warm_alike():
    """Conductivity and diffusivity of the salt are 0.7 % larger in dualfoil, see arrhenius.py."""
    difference, theirs, ours = differences(35.0, thermal=Adiabatic())
    assert theirs.end_temperature == pytest.approx(ours.end_temperature, abs=0.5)
    assert np.sqrt(np.mean(difference**2)) < 1e-3


def test_at_another_temperature_they_agree_as_well():
    warm = replace(CELL, initial_temperature=313.15)
    difference, _, _ = differences(35.0, cell=warm)
    assert np.sqrt(np.mean(difference**2)) < 1e-3


def test_it_stops_at_a_cliff_and_says_so():
    record = simulate_with_history(ENGINE.request(cell=CELL), 2.3, 3.0, 1.75)
    assert record.discharge.outcome is Outcome.LITHIUM_EXHAUSTED
    words = " ".join(record.attempts[0].words)
    assert "did not converge" in words
    assert "Solid concentration driven to zero" in words


def test_its_printed_energy_is_the_integral_of_its_rows():
    record = simulate_with_history(ENGINE.request(cell=CELL), 2.3, 3.0, 35.0)
    attempt = record.attempts[record.chosen]
    assert record.discharge.energy == pytest.approx(attempt.energy, abs=0.02)
    assert attempt.mass == pytest.approx(CELL.mass_per_area, abs=1e-4)


def test_a_cutoff_above_the_first_voltage_leaves_no_curve():
    one = simulate_discharge(CELL, 2.3, 3.0, 35.0, engine="dualfoil", cutoff_voltage=3.9)
    assert one.outcome is Outcome.CUTOFF_AT_START
    assert one.time.size == 0


def test_a_limit_shorter_than_a_curve_is_kept():
    one = simulate_discharge(CELL, 2.3, 3.0, 1.75, engine="dualfoil", time_limit=0.2)
    assert one.outcome is Outcome.TIME_LIMIT
