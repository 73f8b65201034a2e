"""Protocols beside PyBaMM: CCCV, GITT, HPPC and a drive cycle, on the same cells.

Run it with: python -m tests.benchmarks.protocols_beside_pybamm [CELL ...]
PyBaMM solves on a mesh of 60 + 20 + 60 volumes, with 60 shells a particle that crowd at the
surface; voltages are compared step by step, at PyBaMM's points, over the time that both ran.
"""

import sys
import time
import warnings

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import simulate
from microbatt.engines.pybamm.discharge import _options
from microbatt.engines.pybamm.parameters import cell_parameters
from microbatt.protocols import as_protocol, cccv, gitt, hppc, profile
from microbatt.pybamm_import import load_pybamm

CELLS = ("lco-graphite", "lmo-mcmb", "doyle-1996-cell-1")
VOLUMES = {"x_n": 60, "x_s": 20, "x_p": 60, "r_n": 60, "r_p": 60}
STRETCH = 3.0
PERIOD = 2.0


def drive_of(cell):
    """A drive of ten minutes, a sample a second: discharge, rests and regeneration."""
    rng = np.random.default_rng(5)
    shape = np.repeat(rng.choice([0.0, 0.5, 1.0, 1.5, -0.7], 60, p=[0.3, 0.25, 0.2, 0.1, 0.15]), 10)
    smooth = np.convolve(shape, np.ones(3) / 3.0, mode="same")
    smooth[0] = 0.0
    return np.arange(600.0), cell.one_c_current * smooth


def protocols_of(cell):
    """Name → protocol of ours, and PyBaMM's steps."""
    top = cell.open_circuit_voltage - 0.02
    named = {
        "CCCV": as_protocol(
            ["Discharge at C/2 for 60 min", *cccv(current="C/2", voltage=top, rest=1800.0)]
        ),
        "GITT": gitt(pulses=4, pulse=900.0, rest=3600.0),
        "HPPC": hppc(levels=3, rest=1800.0),
    }
    time_, current = drive_of(cell)
    return named, (profile(time_, current=current), np.column_stack([time_, current]))


def pybamm_steps(pybamm, protocol, cell):
    """The steps of a protocol in PyBaMM's words, for one square metre."""
    steps = []
    for step in protocol:
        if step.voltage is not None:
            words = {"termination": f"{cell.one_c_current / 20.0} A", "period": 10.0}
            steps.append(pybamm.step.voltage(step.voltage, duration=1e5, **words))
            continue
        ends = None if step.until_voltage is None else f"{step.until_voltage} V"
        period = min(PERIOD, (step.duration or 1e9) / 20.0)
        steps.append(
            pybamm.step.current(
                step.current_in(cell),
                duration=step.duration or 1e5,
                termination=ends,
                period=period,
            )
        )
    return steps


def solve_pybamm(cell, steps, *, sampled):
    """The steps of PyBaMM's solution of an experiment, and the CPU time that it took [s]."""
    pybamm = load_pybamm()
    equations = pybamm.lithium_ion.DFN(_options(cell))
    values = equations.default_parameter_values
    values.update(cell_parameters(cell, cutoff_voltage=0.5))
    values["Current function [A]"] = 0.0
    meshes = equations.default_submesh_types
    for particle in ("negative particle", "positive particle"):
        meshes[particle] = pybamm.MeshGenerator(
            pybamm.Exponential1DSubMesh, {"side": "right", "stretch": STRETCH}
        )
    terms = {"rtol": 1e-6, "atol": 1e-8, "on_extrapolation": "ignore"}
    # IDAKLU fails at the kinks of samples
    solver = (
        pybamm.CasadiSolver(mode="fast", dt_max=1.0, **terms)
        if sampled
        else pybamm.IDAKLUSolver(**terms)
    )
    simulation = pybamm.Simulation(
        equations,
        parameter_values=values,
        experiment=pybamm.Experiment(steps),
        submesh_types=meshes,
        var_pts=VOLUMES,
        solver=solver,
    )
    inputs = {"alpha": cell.positive.alpha, "S": cell.positive.S}
    begin = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        solution = simulation.solve(inputs=inputs)
    spent = time.process_time() - begin
    return [step for cycle in solution.cycles for step in cycle.steps], spent


def compare(ours, theirs):
    """Rms and largest difference of the voltage [mV]; of the charge after a step, over all [%]."""
    differences, gone, charge = [], 0.0, []
    largest = np.abs(ours.capacity).max()
    for step, other in zip(ours.steps, theirs, strict=True):
        t = other.t - other.t[0]
        voltage = other["Voltage [V]"].entries
        inside = step.points
        own = ours.time[inside] - step.start
        both = (t <= own[-1]) & (t > 1e-3)
        differences.append(np.interp(t[both], own, ours.voltage[inside]) - voltage[both])
        gone += step.capacity
        charge.append(gone - float(other["Discharge capacity [A.h]"].entries[-1]))
    every = 1e3 * np.concatenate(differences)
    return (
        np.sqrt(np.mean(every**2)),
        np.abs(every).max(),
        100.0 * np.abs(charge).max() / largest,
    )


def main(names):
    """Print a row a cell and protocol."""
    print("cell                 protocol   rms mV   max mV    cap %      ms  ratio")
    pybamm = load_pybamm()
    for name in names:
        cell = load_cell(name)
        named, (samples, table) = protocols_of(cell)
        steps = {key: pybamm_steps(pybamm, protocol, cell) for key, protocol in named.items()}
        named["drive"], steps["drive"] = (
            as_protocol(samples),
            [pybamm.step.current(table, period=1.0)],
        )
        for key, protocol in named.items():
            simulate(cell, protocol, upper_voltage=5.0)
            begin = time.process_time()
            ours = simulate(cell, protocol, upper_voltage=5.0)
            spent = time.process_time() - begin
            theirs, took = solve_pybamm(cell, steps[key], sampled=key == "drive")
            rms, largest, capacity = compare(ours, theirs)
            print(
                f"{cell.name[:20]:20} {key:8} {rms:8.3f} {largest:8.3f} {capacity:8.4f} "
                f"{1e3 * spent:7.1f} {took / spent:6.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:] or CELLS)
