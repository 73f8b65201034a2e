"""Doyle 1996, fig. 7 (digitised): what inference makes of it.

    python -m tests.reference.doyle_figure_7 PATH [--keep 0.97] [--tails 4] [--report doyle.html]

PATH is a CSV file with columns current_A_m2, positive_stoichiometry, voltage_V.  It is no part of
the project, and nobody says whether its source traced measured points or simulated lines.

The contact resistance is free.  The estimate is for values of the cell file that are known as is
usual; with ``--exact`` two more are printed, for true values: of the cell file as it is, and
with the film of its negative electrode taken out.  At one temperature the two drops differ by how
evenly the negative electrode reacts and by nothing else, so that the second one asks how large
their sum is; the first cannot find less than the film of the cell file.
"""

# ruff: noqa: T201 - its product is what it prints

import argparse
import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from microbatt.cells import Cell, load_cell
from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.errors import MeasurementError
from microbatt.inference import Estimate, infer
from microbatt.measured import Measurement
from microbatt.report import write_report

CELL = "doyle-1996-cell-1"
COLUMNS = ("current_A_m2", "positive_stoichiometry", "voltage_V")
NOISE = 5e-3
"""[V]; points read off a picture."""
CHARGE_ERROR = 5e-3
MODEL_ERROR = 5e-3
"""[V]; what the equations leave out, where the cell file is not taken as exact."""


def positive_sites(cell: Cell) -> float:
    """Capacity of the positive electrode's sites [A h m⁻²]."""
    e = cell.positive
    return FARADAY * e.active_fraction * e.thickness * e.max_concentration / SECONDS_PER_HOUR


def read_figure(path: Path, cell: Cell) -> list[Measurement]:
    """Read the curves; the stoichiometry that the positive electrode has gained is the capacity.

    Points that lie before the cell's initial stoichiometry, or do not lie beyond the one before
    them, are left out.

    Raises
    ------
    MeasurementError
        If a column is missing.
    """
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise MeasurementError(f"{path} has no column {missing[0]!r}; it needs {list(COLUMNS)}.")
    currents, theta, voltage = (np.array([float(row[name]) for row in rows]) for name in COLUMNS)
    gained = (theta - cell.positive.initial_stoichiometry) * positive_sites(cell)
    measurements = []
    for current in np.unique(currents):
        capacity, seen = gained[currents == current], voltage[currents == current]
        beyond = np.maximum.accumulate(np.concatenate([[-np.inf], capacity[:-1]]))
        kept = (capacity >= 0.0) & (capacity > beyond)
        measurements.append(
            Measurement(
                source=f"{path.name}, {current:g} A m⁻²",
                current=float(current),
                capacity=capacity[kept],
                voltage=seen[kept],
            )
        )
    return measurements


def without_film(cell: Cell) -> Cell:
    """Return the cell without the film on the particles of its negative electrode."""
    return replace(cell, negative=replace(cell.negative, film_resistance=0.0))


def without_end(one: Measurement, keep: float) -> Measurement:
    """Return the first part of a curve, up to a share of its capacity."""
    kept = one.capacity <= keep * one.capacity[-1]
    return replace(one, capacity=one.capacity[kept], voltage=one.voltage[kept])


def estimate_from(
    measurements: list[Measurement], cell: Cell, *, exact: bool = False, tails: float = math.inf
) -> Estimate:
    """Estimate alpha and S, contact resistance free; the cell file exact, or as is usual."""
    free = ["contact_resistance"]
    return infer(
        measurements,
        cell,
        noise=NOISE,
        charge_error=CHARGE_ERROR,
        free=free,
        cell_error=0.0 if exact else "usual",
        model_error=0.0 if exact else MODEL_ERROR,
        tails=tails,
        network=False,
        inventory="area-only",
    )


def main() -> None:
    """Print the estimates; write a page of the last one if asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", type=Path, help="CSV file of the digitised figure")
    parser.add_argument("--keep", type=float, default=1.0, help="share of each curve that is used")
    parser.add_argument("--tails", type=float, default=math.inf, help="of single points")
    parser.add_argument("--exact", action="store_true", help="also take the cell file as true")
    parser.add_argument("--report", type=Path, help="write a page (.html) of the last estimate")
    arguments = parser.parse_args()
    cell = load_cell(CELL)
    measurements = [without_end(one, arguments.keep) for one in read_figure(arguments.path, cell)]
    cases = [(f"{CELL}, its values known as is usual", cell, False)]
    if arguments.exact:
        cases = [
            (f"{CELL} taken as exact", cell, True),
            (f"{CELL} without film, taken as exact", without_film(cell), True),
            *cases,
        ]
    for title, one, exact in cases:
        estimate = estimate_from(measurements, one, exact=exact, tails=arguments.tails)
        print(f"\n{title}\n\n{estimate.summary()}", flush=True)
    if arguments.report is not None:
        print(f"\nreport: {write_report(estimate, arguments.report).page}")


if __name__ == "__main__":
    main()
