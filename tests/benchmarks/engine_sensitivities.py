"""What derivatives of a curve cost, in units of the curve alone.

Run with ``python -m tests.benchmarks.engine_sensitivities``.
"""

import time
from collections.abc import Callable

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharge
from microbatt.parameters import PARAMETERS

CELL = load_cell("doyle-1996-cell-1")
CURRENT = 35.0


def least_time(work: Callable[[], object], repeats: int = 15) -> float:
    """Least CPU time of some runs [s]."""
    work()
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def names() -> list[str]:
    """Every number on which this discharge depends, alpha and S first."""
    found = ["alpha", "S"]
    for name, one in PARAMETERS.items():
        if not one.shapes_curves or name in found:
            continue
        try:
            told = simulate_discharge(CELL, current=CURRENT, sensitivities=[name])
        except ValueError:
            continue
        if told.sensitivities is not None and np.abs(told.sensitivities.voltage).max() > 1e-9:
            found.append(name)
    return found


def main() -> None:
    """Print a table."""
    alone = least_time(lambda: simulate_discharge(CELL, current=CURRENT))
    print(f"the curve alone: {1e3 * alone:.2f} ms")
    every = names()
    print("| numbers | curve and derivatives [ms] | over the curve alone |\n|---|---|---|")
    for count in (1, 5, 25):
        some = every[:count]
        took = least_time(
            lambda some=some: simulate_discharge(CELL, current=CURRENT, sensitivities=some)
        )
        print(f"| {len(some)} | {1e3 * took:.1f} | {took / alone:.1f} |")


if __name__ == "__main__":
    main()
