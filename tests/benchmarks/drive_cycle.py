"""The measured drive cycle of a pouch cell: CPU time and error, at two settings.

Run it with: python -m tests.benchmarks.drive_cycle
It needs the data of docs/results/protocols.md beside the project.
"""

import csv
import gzip
import io
import time
import warnings

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import Settings, simulate
from microbatt.protocols import profile
from tests.reference.beside import beside

FINE = Settings(tolerance=2e-5, mesh=2.0, particle_modes=16)


def main():
    text = gzip.decompress(beside("real_nmc_pouch/NMC_25degC_DriveCycle.csv.gz").read_bytes())
    t, current, voltage = np.array(list(csv.reader(io.StringIO(text.decode())))[1:], dtype=float).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the file holds beside
        cell = load_cell(beside("real_nmc_pouch/nmc_pouch_cell_BPX.json"))
    drive = profile(t, current=-current, unit="A")
    for name, settings in (("default", None), ("finer", FINE)):
        spent = []
        for _ in range(10):  # the first compiles or loads
            begin = time.process_time()
            simulation = simulate(cell, drive, lower_voltage=0.0, settings=settings)
            spent.append(time.process_time() - begin)
        error = simulation.voltage_at(t - t[0]) - voltage
        rms = 1e3 * np.sqrt(np.mean(error**2))
        print(f"{name}: {min(spent):.3f} s, {rms:.1f} mV rms")


if __name__ == "__main__":
    main()
