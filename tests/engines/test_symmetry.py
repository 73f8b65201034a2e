"""What may be changed about a cell without changing its curve, or changing it by a known factor."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.engines import Settings, simulate_discharge
from tests.engines.idealised import CELL, linear_cell, scaled


@pytest.mark.parametrize("k", [0.5, 3.0])
@pytest.mark.parametrize(("alpha", "S"), [(0.5, 1.0), (4.0, 3.0), (9.0, 20.0)])
def test_a_cell_scaled_in_every_length_has_the_same_voltage_at_the_same_time(k, alpha, S):
    one = simulate_discharge(CELL, alpha, S, 35.0)
    other = simulate_discharge(scaled(CELL, k), alpha, S, k * 35.0)
    assert other.steps == one.steps
    # Rounding alone, which a cliff at the end enlarges
    np.testing.assert_allclose(other.time, one.time, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(other.voltage, one.voltage, rtol=0.0, atol=2e-5)


def test_both_balances_agree_for_spheres():
    one = simulate_discharge(CELL, 4.0, 3.0, 35.0, inventory="area-only")
    other = simulate_discharge(CELL, 4.0, 3.0, 35.0, inventory="conserving")
    np.testing.assert_array_equal(one.time, other.time)
    np.testing.assert_array_equal(one.voltage, other.voltage)


def test_capacity_is_proportional_to_the_shape_factor_where_the_spheres_limit():
    per_area = [
        simulate_discharge(CELL, 2.3, S, 1.75, inventory="area-only").discharge_capacity / S
        for S in (0.5, 1.0, 1.5)
    ]
    # Less area means more current density and a little more drop at the end.
    np.testing.assert_allclose(per_area, np.mean(per_area), rtol=3e-3)


def test_in_the_conserving_balance_the_capacity_of_slow_discharges_ignores_the_shape():
    capacities = [
        simulate_discharge(CELL, 2.3, S, 0.1, inventory="conserving").discharge_capacity
        for S in (1.0, 3.0, 10.0)
    ]
    np.testing.assert_allclose(capacities, capacities[0], rtol=2e-3)


def test_exchanging_the_electrodes_leaves_the_resistance_of_the_first_instant():
    def drop(negative, positive):
        cell = linear_cell(0.3, negative, positive)
        shared = {"electrolyte_fraction": 0.4, "polymer_fraction": 0.1, "filler_fraction": 0.1}
        cell = replace(
            cell,
            negative=replace(cell.negative, alpha=1.5, S=3.0, particle_radius=5e-6, **shared),
            positive=replace(cell.positive, particle_radius=5e-6, **shared),
        )
        d = simulate_discharge(cell, 1.5, 3.0, 35.0, settings=Settings(mesh=4.0))
        return d.open_circuit_voltage - d.initial_voltage

    thin = {"thickness": 60e-6, "film_resistance": 0.05, "effective_solid_conductivity": 0.4}
    thick = {"thickness": 180e-6, "film_resistance": 0.01, "effective_solid_conductivity": 3.0}
    # What is left of fast kinetics differs between the materials, by some microvolts.
    assert drop(thin, thick) == pytest.approx(drop(thick, thin), rel=1e-4)


def test_a_thinner_separator_of_worse_pores_is_the_same_resistance():
    """Only ε, the transport factor and the thickness of the separator count, in their ratios."""
    porosity, k = CELL.separator.porosity, 0.5
    thin = replace(CELL.separator, thickness=k * CELL.separator.thickness)
    thin = replace(thin, electrolyte_fraction=0.6, polymer_fraction=0.3)
    factor = k * porosity ** (1.0 + CELL.separator.alpha)
    thin = replace(thin, alpha=float(np.log(factor) / np.log(0.9)) - 1.0)
    one = simulate_discharge(CELL, 2.3, 3.0, 35.0).initial_voltage
    other = simulate_discharge(replace(CELL, separator=thin), 2.3, 3.0, 35.0).initial_voltage
    assert other == pytest.approx(one, abs=1e-9)
