"""Noise moves an estimate at random and not to one side, also where a cliff settles it.

Each draw of noise is added and subtracted: what the two fits have in common beside the fit without
noise is bias.  Weights that followed the noise would pull both to the same side.
"""

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from microbatt.cells import load_cell
from microbatt.engines import Settings, simulate_discharges
from microbatt.inference import InferenceOptions
from microbatt.inference.fit.refinement import fit_samples
from microbatt.inference.forward.forward_model import beside
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment, Measurement

PAIRS = 4
SAMPLES = 300
LARGEST = 0.2
"""Standard deviations of a single fit."""


@pytest.mark.parametrize(
    ("cell", "inventory", "rates", "noise"),
    [
        ("doyle-1996-cell-1", "area-only", (0.05, 1.0, 3.0), 5e-4),
        ("doyle-1996-cell-1", "area-only", (0.05, 1.0, 3.0), 5e-3),
        pytest.param("lco-graphite", "conserving", (0.2, 2.0), 1e-3, marks=pytest.mark.slow),
    ],
)
def test_noise_and_its_opposite_leave_no_bias(cell, inventory, rates, noise):
    loaded = load_cell(cell)
    truth = np.array([3.0, np.log(4.0)])
    points = [(3.0, 4.0, rate * loaded.one_c_current) for rate in rates]
    fine = Settings(tolerance=1e-5, mesh=3.0)
    curves = list(simulate_discharges(loaded, points, inventory=inventory, settings=fine))
    options = InferenceOptions(noise=noise, cell_error=0.0, inventory=inventory, network=False)

    def fitted(noises):
        """Return the best fit, and its standard deviations."""
        measured = []
        for curve, drawn in zip(curves, noises, strict=True):
            capacity = np.linspace(0.0, curve.discharge_capacity, SAMPLES)
            voltage = PchipInterpolator(curve.capacity, curve.voltage)(capacity)
            measured.append(
                Measurement(
                    source=f"{curve.current:g}",
                    current=curve.current,
                    capacity=capacity,
                    voltage=voltage + drawn,
                )
            )
        one = Experiment(name="synthetic", measurements=tuple(measured))
        model = beside(forward_model(one, loaded, options, noise), truth)
        assert any(curve.steep.any() for curve in model.curves)
        found = fit_samples(model, truth)
        return found.x, np.sqrt(np.diag(found.covariance))

    plain, std = fitted(np.zeros((len(curves), SAMPLES)))
    rng = np.random.default_rng(0)
    common = []
    for _ in range(PAIRS):
        noises = noise * rng.standard_normal((len(curves), SAMPLES))
        (up, _), (down, _) = fitted(noises), fitted(-noises)
        common.append((0.5 * (up + down) - plain) / std)
    assert np.max(np.abs(np.mean(common, axis=0))) < LARGEST
