"""How near the curve network comes to what noise allows, as Markdown tables.

    python -m tests.benchmarks.training_noise [STORE] [--weights DIR] [--points 512] [--draws 16]

STORE is a cube of scattered points, by default the catalog's `off-grid`, computed the first time.
Without --weights the shipped network is measured.

A measurement here: white noise on each of 100 voltages a curve, and the discharge ends where the
*measured* voltage reaches the cut-off, so that its end lies off by the noise over the slope there,
and by 0.01 % of the capacity besides.  The bound is that of `microbatt.inference`
for the same readings at exact capacities, from the engine; it leaves out what the place of a
vertical end tells, so that ratios a little below 1 are possible.  A ratio is the root mean square
over the draws of error over bound, for one point; "at the median point" is its median.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
from scipy.interpolate import PchipInterpolator

import microbatt
from microbatt.cells import Cell
from microbatt.features import tensors_of_cube, true_values
from microbatt.inference.forward import native_request
from microbatt.inference.identifiability.curve_bounds import Readings, bounds, curve_information
from microbatt.networks import MeasurementNoise, load_network
from microbatt.prediction import load_shipped, predict_curves
from microbatt.scoring import relative_error

END_JITTER = 1e-4
END = 1e-4
"""Share of the depth over which the slope at the end is taken."""
NINETY = 1.6448536
RANGES = ((1.0, 2.2), (2.2, 5.0), (5.0, 10.0), (10.0, 20.0), (20.0, 40.0))


def measured(cube, tensors, noise, rng):
    """Return the tensors of the cube's curves as a measurement would give them."""
    depth, voltage = cube.depth.to_numpy(), cube.voltage.to_numpy().astype(float)
    near = np.searchsorted(depth, 1.0 - END)
    slope = np.maximum((voltage[..., near] - voltage[..., -1]) / (1.0 - depth[near]), 1e-3)
    errors = noise * rng.standard_normal(tensors.voltage.shape)
    jitter = END_JITTER * rng.standard_normal(slope.shape)
    stretch = np.exp(errors[..., -1] / slope + jitter)
    found = np.empty(tensors.voltage.shape)
    for place in np.ndindex(slope.shape):
        wanted = np.linspace(0.0, 1.0, tensors.samples) * stretch[place]
        curve = PchipInterpolator(depth, voltage[place])(np.minimum(wanted, 1.0))
        found[place] = curve - np.maximum(wanted - 1.0, 0.0) * slope[place]
    found += errors
    found[..., -1] = tensors.voltage[..., -1]
    return replace(
        tensors,
        voltage=found.astype(np.float32),
        capacity=(tensors.capacity * stretch).astype(np.float32),
    )


def without(tensors, hidden):
    """Return tensors without some of the curves."""
    mask = tensors.mask.copy()
    mask[:, list(hidden)] = False
    return replace(
        tensors,
        mask=mask,
        voltage=np.where(mask[..., None], tensors.voltage, np.float32(0.0)),
        capacity=np.where(mask, tensors.capacity, np.float32(0.0)),
    )


def noise_free(cube, network):
    """Print L_s without noise, whole and by range of S."""
    tensors, truth = tensors_of_cube(cube), true_values(cube)
    start = time.perf_counter()
    mean, _, in_range = predict_curves(tensors, network)
    spent = 1e3 * (time.perf_counter() - start) / len(truth)
    error = np.stack([relative_error(truth[:, i], mean[:, i]) for i in (0, 1)], axis=1)
    print(f"\n{len(truth)} points, {in_range.sum()} in range, {spent:.2f} ms a point\n")
    print("| noise-free | points | alpha ≥ 0.3: mean L_s, worst [%] | S: mean L_s, worst [%] |")
    print("|---|---|---|---|")
    for low, high in ((1.0, 40.1), *RANGES):
        if not ((truth[:, 1] >= low) & (truth[:, 1] < high)).any():
            continue
        here = (truth[:, 1] >= low) & (truth[:, 1] < high)
        there = here & (truth[:, 0] >= 0.3)
        alpha, shape = error[there, 0], error[here, 1]
        print(
            f"| {low:g} ≤ S < {high:g} | {here.sum()} | {alpha.mean():.4f}, {alpha.max():.3f} "
            f"| {shape.mean():.4f}, {shape.max():.3f} |"
        )


def with_noise(cube, network, draws):
    """Print errors over bounds and coverage, at two levels, with curves missing and without."""
    tensors, truth = tensors_of_cube(cube), true_values(cube)
    currents = cube.current.to_numpy()
    request = native_request(
        Cell.from_dict(cube.attrs["cell"]),
        inventory=cube.attrs["inventory"],
        cutoff_voltage=cube.attrs["cutoff_voltage"],
    )
    heads = (
        "noise", "missing [A m⁻²]", "ratio at the median point: alpha, S",
        "median error over bound / 0.6745: alpha, S", "90 % intervals hold: alpha, S [%]",
        "median bound: alpha, S [%]",
    )  # fmt: skip
    print("\n| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for noise in (1e-3, 5e-3):
        readings = Readings(noise=noise, samples=100, capacity_error=0.0)
        information = curve_information(request, truth, currents, readings)
        rng = np.random.default_rng(int(1e6 * noise))
        made = [measured(cube, tensors, noise, rng) for _ in range(draws)]
        for hidden in ((), (0,), (2,), (3,), (5,)):
            kept = [i for i in range(currents.size) if i not in hidden]
            found = bounds(information.total(kept))
            bound = np.stack([found.alpha, found.S], axis=1)
            ratios, held = [], []
            for one in made:
                mean, covariance, _ = predict_curves(
                    without(one, hidden), network, MeasurementNoise(voltage=noise)
                )
                spread = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
                ratios.append((mean - truth) / bound)
                held.append(np.abs(mean - truth) <= NINETY * spread)
            squares = np.square(ratios)
            median = np.median(np.sqrt(squares.mean(axis=0)), axis=0)
            robust = np.sqrt(np.median(squares, axis=(0, 1))) / 0.6744898
            share = 100.0 * np.mean(held, axis=(0, 1))
            size = 100.0 * np.median(bound / np.maximum(truth, 1e-9), axis=0)
            names = ", ".join(f"{currents[i]:g}" for i in hidden) or "none"
            print(
                f"| {1e3 * noise:g} mV | {names} | {median[0]:.3f}, {median[1]:.3f} | "
                f"{robust[0]:.3f}, {robust[1]:.3f} | {share[0]:.1f}, {share[1]:.1f} | "
                f"{size[0]:.3f}, {size[1]:.3f} |",
                flush=True,
            )


def main():
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", nargs="?", default="off-grid")
    parser.add_argument("--weights")
    parser.add_argument("--points", type=int, default=512)
    parser.add_argument("--draws", type=int, default=16)
    given = parser.parse_args()
    cube = microbatt.open_dataset(given.store, chunks=None).load()
    if given.weights:
        network = load_network(given.weights)
    else:
        network = load_shipped(Cell.from_dict(cube.attrs["cell"]), cube.attrs["inventory"])
    print(f"weights {network.weights_hash[:12]} from {network.record.origin.cube}")
    noise_free(cube, network)
    with_noise(cube.isel(point=slice(given.points)), network, given.draws)


if __name__ == "__main__":
    main()
