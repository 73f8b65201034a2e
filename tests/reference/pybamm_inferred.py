"""Infers alpha and S from discharges of PyBaMM on its refined mesh: do the intervals hold?

Three currents of a microstructure make an experiment, with 1 mV of white noise; nothing but alpha
and S is free.  PyBaMM and emcee may live in environments of their own: the first command writes the
curves, the second one infers from them.  What it prints is in docs/results/inference.md:

    python -m tests.reference.pybamm_inferred FOLDER --simulate
    python -m tests.reference.pybamm_inferred FOLDER
    python -m tests.reference.pybamm_inferred FOLDER --model-error 1
"""

# ruff: noqa: T201 - its product is what it prints

import argparse
import time
from itertools import product
from pathlib import Path

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharges
from microbatt.engines.pybamm.settings import PybammSettings
from microbatt.errors import MicrobattError
from microbatt.inference import infer
from microbatt.measured import Measurement

CELLS = ("marquis-2019", "lco-graphite", "lmo-mcmb", "chen-2020")
TRUTHS = ((0.5, 3.0), (1.0, 8.0), (1.5, 1.5), (2.5, 5.0))
RATES = (0.2, 1.0, 2.0)  # C
NOISE = 1e-3  # V
SAMPLES = 200


def simulate(folder: Path) -> None:
    """Write the curves that are not there yet, one file each."""
    for cell, (alpha, S), rate in product(CELLS, TRUTHS, RATES):
        path = folder / f"{cell}_{alpha:g}_{S:g}_{rate:g}C.csv"
        if path.exists():
            continue
        current = rate * load_cell(cell).one_c_current
        (one,) = simulate_discharges(
            cell, [(alpha, S, current)], engine="pybamm", settings=PybammSettings.refined()
        )
        print(path.name, one.outcome, f"{one.discharge_capacity:.3f} A h m⁻²", flush=True)
        np.savetxt(path, np.column_stack([one.capacity, one.voltage]), delimiter=",")


def measured(path: Path, current: float, rng: np.random.Generator) -> Measurement | None:
    """Return a discharge as measured; None where PyBaMM has no curve."""
    if not path.stat().st_size:
        return None
    capacity, voltage = np.loadtxt(path, delimiter=",", ndmin=2).T
    at = np.linspace(0.0, capacity[-1], SAMPLES)
    return Measurement(
        source=path.stem,
        current=current,
        capacity=at,
        voltage=np.interp(at, capacity, voltage) + NOISE * rng.standard_normal(SAMPLES),
    )


def main() -> None:
    """Print each estimate beside the truth, then how many intervals hold it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--simulate", action="store_true", help="write the curves")
    parser.add_argument("--model-error", type=float, default=0.0, help="mV, as stated to the fit")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.simulate:
        simulate(chosen.folder)
        return
    rows = []
    for number, (cell, truth) in enumerate(product(CELLS, TRUTHS)):
        rng = np.random.default_rng([number, 6])
        one_c = load_cell(cell).one_c_current
        paths = [
            chosen.folder / f"{cell}_{truth[0]:g}_{truth[1]:g}_{rate:g}C.csv" for rate in RATES
        ]
        found_curves = [
            measured(path, rate * one_c, rng) if path.exists() else None
            for path, rate in zip(paths, RATES, strict=True)
        ]
        curves = [curve for curve in found_curves if curve is not None]
        if len(curves) < len(RATES):
            print(f"{cell} alpha {truth[0]:g} S {truth[1]:g}: a curve is missing, left out")
            continue
        begun = time.process_time()
        try:
            estimate = infer(
                curves, cell, noise=NOISE, cell_error=0.0, network=False,
                model_error=1e-3 * chosen.model_error,
            )  # fmt: skip
        except MicrobattError as error:
            print(f"{cell} alpha {truth[0]:g} S {truth[1]:g}: {error}", flush=True)
            continue
        found = estimate.parameters[:2]
        held = [one.low <= value <= one.high for one, value in zip(found, truth, strict=True)]
        rows.append((*held, estimate.diagnostics.misfit))
        told = ", ".join(f"{one.value:.4g} ({one.low:.4g}–{one.high:.4g})" for one in found)
        print(
            f"{cell} alpha {truth[0]:g} S {truth[1]:g}: {told}, held {held}, "
            f"{estimate.diagnostics.verdict}, {len(curves)} curves, "
            f"{time.process_time() - begun:.1f} s",
            flush=True,
        )
    sums = np.sum(np.array(rows, dtype=int), axis=0)
    print(f"of {len(rows)}: alpha held, S held, misfit raised: {sums.tolist()}")


if __name__ == "__main__":
    main()
