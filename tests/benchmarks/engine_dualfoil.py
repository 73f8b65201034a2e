"""A dualfoil executable beside the native engine, at the points that it has built in.

    python tests/benchmarks/engine_dualfoil.py PATH [--curves N]

discharges the cells of the catalog at random currents, cut-offs and heat balances with both, and
prints how far they are apart.  What was measured is in docs/howto/dualfoil.md.
"""

from __future__ import annotations

import argparse
import resource
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.interpolate import PchipInterpolator

from microbatt.cells import available_cells, load_cell
from microbatt.engines import Adiabatic, Isothermal, simulate_discharge
from microbatt.engines.dualfoil import ENGINE, DualfoilSettings, simulate_with_history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import Discharge, Thermal
    from microbatt.engines.dualfoil.attempts import RunHistory

SEED = 1
CUTOFFS = (2.0, 2.5, 3.0)
SHARE = 0.97
SAMPLES = 200
console = Console(width=120, highlight=False, markup=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One discharge by the executable.

    Attributes
    ----------
    seconds
        CPU time of its processes.
    time, voltage
        The curve: [s], [V].
    ended
        Whether it is whole.
    """

    seconds: float
    time: NDArray[np.float64]
    voltage: NDArray[np.float64]
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A random discharge."""

    cell: Cell
    current: float
    cutoff_voltage: float
    thermal: Thermal


def main() -> None:
    """Compare at random discharges."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("executable", type=Path)
    parser.add_argument("--curves", type=int, default=60)
    arguments = parser.parse_args()
    settings = DualfoilSettings(executable=str(arguments.executable), time_limit=60.0)
    table = Table(title="dualfoil and the native engine", title_justify="left")
    for column in ("cell", "A m⁻²", "V", "", "dualfoil", "native", "tries", "rms [mV]", "Q [%]"):
        table.add_column(column, justify="left" if column in {"cell", ""} else "right")
    endings: Counter[str] = Counter()
    for asked in sample(arguments.curves):
        record, ours = both(asked, settings)
        endings[record.discharge.outcome.name] += 1
        table.add_row(*row(asked, record, ours))
    console.print(table)
    console.print(dict(endings))


def sample(count: int) -> Iterator[Asked]:
    """Draw discharges: cells in turn, currents from 2 to 126 A m⁻² evenly in their logarithm."""
    rng = np.random.default_rng(SEED)
    cells = [cell for cell in map(load_cell, available_cells()) if has_dualfoils_materials(cell)]
    for k in range(count):
        yield Asked(
            cell=cells[k % len(cells)],
            current=float(np.round(10 ** rng.uniform(0.3, 2.1), 2)),
            cutoff_voltage=float(rng.choice(CUTOFFS)),
            thermal=Adiabatic() if k % 2 else Isothermal(),
        )


def has_dualfoils_materials(cell: Cell) -> bool:
    """Whether all materials of a cell have a name, under which dualfoil may know them."""
    if cell.metal is not None or cell.electrolyte.fit.plain is not None:
        return False
    return all(e.open_circuit.plain is None for e in (cell.negative, cell.positive))


def both(asked: Asked, settings: DualfoilSettings) -> tuple[RunHistory, Discharge]:
    """Discharge with both engines."""
    terms = {"cutoff_voltage": asked.cutoff_voltage, "thermal": asked.thermal}
    point = (asked.cell.positive.alpha, 3.0, asked.current)
    request = ENGINE.request(cell=asked.cell, settings=settings, **terms)
    return simulate_with_history(request, *point), simulate_discharge(asked.cell, *point, **terms)


def row(asked: Asked, record: RunHistory, ours: Discharge) -> list[str]:
    """The line of one discharge."""
    theirs = record.discharge
    voltage, capacity = distance(theirs, ours)
    return [
        asked.cell.name,
        f"{asked.current:g}",
        f"{asked.cutoff_voltage:g}",
        type(asked.thermal).__name__.lower(),
        theirs.outcome.name.lower(),
        ours.outcome.name.lower(),
        str(len(record.attempts)),
        f"{voltage:.2f}",
        f"{capacity:+.3f}",
    ]


def distance(theirs: Discharge, ours: Discharge) -> tuple[float, float]:
    """Rms of the voltages [mV], and how much more capacity theirs has [%]."""
    if not (theirs.time.size and ours.time.size):
        return np.nan, np.nan
    common = min(theirs.capacity[-1], ours.capacity[-1])
    inner = np.linspace(0.001, SHARE, SAMPLES) * common
    at = [PchipInterpolator(one.capacity, one.voltage)(inner) for one in (theirs, ours)]
    ratio = theirs.discharge_capacity / ours.discharge_capacity
    return 1e3 * float(np.sqrt(np.mean((at[0] - at[1]) ** 2))), 100.0 * (ratio - 1.0)


def run_dualfoil(executable: Path, cell: Cell, current: float, *, time_limit: float = 120.0) -> Run:
    """Discharge `cell` isothermally at the point that `executable` has built in."""
    settings = DualfoilSettings(
        executable=str(executable), largest_step=largest_step(current), retries=()
    )
    request = ENGINE.request(cell=cell, settings=settings, time_limit=time_limit)
    start = _children_seconds()
    discharge = simulate_with_history(request, cell.positive.alpha, 3.0, current).discharge
    return Run(
        seconds=_children_seconds() - start,
        time=discharge.time,
        voltage=discharge.voltage,
        ended=discharge.outcome.is_whole,
    )


def largest_step(current: float) -> float:
    """Return the largest step of the runs that are compared for their speed [s]."""
    if current > 20.0:
        return 2.0
    return 5.0 if current > 5.0 else 30.0


def _children_seconds() -> float:
    """CPU time of all finished child processes [s]."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
