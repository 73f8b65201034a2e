"""Curves on a shared axis."""

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from microbatt.engines import resample_curves, simulate_discharges
from tests.engines.idealised import CELL
from tests.engines.own_steps import own_steps

POINTS = [(2.3, 3.0, 17.5), (10.0, 0.3, 2000.0), (4.0, 10.0, 70.0)]  # the second has no curve


@pytest.fixture(scope="module")
def batch():
    return simulate_discharges(CELL, POINTS)


def test_a_resampled_curve_runs_from_its_first_voltage_to_its_last(batch):
    ends = resample_curves(batch, [0.0, 1.0])
    np.testing.assert_array_equal(ends[0], batch[0].voltage[[0, -1]])
    np.testing.assert_array_equal(ends[2], batch[2].voltage[[0, -1]])


def test_between_its_points_a_curve_is_the_monotone_cubic_through_them(batch):
    depth = np.linspace(0.0, 1.0, 101)
    table = resample_curves(batch, depth)
    assert table.shape == (3, 101)
    for i in (0, 2):
        d = batch[i]
        expected = PchipInterpolator(d.capacity, d.voltage)(depth * d.discharge_capacity)
        np.testing.assert_allclose(table[i], expected, rtol=0.0, atol=1e-9)


def test_a_discharge_without_a_curve_is_a_row_of_nan(batch):
    assert np.all(np.isnan(resample_curves(batch, [0.0, 0.5, 1.0])[1]))


def test_the_energy_is_that_of_a_finely_resampled_curve(batch):
    depth = np.linspace(0.0, 1.0, 20_001)
    mean = np.trapezoid(resample_curves(batch, depth)[0], depth)
    d = batch[0]
    expected = mean * d.discharge_capacity / CELL.mass_per_area
    # The trapezoidal rule on twenty thousand pieces
    np.testing.assert_allclose(d.energy, expected, rtol=1e-7)


def test_the_energy_is_the_integral_of_the_monotone_cubic_through_the_steps():
    d = own_steps(CELL, current=35.0)
    work = PchipInterpolator(d.capacity, d.voltage).integrate(0.0, d.capacity[-1])
    np.testing.assert_allclose(d.energy, work / CELL.mass_per_area, rtol=1e-12)
