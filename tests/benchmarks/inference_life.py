"""Do the intervals of trends hold? Cells whose alpha rises and whose S falls over 400 cycles.

Six cycles a life, two discharges each with noise of 1 mV, made by the engine on a finer mesh and
tighter tolerance than the fit's.

    python -m tests.benchmarks.inference_life --count 20
"""

import argparse

import numpy as np

from tests.inference.test_along import ALPHA, AREA, followed, life


def main() -> None:
    """Count, and print a line a life."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=20, help="Lives.")
    arguments.add_argument("--first", type=int, default=100, help="Seed of the first.")
    given = arguments.parse_args()
    held = {"alpha": [], "S": []}
    changes = {"alpha": [], "S": []}
    for seed in range(given.first, given.first + given.count):
        found = followed(life(seed))
        for name, truth in (("alpha", ALPHA), ("S", AREA)):
            one = found[name]
            held[name] += ((one.low <= truth) & (truth <= one.high)).tolist()
            change = truth[-1] - truth[0]
            changes[name].append(one.change_low <= change <= one.change_high)
        print(
            seed,
            {name: f"{np.mean(values):.3f}" for name, values in held.items()},
            {name: f"{np.mean(values):.3f}" for name, values in changes.items()},
            flush=True,
        )


if __name__ == "__main__":
    main()
