"""Do the intervals of `microbatt.infer` hold for runs of cells that are exactly known?

Each experiment is one file of pulses with long rests (GITT), of pulses at eight states of charge
(HPPC), or of a discharge, a charge at constant current and then at constant voltage, and rests
(CCCV), simulated as a user would, with the engine's default settings, at an alpha and S of its own.
Its rows are those of the simulation, two at each switch, or every second, or every ten seconds;
there are 0.5 or 1 mV of white noise.  Alpha and S are unknown, and all else is known.  Each
experiment is a line of a file, so that a run can go on:

    python -m tests.benchmarks.inference_runs --count 40 --file runs.jsonl

``--fine`` makes the data with a refined engine.  What it prints is in docs/results/inference.md.
"""

import argparse
import itertools
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd

from microbatt.engines import Settings, simulate
from microbatt.errors import MicrobattError
from microbatt.inference import infer
from microbatt.protocols import gitt, hppc
from tests.benchmarks.inference_coverage import kept

CELLS = ("chen-2020", "prada-2013")
PROTOCOLS = {
    "GITT": ["Rest for 5 minutes", gitt(current="C/10", pulse=1800.0, rest=1800.0, pulses=10)],
    "HPPC": [
        "Rest for 5 minutes",
        "Discharge at C/3 for 18 minutes",  # pulses of charge do not go beyond a full cell
        "Rest for 30 minutes",
        hppc(rest=1800.0, levels=8),
    ],
    "CCCV": [
        "Rest for 5 minutes",
        "Discharge at 1C until lower cut-off",
        "Rest for 30 minutes",
        "Charge at C/2 until upper cut-off",
        "Hold at upper cut-off until C/20",
        "Rest for 1 hour",
    ],
}
ROWS = ("own", 1.0, 10.0)  # s
NOISES = (5e-4, 1e-3)  # V
ALPHA, SHAPE_FACTOR = (0.5, 4.0), (1.5, 8.0)
FINE = Settings(tolerance=2e-6, mesh=2.0)


def steps_of(protocol):
    """Return the steps of a list of sentences and protocols, one after the other."""
    return [step for one in protocol for step in (getattr(one, "steps", None) or (one,))]


def experiment(number, cell, kind, *, fine=False):
    """Simulate an experiment: its truth, and its table as measured."""
    rng = np.random.default_rng([number, 31, *cell.encode(), *kind.encode()])
    truth = {
        "alpha": rng.uniform(*ALPHA),
        "S": float(np.exp(rng.uniform(*np.log(SHAPE_FACTOR)))),
    }
    rows, noise = ROWS[number % 3], NOISES[number // 3 % 2]
    simulation = simulate(cell, steps_of(PROTOCOLS[kind]), settings=FINE if fine else None, **truth)
    if rows == "own":
        at, current, voltage = simulation.time, simulation.current, simulation.voltage
    else:
        at = np.arange(0.0, simulation.time[-1], rows)
        current, voltage = simulation.current_at(at), simulation.voltage_at(at)
    table = pd.DataFrame(
        {
            "time [s]": at,
            "current [A m-2]": current,
            "voltage [V]": voltage + noise * rng.standard_normal(at.size),
        }
    )
    return truth, rows, noise, table


def once(number, cell, kind, *, fine=False):
    """Infer one experiment; returns what is to be kept of it."""
    truth, rows, noise, table = experiment(number, cell, kind, fine=fine)
    told = {"number": number, "cell": cell, "kind": kind, "rows": rows, "noise": noise}
    begun = time.process_time()
    try:
        estimate = infer(
            table, cell, noise=noise, cell_error=0.0, network=False, runs="always", seed=number
        )
    except MicrobattError as error:
        return told | {"truth": truth, "refused": str(error)}
    return told | {
        "truth": truth,
        "found": {
            p.name: {"value": p.value, "std": p.std, "low": p.low, "high": p.high}
            for p in estimate.parameters
        },
        "posterior": str(estimate.posterior),
        "settled": estimate.diagnostics.settled,
        "misfit": estimate.diagnostics.misfit,
        "cpu_seconds": time.process_time() - begun,
    }


def holds(row, name):
    """Tell whether the interval of an unknown holds the truth."""
    return row["found"][name]["low"] <= row["truth"][name] <= row["found"][name]["high"]


def line(called, rows):
    """Return in words how often intervals of some experiments hold the truth."""
    found = [row for row in rows if "found" in row]
    if not found:
        return f"{called:24s} {len(rows)} refused"
    parts = []
    for name in ("alpha", "S"):
        held = np.array([holds(row, name) for row in found])
        off = np.array(
            [
                (r["found"][name]["value"] - r["truth"][name]) / r["found"][name]["std"]
                for r in found
            ]
        )
        parts.append(
            f"{name} held {100.0 * held.mean():.0f} %, error over deviation rms "
            f"{np.sqrt(np.mean(off**2)):.2f} median {np.median(off):+.2f}"
        )
    flags = [sum(row["misfit"] for row in found), sum(not row["settled"] for row in found)]
    seconds = np.median([row["cpu_seconds"] for row in found])
    return (
        f"{called:24s} {len(found):3d} of {len(rows)}: {'; '.join(parts)}; misfit {flags[0]}, "
        f"not settled {flags[1]}; {seconds:.1f} s"
    )


def tell(rows):
    """Print how often intervals hold the truth, in all and by what differs."""
    for keys in ((), ("cell", "kind"), ("rows",), ("noise",), ("kind", "rows")):
        values = [sorted({str(row[key]) for row in rows}) for key in keys]
        for chosen in itertools.product(*values):
            some = [
                r for r in rows if all(str(r[k]) == v for k, v in zip(keys, chosen, strict=True))
            ]
            if some:
                print(line(" ".join(chosen) or "all", some))


def main():
    """Run what is missing, then tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40, help="of each cell and protocol")
    parser.add_argument("--cell", action="append", choices=CELLS)
    parser.add_argument("--kind", action="append", choices=PROTOCOLS)
    parser.add_argument("--fine", action="store_true", help="data of a refined engine")
    parser.add_argument("--file", type=Path, required=True)
    chosen = parser.parse_args()
    rows = kept(chosen.file)
    done = {(row["number"], row["cell"], row["kind"]) for row in rows}
    for number in range(chosen.count):
        for cell, kind in itertools.product(chosen.cell or CELLS, chosen.kind or PROTOCOLS):
            if (number, cell, kind) in done:
                continue
            rows.append(once(number, cell, kind, fine=chosen.fine))
            with chosen.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    tell(rows)


if __name__ == "__main__":
    main()
