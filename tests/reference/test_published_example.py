"""The released example of the published work, where it lies beside the repository.

Its licence is not stated, so it is no part of the project: these tests look for
``../shared/reference/published_example`` and are skipped, saying so, where it is absent.
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from microbatt.cells.reading import load_cell
from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.engines.simulation import simulate_discharge
from microbatt.engines.request import Adiabatic

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "published_example"
FILES = {
    1.75: "set1_0,1Crate.csv",
    8.75: "set1_0,5Crate.csv",
    17.5: "set1_1Crate.csv",
    35.0: "set1_2Crate.csv",
    52.5: "set1_3Crate.csv",
    70.0: "set1_4Crate.csv",
}
ALPHA, S = 2.305, 1.0

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the released example is not beside the repository"
)


def released_cell():
    """Cell 1 as the release has it: its drop as a contact resistance, kinetics without limit."""
    cell = load_cell("doyle-1996-cell-1")
    fast = {"rate_constant": 1e-3, "film_resistance": 0.0}
    return replace(
        cell,
        negative=replace(cell.negative, **fast),
        positive=replace(cell.positive, effective_solid_conductivity=1.406, **fast),
        contact_resistance=0.00972,
    )


def released_curve(current):
    """Capacity [A h m⁻²] and voltage [V]; every step stands three times, the last is right."""
    with (FOLDER / FILES[current]).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[2::3]
    minutes = np.array([float(row["Time (min)"]) for row in rows])
    return current * minutes / 60.0, np.array([float(row["Cell pot(V)"]) for row in rows])


def engine_curve(current, cutoff):
    return simulate_discharge(
        released_cell(), ALPHA, S, current, thermal=Adiabatic(), cutoff_voltage=cutoff
    )


def open_circuit_energy(capacity):
    """What the lithium of `capacity` gives when it moves between the electrodes [W h m⁻²]."""
    cell, energy = released_cell(), 0.0
    for e, share in ((cell.negative, -1.0), (cell.positive, 3.0 / S)):
        full = FARADAY * e.active_fraction * e.thickness * e.max_concentration / SECONDS_PER_HOUR
        steps = np.linspace(0.0, capacity, 5001)
        potential = e.open_circuit.potential(e.initial_stoichiometry + share * steps / full)
        energy += np.copysign(1.0, share) * np.trapezoid(potential, steps)
    return energy


@pytest.mark.parametrize("current", [8.75, 17.5, 35.0, 52.5, 70.0])
def test_the_released_cell_warms_as_its_released_energy_says(current):
    """What the open-circuit energy leaves after the released voltage's work, over m c_p.

    This gives 34, 42, 56, 68 and 79 °C without any engine.
    """
    capacity, voltage = released_curve(current)
    cell = released_cell()
    heat = open_circuit_energy(capacity[-1]) - np.trapezoid(voltage, capacity)
    rise = SECONDS_PER_HOUR * heat / (cell.heat_capacity * cell.mass_per_area)
    d = engine_curve(current, voltage[-1] - 0.3)
    warmed = np.interp(capacity[-1], d.capacity, d.temperature) - cell.initial_temperature
    assert warmed == pytest.approx(rise, abs=2.0)  # K; what 20 mV of voltage are worth


@pytest.mark.parametrize("current", list(FILES))
def test_the_released_curves_are_met_within_a_percent_of_the_voltage(current):
    """The thermal parameters of the release are not known; they matter most at high current."""
    capacity, voltage = released_curve(current)
    inside = (capacity > 0.01 * capacity[-1]) & (capacity < 0.97 * capacity[-1])
    d = engine_curve(current, voltage[-1] - 0.3)
    ours = PchipInterpolator(d.capacity, d.voltage)(capacity[inside])
    error = np.sqrt(np.mean((ours / voltage[inside] - 1.0) ** 2))
    assert error < 0.01


@pytest.mark.parametrize("current", list(FILES))
def test_the_mass_is_that_of_the_released_energy(current):
    """The release subtracts the drop of the contact twice: E = (∫V dQ − R I Q)/m."""
    capacity, voltage = released_curve(current)
    with (FOLDER / FILES[current]).open(encoding="utf-8") as file:
        energy = float(next(csv.DictReader(file))["Energy"])
    work = np.trapezoid(voltage, capacity) - 0.00974 * current * capacity[-1]
    assert released_cell().mass_per_area == pytest.approx(work / energy, rel=5e-4)
