"""A cell that warms up: its limits. That energy is conserved is shown with the other balances."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.engines import (
    Adiabatic,
    HeatOf,
    Isothermal,
    Lumped,
    simulate,
    simulate_discharge,
)
from microbatt.errors import ParameterError
from tests.engines.idealised import CELL
from tests.reference.released import ALPHA, EXTERNAL_RESISTANCE, released_cell

POINT = (2.3, 1.0, 35.0)


def discharge(thermal, cell=CELL):
    return simulate_discharge(cell, *POINT, thermal=thermal)


def lumped(h):
    return discharge(Lumped(heat_transfer_coefficient=h))


def test_without_heat_transfer_the_lumped_cell_is_adiabatic():
    one, other = lumped(0.0), discharge(Adiabatic())
    np.testing.assert_array_equal(one.voltage, other.voltage)
    np.testing.assert_array_equal(one.temperature, other.temperature)


def test_with_much_heat_transfer_the_lumped_cell_is_isothermal():
    isothermal = discharge(Isothermal())
    # The cell gives off some tens of W m⁻²: its rise is that over h.
    for h in (1e4, 1e6):
        cooled = lumped(h)
        assert cooled.end_temperature - CELL.ambient_temperature < 100.0 / h
        capacity = isothermal.discharge_capacity
        assert cooled.discharge_capacity == pytest.approx(capacity, rel=10.0 / h)


def test_less_heat_transfer_means_a_warmer_cell():
    ends = [lumped(h).end_temperature for h in (0.0, 1.0, 10.0, 100.0)]
    assert np.all(np.diff(ends) < 0.0)


def test_a_warmer_cell_has_the_higher_voltage():
    warm, cold = discharge(Adiabatic()), discharge(Isothermal())
    capacity = np.linspace(0.1, 0.9, 50) * cold.discharge_capacity
    gain = np.interp(capacity, warm.capacity, warm.voltage) - np.interp(
        capacity, cold.capacity, cold.voltage
    )
    assert np.all(gain > 0.0)


def test_a_cell_at_its_ambient_temperature_starts_there_and_only_warms():
    d = discharge(Adiabatic())
    assert d.temperature[0] == CELL.initial_temperature
    assert np.all(np.diff(d.temperature) >= 0.0)
    assert d.end_temperature == d.temperature[-1]


def test_a_cold_cell_in_a_warm_room_is_warmed_by_it():
    cold = replace(CELL, initial_temperature=280.0, ambient_temperature=310.0)
    d = discharge(Lumped(heat_transfer_coefficient=500.0), cold)
    assert d.temperature[0] == 280.0
    assert d.end_temperature == pytest.approx(310.0, abs=1.0)  # some hundred W m⁻² over h


def test_twice_the_heat_capacity_is_half_the_first_warming():
    light = discharge(Adiabatic())
    heavy = discharge(Adiabatic(), replace(CELL, heat_capacity=2.0 * CELL.heat_capacity))
    after = 60.0  # s; by then the temperatures have hardly acted back on the heat
    rise = [np.interp(after, d.time, d.temperature) - 298.15 for d in (light, heavy)]
    assert rise[0] / rise[1] == pytest.approx(2.0, rel=0.02)


@pytest.mark.parametrize(
    ("S", "current", "celsius"),
    [(1.0, 17.5, 46), (1.0, 35.0, 61), (1.0, 70.0, 86), (3.0, 17.5, 65), (3.0, 35.0, 93)],
)
def test_cell_1_ends_as_warm_as_the_documentation_says(S, current, celsius):
    """By its potentials, its drop and 700 J kg⁻¹ K⁻¹; the figures of docs/physics.md."""
    terms = {"inventory": "area-only", "thermal": Adiabatic()}
    d = simulate_discharge(CELL, 2.3, S, current, **terms)
    assert d.end_temperature - 273.15 == pytest.approx(celsius, abs=1.0)  # given to the degree


@pytest.mark.parametrize(("S", "inventory"), [(3.0, "area-only"), (1.0, "conserving")])
def test_heat_of_the_charge_is_that_of_the_particles_where_they_hold_what_is_delivered(
    S, inventory
):
    ends = [
        simulate_discharge(
            CELL, 2.3, S, 35.0, inventory=inventory, thermal=Adiabatic(heat_of=heat_of)
        ).end_temperature
        for heat_of in HeatOf
    ]
    assert ends[0] == pytest.approx(ends[1], abs=1e-9)  # S/3 is rounded


def test_heat_of_the_charge_is_refused_where_the_sites_do_not_hold_it():
    heat = Adiabatic(heat_of=HeatOf.CHARGE)
    with pytest.raises(ParameterError, match=r"`S` is 11.*at most 3.*Leave `heat_of` out"):
        simulate_discharge(CELL, 2.3, 11.0, 17.5, thermal=heat, inventory="area-only")
    assert simulate_discharge(
        CELL, 2.3, 11.0, 17.5, thermal=heat, inventory="conserving"
    ).outcome.is_whole


@pytest.mark.parametrize(("current", "celsius"), [(17.5, 44), (35.0, 56), (70.0, 75)])
def test_the_released_cell_ends_as_warm_as_dualfoil_makes_it(current, celsius):
    """With dualfoil's composition, and a quarter of the drop outside the cell as in version 5.2."""
    thermal = Adiabatic(heat_of=HeatOf.CHARGE)
    cutoff = 2.0 + EXTERNAL_RESISTANCE * current
    cell = released_cell()
    terms = {"inventory": "area-only", "thermal": thermal, "cutoff_voltage": cutoff}
    d = simulate_discharge(cell, ALPHA, 1.0, current, **terms)
    assert d.end_temperature - 273.15 == pytest.approx(celsius, abs=1.0)  # given to the degree


def test_a_cell_without_masses_discharges_alike_and_refuses_a_heat_balance():
    bare = replace(CELL, heat_capacity=None, positive=replace(CELL.positive, density=None))
    full, known = discharge(Isothermal()), discharge(Isothermal(), bare)
    np.testing.assert_array_equal(known.voltage, full.voltage)
    assert np.isnan(known.energy)
    assert np.isfinite(full.energy)
    told = "a heat balance needs `heat_capacity` and `positive_density`, of which the cell"
    with pytest.raises(ParameterError, match=told):
        discharge(Adiabatic(), bare)
    with pytest.raises(ParameterError, match=told):
        simulate(bare, ["Rest for 1 s"], thermal=Adiabatic())
    simulate(bare, ["Rest for 1 s"])
