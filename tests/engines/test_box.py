"""What holds of every discharge in the box that the engine is made for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from microbatt.constants import FARADAY
from microbatt.engines import Inventory, simulate_discharge
from microbatt.outcomes import Outcome
from tests.engines.idealised import CELL

HIGHEST = CELL.positive.open_circuit.limits[1]


@st.composite
def discharges(draw):
    """Discharges of cell 1 anywhere in the box, in either balance."""
    return simulate_discharge(
        CELL,
        draw(st.floats(0.0, 10.0)),
        draw(st.floats(0.3, 40.0)),
        draw(st.floats(1.75, 122.5)),
        inventory=draw(st.sampled_from(Inventory)),
    )


@given(discharges())
def test_every_discharge_ends_for_a_physical_reason(d):
    assert d.outcome.is_whole or d.outcome is Outcome.CUTOFF_AT_START
    assert d.outcome.is_whole == (d.time.size > 1)


@given(discharges())
def test_the_curve_of_a_whole_discharge_is_finite_from_the_first_instant_to_the_cut_off(d):
    if not d.outcome.is_whole:
        return
    assert d.time[0] == 0.0
    assert d.voltage[0] == d.initial_voltage < d.open_circuit_voltage
    assert np.all(np.diff(d.time) > 0.0)
    assert np.all(np.isfinite(d.voltage))
    assert np.all(d.voltage[:-1] > 2.0)
    assert abs(d.voltage[-1] - 2.0) < 1e-4  # V; the engine stops within 1e-5


@given(discharges())
def test_the_voltage_falls_at_every_step(d):
    if d.outcome.is_whole:
        assert np.all(np.diff(d.voltage) < 0.0)


@given(discharges())
def test_no_state_is_unphysical(d):
    assert d.min_salt_concentration > 0.0
    assert d.min_salt_concentration <= CELL.electrolyte.initial_concentration
    assert 0.0 < d.negative_surface_stoichiometry <= CELL.negative.initial_stoichiometry
    assert CELL.positive.initial_stoichiometry <= d.positive_surface_stoichiometry < HIGHEST


@given(discharges())
def test_no_more_lithium_is_delivered_than_there_is(d):
    if d.outcome.is_whole:
        e = CELL.negative
        full = FARADAY / 3600.0 * e.active_fraction * e.thickness * e.max_concentration
        assert 0.0 < d.discharge_capacity < full * e.initial_stoichiometry


@given(discharges())
def test_the_energy_is_the_integral_of_the_voltage_over_the_capacity(d):
    if not d.outcome.is_whole:
        assert np.isnan(d.energy)
        assert np.isnan(d.power)
        return
    work = np.trapezoid(d.voltage, d.capacity)
    # Chords are within 20 µV of the curve, but where it falls vertically at its end.
    np.testing.assert_allclose(d.energy, work / CELL.mass_per_area, rtol=1e-5)
    np.testing.assert_allclose(d.power, d.energy / (d.time[-1] / 3600.0), rtol=1e-12)


@given(discharges())
def test_an_isothermal_cell_keeps_its_temperature(d):
    assert np.all(d.temperature == CELL.initial_temperature)
    assert d.end_temperature == CELL.initial_temperature
