"""How long opening a cube and slicing one curve takes.

    python tests/benchmarks/cube_opening.py [STORE]

Without a store, the published sweep of the cache, which is computed the first time.
"""

import sys
import time
from functools import partial

import numpy as np

import microbatt

REPEATS = 30


def timed(action):
    """Return the median time of an action [ms], the first time apart."""
    times = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        action()
        times.append(1e3 * (time.perf_counter() - start))
    return times[0], float(np.median(times[1:]))


def main():
    place = sys.argv[1] if len(sys.argv) > 1 else "published-sweep"
    point = {"alpha": 2.3, "S": 3.0, "current": 17.5}
    cube = microbatt.open_dataset(place)
    actions = {
        "open": partial(microbatt.open_dataset, place),
        "slice one curve": lambda: cube.microbatt.curve(**point).load(),
        "open and slice": lambda: microbatt.open_dataset(place).microbatt.curve(**point).load(),
        "open and slice, NumPy": lambda: microbatt.open_dataset(place, chunks=None).microbatt.curve(
            **point
        ),
        "six curves of a point": lambda: cube.voltage.sel(alpha=2.3, S=3.0).load(),
        "status of every curve": cube.status.compute,
    }
    for name, action in actions.items():
        first, median = timed(action)
        print(f"{name:<24} {median:7.1f} ms   (first {first:.1f} ms)")


if __name__ == "__main__":
    main()
