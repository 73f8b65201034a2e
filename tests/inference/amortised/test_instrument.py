"""What a tester shows of a simulated cell."""

import numpy as np
import pytest

from microbatt.inference.amortised.instrument import SAMPLES, Instrument, _seen
from microbatt.inference.forward.error_model import OWN

DEPTH = np.linspace(0.0, 1.0, 501)
GENTLE = np.stack([4.2 - 0.5 * DEPTH, 4.1 - 0.6 * DEPTH])
CLIFF = np.stack([np.where(DEPTH < 0.9, 4.0 - 0.2 * DEPTH, 3.82 - 20.0 * (DEPTH - 0.9))] * 2)
CHARGE = np.array([50.0, 40.0])


def many(volts, instrument, count=800, offset=0.0, charge=CHARGE):
    rng = np.random.default_rng(0)
    seen = [_seen(DEPTH, volts, charge, offset, instrument, rng) for _ in range(count)]
    return np.array([v for v, _ in seen], float), np.array([q for _, q in seen])


def test_a_perfect_tester_shows_the_curve_down_to_its_cutoff():
    voltage, ends = many(GENTLE, Instrument(cutoff=3.8, noise=0.0, charge=0.0), count=1)
    np.testing.assert_allclose(ends[0], CHARGE * [0.8, 0.5], rtol=1e-9)
    np.testing.assert_allclose(voltage[0, 0], np.linspace(4.2, 3.8, SAMPLES), atol=1e-6)


def test_an_offset_moves_the_end_as_much_as_the_slope_makes_of_it():
    plain = Instrument(cutoff=3.8, noise=0.0, charge=0.0)
    _, ends = many(GENTLE, plain, count=1, offset=0.05)
    np.testing.assert_allclose(ends[0, 0], CHARGE[0] * 0.9, rtol=1e-9)


def test_the_smooth_error_has_the_stated_size_and_is_shared_by_the_curves():
    size = 2e-3
    instrument = Instrument(cutoff=1.0, noise=0.0, charge=0.0, model_error=size)
    voltage, _ = many(GENTLE, instrument, charge=np.array([50.0, 50.0]))
    off = voltage - np.stack([np.linspace(v[0], v[-1], SAMPLES) for v in GENTLE])
    assert off.std() == pytest.approx(size * np.hypot(1.0, OWN), rel=0.06)
    together = np.mean(off[:, 0] * off[:, 1]) / np.mean(off[:, 0] ** 2)
    assert together == pytest.approx(1.0 / (1.0 + OWN**2), abs=0.05)


def test_on_a_cliff_the_smooth_error_is_one_of_the_capacity():
    size = 1e-3
    instrument = Instrument(cutoff=2.5, noise=0.0, charge=0.0, model_error=size)
    _, ends = many(CLIFF, instrument)
    relative = (ends / CHARGE).std()
    assert relative == pytest.approx(size * np.hypot(1.0, OWN), rel=0.15)


def test_the_charge_of_each_curve_is_off_by_a_factor_of_its_own():
    _, ends = many(GENTLE, Instrument(cutoff=3.8, noise=0.0, charge=1e-3))
    assert (ends / CHARGE / [0.8, 0.5]).std() == pytest.approx(1e-3, rel=0.05)
    assert abs(np.corrcoef(ends.T)[0, 1]) < 0.1


def test_a_curve_that_begins_below_the_cutoff_is_none():
    _, ends = many(GENTLE, Instrument(cutoff=4.15, noise=0.0, charge=0.0), count=1)
    assert np.isfinite(ends[0, 0])
    assert np.isnan(ends[0, 1])
