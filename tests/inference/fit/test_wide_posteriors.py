"""Where curves say little, the intervals are those of the engine's own posterior on a grid."""

from pathlib import Path

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharges
from microbatt.inference import InferenceOptions
from microbatt.inference.fit.sampling import ask_engine, engine_log_density
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment, Measurement
from tests.inference.experiments import infer_exact as infer

pytest.importorskip("emcee")

CELLS = sorted(path.stem for path in Path("catalogs/cells").glob("*.toml"))
ENDS = (0.05, 0.5, 0.95)
WIDE = 0.3
"""Standard deviations by which quantiles may differ: draws and a grid of 25 steps each allow."""


def slow_curve(cell, rate, noise, points=60):
    """Return one curve alone, as measured on a cell of alpha 2.3 and S 3."""
    known = load_cell(cell)
    (one,) = simulate_discharges(known, [(2.3, 3.0, rate * known.one_c_current)])
    depth = np.linspace(0.0, 1.0, points)
    voltage = np.interp(depth * one.discharge_capacity, one.capacity, one.voltage)
    noisy = voltage + noise * np.random.default_rng(3).standard_normal(points)
    return Measurement(
        source="slow", current=one.current, capacity=depth * one.discharge_capacity, voltage=noisy
    )


def grid_quantiles(measured, cell, noise, draws):
    """Return quantiles of alpha and of S of the engine's posterior on a grid around the draws."""
    options = InferenceOptions(noise=noise, cell_error=0.0)
    experiment = Experiment(name="slow", measurements=(measured,))
    model = forward_model(experiment, load_cell(cell), options, noise)
    axes = []
    for column, low, high in zip(
        np.column_stack([draws[:, 0], np.log(draws[:, 1])]).T,
        model.priors.low,
        model.priors.high,
        strict=True,
    ):
        reach = 1.5 * (column.max() - column.min())
        middle = 0.5 * (column.max() + column.min())
        axes.append(np.linspace(max(low, middle - reach), min(high, middle + reach), 41))
    x = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    density = engine_log_density(ask_engine(model, x), model.priors)
    mass = np.exp(density - density.max()).reshape(41, 41)
    found = []
    for axis, other in ((0, 1), (1, 0)):
        along = mass.sum(axis=other)
        # the share below the middle of each tile
        share = (np.cumsum(along) - 0.5 * along) / along.sum()
        found.append(np.interp(ENDS, share, axes[axis]))
    return found[0], np.exp(found[1])


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_a_slow_curve_alone_gives_the_interval_of_a_grid(cell):
    noise = 2e-3
    measured = slow_curve(cell, 0.1, noise)
    estimate = infer(measured, cell, noise=noise, network=False)
    assert estimate.diagnostics.settled
    for name, ends in zip(
        ("alpha", "S"), grid_quantiles(measured, cell, noise, estimate.draws), strict=True
    ):
        one = estimate[name]
        assert abs(one.value - ends[1]) < WIDE * one.std
        assert abs(one.low - ends[0]) < WIDE * one.std
        assert abs(one.high - ends[2]) < WIDE * one.std


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_a_standard_deviation_never_stands_beside_a_much_narrower_interval(cell):
    estimate = infer(
        slow_curve(cell, 0.05, 1e-3), cell, noise=1e-3, free="contact_resistance", network=False
    )
    for one in estimate.parameters:
        # of a 90 % interval: 3.3 for a normal distribution, 1.8 for a flat one's ends and centre
        assert one.high - one.low > 1.5 * one.std
