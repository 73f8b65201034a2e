"""Derivatives of curves: exactness where there is a formula, error against a finer reference."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import Settings, simulate_discharge
from microbatt.errors import ParameterError
from microbatt.inference.forward.finite_differences import (
    SETTINGS,
    native_request,
    simulate_displaced,
)
from microbatt.inference.forward.sensitivity import (
    sensitivities_at_capacity,
    sensitivities_at_depth,
)
from microbatt.inference.forward.unknowns import cell_with

CELL = "doyle-1996-cell-1"
TERMS = native_request(CELL)
DEPTH = np.linspace(0.0, 0.97, 50)
POINTS = [(0.0, 3.0), (0.5, 3.0), (2.3, 1.0), (2.3, 11.0), (6.0, 40.0), (9.0, 0.5)]
CURRENTS = [1.75, 17.5, 70.0]
FINE = Settings(tolerance=1e-6, mesh=4.0, particle_modes=16, max_steps=100_000)
REFINED = native_request(CELL, settings=FINE)


@pytest.fixture(scope="module")
def found():
    return sensitivities_at_depth(simulate_displaced(TERMS, POINTS, CURRENTS), DEPTH)


def test_derivatives_are_those_of_a_finer_solution_within_two_percent(found):
    # 0.1 % at the median and 1.3 % at worst over 30 random points: docs/guide/identifiability.md
    fine = sensitivities_at_depth(
        simulate_displaced(REFINED, POINTS, CURRENTS), DEPTH
    ).voltage_derivative
    error = np.sqrt(np.mean((found.voltage_derivative - fine) ** 2, axis=(1, 2)))
    assert np.all(error < 0.02 * np.sqrt(np.mean(fine**2, axis=(1, 2))))


def test_a_curve_moved_along_its_derivative_is_the_neighbouring_curve():
    here = simulate_displaced(TERMS, [(2.3, 3.0)], [35.0])
    there = simulate_discharge(CELL, alpha=2.32, S=3.015, current=35.0, settings=SETTINGS)
    capacity = np.linspace(0.0, 0.9, 20) * there.discharge_capacity
    (curve,) = sensitivities_at_capacity(here, [capacity])
    linear = curve.voltage + curve.voltage_derivative @ [0.02, 0.015]
    assert linear == pytest.approx(np.interp(capacity, there.capacity, there.voltage), abs=2e-4)
    end = curve.discharge_capacity + curve.capacity_derivative @ [0.02, 0.015]
    assert end == pytest.approx(there.discharge_capacity, rel=1e-4)


def test_the_end_of_the_curve_does_not_move_in_voltage():
    curves = sensitivities_at_depth(simulate_displaced(TERMS, [(2.3, 3.0)], [17.5]), [1.0])
    # dV/dQ · dE/dθ + ∂V/∂θ = 0 at the cut-off
    drift = curves.slope[..., None] * curves.capacity_derivative[:, :, None] / curves.capacity
    # curves end within 0.01 mV of the cut-off, neighbours stand 0.03 to either side in S
    assert curves.voltage_derivative == pytest.approx(-drift, abs=2 * 1e-5 / 0.06)


def test_an_ohmic_drop_shifts_an_isothermal_curve_by_the_current():
    cell = cell_with(load_cell(CELL), "contact_resistance", 1e-4)
    moved = simulate_discharge(cell, alpha=2.3, S=3.0, current=70.0, settings=FINE)
    freed = simulate_displaced(REFINED, [(2.3, 3.0)], [70.0], free=["contact_resistance"])
    (curve,) = sensitivities_at_capacity(freed, [moved.capacity[moved.capacity < 5.0]])
    shift = moved.voltage[moved.capacity < 5.0] - curve.voltage
    assert shift == pytest.approx(1e-4 * curve.voltage_derivative[:, 2], abs=2e-5)
    assert curve.discharge_capacity + 1e-4 * curve.capacity_derivative[2] == pytest.approx(
        moved.discharge_capacity, rel=2e-4
    )


def test_stoichiometries_at_the_edge_of_their_fit_are_differentiated_to_one_side():
    freed = simulate_displaced(TERMS, [(2.3, 3.0)], [17.5], free=["positive_stoichiometry"])
    (curve,) = sensitivities_at_capacity(freed, [[1.0, 5.0]])
    warmer = cell_with(load_cell(CELL), "positive_stoichiometry", 0.1715)
    moved = simulate_discharge(warmer, alpha=2.3, S=3.0, current=17.5, settings=FINE)
    change = np.interp([1.0, 5.0], moved.capacity, moved.voltage) - curve.voltage
    assert change == pytest.approx(1e-3 * curve.voltage_derivative[:, 2], rel=0.1, abs=1e-4)


def test_points_without_a_whole_curve_have_no_derivatives():
    found = sensitivities_at_depth(
        simulate_displaced(TERMS, [(10.0, 0.3), (2.3, 3.0)], [1000.0]), [0.0, 0.5]
    )
    assert np.isnan(found.voltage_derivative[0]).all()


def test_samples_beyond_the_end_have_no_voltage():
    (curve,) = sensitivities_at_capacity(
        simulate_displaced(TERMS, [(2.3, 3.0)], [17.5]), [[1.0, 100.0]]
    )
    assert np.isnan(curve.voltage).tolist() == [False, True]


def test_samples_are_wanted_of_one_point_and_of_each_current():
    with pytest.raises(ParameterError, match="one point"):
        sensitivities_at_capacity(simulate_displaced(TERMS, POINTS, [17.5]), [[1.0]])
