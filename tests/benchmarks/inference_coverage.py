"""Do the intervals of `microbatt.infer` hold what they promise?

Simulates experiments at random points of the box with the refined engine, adds an offset, a contact
resistance, white noise and an error of 0.01 % of each curve's charge, and infers them again with
the settings of every inference, offset and contact resistance unknown.  Each experiment is a line
of a file, so that a run can go on:

    python -m tests.benchmarks.inference_coverage --count 200 --noise 1 --file coverage-1mV.jsonl

What it prints is in docs/results/inference.md.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.cells.reading import load_cell
from microbatt.engines.request import Inventory, Isothermal, Settings
from microbatt.engines.simulation import simulate_discharges
from microbatt.inference.inferring import infer
from microbatt.inference.measurement import Experiment, Measurement
from microbatt.inference.network import network_start
from microbatt.inference.noise import allowance
from microbatt.inference.objectives import sample_objective
from microbatt.inference.priors import make_priors
from microbatt.inference.reduction import reduce
from microbatt.inference.response import SETTINGS, Problem

CURRENTS = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
FREE = ("contact_resistance", "voltage_offset")
SAMPLES = 100
SHORTEST = 0.3  # A h m⁻²; a curve shorter than this is left out, as an experimenter would
OFFSET = 2e-3  # V, standard deviation
RESISTANCE = 0.01  # Ω m², largest
CHARGE_ERROR = 1e-4  # of each curve, standard deviation; what `infer` expects if not told


def experiment(number: int, noise: float) -> tuple[dict[str, float], Experiment]:
    """Simulate an experiment: a random truth of the box, and its curves as measured."""
    rng = np.random.default_rng([number, round(noise * 1e6)])
    truth = {
        "alpha": rng.uniform(0.0, 10.0),
        "S": float(np.exp(rng.uniform(0.0, np.log(40.0)))),
        "contact_resistance": rng.uniform(0.0, RESISTANCE),
        "voltage_offset": OFFSET * rng.standard_normal(),
    }
    cell = replace(load_cell("doyle-1996-cell-1"), contact_resistance=truth["contact_resistance"])
    points = [(truth["alpha"], truth["S"], current) for current in CURRENTS]
    batch = simulate_discharges(cell, points, settings=Settings.refined())
    measured = []
    for discharge in batch:
        if not discharge.capacity.size or discharge.discharge_capacity < SHORTEST:
            continue
        capacity = np.linspace(0.0, discharge.discharge_capacity, SAMPLES)
        voltage = PchipInterpolator(discharge.capacity, discharge.voltage)(capacity)
        measured.append(
            Measurement(
                source=f"{discharge.current:g} A m⁻²",
                current=discharge.current,
                capacity=capacity * (1.0 + CHARGE_ERROR * rng.standard_normal()),
                voltage=voltage + truth["voltage_offset"] + noise * rng.standard_normal(SAMPLES),
            )
        )
    return truth, Experiment(name=f"synthetic-{number}", measurements=tuple(measured))


def bound(truth: dict[str, float], one: Experiment, noise: float) -> tuple[float, float]:
    """Return the Cramér–Rao standard deviations of alpha and ln S under the noise added."""
    cell = load_cell("doyle-1996-cell-1")
    curves = tuple(reduce(measurement) for measurement in one.measurements)
    problem = Problem(
        cell=cell,
        inventory=Inventory.AREA_ONLY,
        thermal=Isothermal(),
        settings=SETTINGS,
        curves=curves,
        allowances=tuple(
            replace(allowance(curve, noise, CHARGE_ERROR), deviation=noise / np.sqrt(curve.count))
            for curve in curves
        ),
        priors=make_priors(cell, FREE),
    )
    x = np.array([truth[name] for name in problem.priors.names])
    x[1] = np.log(x[1])
    found = sample_objective(problem)(x)
    if found is None:
        return float("nan"), float("nan")
    covariance = np.linalg.inv(found[1].T @ found[1])
    return float(np.sqrt(covariance[0, 0])), float(np.sqrt(covariance[1, 1]))


def once(number: int, noise: float) -> dict[str, object]:
    """Infer one experiment; returns what is to be kept of it."""
    truth, one = experiment(number, noise)
    estimate = infer(one, "doyle-1996-cell-1", noise=noise, free=FREE, seed=number)
    smallest = bound(truth, one, noise)
    network = estimate.network
    return {
        "number": number,
        "curves": len(one),
        "truth": truth,
        "found": {
            p.name: {"value": p.value, "std": p.std, "low": p.low, "high": p.high}
            for p in estimate.parameters
        },
        "bound": {"alpha": smallest[0], "ln_S": smallest[1]},
        "posterior": str(estimate.posterior),
        "misfit": estimate.belief.misfit,
        "network": None if network is None else {"alpha": network.alpha, "S": network.S},
        "seconds": estimate.seconds,
    }


def asked(number: int, noise: float) -> dict[str, float] | None:
    """Ask the network alone about an experiment."""
    _, one = experiment(number, noise)
    cell = load_cell("doyle-1996-cell-1")
    problem = Problem(
        cell=cell,
        inventory=Inventory.AREA_ONLY,
        thermal=Isothermal(),
        settings=SETTINGS,
        curves=(),
        allowances=(),
        priors=make_priors(cell, FREE),
    )
    start, _ = network_start(one, problem, noise)
    return None if start is None else {"alpha": start.alpha, "S": start.S}


def kept(file: Path) -> list[dict[str, object]]:
    """Read what an earlier run left."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def tell(rows: list[dict[str, object]]) -> None:
    """Print coverage, bias, efficiency, and how the network alone does."""
    print(
        f"{len(rows)} experiments, {sum(r['posterior'] == 'curvature' for r in rows)} near-Gaussian"
    )
    print(f"misfit raised in {sum(bool(r['misfit']) for r in rows)}")
    for name in ("alpha", "S", *FREE):
        truth = np.array([r["truth"][name] for r in rows])
        value, std, low, high = (
            np.array([r["found"][name][key] for r in rows])
            for key in ("value", "std", "low", "high")
        )
        inside = np.mean((low <= truth) & (truth <= high))
        score = (value - truth) / std
        print(
            f"{name:20s} 90 % intervals cover {100 * inside:.1f} %; median of error/deviation "
            f"{np.median(score):+.2f}, below truth {100 * np.mean(value < truth):.0f} %, rms "
            f"{np.sqrt(np.mean(score**2)):.2f}"
        )
    near = [r for r in rows if r["posterior"] == "curvature"]
    for name, key in (("alpha", "alpha"), ("S", "ln_S")):
        error = np.array(
            [
                r["found"][name]["value"] - r["truth"][name]
                if name == "alpha"
                else np.log(r["found"][name]["value"] / r["truth"][name])
                for r in near
            ]
        )
        ratio = error / np.array([r["bound"][key] for r in near])
        ratio = ratio[np.isfinite(ratio)]
        rms = np.sqrt(np.mean(ratio**2))
        print(f"{name}: rms of error over Cramér–Rao bound, where near-Gaussian {rms:.2f}")
    asked = [r for r in rows if r["network"] is not None]
    for name in ("alpha", "S"):
        for low, high in (
            ((0, 1), (1, 3), (3, 10)) if name == "alpha" else ((1, 2.5), (2.5, 10), (10, 40))
        ):
            some = [r for r in asked if low <= r["truth"][name] < high]
            if some:
                first, refined = (
                    np.sqrt(np.mean([(value(r, name) - r["truth"][name]) ** 2 for r in some]))
                    for value in (
                        lambda r, name: r["network"][name],
                        lambda r, name: r["found"][name]["value"],
                    )
                )
                print(
                    f"{name} in {low:g} to {high:g}: rms error {first:.3g} by the network alone, "
                    f"{refined:.3g} refined, {first / refined:.0f} times less ({len(some)})"
                )
    stages = {name: np.median([r["seconds"][name] for r in rows]) for name in rows[0]["seconds"]}
    print("seconds, median:", {name: round(float(one), 2) for name, one in stages.items()})
    total = [sum(r["seconds"].values()) for r in rows]
    print("total, median and 95 %:", np.percentile(total, [50, 95]).round(2))


def main() -> None:
    """Run what is missing, then tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--noise", type=float, default=1.0, help="mV")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--network", type=int, default=0, help="ask it where a row lacks it")
    chosen = parser.parse_args()
    rows = kept(chosen.file)
    done = {row["number"] for row in rows}
    for number in range(chosen.count):
        if number not in done:
            rows.append(once(number, chosen.noise * 1e-3))
            with chosen.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    for row in rows[: chosen.network]:
        row["network"] = row["network"] or asked(row["number"], chosen.noise * 1e-3)
    tell(rows)


if __name__ == "__main__":
    main()
