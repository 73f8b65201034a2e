"""Do the intervals of `microbatt.infer` hold what they promise?

Simulates experiments at random points of the box with the refined engine, adds an offset, a contact
resistance, white noise and an error of 0.01 % of each curve's charge, and infers them again with
the settings of every inference, offset and contact resistance unknown.  Beside each error stands
the one that linear theory makes of the very noise that was drawn, so that chance can be told from
a method that is wrong.  Each experiment is a line of a file, so that a run can go on:

    python -m tests.benchmarks.inference_coverage --count 200 --noise 1 --file coverage-1mV.jsonl

What it prints is in docs/results/inference.md.
"""

import argparse
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.cells import load_cell
from microbatt.engines import Inventory, Settings, simulate_discharges
from microbatt.inference import InferenceOptions, infer
from microbatt.inference.fit.refinement import sample_objective
from microbatt.inference.forward.forward_model import beside
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment, Measurement

CURRENTS = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
FREE = ("contact_resistance", "voltage_offset")
SAMPLES = 100
SHORTEST = 0.3  # A h m⁻²; a curve shorter than this is left out, as an experimenter would
OFFSET = 2e-3  # V, standard deviation
RESISTANCE = 0.01  # Ω m², largest
WIDTH = 1.645  # standard deviations to either side that hold 90 % of a normal distribution
RANGES = {"alpha": (0.0, 1.0, 3.0, 10.0), "S": (1.0, 2.5, 10.0, 40.0)}
CHARGE_ERROR = 1e-4  # of each curve, standard deviation; what `infer` expects if not told


def experiment(number: int, noise: float, own: float = 0.0) -> tuple[dict[str, float], Experiment]:
    """Simulate an experiment: a random truth of the box, and its curves as measured.

    `own` is the standard deviation of an offset that each curve has of its own.
    """
    offsets = np.random.default_rng([number, round(noise * 1e6), 1])
    rng = np.random.default_rng([number, round(noise * 1e6)])
    truth = {
        "alpha": rng.uniform(0.0, 10.0),
        "S": float(np.exp(rng.uniform(0.0, np.log(40.0)))),
        "contact_resistance": rng.uniform(0.0, RESISTANCE),
        "voltage_offset": OFFSET * rng.standard_normal(),
    }
    cell = replace(load_cell("doyle-1996-cell-1"), contact_resistance=truth["contact_resistance"])
    points = [(truth["alpha"], truth["S"], current) for current in CURRENTS]
    terms = {"inventory": Inventory.AREA_ONLY, "settings": Settings.refined()}
    batch = simulate_discharges(cell, points, **terms)
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
                voltage=voltage
                + truth["voltage_offset"]
                + own * offsets.standard_normal()
                + noise * rng.standard_normal(SAMPLES),
            )
        )
    return truth, Experiment(name=f"synthetic-{number}", measurements=tuple(measured))


def expected(
    truth: dict[str, float], one: Experiment, noise: float, own: float
) -> dict[str, dict[str, float]] | None:
    """Return what linear theory at the truth expects of an experiment; None without curves there.

    Of each parameter (S as ln S) the Cramér–Rao standard deviation under the noise added,
    ``bound``, and the error that the noise drawn makes, ``drawn``, in units of it.
    """
    options = InferenceOptions(
        noise=noise,
        charge_error=CHARGE_ERROR,
        offset_error=own,
        free=FREE,
        cell_error=0.0,
        inventory=Inventory.AREA_ONLY,
    )
    model = forward_model(one, load_cell("doyle-1996-cell-1"), options, noise)
    x = np.array([truth[name] for name in model.priors.names])
    x[1] = np.log(x[1])
    model = beside(model, x)
    exact = tuple(
        replace(errors, deviation=noise / np.sqrt(curve.count))
        for errors, curve in zip(model.error_models, model.curves, strict=True)
    )
    found = sample_objective(replace(model, error_models=exact))(x)
    if found is None:
        return None
    residual, jacobian = found
    covariance = np.linalg.inv(jacobian.T @ jacobian)
    std = np.sqrt(np.diag(covariance))
    scores = -covariance @ jacobian.T @ residual / std
    return {
        name: {"bound": float(least), "drawn": float(score)}
        for name, least, score in zip(model.priors.names, std, scores, strict=True)
    }


def once(number: int, noise: float, own: float) -> dict[str, object]:
    """Infer one experiment; returns what is to be kept of it."""
    truth, one = experiment(number, noise, own)
    estimate = infer(
        one,
        "doyle-1996-cell-1",
        noise=noise,
        charge_error=CHARGE_ERROR,
        offset_error=own,
        free=FREE,
        cell_error=0.0,
        inventory=Inventory.AREA_ONLY,
        seed=number,
    )
    network = estimate.network
    return {
        "number": number,
        "curves": len(one),
        "truth": truth,
        "found": {
            p.name: {"value": p.value, "std": p.std, "low": p.low, "high": p.high}
            for p in estimate.parameters
        },
        "expected": expected(truth, one, noise, own),
        "posterior": str(estimate.posterior),
        "misfit": estimate.diagnostics.misfit,
        "network": None if network is None else {"alpha": network.alpha, "S": network.S},
        "seconds": estimate.seconds,
    }


def kept(file: Path) -> list[dict[str, object]]:
    """Read what an earlier run left."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def tell(rows: list[dict[str, object]]) -> None:
    """Print coverage, bias, efficiency, and how the network alone does."""
    near = [r for r in rows if r["posterior"] == "curvature"]
    print(f"{len(rows)} experiments, {len(near)} near-Gaussian")
    print(f"misfit raised in {sum(bool(r['misfit']) for r in rows)}")
    chance = 100 * np.sqrt(0.9 * 0.1 / len(rows))
    print(f"a coverage of 90 % is told to ± {chance:.1f} %")
    for name in ("alpha", "S", *FREE):
        tell_coverage(rows, name)
    for name in ("alpha", "S"):
        tell_efficiency(near, name)
    tell_network(rows)
    tell_seconds(rows)


def tell_coverage(rows: list[dict[str, object]], name: str) -> None:
    """Print how often the intervals of a parameter hold the truth, and whether they are biased."""
    truth = np.array([r["truth"][name] for r in rows])
    value, std, low, high = (
        np.array([r["found"][name][key] for r in rows]) for key in ("value", "std", "low", "high")
    )
    score = (value - truth) / std
    drawn = np.array([r["expected"][name]["drawn"] for r in rows if r["expected"]])
    print(
        f"{name:20s} 90 % intervals cover {100 * np.mean((low <= truth) & (truth <= high)):.1f} %, "
        f"those of linear theory {100 * np.mean(np.abs(drawn) < WIDTH):.1f} %; median of "
        f"error/deviation {np.median(score):+.2f}, below truth {100 * np.mean(value < truth):.0f} "
        f"%, rms {np.sqrt(np.mean(score**2)):.2f}, of linear theory "
        f"{np.sqrt(np.mean(drawn**2)):.2f}"
    )


def tell_efficiency(near: list[dict[str, object]], name: str) -> None:
    """Print the error of a parameter over its Cramér–Rao bound."""
    ratio = np.array([error(r, name) / r["expected"][name]["bound"] for r in near if r["expected"]])
    rms = np.sqrt(np.mean(ratio**2))
    print(f"{name}: rms of error over Cramér–Rao bound, where near-Gaussian {rms:.2f}")


def error(row: dict[str, object], name: str) -> float:
    """Return the error of an estimate in the coordinates of the fit: S as ln S."""
    value, truth = row["found"][name]["value"], row["truth"][name]
    return float(np.log(value / truth)) if name == "S" else value - truth


def tell_network(rows: list[dict[str, object]]) -> None:
    """Print how much less the refined error is than that of the network alone, by range."""
    asked = [r for r in rows if r["network"] is not None]
    for name, ends in RANGES.items():
        truth = np.array([r["truth"][name] for r in asked])
        first = np.abs(np.array([r["network"][name] for r in asked]) - truth)
        refined = np.abs(np.array([r["found"][name]["value"] for r in asked]) - truth)
        for low, high in pairwise(ends):
            here = (low <= truth) & (truth < high)
            rms = [np.sqrt(np.mean(errors[here] ** 2)) for errors in (first, refined)]
            print(
                f"{name} in {low:g} to {high:g}: rms error {rms[0]:.3g} by the network alone, "
                f"{rms[1]:.3g} refined, {rms[0] / rms[1]:.0f} times less; median "
                f"{np.median(first[here]):.3g} and {np.median(refined[here]):.3g}; nearer in "
                f"{np.sum(refined[here] < first[here])} of {here.sum()}"
            )


def tell_seconds(rows: list[dict[str, object]]) -> None:
    """Print how long the stages took."""
    stages = {name: np.median([r["seconds"][name] for r in rows]) for name in rows[0]["seconds"]}
    print("seconds, median:", {name: round(float(one), 2) for name, one in stages.items()})
    total = [sum(r["seconds"].values()) for r in rows]
    print("total, median and 95 %:", np.percentile(total, [50, 95]).round(2))


def main() -> None:
    """Run what is missing, then tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--noise", type=float, default=1.0, help="mV")
    parser.add_argument("--own-offset", type=float, default=0.0, help="of each curve, mV")
    parser.add_argument("--file", type=Path, required=True)
    chosen = parser.parse_args()
    rows = kept(chosen.file)
    done = {row["number"] for row in rows}
    for number in range(chosen.count):
        if number not in done:
            rows.append(once(number, chosen.noise * 1e-3, chosen.own_offset * 1e-3))
            with chosen.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    tell(rows[: chosen.count])


if __name__ == "__main__":
    main()
