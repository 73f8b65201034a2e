"""Does the engine explain its own curves?

Simulates noise-free experiments at random points of each cell with the settings of every
discharge, infers them again, and counts those of which the estimate says that the cell file cannot
explain the data.  None should:

    python -m tests.benchmarks.inference_own_curves --count 25 --cell lco-graphite

What it prints is in docs/results/inference.md.
"""

import argparse

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import Inventory, simulate_discharges
from microbatt.inference import infer
from microbatt.measured import Measurement

RATES = (0.1, 0.5, 1.0, 2.0)
SAMPLES = 100
SHORTEST = 0.05  # of the slowest curve's capacity; a shorter one is left out


def curves(cell: str, number: int, inventory: Inventory) -> tuple[dict[str, float], list]:
    """Simulate an experiment at a random point: alpha 0.2 to 5, S 1 to 10."""
    rng = np.random.default_rng(number)
    truth = {"alpha": rng.uniform(0.2, 5.0), "S": float(np.exp(rng.uniform(0.0, np.log(10.0))))}
    known = load_cell(cell)
    points = [(truth["alpha"], truth["S"], rate * known.one_c_current) for rate in RATES]
    batch = simulate_discharges(known, points, inventory=inventory)
    longest = max(one.discharge_capacity for one in batch if one.capacity.size)
    measured = []
    for one in batch:
        if not one.outcome.is_whole or one.discharge_capacity < SHORTEST * longest:
            continue
        capacity = np.linspace(0.0, one.discharge_capacity, SAMPLES)
        voltage = np.interp(capacity, one.capacity, one.voltage)
        measured.append(
            Measurement(
                source=f"{one.current:g}", current=one.current, capacity=capacity, voltage=voltage
            )
        )
    return truth, measured


def main() -> None:
    """Count misfits of one cell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", default="lco-graphite")
    parser.add_argument("--count", type=int, default=25)
    parser.add_argument("--inventory", type=Inventory, default=Inventory.CONSERVING)
    chosen = parser.parse_args()
    misfits = 0
    for number in range(chosen.count):
        truth, measured = curves(chosen.cell, number, chosen.inventory)
        estimate = infer(
            measured,
            chosen.cell,
            noise=1e-3,
            cell_error=0.0,
            network=False,
            inventory=chosen.inventory,
        )
        misfits += estimate.diagnostics.misfit
        print(
            f"alpha {truth['alpha']:.3f} S {truth['S']:.3f}: {estimate!r}, reduced chi square "
            f"{estimate.diagnostics.reduced_chi_square:.3f}"
        )
    print(f"{chosen.cell}, {chosen.inventory}: misfit raised in {misfits} of {chosen.count}")


if __name__ == "__main__":
    main()
