"""Energy and power of stored and of measured curves, right and as published."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.features import read_curves
from microbatt.features.energies import (
    PUBLISHED_MASS,
    PUBLISHED_RESISTANCE,
    energies_of_curves,
    energy_vectors,
)
from tests.features.cubes import made_cube, troubled_cube

STRAIGHT = (np.linspace(0.0, 20.0, 50), np.linspace(4.0, 3.0, 50))


def test_energies_and_powers_are_interleaved_by_current():
    curves = read_curves(made_cube())
    vectors = energy_vectors(curves)
    assert vectors.shape == (20, 6)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors[:, 0::2], curves.energy.astype(np.float32))
    np.testing.assert_array_equal(vectors[:, 1::2], curves.power.astype(np.float32))


def test_without_a_curve_energy_and_power_are_zero():
    curves = read_curves(troubled_cube())
    vectors = energy_vectors(curves).reshape(20, 3, 2)
    assert np.isfinite(vectors).all()
    assert (vectors[~curves.whole] == 0.0).all()
    assert (vectors[curves.whole] > 0.0).all()


def test_curves_of_a_cell_of_unknown_mass_are_refused_rather_than_called_zero():
    curves = read_curves(made_cube())
    unknown = np.full_like(curves.energy, np.nan)
    with pytest.raises(ParameterError, match="no curve of the cube has an energy"):
        energy_vectors(replace(curves, energy=unknown, power=unknown))


def test_the_published_energy_loses_the_contact_resistance_twice():
    curves = read_curves(made_cube())
    loss = PUBLISHED_RESISTANCE * curves.current * curves.discharge_capacity / PUBLISHED_MASS
    published = energy_vectors(curves, published=True)[:, 0::2]
    np.testing.assert_allclose(published, curves.energy - loss, rtol=1e-6)


def test_published_power_is_published_energy_over_the_time_of_discharge():
    curves = read_curves(made_cube())
    vectors = energy_vectors(curves, published=True)
    hours = curves.discharge_capacity / curves.current
    np.testing.assert_allclose(vectors[:, 1::2], vectors[:, 0::2] / hours, rtol=1e-6)


def test_a_measured_curve_has_the_energy_under_it():
    energy, power = energies_of_curves({10.0: STRAIGHT}, mass=0.7)[0]
    assert energy == pytest.approx(3.5 * 20.0 / 0.7)
    assert power == pytest.approx(energy / 2.0)  # 20 A h at 10 A take two hours


def test_the_published_form_of_a_measured_curve_is_lower_by_the_same_loss():
    right = energies_of_curves({10.0: STRAIGHT}, mass=PUBLISHED_MASS)[0, 0]
    published = energies_of_curves({10.0: STRAIGHT}, mass=PUBLISHED_MASS, published=True)[0, 0]
    loss = PUBLISHED_RESISTANCE * 10.0 * 20.0 / PUBLISHED_MASS
    assert right - published == pytest.approx(loss, rel=1e-5)


def test_a_first_sample_behind_the_start_counts_from_the_start():
    capacity = np.linspace(0.2, 20.0, 50)
    late = energies_of_curves({10.0: (capacity, np.full(50, 3.5))}, mass=0.7)
    assert late[0, 0] == pytest.approx(3.5 * 20.0 / 0.7)


def test_a_mass_that_is_none_is_refused():
    with pytest.raises(ParameterError, match="mass"):
        energies_of_curves({10.0: STRAIGHT}, mass=0.0)
