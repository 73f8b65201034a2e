"""How fast the native engine is, what it spends its time on, and how that compares.

    python tests/benchmarks/engine_speed.py [--points N] [--pybamm] [--dualfoil PATH]

Times are CPU times of one core, the least of three passes, so that other work on the machine does
not count; compilation is apart.  What was measured is in docs/results/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from engine_native import (
    curves_of,
    memory_growth,
    refined_curves,
    time_batch,
    time_compilation,
    time_curves,
    time_start,
)
from engine_parts import parts_of_time
from engine_sample import (
    CURRENTS,
    Curve,
    Distance,
    common_capacity,
    distance,
    rms,
    sample_points,
)
from rich.console import Console
from rich.table import Table

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharge, simulate_discharges
from microbatt.engines.dualfoil import DualfoilSettings
from microbatt.engines.pybamm.settings import PybammSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_sample import Array

    from microbatt.cells import Cell

SEED = 20
PASSES = 3
PARTS_POINTS = 60
BATCH_POINTS = 240
BATCH_PASSES = 60  # some of them find both cores free
FINE = (60, 120)
FINE_POINTS = tuple(
    (alpha, S, current)
    for alpha, S in ((0.0, 3.0), (0.5, 1.0), (1.0, 10.0), (2.3, 3.0))
    for current in (8.75, 35.0, 70.0)
)
console = Console(width=140, highlight=False, markup=False)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=100, help="random (alpha, S), default 100")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--pybamm", action="store_true", help="compare with PyBaMM's IDAKLU DFN")
    parser.add_argument("--dualfoil", type=Path, help="compare with this executable")
    asked = parser.parse_args()
    cell = load_cell("doyle-1996-cell-1")
    points = sample_points(asked.points, asked.seed)
    console.print(_machine())
    console.print(
        f"{asked.points} random (alpha 0–10, S 0.3–40), seed {asked.seed}, at each of "
        f"{len(CURRENTS)} currents: {len(points)} curves of {cell.name} down to 2.0 V"
    )
    print_start()
    seconds = print_native(cell, points)
    print_parts(cell, points)
    if asked.pybamm:
        print_pybamm(cell, points, seconds)
    if asked.dualfoil:
        print_dualfoil(cell, asked.dualfoil)


def _machine() -> str:
    cpu = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "xarray"))
    return (
        f"{cpu}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, {packages}"
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.2f}"


def _quantiles(values: Array) -> tuple[str, str, str]:
    """Median, 95th percentile and largest of times [s], in ms."""
    return _ms(np.median(values)), _ms(np.quantile(values, 0.95)), _ms(values.max())


def print_start() -> None:
    """From nothing to the first curve."""
    xarray, microbatt, first, second = time_start()
    table = _table("Start, fresh process, compiled kernels in the cache (wall time)", "", "s")
    table.add_row("import xarray", f"{xarray:.2f}")
    table.add_row("import microbatt, beyond that", f"{microbatt:.3f}")
    table.add_row("first curve", f"{first:.2f}")
    table.add_row("second curve", f"{second:.4f}")
    table.add_row("first curve when nothing is compiled yet", f"{time_compilation():.0f}")
    console.print(table)


def print_native(cell: Cell, points: Array) -> Array:
    """The native engine on the whole sample; returns the ``conserving`` times [s]."""
    table = _table(
        "Native engine, default settings: CPU time of one curve [ms]",
        "",
        *("median", "p95", "largest", "steps", "Newton"),
    )
    for inventory in ("area-only", "conserving"):
        batch = simulate_discharges(cell, points, inventory=inventory)
        work = (batch.steps, batch.newton_iterations)
        seconds = time_curves(cell, points, inventory, passes=PASSES)
        counts = [f"{np.median(count):.0f}" for count in work]
        table.add_row(f"{inventory}, all currents", *_quantiles(seconds), *counts)
        for current in CURRENTS:
            here = points[:, 2] == current
            counts = [f"{np.median(count[here]):.0f}" for count in work]
            table.add_row(f"  {current:g} A m⁻²", *_quantiles(seconds[here]), *counts)
    console.print(table)
    print_batches(cell, points, seconds)
    return seconds


def print_batches(cell: Cell, points: Array, seconds: Array) -> None:
    """Many curves in a call, on one thread and on two, and what memory does."""
    table = _table("Many curves in one call", "", "wall, a curve [ms]", "CPU, a curve [ms]")
    some, threads = points[:BATCH_POINTS], (1, 2)
    n = len(some)
    times = time_batch(cell, some, "conserving", threads=threads, passes=BATCH_PASSES)
    for count, (wall, cpu) in zip(threads, times, strict=True):
        table.add_row(f"threads: {count}", _ms(wall / n), _ms(cpu / n))
    table.add_row("one call a curve", "", _ms(seconds[:n].mean()))
    console.print(table)
    console.print(f"Two threads are {times[0][0] / times[1][0]:.2f} times as fast as one.")
    console.print(f"Memory grows by {memory_growth(cell, points):.1f} MiB over 10 000 curves.")


def print_parts(cell: Cell, points: Array) -> None:
    """Where the time of a curve goes."""
    some = points[: min(PARTS_POINTS, len(points))]
    ((_, cpu),) = time_batch(cell, some, "conserving")
    mean = np.full(len(some), cpu / len(some))
    table = _table(f"Where the time goes, mean of {len(some)} curves", "", "ms a curve", "%")
    for name, (part, share) in parts_of_time(cell, some, mean).items():
        table.add_row(name, f"{1e3 * part:.3f}", f"{100 * share:.0f}")
    console.print(table)


def _distances(curves: Sequence[Curve | None], reference: Sequence[Curve | None]) -> list[Distance]:
    """Distances of the pairs of which both curves exist."""
    pairs = zip(curves, reference, strict=True)
    return [distance(one, other) for one, other in pairs if one is not None and other is not None]


def _errors(distances: Sequence[Distance]) -> tuple[str, str, str, str]:
    """Median and 95th percentile of voltage [mV] and capacity [%]."""
    voltage = np.array([one.voltage for one in distances])
    capacity = np.array([one.capacity for one in distances])
    return (
        f"{np.median(voltage):.2f}",
        f"{np.quantile(voltage, 0.95):.1f}",
        f"{np.median(capacity):.3f}",
        f"{np.quantile(capacity, 0.95):.2f}",
    )


def print_pybamm(cell: Cell, points: Array, seconds: Array) -> None:
    """PyBaMM on the same points, and the error of each engine."""
    from engine_pybamm import VERSION, Peer, Resolution

    reference = refined_curves(cell, points, "conserving")
    exists = np.array([curve is not None for curve in reference])
    points, seconds = points[exists], seconds[exists]
    there = [curve for curve in reference if curve is not None]
    table = _table(
        f"PyBaMM {VERSION}, DFN, IDAKLU: the {len(points)} conserving curves that exist. "
        "CPU time of a curve [ms]; error against microbatt's refined solution: voltage, rms [mV], "
        "and end capacity [%]",
        *("", "median", "p95", "ratio", "rms median", "p95", "capacity median", "p95"),
        *("failed", "salt < 0"),
    )
    batch = simulate_discharges(cell, points, inventory="conserving")
    failed = sum(one.outcome.is_failure for one in batch)
    unphysical = int(np.sum(batch.min_salt_concentration < 0.0))
    errors = _errors(_distances(curves_of(batch), there))
    counts = (str(failed), str(unphysical))
    table.add_row("microbatt, default", *_quantiles(seconds)[:2], "1", *errors, *counts)
    for resolution, passes in (
        (Resolution(), PASSES),
        (Resolution(compiled=True), PASSES),
        (Resolution(settings=PybammSettings.refined()), 1),
    ):
        peer = Peer(cell, resolution)
        done = [peer.discharge(point, passes=passes) for point in points]
        times = np.array([one.seconds for one in done])
        solved = np.isfinite(times)
        ratio = np.median(times[solved]) / np.median(seconds[solved])
        errors = _errors(_distances([one.curve for one in done], there))
        unphysical = sum(one.min_salt < 0.0 for one in done)
        counts = (str(sum(~solved)), str(unphysical))
        times = _quantiles(times[solved])[:2]
        table.add_row(str(resolution), *times, f"{ratio:.1f}", *errors, *counts)
        console.print(f"PyBaMM, {resolution}: built and first solved in {peer.build_seconds:.1f} s")
        for ending, count in Counter(one.ended[:120] for one in done).most_common():
            console.print(f"  {count:4d} {ending}")
    console.print(table)
    print_fine(cell)


def print_fine(cell: Cell) -> None:
    """An independent code against the engine at low alpha, on two meshes and in their limit.

    PyBaMM's voltage converges with the first power of the mesh width, so twice the finer one less
    the coarser one is the limit, to that order.
    """
    from engine_pybamm import Peer, Resolution

    peers = [
        Peer(
            cell,
            Resolution(
                settings=PybammSettings(
                    volumes=(k, k // 2, k), particle_volumes=80, rtol=1e-7, atol=1e-9
                )
            ),
        )
        for k in FINE
    ]
    points = np.array(FINE_POINTS)
    table = _table(
        "PyBaMM with 80 radial volumes, rtol 1e-7: distance from microbatt's refined solution, "
        "voltage, rms [mV]",
        *("alpha", "S", "A m⁻²", *(f"{k} + {k // 2} + {k}" for k in FINE), "limit"),
    )
    for point, ours in zip(points, refined_curves(cell, points, "conserving"), strict=True):
        curves = [peer.discharge(point, passes=1).curve for peer in peers]
        common = common_capacity(ours, *curves)
        coarse, fine = (curve.at(common) - ours.at(common) for curve in curves)
        gaps = (f"{rms(gap):.3f}" for gap in (coarse, fine, 2.0 * fine - coarse))
        table.add_row(*(f"{one:g}" for one in point), *gaps)
    console.print(table)


def _largest_step(current: float) -> float:
    """[s]"""
    if current > 20.0:
        return 2.0
    return 5.0 if current > 5.0 else 30.0


def _children_seconds() -> float:
    """CPU time of all finished child processes [s]."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def print_dualfoil(cell: Cell, executable: Path) -> None:
    """A dualfoil executable at S = 3 and its own exponent."""
    table = _table(
        f"dualfoil ({executable.name}), 60 + 30 + 60 nodes, at S = 3, alpha = 2.3",
        *("A m⁻²", "dualfoil [ms]", "microbatt [ms]", "ratio", "rms [mV]", "capacity [%]"),
    )
    points = np.array([(2.3, 3.0, current) for current in CURRENTS])
    ours = time_curves(cell, points, "area-only", passes=PASSES)
    curves = curves_of(simulate_discharges(cell, points))
    for current, seconds, curve in zip(CURRENTS, ours, curves, strict=True):
        settings = DualfoilSettings(
            executable=str(executable), largest_step=_largest_step(current), retries=()
        )
        start = _children_seconds()
        run = simulate_discharge(cell, 2.3, 3.0, current, engine="dualfoil", settings=settings)
        theirs_seconds = _children_seconds() - start
        gap = distance(Curve(capacity=run.capacity, voltage=run.voltage), curve)
        table.add_row(
            f"{current:g}",
            _ms(theirs_seconds),
            _ms(seconds),
            f"{theirs_seconds / seconds:.0f}",
            f"{gap.voltage:.2f}",
            f"{gap.capacity:.2f}",
        )
    console.print(table)


if __name__ == "__main__":
    main()
