"""Eight numbers of an NMC811 cell at once: the network of one's own cell against what is possible.

Run it with: python -m tests.benchmarks.training_joint FOLDER [--simulations 4096] [--bounds 48]

Trains a network at 1 and one at 5 mV on cells drawn from a box, and asks both about other cells:
how often 90 % intervals hold the truth, and by how much errors exceed the Cramér–Rao bound. The box
counts in the bound as a normal prior of its standard deviation.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from microbatt.campaign import run_campaign
from microbatt.cells import load_cell
from microbatt.features import tensors_of_cube, true_values
from microbatt.inference import InferenceOptions, train_own_network
from microbatt.inference.amortised import OWN_SETTINGS, OWN_SIZES
from microbatt.inference.amortised.instrument import Instrument, seen_cube
from microbatt.inference.amortised.own_network import _campaign, noisy
from microbatt.inference.amortised.prior_draws import draw_cells, network_priors
from microbatt.inference.forward import native_request
from microbatt.inference.identifiability import Readings
from microbatt.inference.identifiability.curve_bounds import curve_information
from microbatt.parameters import Coordinates

CELL = load_cell("chen-2020")
RANGES = {
    "alpha": (0.2, 1.5),
    "S": (1.0, 10.0),
    "negative_alpha": (0.2, 1.5),
    "negative_S": (1.0, 10.0),
    "negative_thickness": (75e-6, 95e-6),
    "positive_thickness": (66e-6, 85e-6),
    "negative_solid_diffusivity": (1e-14, 1e-13),
    "positive_solid_diffusivity": (1.5e-15, 1.2e-14),
}
RATES = ("C/5", "1C", "2C")
NINETY = 1.6448536


def drawn_test(options, count):
    """Return cells that no network learns from."""
    return draw_cells(network_priors(CELL, options, RANGES), count, seed=99)


def bounds_of(values, names, currents, noise, box):
    """Return the bounds of each target's coordinate, shape (n, k)."""
    found = []
    prior = np.diag(12.0 / (box[1] - box[0]) ** 2)
    for row in values:
        numbers = dict(zip(names, row.tolist(), strict=True))
        point = [[numbers.pop("alpha"), numbers.pop("S")]]
        request = native_request(CELL.with_values(numbers))
        readings = Readings(noise=noise, capacity_error=0.0)
        told = curve_information(request, point, currents, readings, free=list(numbers))
        place = [told.parameters.index(name) for name in names]
        information = told.curves.sum(axis=1)[0][np.ix_(place, place)]
        scale = np.where(Coordinates(names=names).logarithmic & (np.array(names) == "S"), row, 1.0)
        found.append(np.sqrt(np.diag(np.linalg.inv(information * np.outer(scale, scale) + prior))))
    return np.array(found)


def main():
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--simulations", type=int, default=4096)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--test", type=int, default=512)
    parser.add_argument("--bounds", type=int, default=48)
    asked = parser.parse_args()
    currents = tuple(CELL.current_density(rate) for rate in RATES)
    for noise in (1e-3, 5e-3):
        start = time.perf_counter()
        options = InferenceOptions(noise=noise, cell_error=0.0, unknown=tuple(RANGES))
        own = train_own_network(
            CELL, asked.folder, options, currents=RATES, ranges=RANGES, overwrite=True,
            simulations=asked.simulations, config=replace(OWN_SIZES, width=128),
            settings=replace(OWN_SETTINGS, epochs=asked.epochs),
        )  # fmt: skip
        network = own.trained.network
        print(f"\n{1e3 * noise:g} mV, trained in {time.perf_counter() - start:.0f} s")
        print(own.calibration.summary())
        cells = drawn_test(options, asked.test)
        instrument = Instrument.of(options, cutoff=CELL.cutoff_voltage, exact=True)
        campaign = _campaign(CELL, cells, options, instrument, currents)
        cube = run_campaign(campaign, asked.folder / "test.zarr", chunks=None)
        seen, _ = seen_cube(cube, cells, instrument, copies=1, seed=7)
        tensors = noisy(
            tensors_of_cube(seen), instrument.white, np.random.default_rng(int(1e6 * noise))
        )
        names = network.targets
        values = true_values(seen, names)
        deviations, _ = network.deviations(tensors, values)
        estimate = network.estimate(tensors)
        coordinates = Coordinates(names=names)
        errors = coordinates.coordinates(estimate.mean) - coordinates.coordinates(values)
        few = slice(0, asked.bounds)
        bound = bounds_of(values[few], names, currents, noise, cells.box)
        ratio = np.sqrt(np.median((errors[few] / bound) ** 2, axis=0)) / 0.6744898
        held = 100.0 * (np.abs(deviations) <= NINETY).mean(axis=0)
        rms = np.sqrt((errors**2).mean(axis=0))
        wide = (cells.box[1] - cells.box[0]) / np.sqrt(12.0)
        print(f"\n{len(values)} other cells, {estimate.in_range.sum()} in range\n")
        print("| | 90 % intervals hold [%] | rms error over the box's spread | error over bound |")
        print("|---|---|---|---|")
        for k, name in enumerate(names):
            print(f"| `{name}` | {held[k]:.1f} | {rms[k] / wide[k]:.3f} | {ratio[k]:.2f} |")


if __name__ == "__main__":
    main()
