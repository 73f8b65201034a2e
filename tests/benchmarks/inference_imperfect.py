"""Do the intervals of `microbatt.infer` hold for cells whose file is not quite true?

Each experiment has a cell of its own: every value that is in doubt differs from the file by a draw
from its stated width, the open-circuit voltage by a smooth error along the charge that all its
curves share, and there are white noise, a contact resistance and a voltage offset that the fit does
not know.  It is inferred with the file as it is and with what was stated.  Each experiment is a
line of a file, so that a run can go on:

    python -m tests.benchmarks.inference_imperfect --count 20 --cell-error 2 --file imperfect.jsonl

With ``--fault 5`` one of the values, each with the same chance, is off by five times its width, up
or down; it is then told how often that is caught: by the misfit flag, by a value that the estimate
finds far from its file, or by intervals that hold the truth all the same.

What it prints is in docs/results/inference.md.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.cells import load_cell
from microbatt.engines import Isothermal, Settings, simulate_discharges
from microbatt.errors import MicrobattError
from microbatt.inference import infer
from microbatt.inference.fit.prior_conflict import CHANCE
from microbatt.inference.forward.cell_errors import cell_doubts
from microbatt.inference.forward.priors import make_priors
from microbatt.inference.forward.unknowns import cell_with_values
from microbatt.measured import Experiment, Measurement
from tests.benchmarks.inference_coverage import kept

RATES = (0.1, 0.5, 1.0, 2.0, 3.0, 4.0)  # C
FREE = ("contact_resistance", "voltage_offset")
SAMPLES = 100
SHORTEST = 0.05  # of the longest curve; a curve shorter than this is left out
NOISE = 1e-3  # V
OPEN_CIRCUIT = 3e-3  # V, rms of the smooth error
WIGGLES = 0.15  # of the charge, correlation length of that error; the fit takes another
OFFSET = 2e-3  # V, standard deviation
RESISTANCE = 5e-3  # Ω m², largest
ALPHA, SHAPE_FACTOR = (0.5, 4.0), (1.5, 8.0)
FAR = 2.0  # widths of its prior; what an estimate tells to be far


def true_cell(name, stated, rng, fault=0.0):
    """Return a cell whose doubted values are drawn, within their ranges, and which is off.

    It is off by `fault` widths, up or down, to the side where there is room; none if `fault` is 0.
    """
    cell = load_cell(name)
    doubts = cell_doubts(cell, stated, Isothermal()).widths
    priors = make_priors(cell, (), doubted=doubts)
    x = priors.mean.copy()
    while True:
        drawn = priors.mean[2:] + priors.std[2:] * rng.standard_normal(len(doubts))
        x[2:] = np.clip(drawn, priors.low[2:], priors.high[2:])
        off = None
        if fault:
            i = 2 + int(rng.integers(len(doubts)))
            ends = priors.mean[i] + fault * priors.std[i] * np.array([-1.0, 1.0])
            ends = ends[(ends > priors.low[i]) & (ends < priors.high[i])]
            if not ends.size:
                continue
            off, x[i] = priors.names[i], rng.choice(ends)
        values = dict(zip(priors.doubted, priors.natural(x)[2:], strict=True))
        try:
            return cell_with_values(cell, values), off
        except MicrobattError:  # volumes beyond one
            continue


def smooth_error(rng, longest):
    """Return a function of the charge: a Gaussian process of `OPEN_CIRCUIT` and `WIGGLES`."""
    depth = np.linspace(0.0, 1.0, 101)
    apart = depth[:, None] - depth
    covariance = np.exp(-0.5 * (apart / WIGGLES) ** 2)
    values = rng.multivariate_normal(np.zeros(depth.size), covariance, method="eigh")
    return lambda q: OPEN_CIRCUIT * np.interp(q / longest, depth, values)


def drawn(number, name, stated, fault=0.0):
    """Draw an experiment: the generator, the truth, the true cell, and which value is faulty."""
    rng = np.random.default_rng([number, 18])
    truth = {
        "alpha": rng.uniform(*ALPHA),
        "S": float(np.exp(rng.uniform(*np.log(SHAPE_FACTOR)))),
        "contact_resistance": rng.uniform(0.0, RESISTANCE),
        "voltage_offset": OFFSET * rng.standard_normal(),
    }
    cell, off = true_cell(name, stated, rng, fault)
    return (
        rng,
        truth,
        cell_with_values(cell, {"contact_resistance": truth["contact_resistance"]}),
        off,
    )


def discharged(cell, truth, name):
    """Simulate the curves of a true cell, and the charge of the longest."""
    one_c = load_cell(name).one_c_current
    points = [(truth["alpha"], truth["S"], rate * one_c) for rate in RATES]
    batch = simulate_discharges(cell, points, settings=Settings(tolerance=1e-5, mesh=2.5))
    return batch, max(one.discharge_capacity for one in batch if one.capacity.size)


def measured_as(one, error, offset, noise):
    """Return a simulated curve as measured, with a smooth error of its voltage."""
    capacity = np.linspace(0.0, one.discharge_capacity, SAMPLES)
    voltage = PchipInterpolator(one.capacity, one.voltage)(capacity)
    return Measurement(
        source=f"{one.current:g} A m⁻²",
        current=one.current,
        capacity=capacity,
        voltage=voltage + error(capacity) + offset + noise,
    )


def experiment(number, name, stated, fault=0.0):
    """Simulate an experiment: its truth, which value is faulty, and its curves as measured."""
    rng, truth, cell, off = drawn(number, name, stated, fault)
    batch, longest = discharged(cell, truth, name)
    error = smooth_error(rng, longest)
    measured = []
    for one in batch:
        noise = NOISE * rng.standard_normal(SAMPLES)
        if not one.capacity.size or one.discharge_capacity < SHORTEST * longest:
            continue
        measured.append(measured_as(one, error, truth["voltage_offset"], noise))
    return truth, off, Experiment(name=f"imperfect-{number}", measurements=tuple(measured))


def once(number, name, stated, fault=0.0):
    """Infer one experiment; returns what is to be kept of it."""
    truth, off, one = experiment(number, name, stated, fault)
    begun = time.process_time()
    estimate = infer(
        one,
        name,
        noise=NOISE,
        free=FREE,
        cell_error=stated,
        model_error=OPEN_CIRCUIT,
        network=False,
        seed=number,
    )
    return {
        "number": number,
        "cell": name,
        "curves": len(one),
        "truth": truth,
        "off": off,
        "found": {
            p.name: {
                "value": p.value,
                "std": p.std,
                "low": p.low,
                "high": p.high,
                "noise_std": p.noise_std,
            }
            for p in estimate.parameters
        },
        "far": {
            p.name: p.beyond
            for p in (*estimate.parameters, *estimate.cell_values)
            if abs(p.beyond) > FAR
        },
        "posterior": str(estimate.posterior),
        "settled": estimate.diagnostics.settled,
        "misfit": estimate.diagnostics.misfit,
        "conflict_chance": estimate.diagnostics.conflict_chance,
        "cpu_seconds": time.process_time() - begun,
        "seconds": estimate.seconds,
    }


def holds(row, name):
    """Tell whether the interval of an unknown holds the truth."""
    return row["found"][name]["low"] <= row["truth"][name] <= row["found"][name]["high"]


def in_conflict(row):
    """Tell whether curves and cell file were found to disagree."""
    return row["conflict_chance"] < CHANCE


def tell_of_faults(rows):
    """Print how often a value that is far off is caught, and by what."""
    flags = np.array([r["misfit"] or not r["settled"] or in_conflict(r) for r in rows])
    told = np.array([r["off"] in r["far"] for r in rows])
    far = np.array([bool(r["far"]) for r in rows])
    both = np.array([holds(r, "alpha") and holds(r, "S") for r in rows])
    print(
        f"flagged (misfit, not settled, conflict) {flags.sum()}; the faulty value is told to be "
        f"far {told.sum()}, some value is {far.sum()}; intervals of alpha and S both hold "
        f"{both.sum()}"
    )
    for name in ("alpha", "S"):
        held = np.array([holds(r, name) for r in rows])
        print(
            f"{name:20s} held or flagged in {(held | flags).sum()} of {len(rows)}; or a value "
            f"told to be far in {(held | flags | far).sum()}"
        )


def tell(rows):
    """Print how often intervals hold the truth, and how often the misfit flag is wrong."""
    print(
        f"{len(rows)} experiments; misfit raised in {sum(r['misfit'] for r in rows)}, conflict "
        f"{sum(in_conflict(r) for r in rows)}, not settled "
        f"{sum(not r['settled'] for r in rows)}, sampled "
        f"{sum(r['posterior'] == 'sampling' for r in rows)}; median "
        f"{np.median([r['cpu_seconds'] for r in rows]):.1f} s of computing"
    )
    chance = 100.0 * np.sqrt(0.9 * 0.1 / len(rows))
    print(f"a coverage of 90 % is told to ± {chance:.1f} %")
    for name in ("alpha", "S", *FREE):
        truth = np.array([r["truth"][name] for r in rows])
        value, std, noise = (
            np.array([r["found"][name][key] for r in rows]) for key in ("value", "std", "noise_std")
        )
        held = np.array([holds(r, name) for r in rows])
        alone = np.abs(value - truth) <= 1.645 * noise
        print(
            f"{name:20s} held in {held.sum()} of {len(rows)} ({100.0 * held.mean():.0f} %), by "
            f"intervals of noise alone in {alone.sum()}; rms of error/deviation "
            f"{np.sqrt(np.mean(((value - truth) / std) ** 2)):.2f}; median deviation "
            f"{np.median(std):.3g}, by noise alone {np.median(noise):.2g}"
        )


def main():
    """Run what is missing, then tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--cell", default="doyle-1996-cell-1")
    parser.add_argument("--cell-error", default="2", help="percent of every value, or usual")
    parser.add_argument("--fault", type=float, default=0.0, help="widths one value is off by")
    parser.add_argument("--file", type=Path, required=True)
    chosen = parser.parse_args()
    text = chosen.cell_error
    stated = text if text == "usual" else float(text) / 100.0
    rows = kept(chosen.file)
    done = {row["number"] for row in rows}
    for number in range(chosen.count):
        if number not in done:
            rows.append(once(number, chosen.cell, stated, chosen.fault))
            with chosen.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    tell(rows[: chosen.count])
    if chosen.fault:
        tell_of_faults(rows[: chosen.count])


if __name__ == "__main__":
    main()
