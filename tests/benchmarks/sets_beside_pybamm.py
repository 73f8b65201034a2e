"""PyBaMM's own parameter sets: discharges of `microbatt.load_cell("pybamm:NAME")` beside PyBaMM's.

Run it with: python -m tests.benchmarks.sets_beside_pybamm [--celsius 25] [NAME ...]
PyBaMM solves its DFN model with the set as it is, on 60 + 30 + 60 volumes and 60 shells a particle
that crowd at the surface.  Voltages are compared at equal times, at PyBaMM's points, up to 97 % of
the shorter discharge, and so is what was delivered at the cut-off.  Both are at one temperature.
"""

import argparse
import time
import warnings

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharge
from microbatt.errors import MicrobattError
from microbatt.pybamm_import import load_pybamm

RATES = (0.1, 0.5, 1.0, 2.0)
VOLUMES = {"x_n": 60, "x_s": 30, "x_p": 60, "r_n": 60, "r_p": 60}
STRETCH = 3.0
UP_TO = 0.97
ICE_POINT = 273.15  # K
HALF_CELLS = {"Xu2019", "Ecker2015_graphite_halfcell"}


def solution(pybamm, name, rate, cell):
    """Times [s] and voltages of PyBaMM's discharge, which starts as ours does."""
    half = {"working electrode": "positive"} if name in HALF_CELLS else {}
    model = pybamm.lithium_ion.DFN(half)
    values = pybamm.ParameterValues(name)
    for kind in ("Ambient", "Initial"):
        values[f"{kind} temperature [K]"] = cell.initial_temperature
    values["Current function [A]"] = rate * values["Nominal cell capacity [A.h]"]
    for side in ("positive",) if half else ("negative", "positive"):
        electrode = getattr(cell, side)
        values[f"Initial concentration in {side} electrode [mol.m-3]"] = (
            electrode.initial_stoichiometry * electrode.max_concentration
        )
    meshes = model.default_submesh_types
    volumes = {**VOLUMES, "y": 2, "z": 2}
    for side in ("negative", "positive"):
        if f"{side} particle" in meshes:
            meshes[f"{side} particle"] = pybamm.MeshGenerator(
                pybamm.Exponential1DSubMesh, {"side": "right", "stretch": STRETCH}
            )
    simulation = pybamm.Simulation(
        model,
        parameter_values=values,
        submesh_types=meshes,
        var_pts=volumes,
        solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8),
    )
    found = simulation.solve(np.linspace(0.0, 3.0 * 3600.0 / rate, 900))
    return found["Time [s]"].entries, found["Voltage [V]"].entries


def row(pybamm, name, rate, kelvin):
    """What is printed of one discharge."""
    cell = load_cell(f"pybamm:{name}").with_values({"initial_temperature": kelvin})
    begun = time.process_time()
    t, volts = solution(pybamm, name, rate, cell)
    theirs = time.process_time() - begun
    native = simulate_discharge(cell, current=f"{rate:g}C")
    shorter = min(t[-1], native.time[-1])
    at = t[t < UP_TO * shorter]
    apart = np.interp(at, native.time, native.voltage) - volts[: at.size]
    rms = 1e3 * np.sqrt(np.mean(apart**2))
    capacity = 100.0 * (native.time[-1] / t[-1] - 1.0)
    end = f"{native.voltage[-1] - volts[-1]:+.3f} V at the end"
    return f"| {name} | {rate:g} C | {rms:.2f} | {capacity:+.3f} | {end} | {theirs:.0f} s |"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--celsius", type=float, default=25.0)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    pybamm = load_pybamm()
    names = arguments.names or sorted(pybamm.parameter_sets)
    kelvin = arguments.celsius + ICE_POINT
    for name in names:
        for rate in RATES:
            try:
                line = row(pybamm, name, rate, kelvin)
            except (MicrobattError, pybamm.SolverError, pybamm.ModelError) as error:
                line = f"| {name} | {rate:g} C | {type(error).__name__}: {error} |"
            print(line, flush=True)


if __name__ == "__main__":
    main()
