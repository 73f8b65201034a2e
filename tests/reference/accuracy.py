"""How far the default settings are from the refined solution, and how often a discharge fails.

    python -m tests.reference.accuracy [--points 2000] [--robustness 20000] [--seed 1]

prints, for both lithium balances, the distribution of the differences over random points of the
box, every point beyond what is promised, and the endings of a larger sample.
"""

# ruff: noqa: T201 - its product is what it prints

import argparse
import os
from collections import Counter
from typing import NamedTuple

import numpy as np

from microbatt.engines import DischargeBatch, Inventory, Settings, simulate_discharges
from microbatt.outcomes import Outcome
from tests.reference.comparison import Difference, difference

CELL = "doyle-1996-cell-1"
LOW = (0.0, 0.3, 1.75)
HIGH = (10.0, 40.0, 122.5)
VOLTAGE = 1e-3
FAILURES = 5e-4
THREADS = os.cpu_count() or 1


class Sample(NamedTuple):
    """Points of the box, and the default settings' distance from the refined solution there.

    ``differences`` is None where either has no curve; ``endings`` are the pairs of outcomes.
    """

    points: np.ndarray
    differences: list[Difference | None]
    endings: list[tuple[Outcome, Outcome]]

    def beyond(self) -> list[int]:
        """Points that miss the promise: 1 mV rms at equal capacity, and the end capacity's."""
        return [i for i, d in enumerate(self.differences) if d is not None and not kept(d)]

    def one_sided(self) -> list[int]:
        """Points with a curve at one of the settings only."""
        return [i for i, (one, other) in enumerate(self.endings) if one.is_whole != other.is_whole]


def kept(d: Difference) -> bool:
    """Whether a difference is within what is promised."""
    return d.at_capacity < VOLTAGE and d.capacity < d.allowed


def random_points(count: int, seed: int) -> np.ndarray:
    """Points spread evenly over alpha, S and current, shape (count, 3)."""
    return np.random.default_rng(seed).uniform(LOW, HIGH, (count, 3))


def sample(count: int, seed: int, inventory: Inventory) -> Sample:
    """Solve `count` random points at default and at refined settings."""
    points = random_points(count, seed)
    default = simulate_discharges(CELL, points, inventory=inventory, threads=THREADS)
    refined = simulate_discharges(
        CELL, points, inventory=inventory, threads=THREADS, settings=Settings.refined()
    )
    differences: list[Difference | None] = []
    for one, other in zip(default, refined, strict=True):
        both = one.outcome.is_whole and other.outcome.is_whole
        differences.append(difference(one, other) if both else None)
    endings = [(a.outcome, b.outcome) for a, b in zip(default, refined, strict=True)]
    return Sample(points, differences, endings)


def endings(count: int, seed: int, inventory: Inventory) -> DischargeBatch:
    """Solve `count` random points at default settings."""
    return simulate_discharges(
        CELL, random_points(count, seed), inventory=inventory, threads=THREADS
    )


def quantiles(values: list[float]) -> str:
    """Median, 95 %, 99 % and largest."""
    return "  ".join(f"{q:8.3f}" for q in np.quantile(values, [0.5, 0.95, 0.99, 1.0]))


def show_accuracy(count: int, seed: int, inventory: Inventory) -> None:
    """Print one balance's table and its points beyond the promise."""
    s = sample(count, seed, inventory)
    whole = [d for d in s.differences if d is not None]
    print(f"\n{inventory}: {len(whole)} of {count} points with a curve")
    print(f"{'':34}  {'median':>8}  {'95 %':>8}  {'99 %':>8}  {'largest':>8}")
    print("voltage at equal capacity, rms mV ", quantiles([1e3 * d.at_capacity for d in whole]))
    print("voltage at equal depth, rms mV    ", quantiles([1e3 * d.at_depth for d in whole]))
    print("capacity, shares of the allowance ", quantiles([d.capacity / d.allowed for d in whole]))
    beyond = s.beyond()
    print(f"beyond 1 mV or 0.2 % (0.002 A h m-2): {len(beyond)} ({len(beyond) / count:.2%})")
    for i in beyond:
        d = s.differences[i]
        alpha, S, current = s.points[i]
        print(
            f"  alpha {alpha:5.2f}  S {S:5.2f}  {current:6.2f} A m-2: {1e3 * d.at_capacity:.2f} mV"
            f" ({1e3 * d.at_depth:.2f} at depth), capacity {d.capacity / d.allowed:.2f} allowances,"
            f" {s.endings[i][0].name} / {s.endings[i][1].name}"
        )
    for i in s.one_sided():
        print("  a curve at one setting only:", s.points[i], s.endings[i])


def show_robustness(count: int, seed: int, inventory: Inventory) -> None:
    """Print how one balance's discharges ended."""
    batch = endings(count, seed, inventory)
    names = Counter(Outcome(code).name for code in batch.outcome.tolist())
    print(f"\n{inventory}: {dict(names)}")
    print(f"  least salt {batch.min_salt_concentration.min():.3g} mol m-3")
    for i in np.flatnonzero([Outcome(code).is_failure for code in batch.outcome.tolist()]):
        alpha, S, current = batch.alpha[i], batch.S[i], batch.current[i]
        name = Outcome(int(batch.outcome[i])).name
        print(f"  alpha {alpha:.6g}  S {S:.6g}  {current:.6g} A m-2: {name}")


def main() -> None:
    """Read the command line and print both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=2000)
    parser.add_argument("--robustness", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for inventory in Inventory:
        if arguments.points:
            show_accuracy(arguments.points, arguments.seed, inventory)
        if arguments.robustness:
            show_robustness(arguments.robustness, arguments.seed + 1, inventory)


if __name__ == "__main__":
    main()
