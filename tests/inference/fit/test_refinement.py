"""From a place to the best fit, and on from there."""

import numpy as np

from microbatt.cells import load_cell
from microbatt.inference import InferenceOptions
from microbatt.inference.fit.least_squares import minimise
from microbatt.inference.fit.refinement import Fit, fit_samples, gone_on, sample_objective
from microbatt.inference.forward.forward_model import beside
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment
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
