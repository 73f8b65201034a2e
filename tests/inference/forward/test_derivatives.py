"""Derivatives by every unknown, beside differences between curves that are solved finely."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import MeasuredTemperature, Settings
from microbatt.inference import InferenceOptions
from microbatt.inference.forward.derivatives import COARSE, differentiated, simulated
from microbatt.inference.forward.forward_model import voltages
from microbatt.inference.infer import forward_model
from tests.inference.experiments import CELL, experiment

DOUBTED = {
    "negative_thickness": 0.02,
    "positive_particle_radius": 0.02,
    "electrolyte_conductivity_scale": 0.02,
    "separator_electrolyte_fraction": 0.01,
    "negative_initial_stoichiometry": 0.01,
}


@pytest.fixture(scope="module")
def model():
    options = InferenceOptions(
        noise=1e-3, free=["contact_resistance", "voltage_offset"], cell_error=DOUBTED
    )
    measured = experiment(2.3, 3.0, resistance=5e-3, offset=2e-3)
    return forward_model(measured, load_cell(CELL), options, 1e-3)


@pytest.fixture(scope="module")
def place(model):
    x = model.priors.mean.copy()
    x[:4] = 2.3, np.log(3.0), 5e-3, 2e-3
    x[model.priors.names.index("separator_electrolyte_fraction")] -= 5e-3  # it was full
    return x


def central(model, x, step):
    """Differences of second order, one unknown after the other."""
    size = step * np.where(np.isfinite(model.priors.std), model.priors.std, 1.0)
    steps = np.diag(size)
    found = voltages(model, np.concatenate([x + steps, x - steps]))
    return (found[: x.size] - found[x.size :]).T / (2.0 * size)


@pytest.mark.parametrize(("settings", "error"), [(Settings(), 0.01), (COARSE, 0.03)])
def test_they_agree_with_differences_as_well_as_the_mesh_allows(model, place, settings, error):
    fine = model.solved(Settings(tolerance=1e-6, mesh=2.0, particle_modes=14))
    expected = central(fine, place, 0.02)
    found = differentiated(model, simulated(model, place), settings)
    assert_agree(model, found, expected, error)


def assert_agree(model, found, expected, error):
    for i, name in enumerate(model.priors.names):
        size = np.linalg.norm(model.whiten(expected[:, i]))
        apart = np.linalg.norm(model.whiten(found[:, i] - expected[:, i]))
        # A value that moves nothing is told from rounding by a thousandth of the noise.
        assert apart < error * size + 1e-3, name


def test_an_unknown_area_is_differentiated_too():
    options = InferenceOptions(
        noise=1e-3, free=["area_scale"], cell_error={"positive_particle_radius": 0.02}
    )
    model = forward_model(experiment(2.3, 3.0), load_cell(CELL), options, 1e-3)
    x = np.array([2.3, np.log(3.0), 1.0, model.priors.mean[3]])
    settings = Settings(tolerance=1e-6, mesh=2.0, particle_modes=14)
    fine = model.solved(settings)
    found = differentiated(fine, simulated(fine, x), settings)
    assert_agree(model, found, central(fine, x, 5e-3), 0.01)


def test_curves_at_a_measured_temperature_are_followed_at_its_mean(model, place):
    """A tenth is what eight kelvin on the way leave; differences of curves would be noise."""
    times = (0.0, 600.0, 3600.0)
    warm = MeasuredTemperature(time=times, temperature=(298.0, 302.0, 306.0))
    measured = replace(model, temperatures=(warm, *[None] * (len(model.curves) - 1)))
    fine = measured.solved(Settings(tolerance=1e-6, mesh=2.0, particle_modes=14))
    expected = central(fine, place, 0.02)
    assert np.abs(expected - central(model, place, 0.02)).max() > 1e-3  # it is of consequence
    assert_agree(measured, differentiated(measured, simulated(measured, place)), expected, 0.1)
