"""Infers alpha and S from the discharges of dualfoil 5.1: how near, and do the intervals hold?

Four currents of a microstructure make an experiment, with white noise of the given size; nothing
but alpha and S is free.  What it prints is in docs/results/inference.md:

    python -m tests.reference.dualfoil_inferred --noise 1
    python -m tests.reference.dualfoil_inferred --noise 1 --model-error 1
"""

# ruff: noqa: T201 - its product is what it prints

import argparse
from itertools import groupby

import numpy as np

from microbatt.inference import infer
from microbatt.measured import Measurement
from tests.reference.comparison import SHARE
from tests.reference.dualfoil import CELL, Curve, dualfoil_curves


def measured(curve: Curve, noise: float, rng: np.random.Generator) -> Measurement:
    """Return a discharge as measured, an unconverged one up to 97 % of its capacity."""
    kept = np.diff(curve.capacity, prepend=-1.0) > 0.0
    if not curve.reached_cutoff:
        kept &= curve.capacity <= SHARE * curve.capacity[-1]
    current = curve.point[2]
    return Measurement(
        source=f"dualfoil, {current:g} A m⁻²",
        current=current,
        capacity=curve.capacity[kept],
        voltage=curve.voltage[kept] + noise * rng.standard_normal(int(kept.sum())),
    )


def main() -> None:
    """Print each estimate beside the truth, then how many intervals hold it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--noise", type=float, default=1.0, help="mV")
    parser.add_argument("--model-error", type=float, default=0.0, help="mV, as stated to the fit")
    parser.add_argument("--seed", type=int, default=5)
    chosen = parser.parse_args()
    noise, rng, rows = 1e-3 * chosen.noise, np.random.default_rng(chosen.seed), []
    curves = sorted(dualfoil_curves(), key=lambda curve: curve.point)
    for truth, group in groupby(curves, key=lambda curve: curve.point[:2]):
        curves = [measured(curve, noise, rng) for curve in group]
        estimate = infer(
            curves,
            CELL,
            noise=noise,
            cell_error=0.0,
            model_error=1e-3 * chosen.model_error,
            inventory="area-only",
        )
        found = estimate.parameters[:2]
        held = [one.low <= value <= one.high for one, value in zip(found, truth, strict=True)]
        error = found[0].value - truth[0], found[1].value / truth[1] - 1.0
        rows.append((*error, *held, estimate.diagnostics.misfit))
        print(
            f"alpha {truth[0]:g} S {truth[1]:g}: {error[0]:+.4f}, {100 * error[1]:+.2f} %, "
            f"held {held}, misfit {rows[-1][-1]}",
            flush=True,
        )
    alpha, S, *flags = np.array(rows, dtype=float).T
    print(f"alpha {alpha.min():+.3f} to {alpha.max():+.3f}, mean {alpha.mean():+.3f}")
    print(f"S at most {100 * np.abs(S).max():.2f} %, median {100 * np.median(np.abs(S)):.2f} %")
    print(f"of {len(rows)}: alpha held, S held, misfit raised:", [int(sum(one)) for one in flags])


if __name__ == "__main__":
    main()
