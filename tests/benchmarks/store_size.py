"""How large a cube is, and how long its blocks take to write and its voltages to read.

A part of `published-sweep`, packed by Zstandard as in schema 1, by pcodec as now, and rounded to
10 µV.  Run with ``python -m tests.benchmarks.store_size``.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from microbatt.campaign import load_campaign, run_campaign
from microbatt.cube import Grid, locate, open_cube
from microbatt.cube.contents.schema import compression
from microbatt.cube.writing import open_blocks

STRIDE = 8
ROUNDING = 1e-5
WAYS = {"Zstandard": {}, "pcodec": {}, "rounded, pcodec": {"voltage_rounding": ROUNDING}}


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def least_time(work: Callable[[], object], repeats: int = 5) -> float:
    """Least CPU time of some runs [s]."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def measure(folder: Path, name: str) -> str:
    """Make the cube in one way and say in a row what was measured."""
    campaign = load_campaign("published-sweep")
    design = campaign.design
    if not isinstance(design, Grid) or design.alpha is None:
        raise TypeError(design)
    part = replace(design, alpha=design.alpha[::STRIDE])
    place = folder / name
    packing = {"compressors": compression()} if name == "Zstandard" else None
    asked = replace(campaign, name="part", design=part, **WAYS[name])
    if packing is None:
        run_campaign(asked, place)
    else:
        with patch("microbatt.cube.contents.schema.packing", lambda: packing):
            run_campaign(asked, place)
    store = open_blocks(locate(place))
    blocks = store.blocks()
    rows = [store.read(block) for block in blocks]

    def write() -> None:
        for block, one in zip(blocks, rows, strict=True):
            store.write(block, one)

    curves = part.shape[0] * part.shape[1] * part.shape[2]

    def load() -> None:
        open_cube(locate(place), chunks=None).voltage.load()

    return (
        f"| {name} | {size(place) / curves:.0f} | {size(place / 'voltage') / curves:.0f} | "
        f"{1e6 * least_time(write) / curves:.0f} | {1e6 * least_time(load) / curves:.1f} |"
    )


def main() -> None:
    """Print a table."""
    print("| voltages packed by | byte a curve | of it voltage | write [µs] | open and read [µs] |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in WAYS:
            print(measure(Path(folder), name))


if __name__ == "__main__":
    main()
