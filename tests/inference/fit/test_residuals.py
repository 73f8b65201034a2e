"""Residuals are told apart: scatter, a small trend, and a cell file that does not fit."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.inference.fit.residuals import Trend, is_misfit
from microbatt.inference.result.diagnostics import misfit_sentence
from microbatt.measured import Experiment
from tests.inference.experiments import CELL
from tests.inference.experiments import infer_published as infer
from tests.inference.experiments import published_experiment as experiment

TREND = Trend(chance=1e-9, scatter=1.0, size=4e-4, current=70.0, late=0.0, late_current=17.5)


def drifting(size):
    """Return curves with a drift, in rms, that no parameter imitates: three waves along each."""
    one = experiment(2.3, 3.0)
    waved = []
    for m in one.measurements:
        wave = np.sin(6.0 * np.pi * m.capacity / m.capacity[-1])
        waved.append(replace(m, voltage=m.voltage + np.sqrt(2.0) * size * wave))
    return Experiment(name="drifting", measurements=tuple(waved))


def test_noise_larger_than_assumed_is_told_and_is_no_misfit():
    estimate = infer(experiment(2.3, 3.0), CELL, noise=3e-4, network=False)
    assert not estimate.diagnostics.misfit
    assert "without a trend; the noise is larger than that" in estimate.diagnostics.misfit_sentence
    assert estimate.diagnostics.reduced_chi_square == pytest.approx((1.0 / 0.3) ** 2, rel=0.15)


def test_a_drift_below_a_millivolt_is_told_in_millivolts_and_is_no_misfit():
    diagnostics = infer(drifting(6e-4), CELL, noise=1e-3, network=False).diagnostics
    assert not diagnostics.misfit
    assert "explains the data to within 0." in diagnostics.misfit_sentence
    assert "alpha and S may be off by more than their intervals say" in diagnostics.misfit_sentence


def test_a_drift_of_two_millivolts_is_a_misfit_and_its_size_is_told():
    diagnostics = infer(drifting(2e-3), CELL, noise=1e-3, network=False).diagnostics
    assert diagnostics.misfit
    assert "cannot explain the data" in diagnostics.misfit_sentence
    # a tenth of a curve averages a third of a wave, which leaves 4/5 of it
    assert "drift by 1." in diagnostics.misfit_sentence


@pytest.mark.parametrize(
    ("trend", "noise", "misfit"),
    [
        (TREND, 1e-3, False),
        (replace(TREND, size=1.1e-3), 1e-3, True),
        (replace(TREND, size=1.1e-3, chance=0.01), 1e-3, False),
        (replace(TREND, size=2.4e-3), 5e-3, False),
        (replace(TREND, size=2.6e-3), 5e-3, True),
        (replace(TREND, late=-0.003), 1e-3, True),
        (replace(TREND, chance=1.0, excess=3.9), 1e-3, False),
        (replace(TREND, chance=1.0, excess=4.1), 1e-3, True),
    ],
)
def test_a_misfit_is_an_unlikely_drift_of_a_millivolt_half_the_noise_or_a_shifted_cliff(
    trend, noise, misfit
):
    assert is_misfit(trend, noise) == misfit
    assert ("cannot explain" in misfit_sentence(trend, noise, 1e-3)) == misfit


def test_a_cliff_at_the_wrong_charge_is_told():
    words = misfit_sentence(replace(TREND, late=-0.0031), 1e-3, 1e-3)
    assert "at 17.5 A m⁻² the voltage falls 0.31 % of the charge earlier than it should" in words


def test_a_coarse_current_is_named_before_all_causes_and_the_steep_part_of_a_good_fit():
    words = misfit_sentence(
        replace(TREND, late=-0.0031), 1e-3, 1e-3, first="The current of a.csv is rounded. "
    )
    assert words.index("The current of a.csv") < words.index("No single cause")
    good = replace(TREND, chance=0.5, size=0.0)
    assert "steep" in misfit_sentence(good, 1e-3, 1e-2)
    assert "steep" not in misfit_sentence(good, 1e-3, 2e-3)


def test_residuals_that_no_noise_explains_are_a_misfit_without_a_trend_too():
    gross = replace(TREND, chance=0.5, size=0.0, rms=1.7)
    assert is_misfit(gross, 5e-4)
    assert "cannot explain" in misfit_sentence(gross, 5e-4, gross.rms)
    assert not is_misfit(replace(gross, rms=2e-2), 5e-4)


def test_residuals_that_differ_from_average_to_average_excuse_no_fit_that_is_far_off():
    """A fit 80 mV off was called good: its residuals scattered, and that was taken for noise."""
    rng = np.random.default_rng(1)
    rough = [
        replace(m, voltage=m.voltage + 0.03 * np.repeat(rng.standard_normal(40), 100)[: len(m)])
        for m in experiment(2.3, 3.0).measurements
    ]
    one = Experiment(name="rough", measurements=tuple(rough))
    diagnostics = infer(one, CELL, noise=1e-3, network=False).diagnostics
    assert diagnostics.misfit
    assert "times what is allowed" in diagnostics.misfit_sentence


def test_a_dozen_samples_excuse_no_fit_that_is_far_off():
    """Of few samples nobody knows the noise; alpha 8 for 2.3 was called usable."""
    exact = experiment(2.3, 3.0, noise=5e-3, seed=0)
    at = np.unique(np.linspace(0, 99, 12).astype(int))
    few = tuple(
        replace(m, capacity=m.capacity[at], voltage=m.voltage[at]) for m in exact.measurements
    )
    estimate = infer(Experiment(name="few", measurements=few), CELL, noise=5e-3, network=False)
    held = estimate["alpha"].low <= 2.3 <= estimate["alpha"].high
    assert held or estimate.diagnostics.misfit
