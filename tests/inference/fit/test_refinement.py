"""From a place to the best fit, and on from there."""

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharge
from microbatt.inference import InferenceOptions, infer
from microbatt.inference.fit.least_squares import minimise
from microbatt.inference.fit.refinement import Fit, fit_samples, gone_on, sample_objective
from microbatt.inference.forward.forward_model import beside
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment, Measurement
from tests.inference.experiments import CELL, experiment


def test_a_fit_goes_on_to_a_better_place_and_stays_where_there_is_none():
    measured = experiment(3.0, 2.0, (35.0, 70.0)).measurements
    options = InferenceOptions(noise=1e-3, cell_error=0.0, network=False)
    model = forward_model(
        Experiment(name="a", measurements=measured), load_cell(CELL), options, 1e-3
    )
    truth = np.array([3.0, np.log(2.0)])
    model = beside(model, truth)
    best = fit_samples(model, truth)
    off = minimise(
        sample_objective(model),
        truth + np.array([0.05, 0.0]),
        model.priors.low,
        model.priors.high,
        most=1,
    )
    assert off.chi_square > best.chi_square + 1.0
    given_up = Fit(model=model, minimum=off, starts=())
    found = gone_on(given_up, off.x)
    assert found.minimum.chi_square < best.chi_square + 0.1
    assert gone_on(found, off.x) is None


def test_values_that_are_off_lead_to_no_other_microstructure():
    """With the values of the file, S 0.2 explains the shapes better than the true one does."""
    cell, rng = load_cell("chen-2020"), np.random.default_rng(0)
    off = {  # most by less than is usual, none by two widths
        "negative_S": 1.86,
        "negative_initial_stoichiometry": 0.894,
        "electrolyte_conductivity_scale": 1.19,
        "electrolyte_diffusivity_scale": 1.26,
        "positive_effective_solid_conductivity": 0.072,
        "positive_rate_constant": 1.92 * cell.positive.rate_constant,
        "positive_solid_diffusivity": 1.7e-15,
    }
    curves = []
    for rate in ("C/10", "C/5", "1C"):
        curve = simulate_discharge(cell.with_values(off), alpha=1.456, S=2.7, current=rate)
        at = np.linspace(0.0, 0.99, 100) * curve.discharge_capacity
        voltage = np.interp(at, curve.capacity, curve.voltage) + 5e-4 * rng.standard_normal(100)
        curves.append(Measurement(source=rate, current=curve.current, capacity=at, voltage=voltage))
    found = infer(curves, cell, noise=5e-4, network=False, free=("contact_resistance",))
    assert found["alpha"].low < 1.456 < found["alpha"].high
    assert found["S"].low < 2.7 < found["S"].high
