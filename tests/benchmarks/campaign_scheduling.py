"""What a task and a chunk cost, and what follows for a million and a hundred million curves.

    python tests/benchmarks/campaign_scheduling.py [--tasks 1000] [--processes N] [--curve-ms 1.0]

Runs a campaign of many small tasks with an engine that takes no time worth naming, so that what
is left is Dask's share (handing out tasks) and Zarr's (writing the chunks of a block).
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from microbatt.campaign import local_client, run_campaign
from microbatt.campaign.events import CampaignFinished
from microbatt.cube import VARIABLES
from microbatt.cube.contents import DEPTH_POINTS
from tests.campaign.small import small_campaign

CURVES = 24
"""Curves a task in the measurement: as few as keep the engine out of it."""


def measured(client, tasks, folder):
    """Return the last event of a campaign of so many empty tasks."""
    heard = []
    campaign = small_campaign(
        alpha=tuple(np.round(np.linspace(0, 10, tasks), 10)),
        S=(1.0, 2.0, 3.0, 4.0),
        current=(1.75, 8.75, 17.5, 35.0, 52.5, 70.0),
        curves_per_task=CURVES,
        depth_points=DEPTH_POINTS,
    )
    run_campaign(campaign, folder / "a.zarr", client=client, listeners=[heard.append])
    (end,) = [event for event in heard if isinstance(event, CampaignFinished)]
    return end


def writing_time(curves, folder):
    """Return the time to write a block of so many curves [s], the median of several."""
    from microbatt.campaign.plan import plan_campaign, prepare_store
    from microbatt.cube import locate
    from microbatt.cube.contents import depth_axis, discharge_layout
    from microbatt.cube.writing import open_blocks, rows_without_curve

    side = max(1, curves // 12)
    campaign = small_campaign(
        alpha=tuple(float(a) / side for a in range(side)),
        S=(1.0, 2.0),
        current=(1.75, 8.75, 17.5, 35.0, 52.5, 70.0),
        curves_per_task=12 * side,
        depth_points=DEPTH_POINTS,
    )
    location = locate(folder / f"{curves}.zarr")
    prepare_store(plan_campaign(campaign, location))
    store = open_blocks(location)
    (block,) = store.blocks()
    rows = rows_without_curve(12 * side, discharge_layout(depth_axis(DEPTH_POINTS)), 1)
    rng = np.random.default_rng(0)
    rows["voltage"] = np.sort(rng.uniform(2, 4, rows["voltage"].shape).astype("f4"))[:, ::-1]
    times = []
    for _ in range(7):
        start = time.perf_counter()
        store.write(block, rows)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--processes", type=int, help="worker processes; without, threads")
    parser.add_argument("--curve-ms", type=float, default=1.0, help="engine time a curve [ms]")
    asked = parser.parse_args()
    lanes = asked.processes or len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        with local_client(asked.processes, processes=bool(asked.processes)) as client:
            measured(client, 20, Path(folder) / "warm")
            end = measured(client, asked.tasks, Path(folder) / "run")
        writing = {curves: writing_time(curves, Path(folder)) for curves in (120, 1200, 12_000)}
    dask = (end.elapsed * lanes - end.engine_time - end.store_time) / asked.tasks
    print(f"{asked.tasks} empty tasks on {lanes} {'processes' if asked.processes else 'threads'}")
    print(f"handed out and taken back  {asked.tasks / end.elapsed:8.0f} tasks/s")
    print(f"Dask, per task             {1e3 * dask:8.1f} ms of a worker")
    print(f"Zarr, per task of {CURVES}       {1e3 * end.store_time / asked.tasks:8.1f} ms")
    for curves, seconds in writing.items():
        print(f"Zarr, per block of {curves:6d}  {1e3 * seconds:8.1f} ms, {len(VARIABLES)} chunks")
    base = writing[120]
    slope = (writing[12_000] - writing[120]) / (12_000 - 120)
    rate = 1 / dask  # tasks a second that one runner and scheduler can hand out
    print(f"\nprojection at {asked.curve_ms:g} ms a curve")
    print("curves      a task    task     overhead   objects   core hours   cores one runner feeds")
    for total in (10**6, 10**8):
        for curves in (100, 1000, 10_000):
            engine = curves * asked.curve_ms / 1e3
            cost = dask + base + slope * curves
            tasks = total / curves
            print(
                f"{total:9.0e}  {curves:7d}  {engine:6.1f} s  {100 * cost / engine:8.1f} %"
                f"  {tasks * len(VARIABLES):9.0f}  {tasks * (engine + cost) / 3600:9.2f}"
                f"   {rate * (engine + cost):12.0f}"
            )


if __name__ == "__main__":
    main()
