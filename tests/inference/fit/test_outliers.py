"""Points that lie far off move an estimate by normal errors, and hardly by heavy tails."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.inference import InferenceOptions
from tests.inference.experiments import CELL, experiment, infer_exact

TRUTH = (2.3, 3.0)
TERMS = {"noise": 1e-3, "network": False}


def with_outliers(one, size):
    """Return the experiment with a few voltages far off, all to one side."""
    spoilt = []
    for curve in one.measurements:
        voltage = curve.voltage.copy()
        voltage[[12, 40, 55, 70]] += size
        spoilt.append(replace(curve, voltage=voltage))
    return replace(one, measurements=tuple(spoilt))


@pytest.fixture(scope="module")
def estimates():
    clean = experiment(*TRUTH)
    spoilt = with_outliers(clean, 0.03)
    return {
        "clean": infer_exact(clean, CELL, **TERMS),
        "normal": infer_exact(spoilt, CELL, **TERMS),
        "tails": infer_exact(spoilt, CELL, tails=4.0, **TERMS),
    }


def test_heavy_tails_keep_a_few_outliers_from_moving_the_estimate(estimates):
    clean, normal, tails = (estimates[name]["alpha"] for name in ("clean", "normal", "tails"))
    assert abs(normal.value - clean.value) > 2.0 * clean.std
    assert normal.std > 4.0 * clean.std
    assert abs(tails.value - clean.value) < clean.std
    assert tails.std < 1.3 * clean.std


def test_outliers_are_told_and_heavy_tails_are_named(estimates):
    said = " ".join(estimates["normal"].assumptions)
    assert "more than 4 standard deviations from the fit" in said
    assert "`--tails 4`" in said
    assert estimates["normal"].diagnostics.outlier_sentence in estimates["normal"].summary()
    assert " V; of 35 at " in said  # named by curve and voltage
    assert "Student's t of 4 degrees of freedom" in " ".join(estimates["tails"].assumptions)
    assert not any("standard deviations from" in one for one in estimates["clean"].assumptions)


def test_tails_that_are_no_distribution_are_refused():
    for tails in (0.5, np.nan):
        with pytest.raises(ParameterError, match="degrees of freedom"):
            InferenceOptions(tails=tails)
