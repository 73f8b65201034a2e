"""Whether a network that does not mean what it says is found out."""

import numpy as np
import pytest

from microbatt.inference import Calibration
from microbatt.inference.amortised.calibration import calibration, widening

NAMES = ("alpha", "S")


def judged(deviations):
    return calibration(NAMES, deviations, np.ones(2))


@pytest.fixture(scope="module")
def honest():
    return np.random.default_rng(0).standard_normal((1024, 2))


def test_an_honest_network_passes(honest):
    found = judged(honest)
    assert found.failures == ()
    assert found.targets[0].coverage == pytest.approx(0.9, abs=0.03)
    assert sum(found.targets[1].histogram) == 1024


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda z: 1.5 * z, "intervals of S hold 7"),
        (lambda z: 0.5 * z, "intervals of S hold 9"),
        (lambda z: z + 0.5, "ranks of S are not uniform"),
        (lambda z: np.full_like(z, np.nan), "intervals of S"),
    ],
)
def test_too_sure_too_shy_biased_and_broken_ones_do_not(honest, change, words):
    spoilt = honest.copy()
    spoilt[:, 1] = change(spoilt[:, 1])
    failures = judged(spoilt).failures
    assert any(words in told for told in failures)
    assert not any("alpha" in told for told in failures)


def test_widening_makes_the_intervals_hold_what_they_say(honest):
    narrow = honest * [1.7, 0.8]
    factors = widening(narrow)
    np.testing.assert_allclose(factors, [1.7, 0.8], rtol=0.06)
    fresh = np.random.default_rng(1).standard_normal((1024, 2)) * [1.7, 0.8]
    assert judged(fresh / factors).failures == ()


def test_it_comes_back_from_json(honest):
    found = judged(honest)
    again = Calibration.from_dict(found.to_dict())
    assert again.points == 1024
    assert [one.name for one in again.targets] == list(NAMES)
    assert again.targets[0].coverage == pytest.approx(found.targets[0].coverage, abs=1e-4)
