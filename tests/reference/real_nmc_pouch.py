"""Measured discharges of a 12.5 A h NMC pouch cell and its BPX file, where they are at hand.

By About:Energy Limited, licence CC BY-SA 4.0.  They lie beside the project, in
``shared/reference/real_nmc_pouch`` of a folder above it.
"""

import csv
import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np

PLACE = Path("shared") / "reference" / "real_nmc_pouch"
FOLDER = next(
    (above / PLACE for above in Path(__file__).resolve().parents if (above / PLACE).is_dir()), None
)
CELL_FILE = "nmc_pouch_cell_BPX.json"
FILES = {"C/20": "Co20", "C/2": "Co2", "1C": "1C", "2C": "2C"}


class Curve(NamedTuple):
    """A measured discharge from where the current flows."""

    current: float  # A
    capacity: np.ndarray  # A h
    voltage: np.ndarray  # V


def measured(rate: str) -> Curve:
    """Read the discharge at a C-rate; the first row is still at rest."""
    with gzip.open(FOLDER / f"NMC_25degC_{FILES[rate]}.csv.gz", "rt") as file:
        _, *rows = csv.reader(file)
    time, current, voltage = np.array([row for row in rows if len(row) == 3], dtype=float).T
    flows = -current > 0.01 * np.abs(current).max()
    time, current, voltage = time[flows], -current[flows], voltage[flows]
    passed = np.cumsum(np.diff(time) * 0.5 * (current[1:] + current[:-1])) / 3600.0
    return Curve(float(current.mean()), np.concatenate([[0.0], passed]), voltage)
