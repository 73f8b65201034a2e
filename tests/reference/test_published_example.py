"""The released example of the published work, where somebody has it.

Its licence is not stated, so it is no part of the project: see `tests.reference.beside` for where
it is looked for.
"""

from functools import cache

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.engines import Adiabatic, HeatOf, simulate_discharge
from tests.reference.comparison import SAMPLES, SHARE, rms
from tests.reference.released import (
    ALPHA,
    EXTERNAL_RESISTANCE,
    FILES,
    PUBLISHED,
    RESISTANCE,
    S,
    released_cell,
    released_curve,
)

LOWER_CUTOFF = 1.2

pytestmark = pytest.mark.beside(PUBLISHED)
EVERY = pytest.mark.parametrize("current", list(FILES))


@cache
def engine_curve(current):
    thermal = Adiabatic(heat_of=HeatOf.CHARGE)
    terms = {"inventory": "area-only", "thermal": thermal, "cutoff_voltage": LOWER_CUTOFF}
    return simulate_discharge(released_cell(), ALPHA, S, current, **terms)


def voltage_at(current, capacity):
    """The engine's, less the drop outside the cell."""
    d = engine_curve(current)
    return PchipInterpolator(d.capacity, d.voltage)(capacity) - EXTERNAL_RESISTANCE * current


@EVERY
def test_the_released_curves_are_met_within_2_millivolts_up_to_97_percent(current):
    """At even distances of capacity; nothing is fitted to them."""
    released = released_curve(current)
    capacity = np.linspace(0.0, SHARE, SAMPLES) * released.capacity[-1]
    theirs = np.interp(capacity, released.capacity, released.voltage)
    assert rms(voltage_at(current, capacity) - theirs) < 2e-3


@EVERY
def test_the_released_energies_and_powers_are_met_within_a_fifth_of_a_percent(current):
    """The release subtracts the drop of the resistance from the energy once more."""
    released = released_curve(current)
    capacity = np.linspace(0.0, released.capacity[-1], 4001)
    work = np.trapezoid(voltage_at(current, capacity), capacity)
    work -= RESISTANCE * current * released.capacity[-1]
    energy = work / released_cell().mass_per_area
    assert energy == pytest.approx(released.energy, rel=2e-3)
    assert energy * current / released.end == pytest.approx(released.power, rel=2e-3)


def open_circuit_energy(capacity):
    """What `capacity` gives when it moves between the sites of both electrodes [W h m⁻²]."""
    cell, energy = released_cell(), 0.0
    for e, sign in ((cell.negative, -1.0), (cell.positive, 1.0)):
        full = FARADAY * e.active_fraction * e.thickness * e.max_concentration / SECONDS_PER_HOUR
        steps = np.linspace(0.0, capacity, 5001)
        potential = e.open_circuit.potential(e.initial_stoichiometry + sign * steps / full)
        energy += sign * np.trapezoid(potential, steps)
    return energy


@pytest.mark.parametrize("current", [8.75, 17.5, 35.0, 52.5, 70.0])
def test_the_released_cell_warms_as_its_released_energy_says(current):
    """What the open-circuit energy of the charge leaves after the released voltage's work.

    Over m c_p, less what the resistance outside the cell turns into heat: no engine is needed.
    """
    released, cell = released_curve(current), released_cell()
    capacity = released.capacity[-1]
    inside = released.voltage + EXTERNAL_RESISTANCE * current
    heat = open_circuit_energy(capacity) - np.trapezoid(inside, released.capacity)
    rise = SECONDS_PER_HOUR * heat / (cell.heat_capacity * cell.mass_per_area)
    d = engine_curve(current)
    warmed = np.interp(capacity, d.capacity, d.temperature) - cell.initial_temperature
    # The reaction is uneven, and U is not a straight line: some tenths of a kelvin
    assert warmed == pytest.approx(rise, abs=1.0)


@EVERY
def test_the_mass_is_that_of_the_released_energy(current):
    released = released_curve(current)
    work = np.trapezoid(released.voltage, released.capacity)
    work -= RESISTANCE * current * released.capacity[-1]
    assert released_cell().mass_per_area == pytest.approx(work / released.energy, rel=5e-4)
