"""The size of a model's smooth error is told by what residuals it leaves."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.inference import InferenceOptions
from tests.inference.experiments import CELL, experiment, infer_exact

TERMS = {"noise": 1e-3, "network": False, "model_error": "inferred"}


def drifting(one, size):
    """Return the experiment with a smooth error of the voltage that its curves share."""
    longest = max(float(curve.capacity[-1]) for curve in one.measurements)
    moved = []
    for curve in one.measurements:
        depth = curve.capacity / longest
        error = size * np.sqrt(2.0) * np.sin(2.0 * np.pi * (1.7 * depth + 0.2))
        moved.append(replace(curve, voltage=curve.voltage + error))
    return replace(one, measurements=tuple(moved))


def test_curves_of_an_exact_model_leave_no_room_for_an_error_beyond_the_noise():
    estimate = infer_exact(experiment(2.3, 3.0), CELL, **TERMS)
    assert estimate.model_error < 5e-4
    assert abs(estimate.alpha - 2.3) < 4.0 * estimate["alpha"].std


def test_an_error_of_five_millivolts_is_found_and_widens_the_interval():
    plain = infer_exact(experiment(2.3, 3.0), CELL, **TERMS)
    estimate = infer_exact(drifting(experiment(2.3, 3.0), 5e-3), CELL, **TERMS)
    assert 2e-3 < estimate.model_error < 1.2e-2
    assert estimate["alpha"].std > 2.0 * plain["alpha"].std
    assert not estimate.diagnostics.misfit
    assert any("told from the residuals" in one for one in estimate.assumptions)


def test_another_word_is_refused():
    with pytest.raises(ParameterError, match="inferred"):
        InferenceOptions(model_error="guessed")


def test_cycles_and_networks_need_a_stated_size():
    for options in (InferenceOptions(model_error="inferred"), InferenceOptions(tails=4.0)):
        with pytest.raises(ParameterError, match="a fit of many cycles"):
            options.check_stated("a fit of many cycles")
    InferenceOptions(model_error=1e-3).check_stated("a fit of many cycles")
