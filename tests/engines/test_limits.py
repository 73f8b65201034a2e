"""Where the equations have a closed form, the engine gives it."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.constants import FARADAY
from microbatt.engines import Settings, simulate_discharge, simulate_discharges
from microbatt.outcomes import Outcome
from tests.engines.idealised import (
    CELL,
    THERMAL_VOLTAGE,
    coulomb_counted,
    linear_cell,
    porous_resistance,
    single_particle_voltage,
    with_electrolyte,
    without_transport_resistance,
)
from tests.engines.own_steps import own_steps

FINE_STEPS = Settings(tolerance=1e-6, particle_modes=16, max_steps=100_000)


def before_the_end(discharge, share=0.95):
    """Points of a curve before its last, steep part, the first instant left out."""
    return (discharge.time > 0.0) & (discharge.time < share * discharge.time[-1])


def test_a_tiny_current_follows_the_open_circuit_voltage():
    discharge = own_steps(CELL, current=1e-3)
    expected = coulomb_counted(CELL, 3.0, discharge.capacity)
    inside = before_the_end(discharge, 0.9)
    # Kinetics, film and diffusion in the particles leave about 30 mV at 1 A m⁻², in proportion.
    np.testing.assert_allclose(discharge.voltage[inside], expected[inside], rtol=0.0, atol=1e-4)


@pytest.mark.parametrize(("S", "current"), [(3.0, 17.5), (1.0, 70.0), (20.0, 35.0)])
@pytest.mark.parametrize("inventory", ["area-only", "conserving"])
def test_without_transport_resistance_a_cell_is_two_single_particles(S, current, inventory):
    cell = without_transport_resistance(CELL)
    discharge = simulate_discharge(cell, 2.3, S, current, inventory=inventory, settings=FINE_STEPS)
    factor = S / 3.0 if inventory == "conserving" else 1.0
    inside = before_the_end(discharge)
    expected = single_particle_voltage(cell, S, current, discharge.time[inside], factor)
    error = np.abs(discharge.voltage[inside] - expected)
    # The sphere's fastest modes, which the engine leaves out, are over after some milliseconds.
    assert error.max() < 3e-4  # V
    assert error[discharge.time[inside] > 0.1].max() < 1e-4  # V


def test_the_default_settings_are_within_a_millivolt_of_single_particles():
    cell = without_transport_resistance(CELL)
    discharge = simulate_discharge(cell, 2.3, 3.0, 35.0)
    inside = before_the_end(discharge)
    expected = single_particle_voltage(cell, 3.0, 35.0, discharge.time[inside])
    error = discharge.voltage[inside] - expected
    assert np.sqrt(np.mean(error**2)) < 3e-4  # V; a third of what is promised over the box


def test_a_real_cell_comes_closer_to_single_particles_in_proportion_to_the_current():
    def largest_distance(current):
        terms = {"inventory": "area-only", "settings": FINE_STEPS}
        d = simulate_discharge(CELL, 0.5, 40.0, current, **terms)
        inside = before_the_end(d, 0.9)
        expected = single_particle_voltage(CELL, 40.0, current, d.time[inside])
        return np.abs(d.voltage[inside] - expected).max()

    distances = [largest_distance(current) for current in (0.1, 0.01, 0.001)]
    assert distances[2] < 1e-5  # V
    # The next term is of relative size I over some tens of A m⁻².
    assert distances[0] / distances[1] == pytest.approx(10.0, rel=0.05)
    assert distances[1] / distances[2] == pytest.approx(10.0, rel=0.05)


@pytest.mark.parametrize("current", [1.75, 35.0, 122.5])
def test_the_first_drop_without_transport_resistance_is_kinetics_and_film_alone(current):
    cell = without_transport_resistance(CELL)
    drop = 0.0
    for e in (cell.negative, cell.with_microstructure(alpha=2.3, S=3.0).positive):
        j = current / (e.area_density * e.thickness)
        theta = e.initial_stoichiometry
        salt = cell.electrolyte.initial_concentration
        i_0 = FARADAY * e.rate_constant * e.max_concentration * np.sqrt(salt * theta * (1 - theta))
        drop += e.film_resistance * j + THERMAL_VOLTAGE * np.arcsinh(0.5 * j / i_0)
    discharge = simulate_discharge(cell, 2.3, 3.0, current)
    assert discharge.open_circuit_voltage == pytest.approx(cell.open_circuit_voltage, abs=1e-9)
    first = discharge.open_circuit_voltage - discharge.initial_voltage
    assert first == pytest.approx(drop, abs=1e-6)  # Newton stops some microvolts short


@pytest.mark.parametrize(("alpha", "S"), [(0.5, 3.0), (4.0, 10.0), (9.0, 40.0)])
@pytest.mark.parametrize(("mesh", "accuracy"), [(1.0, 1e-4), (4.0, 1e-6)])
def test_the_first_drop_with_linear_kinetics_is_that_of_newman_and_tobias(alpha, S, mesh, accuracy):
    conductivity = 0.3
    cell = linear_cell(
        conductivity,
        {"film_resistance": 0.05, "effective_solid_conductivity": 2.0},
        {"film_resistance": 0.02, "effective_solid_conductivity": 0.5},
    )
    expected = sum(
        porous_resistance(e, conductivity)
        for e in (cell.negative, cell.with_microstructure(alpha=alpha, S=S).positive)
    ) + cell.separator.thickness / (conductivity * cell.separator.transport_factor)

    discharge = simulate_discharge(
        cell, alpha, S, 10.0, cutoff_voltage=0.1, settings=Settings(mesh=mesh)
    )

    drop = discharge.open_circuit_voltage - discharge.initial_voltage
    assert drop / 10.0 == pytest.approx(expected, rel=accuracy)


def test_a_contact_resistance_takes_its_ohmic_drop():
    with_contact = replace(CELL, contact_resistance=0.01)
    without = simulate_discharge(CELL, 2.3, 3.0, 35.0).initial_voltage
    drop = without - simulate_discharge(with_contact, 2.3, 3.0, 35.0).initial_voltage
    assert drop == pytest.approx(0.35, abs=1e-12)


def evenly_reacting_cell(diffusivity):
    """A cell whose salt has nothing to do with where it reacts: one film resists everywhere."""
    cell = with_electrolyte(
        CELL, conductivity=1e6, diffusivity=diffusivity, thermodynamic_factor=0.0
    )
    return replace(
        cell,
        negative=replace(cell.negative, rate_constant=1.0, effective_solid_conductivity=1e6),
        positive=replace(
            cell.positive,
            rate_constant=1.0,
            effective_solid_conductivity=1e6,
            film_resistance=0.11,
        ),
    )


def steady_salt(cell, alpha, current):
    """Least salt in the steady state of an even reaction, at the positive collector [mol m⁻³].

    Parabolas in the electrodes, a line in the separator, and as much salt as at the start.
    """
    layers = (cell.negative, cell.separator, cell.with_microstructure(alpha=alpha, S=3.0).positive)
    diffusivity = float(cell.electrolyte.fit.diffusivity(np.array(0.0)))
    source = (1.0 - cell.electrolyte.fit.transference) * current / FARADAY
    thickness = np.array([layer.thickness for layer in layers])
    pores = thickness * [layer.porosity for layer in layers]
    rise = source * thickness / (diffusivity * np.array([e.transport_factor for e in layers]))
    rise *= [0.5, 1.0, 0.5]
    means = [
        rise[2] + rise[1] + 2.0 / 3.0 * rise[0],  # above the least, of each layer
        rise[2] + 0.5 * rise[1],
        rise[2] / 3.0,
    ]
    return cell.electrolyte.initial_concentration - pores @ means / pores.sum()


@pytest.mark.parametrize(("alpha", "current"), [(0.5, 17.5), (2.3, 17.5), (4.0, 8.75)])
def test_the_salt_settles_into_the_parabolas_of_an_even_reaction(alpha, current):
    cell = evenly_reacting_cell(diffusivity=7.5e-11)
    expected = steady_salt(cell, alpha, current)
    assert 0.0 < expected < 0.9 * cell.electrolyte.initial_concentration
    discharge = simulate_discharge(cell, alpha, 3.0, current, cutoff_voltage=1.0)
    # Parabolas are exact on quadratic elements; the discharge lasts many times the settling.
    assert discharge.min_salt_concentration == pytest.approx(expected, rel=1e-4)


def salt_at_the_positive_collector(cell, current, t):
    """Salt at x = L after `t` of an even reaction, all layers having the same pores [mol m⁻³].

    Diffusion with an even source, none, and an even sink: a cosine series (Crank, 1975, § 4.3).
    """
    first, last = cell.negative.thickness, cell.positive.thickness
    length = first + cell.separator.thickness + last
    diffusivity = float(cell.electrolyte.fit.diffusivity(np.array(0.0)))
    diffusivity *= cell.separator.transport_factor
    strength = (1.0 - cell.electrolyte.fit.transference) * current / FARADAY
    n = np.arange(1, 4001)
    k = n * np.pi / length
    sources = np.sin(k * first) / first + np.sin(k * (length - last)) / last
    sources *= 2.0 * strength / (length * k)
    settled = 1.0 - np.exp(-diffusivity * k**2 * t / cell.separator.porosity)
    change = (-1.0) ** n * sources / (diffusivity * k**2) * settled
    return cell.electrolyte.initial_concentration + change.sum()


@pytest.mark.parametrize("cutoff", [3.9, 3.8, 3.7, 3.0])
def test_on_its_way_there_the_salt_follows_the_series_of_diffusion_with_even_sources(cutoff):
    cell = evenly_reacting_cell(diffusivity=2e-11)
    pores = {"electrolyte_fraction": 0.5, "polymer_fraction": 0.0, "filler_fraction": 0.1}
    cell = replace(
        cell,
        negative=replace(cell.negative, alpha=0.5, **pores),
        separator=replace(cell.separator, alpha=0.5, **pores),
        positive=replace(cell.positive, **pores),
    )
    d = simulate_discharge(
        cell, 0.5, 3.0, 17.5, cutoff_voltage=cutoff, settings=Settings(tolerance=1e-5, mesh=4.0)
    )
    expected = salt_at_the_positive_collector(cell, 17.5, d.time[-1])
    lost = cell.electrolyte.initial_concentration - expected
    assert lost > 20.0  # mol m⁻³
    assert d.min_salt_concentration == pytest.approx(expected, abs=1e-3 * lost)


def test_the_salt_runs_out_above_the_limiting_current_and_not_below():
    alpha, salt = 2.3, 200.0  # so little that it settles long before the lithium is gone
    cell = evenly_reacting_cell(diffusivity=7.5e-11)
    cell = replace(cell, electrolyte=replace(cell.electrolyte, initial_concentration=salt))
    limiting = salt / (salt - steady_salt(cell, alpha, 1.0))
    below, above = simulate_discharges(
        cell, [(alpha, 3.0, 0.98 * limiting), (alpha, 3.0, 1.5 * limiting)], cutoff_voltage=0.5
    )
    assert below.min_salt_concentration == pytest.approx(0.02 * salt, rel=0.01)
    assert above.min_salt_concentration < 1e-3 * salt
    # Lithium was to spare: both could have delivered the same.
    assert above.discharge_capacity < 0.8 * below.discharge_capacity


def test_a_current_beyond_what_the_cell_can_start_with_gives_no_curve():
    discharge = simulate_discharge(CELL, 10.0, 0.3, 2000.0)
    assert discharge.outcome is Outcome.CUTOFF_AT_START
    assert discharge.time.size == discharge.voltage.size == 0
    assert discharge.initial_voltage < 2.0
    assert np.isnan(discharge.discharge_capacity)


@pytest.mark.parametrize("S", [1.0, 10.0])
def test_lithium_is_conserved_in_the_negative_electrode_whatever_its_shape(S):
    cell = load_cell("chen-2020")
    slow = {"current": "C/50", "inventory": "conserving"}
    spheres = simulate_discharge(cell, **slow)
    others = simulate_discharge(cell.with_values({"negative_S": S}), **slow)
    assert others.discharge_capacity == pytest.approx(spheres.discharge_capacity, rel=0.01)
