"""Random discharges of a cell's box beside PyBaMM's, on meshes that crowd where the layers are.

Run it with: python -m tests.benchmarks.box_beside_pybamm [--cell C ...] [--count 6] [--seed 3]
    [--meshes 3]
Points are those of `tests.reference.accuracy`: alpha 0-10, S 0.3-40, C/200 to 6C, here isothermal
and `conserving`.  PyBaMM gets volumes that crowd at the separator and shells that crowd at the
surface of a particle, and twice as many volumes from one row to the next, so that one sees where
its curves go.  Each is solved in a process of its own, with a limit of time and memory.  Voltages
are compared at equal capacity up to 97 % of the shorter discharge.
"""

import argparse
import multiprocessing
import resource
import warnings
from typing import NamedTuple

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import Settings, simulate_discharge
from microbatt.engines.pybamm.parameters import cell_parameters
from microbatt.pybamm_import import load_pybamm
from tests.reference.accuracy import random_points

CUTOFF = 2.5
SECONDS = 600.0
STRETCH = 3.0
BYTES = 6 << 30
UP_TO = 0.97
END = 0.05
FINE = Settings(tolerance=5e-5, mesh=2.0, particle_modes=14, max_steps=100_000)


class Mesh(NamedTuple):
    """Volumes across an electrode and shells of a particle, and the solver's tolerance."""

    volumes: int
    shells: int
    rtol: float


MESHES = (Mesh(80, 50, 1e-6), Mesh(160, 25, 1e-6), Mesh(320, 25, 1e-6), Mesh(640, 20, 1e-6))


def solve(answers, cell, point, mesh) -> None:
    """Put capacity [A h m⁻²] and voltage of PyBaMM's discharge, or why there is none."""
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    warnings.simplefilter("ignore")
    pybamm = load_pybamm()
    try:
        model = pybamm.lithium_ion.DFN(_options(cell))
        values = model.default_parameter_values
        values.update(cell_parameters(cell, cutoff_voltage=CUTOFF))
        meshes = model.default_submesh_types
        for layer, side in (
            ("negative electrode", "right"),
            ("positive electrode", "left"),
            ("negative particle", "right"),
            ("positive particle", "right"),
        ):
            meshes[layer] = pybamm.MeshGenerator(
                pybamm.Exponential1DSubMesh, {"side": side, "stretch": STRETCH}
            )
        simulation = pybamm.Simulation(
            model,
            parameter_values=values,
            submesh_types=meshes,
            var_pts={
                "x_n": mesh.volumes,
                "x_s": 20,
                "x_p": mesh.volumes,
                "r_n": mesh.shells,
                "r_p": mesh.shells,
            },
        )
        simulation.build()
        solver = pybamm.IDAKLUSolver(
            rtol=mesh.rtol,
            atol=1e-2 * mesh.rtol,
            on_extrapolation="ignore",
            options={
                "silence_sundials_errors": True,
                "max_error_test_failures": 50,
                "max_convergence_failures": 1000,
                "max_nonlinear_iterations": 40,
            },
        )
        alpha, S, current = point
        longest = 1.1 * cell.one_c_current / current * 3600.0 * max(1.0, S / 3.0)
        found = solver.solve(
            simulation.built_model,
            [0.0, longest],
            inputs={"alpha": alpha, "S": S, "current": current},
        )
        t, volts = found.t, found["Voltage [V]"].entries
        answers.put((current * t / 3600.0, volts))
    except Exception as error:  # noqa: BLE001 - whatever stopped it is what is reported
        answers.put(f"{type(error).__name__}: {' '.join(str(error).split())[:70]}")


def _options(cell) -> dict[str, str | tuple[str, str]]:
    options = {}
    if cell.negative.film_resistance > 0.0:
        options |= {"SEI": ("constant", "none"), "SEI film resistance": "distributed"}
    if cell.contact_resistance > 0.0:
        options["contact resistance"] = "true"
    return options


def with_limits(cell, point, mesh):
    """`solve` in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=solve, args=(answers, cell, point, mesh), daemon=True)
    process.start()
    try:
        return answers.get(timeout=SECONDS)
    except Exception:  # noqa: BLE001 - queue.Empty, of the context's own making
        return f"no answer within {SECONDS:g} s"
    finally:
        process.kill()
        process.join()


def rows(name: str, point, meshes):
    """What is printed of one point, a line for each mesh of PyBaMM; in brackets our finer curve."""
    cell, (alpha, S, current) = load_cell(name), point
    given = {"alpha": alpha, "S": S, "current": current, "cutoff_voltage": CUTOFF}
    ours = simulate_discharge(cell, **given)
    fine = simulate_discharge(cell, **given, settings=FINE)
    said = f"| {name} | {alpha:.2f} | {S:.1f} | {current / cell.one_c_current:.3g} C"
    said += f" | {ours.discharge_capacity:.4g}"
    for mesh in meshes:
        found = with_limits(cell, point, mesh)
        if isinstance(found, str):
            yield f"{said} | {mesh.volumes} | {found} |"
            continue
        capacity, volts = found
        if volts[-1] > CUTOFF + END:
            yield f"{said} | {mesh.volumes} | stopped at {volts[-1]:.2f} V |"
            continue
        at = capacity[capacity < UP_TO * min(ours.discharge_capacity, capacity[-1])]
        gaps = (np.interp(at, c.capacity, c.voltage) - volts[: at.size] for c in (ours, fine))
        rms, own = (1e3 * np.sqrt(np.mean(gap**2)) for gap in gaps)
        apart, finer = (100.0 * (c.discharge_capacity / capacity[-1] - 1.0) for c in (ours, fine))
        yield f"{said} | {mesh.volumes} | {rms:.2f} ({own:.2f}) | {apart:+.3f} ({finer:+.3f}) |"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", action="append")
    parser.add_argument("--count", type=int, default=6)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--meshes", type=int, default=3, choices=range(1, len(MESHES) + 1))
    arguments = parser.parse_args()
    print("| cell | alpha | S | rate | capacity [A h m⁻²] | volumes | rms [mV] | capacity [%] |")
    for name in arguments.cell or ("lco-graphite", "lmo-mcmb"):
        for point in random_points(name, arguments.count, arguments.seed).tolist():
            for line in rows(name, point, MESHES[: arguments.meshes]):
                print(line, flush=True)


if __name__ == "__main__":
    main()
