"""Curves simulated again from predictions, against those of the true values.

    python -m tests.benchmarks.training_resimulated [--weights DIR]

For each pair of which the published work showed it, and a sixth of ours: alpha and S are predicted
from the pair's six simulated curves, the curves are simulated again with the prediction, and the
voltages are compared at 200 equal capacities up to the smaller of the two ends, relative to the
true voltage.
"""

from __future__ import annotations

import argparse

import numpy as np

from microbatt.engines import simulate_discharges
from microbatt.features import tensors_of_curves
from microbatt.networks import NOISE_FREE, MeasurementNoise, load_network
from microbatt.plots.resimulation import CASES
from microbatt.prediction import load_shipped, predict_curves

CELL = "doyle-1996-cell-1"
PUBLISHED = ("1.5", "< 0.05", "13.3", "< 0.15", "5.5", "– (our choice)")
"""What the published network left [%]."""


def curves_of(alpha, S, currents):
    """Return current → (capacity, voltage)."""
    points = [(alpha, S, current) for current in currents]
    batch = simulate_discharges(CELL, points, inventory="area-only")  # what the weights have seen
    return {one.current: (one.capacity, one.voltage) for one in batch}


def rms_away(true, again):
    """Return the root mean square of the relative differences of two sets of curves [%]."""
    squares = []
    for current, (capacity, voltage) in true.items():
        other_capacity, other_voltage = again[current]
        at = np.linspace(0.0, min(capacity[-1], other_capacity[-1]), 200)
        truth = np.interp(at, capacity, voltage)
        squares.append((np.interp(at, other_capacity, other_voltage) / truth - 1.0) ** 2)
    return 100.0 * float(np.sqrt(np.mean(squares)))


def noisy(curves, noise, rng):
    """Return curves with white noise on 100 voltages each."""
    found = {}
    for current, (capacity, voltage) in curves.items():
        at = np.linspace(0.0, capacity[-1], 100)
        clean = np.interp(at, capacity, voltage)
        found[current] = (at, clean + noise * rng.standard_normal(at.size))
    return found


def main():
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights")
    given = parser.parse_args()
    network = load_network(given.weights) if given.weights else load_shipped(inventory="area-only")
    rng = np.random.default_rng(0)
    print(
        "| alpha, S | predicted, noise-free | rms [%] | predicted at 5 mV | rms [%] | published |"
    )
    print("|---|---|---|---|---|---|")
    for (alpha, S), published in zip(CASES, PUBLISHED, strict=True):
        true = curves_of(alpha, S, network.currents)
        words = []
        for noise in (NOISE_FREE, MeasurementNoise(voltage=5e-3)):
            seen = noisy(true, noise.voltage, rng) if noise.voltage else true
            mean, _, _ = predict_curves(tensors_of_curves(seen), network, noise)
            again = curves_of(*mean[0], network.currents)
            words.append(f"{mean[0, 0]:.4f}, {mean[0, 1]:.4f} | {rms_away(true, again):.4f}")
        print(f"| {alpha:g}, {S:g} | {' | '.join(words)} | {published} |", flush=True)


if __name__ == "__main__":
    main()
