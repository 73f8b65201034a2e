"""Discharges of cell 1 by dualfoil 5.1, and the engine's beside them.

The data were computed for this project with a dualfoil whose area density and exponent were made
inputs: ``area-only`` balance, isothermal, 60 + 30 + 60 nodes, cut-off 2.0 V.
"""

import csv
import gzip
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.engines import Discharge, simulate_discharge, simulate_discharges
from tests.reference.comparison import SAMPLES, SHARE, rms

DATA = Path(__file__).parent / "data"
CELL = "doyle-1996-cell-1"
BALANCE = "area-only"
LOWER_CUTOFF = 1.5


class Curve(NamedTuple):
    """One discharge by dualfoil."""

    point: tuple[float, float, float]
    reached_cutoff: bool
    capacity: np.ndarray
    voltage: np.ndarray

    @property
    def alpha(self):
        return self.point[0]


def point_of(row):
    return float(row["alpha"]), float(row["S"]), float(row["current_A_m2"])


@cache
def dualfoil_curves() -> tuple[Curve, ...]:
    """All of them."""
    with (DATA / "dualfoil_runs.csv").open() as file:
        reached = {point_of(row): row["ending"] == "converged" for row in csv.DictReader(file)}
    rows = {point: [] for point in reached}
    with gzip.open(DATA / "dualfoil_curves.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            rows[point_of(row)].append((float(row["capacity_Ah_m2"]), float(row["voltage_V"])))
    return tuple(
        Curve(point, reached[point], *np.array(values).T) for point, values in rows.items()
    )


@cache
def engine_curves() -> dict[tuple[float, float, float], Discharge]:
    """The engine's, at default settings, below dualfoil's last voltages so that ends compare."""
    points = [curve.point for curve in dualfoil_curves()]
    batch = simulate_discharges(CELL, points, inventory=BALANCE, cutoff_voltage=LOWER_CUTOFF)
    return dict(zip(points, batch, strict=True))


def voltage_error(curve: Curve) -> float:
    """Rms of the engine less dualfoil at equal capacity, up to 97 % of dualfoil's [V].

    At even distances of capacity, as dualfoil crowds its points at the start.
    """
    ours = engine_curves()[curve.point]
    capacity = np.linspace(0.0, SHARE, SAMPLES) * curve.capacity[-1]
    theirs = np.interp(capacity, curve.capacity, curve.voltage)
    return rms(PchipInterpolator(ours.capacity, ours.voltage)(capacity) - theirs)


def capacity_error(curve: Curve) -> float:
    """The engine's capacity at dualfoil's last voltage over dualfoil's, less one.

    dualfoil does not land on the cut-off, its last step ends up to 0.1 V above it: so capacities
    are compared at the voltage where it stopped.
    """
    ours = simulate_discharge(
        CELL, *curve.point, inventory=BALANCE, cutoff_voltage=float(curve.voltage[-1])
    )
    return ours.discharge_capacity / curve.capacity[-1] - 1.0
