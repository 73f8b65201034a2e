"""Functions of the stoichiometry and of the salt in place of numbers, and half-cells."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from microbatt.cells import LithiumMetal, load_cell
from microbatt.cells.electrolyte_fits import own_electrolyte
from microbatt.cells.stoichiometry_functions import own_entropy, own_shape
from microbatt.constants import FARADAY, GAS_CONSTANT
from microbatt.engines import Adiabatic, Settings, simulate_discharge
from microbatt.outcomes import Outcome
from tests.porous_electrode.end_states import discharged
from tests.porous_electrode.pybamm_curves import CURVES, CUTOFF, SHARES, document

CELL = load_cell("lco-graphite")
EVEN = own_shape("D", {"value": 1.0})
UNEVEN = own_shape("D", {"expression": "0.1 + 3*exp(-6*x)"})


def with_shape(cell, shape):
    """The cell with D_s times a function of the stoichiometry, in both electrodes."""
    return replace(
        cell,
        negative=replace(cell.negative, solid_diffusivity_shape=shape),
        positive=replace(cell.positive, solid_diffusivity_shape=shape),
    )


def gap(ours, theirs, share=0.95):
    """Voltages of one curve less those of another at the same times [V]."""
    at = np.linspace(0.0, share, 300) * min(ours.time[-1], theirs.time[-1])
    ours, theirs = (PchipInterpolator(one.time, one.voltage) for one in (ours, theirs))
    return ours(at) - theirs(at)


# --- D_s of the stoichiometry --------------------------------------------------------------------


@pytest.mark.parametrize("rate", ["C/5", "1C", "3C"])
def test_a_constant_diffusivity_gives_the_curve_of_the_reduced_sphere(rate):
    """Both particles solve the same equations: within 0.05 mV and 1e-5 of the charge."""
    reduced = simulate_discharge(CELL, current=rate)
    elements = simulate_discharge(with_shape(CELL, EVEN), current=rate)
    assert np.sqrt(np.mean(gap(elements, reduced) ** 2)) < 5e-5
    assert elements.time[-1] == pytest.approx(reduced.time[-1], rel=1e-5)


@pytest.mark.parametrize("rate", ["C/2", "2C"])
def test_a_varying_diffusivity_needs_no_finer_elements(rate):
    cell = with_shape(CELL, UNEVEN)
    usual = simulate_discharge(cell, current=rate)
    finer = simulate_discharge(cell, current=rate, settings=Settings(particle_modes=24))
    assert np.sqrt(np.mean(gap(usual, finer) ** 2)) < 3e-4
    assert usual.time[-1] == pytest.approx(finer.time[-1], rel=5e-4)


@pytest.mark.parametrize("conserving", [True, False])
def test_lithium_is_conserved_whatever_the_diffusivity_does(conserving):
    cell, current = with_shape(CELL, UNEVEN), 2.0 * CELL.one_c_current
    end = discharged(cell, 0.5, 2.0, current, conserving=conserving)
    assert Outcome(end.outcome).is_whole
    lost = end.negative.charge() @ (end.negative.mean - cell.negative.initial_stoichiometry)
    assert -lost == pytest.approx(current * end.time[-1], rel=2e-7)
    # Means of the profiles by their own masses, which the equations move
    for electrode in (end.negative, end.positive):
        np.testing.assert_allclose(electrode.profile_mean, electrode.mean, rtol=0.0, atol=1e-12)


@pytest.mark.filterwarnings("ignore:cell")  # its windows do not agree, in both codes
@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0])
def test_the_curve_is_that_of_pybamm(rate, tmp_path):
    """D_s(θ), dU/dT and activation energies at 35 °C, from one BPX document for both."""
    (tmp_path / "cell.json").write_text(json.dumps(document()), encoding="utf-8")
    cell = load_cell(tmp_path / "cell.json")
    ours = simulate_discharge(cell, current=f"{5.0 * rate} A", cutoff_voltage=CUTOFF)
    end, voltages = CURVES[rate]
    assert ours.time[-1] == pytest.approx(end, rel=1e-3)
    voltage = np.interp(SHARES * end, ours.time, ours.voltage)
    assert np.sqrt(np.mean((voltage - voltages) ** 2)) < 1e-3


# --- entropy -------------------------------------------------------------------------------------

S_NEGATIVE, S_POSITIVE = 2e-4, -5e-4


def with_entropy(cell, negative=S_NEGATIVE, positive=S_POSITIVE):
    def described(value):
        return own_entropy("dU", {"value": value})

    return replace(
        cell,
        negative=replace(cell.negative, entropic_change_coefficient=described(negative)),
        positive=replace(cell.positive, entropic_change_coefficient=described(positive)),
    )


def test_entropy_shifts_the_voltage_by_the_kelvins_from_the_reference():
    warm = replace(CELL, initial_temperature=308.15)
    plain = simulate_discharge(warm, current="C/2")
    shifted = simulate_discharge(with_entropy(warm), current="C/2")
    expected = 10.0 * (S_POSITIVE - S_NEGATIVE)
    assert shifted.open_circuit_voltage - plain.open_circuit_voltage == pytest.approx(expected)
    np.testing.assert_allclose(gap(shifted, plain, 0.8), expected, atol=2e-5)


def test_entropy_changes_nothing_at_the_reference_temperature():
    plain = simulate_discharge(CELL, current="1C")
    same = simulate_discharge(with_entropy(CELL), current="1C")
    np.testing.assert_allclose(gap(same, plain), 0.0, atol=1e-5)


def test_the_reversible_heat_is_the_current_times_t_times_the_entropy_of_the_cell():
    """C dT/dt = −I T dU/dT of the whole cell, at a current without any other heat to speak of."""
    current = CELL.one_c_current / 500.0
    plain = simulate_discharge(CELL, current=current, thermal=Adiabatic(), cutoff_voltage=3.5)
    own = simulate_discharge(
        with_entropy(CELL), current=current, thermal=Adiabatic(), cutoff_voltage=3.5
    )
    entropy = S_POSITIVE - S_NEGATIVE
    capacity = CELL.heat_capacity * CELL.mass_per_area
    at = 0.5 * plain.time[-1]
    rise = np.interp(at, own.time, own.temperature) / np.interp(at, plain.time, plain.temperature)
    assert np.log(rise) == pytest.approx(-current * at * entropy / capacity, rel=2e-3)


# --- kinetics and electrolyte --------------------------------------------------------------------


def test_an_exchange_current_is_what_its_function_says_where_the_discharge_starts():
    theta, current = CELL.positive.initial_stoichiometry, CELL.one_c_current
    factor = own_shape("i", {"expression": f"4**(1 - abs(x - {theta!r}))"})
    fast = simulate_discharge(
        replace(CELL, positive=replace(CELL.positive, exchange_current_shape=factor)),
        current=current,
    )
    k = replace(CELL.positive, rate_constant=4.0 * CELL.positive.rate_constant)
    expected = simulate_discharge(replace(CELL, positive=k), current=current)
    assert fast.initial_voltage == pytest.approx(expected.initial_voltage, abs=1e-9)


def test_the_power_of_the_salt_does_not_matter_before_the_salt_moves():
    own = replace(CELL, positive=replace(CELL.positive, salt_exponent=0.2))
    ours, plain = (simulate_discharge(cell, current="1C") for cell in (own, CELL))
    assert ours.initial_voltage == pytest.approx(plain.initial_voltage, abs=1e-9)
    assert np.abs(gap(ours, plain)).max() > 1e-4


LIQUID = {
    "conductivity": {"expression": "0.0911 + 1.9101e-3*x - 1.052e-6*x**2 + 0.1554e-9*x**3"},
    "diffusivity": {"value": 3e-10},
}


def with_transference(described):
    fit = own_electrolyte("e", LIQUID | {"transference": described})
    return replace(CELL, electrolyte=replace(CELL.electrolyte, fit=fit))


def test_a_transference_number_that_is_a_function_and_even_is_that_number():
    number = simulate_discharge(with_transference(0.3), current="3C")
    even = simulate_discharge(
        with_transference({"table": {"x": [0.0, 4000.0], "y": [0.3, 0.3]}}), current="3C"
    )
    np.testing.assert_allclose(gap(even, number), 0.0, atol=1e-9)


def test_a_transference_number_that_falls_with_the_salt_is_between_its_ends():
    """The salt is conserved, and the curve lies where those of its two ends put it."""
    falls = with_transference({"table": {"x": [0.0, 2000.0], "y": [0.45, 0.25]}})
    end = discharged(falls, 0.5, 3.0, 3.0 * CELL.one_c_current, conserving=True)
    salt = CELL.electrolyte.initial_concentration * end.pore.sum()
    assert end.pore @ end.c == pytest.approx(salt, rel=1e-10)
    times = {
        what: simulate_discharge(with_transference(what), current="3C").time[-1]
        for what in (0.25, 0.45)
    }
    assert times[0.25] < end.time[-1] < times[0.45]


# --- half-cells ----------------------------------------------------------------------------------

METAL = LithiumMetal(exchange_current_density=8.0)
HALF = replace(CELL, negative=METAL)


def test_a_half_cell_starts_below_its_rest_by_what_the_metal_and_the_film_take():
    current = CELL.one_c_current
    thermal = 2.0 * GAS_CONSTANT * 298.15 / FARADAY
    first = simulate_discharge(HALF, current=current).initial_voltage
    slower = replace(HALF, negative=LithiumMetal(exchange_current_density=2.0))
    drop = first - simulate_discharge(slower, current=current).initial_voltage
    eta = [thermal * np.arcsinh(0.5 * current / i_0) for i_0 in (8.0, 2.0)]
    assert drop == pytest.approx(eta[1] - eta[0], abs=1e-9)
    covered = replace(HALF, negative=replace(METAL, film_resistance=1e-3))
    drop = first - simulate_discharge(covered, current=current).initial_voltage
    assert drop == pytest.approx(1e-3 * current, abs=1e-9)


def test_a_half_cell_and_its_full_cell_agree_through_the_other_electrode_at_low_current():
    current = CELL.one_c_current / 1000.0
    half = simulate_discharge(HALF, current=current)
    full = simulate_discharge(CELL, current=current)
    sites = FARADAY * CELL.negative.thickness * CELL.negative.active_fraction
    taken = current * full.time / (sites * CELL.negative.max_concentration)
    other = CELL.negative.open_circuit.potential(CELL.negative.initial_stoichiometry - taken)
    kept = full.time < 0.9 * full.time[-1]
    voltage = PchipInterpolator(half.time, half.voltage)(full.time[kept])
    np.testing.assert_allclose(voltage - other[kept], full.voltage[kept], atol=5e-4)


def test_either_electrode_may_work_against_lithium():
    graphite = replace(CELL.negative, initial_stoichiometry=0.05)
    half = replace(CELL, negative=METAL, positive=graphite)
    curve = simulate_discharge(half, current="C/2", cutoff_voltage=0.02)
    assert curve.outcome.is_whole
    sites = FARADAY * graphite.thickness * graphite.active_fraction * graphite.max_concentration
    filled = graphite.initial_stoichiometry + curve.discharge_capacity * 3600.0 / sites
    assert 0.5 < filled < graphite.open_circuit.upper + 0.1


def test_a_half_cell_keeps_its_salt_and_its_lithium():
    current = CELL.one_c_current
    end = discharged(HALF, 0.5, 3.0, current, conserving=True)
    salt = CELL.electrolyte.initial_concentration * end.pore.sum()
    assert end.pore @ end.c == pytest.approx(salt, rel=1e-10)
    gained = end.positive.charge() @ (end.positive.mean - CELL.positive.initial_stoichiometry)
    assert gained == pytest.approx(current * end.time[-1], rel=2e-7)
