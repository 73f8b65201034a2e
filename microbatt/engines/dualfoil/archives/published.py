"""The published form of dualfoil's curves: a CSV file for each discharge.

The columns are ``Time (min),Cell pot(V),Curr den (A/m^2),Capacity,Energy,Power``.  Each step
stands three times, the first time with the time of the step before it.  Energy and power are of
the whole discharge and the same in every row; they are left out, since the published energy
subtracts the drop over the contacts from a voltage that is net of it already.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.engines.dualfoil.curve import discharge_from_rows
from microbatt.engines.dualfoil.files.fortran import read_number
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from microbatt.cells import Cell
    from microbatt.engines import Discharge

HEADINGS: Final = ("Time (min)", "Cell pot(V)", "Curr den (A/m^2)")
"""The columns that are read; others may follow."""


def is_published(path: Path) -> bool:
    """Whether a file begins with the headings of the published form."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return tuple(next(csv.reader(file), ())[: len(HEADINGS)]) == HEADINGS


def find_published(folder: Path) -> list[Path]:
    """Return the files of the published form in or below a folder, sorted by path.

    Parameters
    ----------
    folder : Path
        Looked through.

    Returns
    -------
    list of Path
        Files of the released form, sorted.

    Raises
    ------
    ParameterError
        If there is none.
    """
    found = sorted(path for path in folder.rglob("*") if is_published(path))
    if not found:
        raise ParameterError(
            f"{folder} holds no CSV file whose headings are {', '.join(HEADINGS)}."
        )
    return found


def read_published(path: Path, cell: Cell, *, cutoff_voltage: float) -> Discharge:
    """Read one file.

    Parameters
    ----------
    path : Path
        Of the file.
    cell : Cell
        What was discharged; its positive has the alpha and S of the file.
    cutoff_voltage : float
        The curve is cut off there [V]; one that ends above it has not converged.

    Returns
    -------
    Discharge
        Without temperatures: NaN.

    Raises
    ------
    ParameterError
        If the file holds no curve, or its current varies.
    """
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        table = [row for row in csv.reader(file) if row][1:]
    try:
        rows = np.array([[_number(word) for word in row[: len(HEADINGS)]] for row in table])
        minutes, voltage, current = rows.T
    except ValueError as error:
        raise ParameterError(f"{path}: a row does not hold three numbers ({error}).") from error
    if np.ptp(current) > 0.0 or not current[0] > 0.0:
        raise ParameterError(
            f"{path}: the current goes from {current.min():g} to {current.max():g} A m⁻²; a "
            "discharge here has one, above zero."
        )
    reached = voltage[-1] <= cutoff_voltage
    return discharge_from_rows(
        cell,
        float(current[0]),
        Outcome.CUTOFF_REACHED if reached else Outcome.NO_CONVERGENCE,
        minutes=minutes,
        voltage=voltage,
        celsius=np.full(minutes.size, np.nan),
        cutoff_voltage=cutoff_voltage,
    )


def _number(word: str) -> float:
    number = read_number(word.strip())
    if number is None:
        raise ValueError(word)
    return number
