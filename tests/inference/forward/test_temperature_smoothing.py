"""The noise of a temperature sensor does not drive the engine; what the cell does drives it."""

import numpy as np
import pytest

from microbatt.inference.forward.temperature_smoothing import TEMPERATURES, temperature_of

SIZES = [(36_000, 1.0), (3_600, 10.0), (360, 100.0)]
NOISE = 0.1


def warmed(time):
    """A cell that warms within twenty minutes and cools within hours [K]."""
    return 298.15 + 8.0 * (1.0 - np.exp(-time / 1200.0)) * np.exp(-time / 2e4)


def off(found, truth, time):
    return np.interp(time, found.time, found.temperature) - truth


@pytest.mark.parametrize(("rows", "every"), SIZES)
def test_noise_goes_and_the_warming_stays(rows, every):
    time = every * np.arange(rows)
    noisy = warmed(time) + NOISE * np.random.default_rng(3).standard_normal(rows)
    found = temperature_of(time, noisy)
    assert len(found.time) == min(rows, TEMPERATURES)
    assert np.sqrt(np.mean(off(found, warmed(time), time) ** 2)) < 0.5 * NOISE
    # from one sample to the next it moves as the cell does, not as the sensor
    assert np.abs(np.diff(found.temperature)).max() < 1.5 * np.abs(
        np.diff(warmed(time))
    ).max() * max(1.0, rows / TEMPERATURES)


@pytest.mark.parametrize(("rows", "every"), SIZES)
def test_a_sensor_of_a_tenth_of_a_degree_makes_no_steps(rows, every):
    time = every * np.arange(rows)
    found = temperature_of(time, np.round(warmed(time), 1))
    assert np.sqrt(np.mean(off(found, warmed(time), time) ** 2)) < 0.02


@pytest.mark.parametrize(("rows", "every"), SIZES)
def test_a_temperature_without_noise_stays_as_it_is(rows, every):
    time = every * np.arange(rows)
    assert np.abs(off(temperature_of(time, warmed(time)), warmed(time), time)).max() < 0.01


def test_a_constant_temperature_with_noise_is_nearly_constant():
    time = np.arange(3600.0)
    noisy = 298.15 + NOISE * np.random.default_rng(1).standard_normal(3600)
    assert np.abs(np.array(temperature_of(time, noisy).temperature) - 298.15).max() < 0.02


def test_a_few_rows_are_taken_as_they_are():
    found = temperature_of(np.array([0.0, 60.0, 120.0]), np.array([298.0, 299.0, 298.5]))
    assert found.temperature == (298.0, 299.0, 298.5)


def test_without_a_temperature_nothing_drives():
    assert temperature_of(np.arange(3.0), None) is None
