"""Finer steps and finer meshes: how fast the answer settles."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from microbatt.engines import Adiabatic, Settings, simulate_discharge
from tests.engines.idealised import CELL

POINTS = [(2.3, 3.0, 35.0), (1.0, 10.0, 17.5), (5.0, 10.0, 35.0)]


def curve(point, *, tolerance=1e-6, mesh=1.0):
    settings = Settings(tolerance=tolerance, mesh=mesh, particle_modes=12, max_steps=1_000_000)
    return simulate_discharge(CELL, *point, settings=settings)


def rms_distance(discharge, reference):
    """At the points of the coarser curve, from its first second to nine tenths of its end [V]."""
    inside = (discharge.time > 1.0) & (discharge.time < 0.9 * reference.time[-1])
    exact = CubicSpline(reference.time, reference.voltage)(discharge.time[inside])
    return float(np.sqrt(np.mean((discharge.voltage[inside] - exact) ** 2)))


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_a_tighter_tolerance_shrinks_the_error_at_the_rate_of_a_second_order_formula(point):
    """A local error of h³ equal to the tolerance leaves a global one of h²: tolerance^(2/3)."""
    tolerances = np.array([1e-4, 1e-5, 1e-6])
    reference = curve(point, tolerance=1e-8)
    errors = [rms_distance(curve(point, tolerance=tol), reference) for tol in tolerances]
    slope = np.polyfit(np.log(tolerances), np.log(errors), 1)[0]
    # Where steps are limited by other than the voltage they are finer than that needs.
    assert slope == pytest.approx(2.0 / 3.0, abs=0.12)


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_the_number_of_steps_grows_like_the_inverse_cube_root_of_the_tolerance(point):
    steps = [curve(point, tolerance=tol).steps for tol in (1e-5, 1e-6, 1e-7)]
    for coarse, fine in pairwise(steps):
        assert fine / coarse == pytest.approx(10.0 ** (1.0 / 3.0), rel=0.2)


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_the_error_of_the_mesh_falls_at_fourth_order(point):
    """Halved elements leave a sixteenth of the error: quadratic elements at their end nodes."""
    reference = curve(point, mesh=16.0)
    errors = [rms_distance(curve(point, mesh=mesh), reference) for mesh in (1.0, 2.0, 4.0)]
    for coarse, fine in pairwise(errors):
        assert coarse / fine > 8.0  # grading and rounded-up counts blur the factor of 16
    assert errors[-1] < 1e-6  # V


def test_the_first_instant_converges_at_fourth_order_too():
    voltages = [curve((4.0, 3.0, 70.0), mesh=mesh).initial_voltage for mesh in (1, 2, 4, 16)]
    errors = np.abs(np.array(voltages[:3]) - voltages[3])
    assert np.all(errors[:-1] / errors[1:] > 8.0)


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_the_default_settings_are_settled(point):
    refined = simulate_discharge(CELL, *point, settings=Settings.refined())
    default = simulate_discharge(CELL, *point)
    assert rms_distance(default, refined) < 3e-4  # V; the promise over the box is 1 mV
    assert default.discharge_capacity == pytest.approx(refined.discharge_capacity, rel=2e-3)


@pytest.mark.parametrize(
    ("cell", "point"),
    [("marquis-2019", (7.92, 10.6, 0.218)), ("kim-2011", (5.69, 14.1, 56.5))],
)
def test_a_front_that_goes_through_a_warming_electrode_is_settled(cell, point):
    """At its end the salt is back; the mesh must have been that of the front all the same."""
    terms = {"thermal": Adiabatic(), "inventory": "area-only"}
    settings = Settings(tolerance=5e-5, mesh=2.0, particle_modes=14, max_steps=100_000)
    refined = simulate_discharge(cell, *point, settings=settings, **terms)
    default = simulate_discharge(cell, *point, **terms)
    assert default.min_salt_concentration < 1.0  # mol m⁻³; it ran out on the way
    capacity = np.linspace(0.0, 0.99 * refined.discharge_capacity, 500)
    apart = np.interp(capacity, default.capacity, default.voltage)
    apart -= np.interp(capacity, refined.capacity, refined.voltage)
    assert np.sqrt(np.mean(apart**2)) < 1.5e-3  # V; 4 mV on the mesh of the first pass
