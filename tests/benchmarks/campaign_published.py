"""How fast the published sweep is, from the command to the last byte, and where the time goes.

    python tests/benchmarks/campaign_published.py [--campaign published-sweep] [--workers N]

Compares the command with the engine alone on the same points and as many threads, both in fresh
processes with compiled kernels in the cache, and prints the share of each part.  Wall-clock times
mean something on an otherwise idle machine only; CPU times also tell on a busy one.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ENGINE_ALONE = """
import os, time
from microbatt.campaign import load_campaign
from microbatt.cube.writing import region_points
from microbatt.engines import simulate_discharges
campaign = load_campaign({name!r})
design = campaign.design
points = region_points(
    design.dims, design.coordinates(), tuple(slice(0, n) for n in design.shape)
)
simulate_discharges(campaign.cell, points[:1])
start = time.perf_counter()
cpu = time.process_time()
simulate_discharges(
    campaign.cell,
    points,
    inventory=campaign.inventory,
    cutoff_voltage=campaign.cutoff_voltage,
    thermal=campaign.thermal,
    settings=campaign.settings,
    threads=len(os.sched_getaffinity(0)),
)
print(len(points), time.perf_counter() - start, time.process_time() - cpu)
"""


def engine_alone(name):
    """Return how many curves there are, and the wall-clock and CPU time of the bare engine [s]."""
    done = subprocess.run(
        [sys.executable, "-c", ENGINE_ALONE.format(name=name)],
        capture_output=True,
        text=True,
        check=True,
    )
    count, seconds, cpu = done.stdout.split()
    return int(count), float(seconds), float(cpu)


class PeakMemory(threading.Thread):
    """Watches the resident memory of a process and its children."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.process, self.peak, self.over = psutil.Process(pid), 0, threading.Event()

    def run(self):
        while not self.over.wait(0.05):
            try:
                family = [self.process, *self.process.children(recursive=True)]
                self.peak = max(self.peak, *(p.memory_info().rss for p in family))
            except psutil.NoSuchProcess:
                continue


def whole_command(name, store, workers):
    """Run the command; return its wall-clock and CPU time [s] and a process's peak memory [B]."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = ["--workers", str(workers)] if workers else []
    start = time.perf_counter()
    command = subprocess.Popen(
        [sys.executable, "-m", "microbatt", "run", name, "--store", str(store), *options],
        stdout=subprocess.DEVNULL,
    )
    memory = PeakMemory(command.pid)
    memory.start()
    assert command.wait() == 0
    elapsed = time.perf_counter() - start
    memory.over.set()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return elapsed, cpu, memory.peak


def inside(name, store, workers):
    """Return the last event of a run and the time to start and end the cluster [s]."""
    program = f"""
import dataclasses, json, time
from microbatt.campaign import local_client
from microbatt.campaign import run_campaign
from microbatt.campaign.events import CampaignFinished
if __name__ == "__main__":
    heard = []
    start = time.perf_counter()
    with local_client({workers!r}, processes={bool(workers)!r}) as client:
        run_campaign({name!r}, {str(store)!r}, client=client, listeners=[heard.append])
    end = heard[-1]
    print(json.dumps({{"elapsed": end.elapsed, "engine": end.engine_time,
                      "store": end.store_time, "all": time.perf_counter() - start}}))
"""
    script = Path(store).parent / "inside.py"
    script.write_text(program)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--campaign", default="published-sweep")
    parser.add_argument("--workers", type=int, help="processes; without, threads of the command")
    asked = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        whole_command("demo", Path(folder) / "warm.zarr", asked.workers)
        curves, alone, alone_cpu = engine_alone(asked.campaign)
        elapsed, cpu, peak = whole_command(asked.campaign, Path(folder) / "a.zarr", asked.workers)
        parts = inside(asked.campaign, Path(folder) / "b.zarr", asked.workers)
    lanes = asked.workers or cores
    idle = parts["elapsed"] * lanes - parts["engine"] - parts["store"]
    print(
        f"{asked.campaign}: {curves} curves, {lanes} {'processes' if asked.workers else 'threads'}"
    )
    print(f"engine alone            {alone:7.2f} s   {curves / alone:7.0f} curves/s")
    print(f"whole command           {elapsed:7.2f} s   {curves / elapsed:7.0f} curves/s")
    print(f"above the engine        {100 * (elapsed / alone - 1):7.1f} %")
    print(f"CPU, engine alone       {alone_cpu:7.2f} s")
    print(f"CPU, whole command      {cpu:7.2f} s   {100 * (cpu / alone_cpu - 1):6.1f} % above")
    print(f"largest process         {peak / 2**20:7.0f} MiB")
    print("of the time of the workers:")
    for part, seconds in (
        ("engine", parts["engine"]),
        ("Zarr", parts["store"]),
        ("Dask, idle", idle),
    ):
        print(f"  {part:<12} {100 * seconds / (parts['elapsed'] * lanes):6.1f} %")
    print(f"cluster start and end   {parts['all'] - parts['elapsed']:7.2f} s")


if __name__ == "__main__":
    main()
