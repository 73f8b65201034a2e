"""A measured drive cycle of a pouch cell, beside its BPX file."""

import csv
import gzip
import io
import warnings

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import simulate
from microbatt.protocols import profile
from tests.reference.beside import beside

DRIVE = "real_nmc_pouch/NMC_25degC_DriveCycle.csv.gz"
CELL = "real_nmc_pouch/nmc_pouch_cell_BPX.json"


@pytest.fixture(scope="module")
def measured():
    text = gzip.decompress(beside(DRIVE).read_bytes()).decode()
    return np.array(list(csv.reader(io.StringIO(text)))[1:], dtype=float).T


@pytest.mark.beside(DRIVE)
def test_a_measured_drive_cycle_is_within_twenty_millivolts(measured):
    t, current, voltage = measured
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the file holds beside
        cell = load_cell(beside(CELL))
    drive = profile(t, current=-current, unit="A")
    simulation = simulate(cell, drive, lower_voltage=0.0)
    assert simulation.is_whole
    error = simulation.voltage_at(t - t[0]) - voltage
    assert np.sqrt(np.mean(error**2)) < 0.020
    moved = np.trapezoid(-current, t) / 3600.0
    assert simulation.capacity[-1] * cell.area == pytest.approx(moved, rel=1e-9)
