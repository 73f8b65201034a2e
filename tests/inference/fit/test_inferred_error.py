"""The size of a model's smooth error is told by what residuals it leaves."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.inference import InferenceOptions
from microbatt.inference.fit.inferred_error import SHARES
from microbatt.inference.forward.error_model import LENGTHS, OWN
from tests.inference.experiments import CELL, experiment, infer_exact

TERMS = {"noise": 1e-3, "network": False, "model_error": "inferred"}


def drifting(one, size, seed=0, share=OWN):
    """Return the experiment with a smooth error of the voltage.

    It is a draw from what the error model takes it for: one of this size that all curves share and
    one of each curve's own, a `share` as large, each correlated over `LENGTHS` of the charge.
    """
    grid, rng = np.linspace(0.0, 1.0, 201), np.random.default_rng(seed)
    apart = np.sqrt(3.0) * np.abs(grid[:, None] - grid)
    covariance = sum((1.0 + apart / length) * np.exp(-apart / length) for length in LENGTHS)
    covariance /= len(LENGTHS)
    longest = max(float(curve.capacity[-1]) for curve in one.measurements)
    shared, *own = rng.multivariate_normal(
        np.zeros(grid.size), covariance, size=1 + len(one.measurements)
    )
    moved = []
    for curve, alone in zip(one.measurements, own, strict=True):
        error = np.interp(curve.capacity / longest, grid, shared + share * alone)
        moved.append(replace(curve, voltage=curve.voltage + size * error))
    return replace(one, measurements=tuple(moved))


@pytest.fixture(scope="module")
def plain():
    """What is inferred from curves without such an error."""
    return infer_exact(experiment(2.3, 3.0), CELL, **TERMS)


def test_curves_of_an_exact_model_leave_no_room_for_an_error_beyond_the_noise(plain):
    assert plain.model_error < 5e-4
    assert abs(plain.alpha - 2.3) < 4.0 * plain["alpha"].std


def test_an_error_of_four_millivolts_is_found_and_widens_the_interval(plain):
    estimate = infer_exact(drifting(experiment(2.3, 3.0), 4e-3), CELL, **TERMS)
    assert 2.7e-3 < estimate.model_error < 6e-3
    assert estimate["alpha"].std > 2.0 * plain["alpha"].std
    assert not estimate.diagnostics.misfit
    assert any("told from the residuals" in one for one in estimate.assumptions)


def test_what_each_curve_has_of_its_own_is_told_by_differences_between_curves():
    stated = TERMS | {"model_error": 4e-3}
    alike = infer_exact(drifting(experiment(2.3, 3.0), 4e-3, share=0.0), CELL, **stated)
    apart = infer_exact(drifting(experiment(2.3, 3.0), 4e-3), CELL, **stated)
    said = f"by {1e3 * SHARES[0] * 4e-3:.2g} mV in each curve by itself, as differences"
    assert any(said in one for one in alike.assumptions)
    assert not any(said in one for one in apart.assumptions)
    assert apart["alpha"].std > 1.3 * alike["alpha"].std
    assert not alike.diagnostics.misfit
    assert not apart.diagnostics.misfit


def test_another_word_is_refused():
    with pytest.raises(ParameterError, match="inferred"):
        InferenceOptions(model_error="guessed")


def test_cycles_and_networks_need_a_stated_size():
    for options in (InferenceOptions(model_error="inferred"), InferenceOptions(tails=4.0)):
        with pytest.raises(ParameterError, match="a fit of many cycles"):
            options.check_stated("a fit of many cycles")
    InferenceOptions(model_error=1e-3).check_stated("a fit of many cycles")
