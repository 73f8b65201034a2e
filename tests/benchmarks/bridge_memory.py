"""How much memory streaming a cube takes that is larger than what it is allowed.

    python tests/benchmarks/bridge_memory.py [COPIES]

Writes a cube of COPIES times 1600 made-up points (six curves of 200 points each, incompressible
noise on them) to a temporary folder, streams one shuffled pass in another process with an
allowance of 256 MiB, and prints that process's largest resident memory above what it held before.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

POINTS, CURRENTS, DEPTHS = 1600, 6, 200
ALLOWED = 2**28
MIB = 2**20


def write_cube(place, copies):
    """Write points in chunks of 160, a part at a time."""
    import zarr

    count = copies * POINTS
    group = zarr.open_group(place, mode="w", attributes={"microbatt_schema": 1})
    rng = np.random.default_rng(0)
    axes = {
        "alpha": ("point", rng.uniform(0, 10, count)),
        "S": ("point", rng.uniform(1, 40, count)),
        "current": ("current", np.linspace(1.75, 70, CURRENTS)),
        "depth": ("depth", np.linspace(0, 1, DEPTHS)),
    }
    for name, (dim, values) in axes.items():
        array = group.create_array(
            name, shape=values.shape, dtype=values.dtype, dimension_names=[dim]
        )
        array[:] = values
    dims = ["point", "current", "depth"]
    shape, chunks = (count, CURRENTS, DEPTHS), (160, CURRENTS, DEPTHS)
    for name, dtype, value in (("discharge_capacity", "f8", 18.0), ("status", "i1", 1)):
        array = group.create_array(
            name, shape=shape[:2], chunks=chunks[:2], dtype=dtype, dimension_names=dims[:2]
        )
        array[:] = value
    voltage = group.create_array(
        "voltage", shape=shape, chunks=chunks, dtype="f4", dimension_names=dims
    )
    for start in range(0, count, POINTS):
        noise = rng.standard_normal((POINTS, CURRENTS, DEPTHS), dtype=np.float32)
        voltage[start : start + POINTS] = 3.5 + 0.001 * noise


def stream(place):
    """Go through one pass; print samples, seconds and memory [MiB]."""
    import tensorflow as tf
    import xarray as xr

    from microbatt.bridge import to_tf_dataset
    from microbatt.features import Curves

    cube = xr.open_zarr(place, chunks=None, consolidated=False).set_coords(["alpha", "S"])
    feature = Curves(samples=DEPTHS)
    few = cube.isel(point=slice(160))
    for _ in to_tf_dataset(few, features=feature, memory=0):  # compile, start threads
        pass
    before = resident()
    dataset = to_tf_dataset(cube, features=feature, memory=ALLOWED)
    count, total, start = 0, 0.0, time.perf_counter()
    for x, y in dataset:
        count += len(y)
        total += float(tf.reduce_sum(x["capacity"]))
    print(count, time.perf_counter() - start, peak() - before)


def resident():
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB


def main():
    copies = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "large.zarr")
        write_cube(place, copies)
        held = copies * POINTS * CURRENTS * DEPTHS * 4 / MIB
        done = subprocess.run(
            [sys.executable, __file__, "--stream", place],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    count, seconds, grown = (float(word) for word in done.stdout.split())
    print(f"{count:,.0f} samples, {held:,.0f} MiB of voltages, {ALLOWED / MIB:.0f} MiB allowed")
    print(f"largest growth of resident memory {grown:,.0f} MiB; {count / seconds:,.0f} samples/s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stream"]:
        stream(sys.argv[2])
    else:
        main()
