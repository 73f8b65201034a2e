"""Gauss–Newton steps find what a curve came from, with the spread that noise leaves."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.features import tensors_of_curves
from microbatt.networks import NOISE_FREE, MeasurementNoise
from microbatt.networks.refinement import refine
from microbatt.networks.targets import to_targets
from tests.features.cubes import CURRENTS, made_capacity, made_voltage
from tests.networks.cubes import (
    SMALL,
    learnable_cube,
    learnable_tensors,
    made_decoder,
    without_curve,
)

POINT = (2.3, 4.0)
TRUTH = to_targets(POINT)


def measured(*, until=1.0, offset=0.0, resistance=0.0):
    """The curves at `POINT`, up to a share of their capacity, as an instrument gives them."""
    depth = np.linspace(0.0, until, 400)
    curves = {
        i: (
            made_capacity(*POINT, i) * depth,
            made_voltage(*POINT, i, depth) + offset - resistance * i,
        )
        for i in CURRENTS
    }
    return tensors_of_curves(curves, samples=SMALL.samples)


def repeated(tensors, count):
    return tensors.take(np.zeros(count, dtype=int))


def test_every_training_point_is_found_again_from_the_middle_of_the_box():
    decoder = made_decoder()
    tensors, targets = learnable_tensors()
    start = np.broadcast_to(np.mean(decoder.box, axis=0), targets.shape)
    found = refine(decoder, tensors, NOISE_FREE, start)
    good = found.misfit < 2
    assert good.mean() > 0.9
    assert np.abs(found.mean - targets)[good].max() < 0.02


def test_a_curve_that_was_cut_short_gives_the_same_answer():
    decoder, start = made_decoder(), TRUTH[None] + 0.2
    whole = refine(decoder, measured(), NOISE_FREE, start)
    short = refine(decoder, measured(until=0.8), NOISE_FREE, start)
    assert whole.mean[0] == pytest.approx(TRUTH, abs=2e-3)
    assert short.mean[0] == pytest.approx(TRUTH, abs=2e-2)


def test_the_spread_is_what_noise_does_to_the_answer():
    sigma, count = 2e-3, 400
    rng = np.random.default_rng(1)
    clean = repeated(measured(), count)
    noisy = replace(clean, voltage=clean.voltage + sigma * rng.standard_normal(clean.voltage.shape))
    found = refine(
        made_decoder(), noisy, MeasurementNoise(voltage=sigma), np.tile(TRUTH, (count, 1))
    )
    claimed = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2)).mean(axis=0)
    # 400 draws give a standard deviation to 3.5 %; 12 % is three of these and a little.
    assert found.mean.std(axis=0) == pytest.approx(claimed, rel=0.12)
    assert found.misfit.mean() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("disturbed", "noise"),
    [
        ({"offset": 0.01}, MeasurementNoise(offset=0.02)),
        ({"resistance": 5e-4}, MeasurementNoise(contact_resistance=1e-3)),
    ],
)
def test_an_unknown_that_is_told_of_does_not_mislead(disturbed, noise):
    decoder, curves, start = made_decoder(), measured(**disturbed), TRUTH[None]
    ignorant = refine(decoder, curves, NOISE_FREE, start)
    told = refine(decoder, curves, noise, start)
    miss = np.abs(told.mean[0] - TRUTH).max()
    assert miss < 0.02
    assert miss < 0.3 * np.abs(ignorant.mean[0] - TRUTH).max()


def test_a_missing_curve_widens_the_spread_and_moves_nothing():
    decoder = made_decoder()
    tensors, targets = learnable_tensors()
    few = np.arange(40, 60)
    whole = refine(decoder, tensors.take(few), NOISE_FREE, targets[few])
    lacking = refine(decoder, without_curve(tensors.take(few), 1), NOISE_FREE, targets[few])
    assert np.abs(lacking.mean - targets[few]).max() < 0.01
    assert (lacking.covariance[:, 0, 0] > whole.covariance[:, 0, 0]).all()


def test_curves_from_elsewhere_leave_a_residual_that_tells():
    tensors, _ = learnable_tensors(learnable_cube(alphas=4, shapes=4))
    strange = replace(tensors, voltage=tensors.voltage - 0.3 * np.linspace(0, 1, 40) ** 2)
    found = refine(made_decoder(), strange, NOISE_FREE, np.tile(TRUTH, (16, 1)))
    assert found.residual.min() > 5e-3
