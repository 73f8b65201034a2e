"""What lanes are worth: curves of the published sweep together and one after the other.

    python tests/benchmarks/engine_lanes.py [--points N] [--heat isothermal|adiabatic]

CPU times of one core, the least of some passes in turns, so that both meet the same machine.  The
curves are compared too: they must not differ in one bit.
"""

import argparse
import time

import numpy as np

from microbatt.campaign import load_campaign
from microbatt.cube.writing import region_points
from microbatt.porous_electrode import (
    cell_parameters,
    numerics,
    simulate_bundles,
    simulate_many,
    with_curves,
)

PASSES = 5


def sample(campaign, count):
    """Points of the campaign's grid at random, in its order."""
    design = campaign.design
    whole = tuple(slice(0, n) for n in design.shape)
    points = region_points(design.dims, design.coordinates(), whole)
    chosen = np.random.default_rng(0).choice(len(points), count, replace=False)
    return points[np.sort(chosen)]


def cpu_time(work):
    """CPU time of a call [s], and what it returns."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=600)
    parser.add_argument("--heat", choices=["isothermal", "adiabatic"], default="isothermal")
    asked = parser.parse_args()
    campaign = load_campaign("published-sweep")
    settings, heat = campaign.settings, None if asked.heat == "isothermal" else 0.0
    cell = cell_parameters(campaign.cell, heat_transfer_coefficient=heat)
    points = sample(campaign, asked.points)
    resolution = numerics(
        tolerance=settings.tolerance,
        mesh=settings.mesh,
        particle_modes=settings.particle_modes,
        max_steps=settings.max_steps,
    )
    print(f"{asked.points} curves of {campaign.name}, {asked.heat}; ms a curve")
    for conserving in (False, True):

        def alone(some, conserving=conserving):
            return simulate_many(cell, resolution, some, conserving, campaign.cutoff_voltage)[0]

        def together(alone=alone, conserving=conserving):
            batch, left, _ = simulate_bundles(
                cell, resolution, points, conserving, campaign.cutoff_voltage
            )
            return with_curves(batch, left, alone(points[left])) if left.any() else batch

        together(), alone(points[:1])
        times = [
            (cpu_time(together), cpu_time(lambda alone=alone: alone(points))) for _ in range(PASSES)
        ]
        (_, ours), (_, theirs) = times[-1]
        same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(ours, theirs, strict=True))
        lanes, single = (1e3 * min(pair[k][0] for pair in times) / len(points) for k in (0, 1))
        print(
            f"{'conserving' if conserving else 'area-only':<11} together {lanes:.3f}   alone "
            f"{single:.3f}   ratio {single / lanes:.2f}   {'same bits' if same else 'DIFFERENT'}"
        )


if __name__ == "__main__":
    main()
