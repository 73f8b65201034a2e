"""Random points of the box by PyBaMM, on graded meshes that are refined.

    python -m tests.reference.pybamm_points [CELL ...] [--count 3] [--seed 33]

prints a row for each point: how far the native engine at its default settings is from PyBaMM on the
finest mesh that was solved, and how far that is from the next finest.
"""

# ruff: noqa: T201 - its product is what it prints

import argparse
import warnings

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import ENGINE, Discharge, Inventory
from microbatt.engines.contract import load_engine
from microbatt.engines.pybamm.curve import discharge_from_solution
from microbatt.engines.pybamm.discharge import Equations, _options, _patch_flux
from microbatt.engines.pybamm.parameters import SPHERE, cell_parameters
from tests.reference.accuracy import random_points
from tests.reference.comparison import difference

CELLS = ("lco-graphite", "lmo-mcmb", "chen-2020", "prada-2013")
MESHES = (40, 80)
"""Volumes of an electrode, a quarter of them in the separator, half of them in a particle."""
STRETCHES = (3.0, 6.0)
"""Of the grading towards the separator; where one does not solve a point, the other is tried."""
TOLERANCES = ((1e-6, 1e-8), (1e-5, 1e-7), (1e-4, 1e-6))
"""Relative and absolute; where a point is not solved with one, the next is tried."""


def equations_on(cell, inventory, volumes, stretch, tolerance) -> Equations:
    """PyBaMM's equations on a mesh graded towards the separator and the surfaces of particles."""
    import pybamm

    equations = pybamm.lithium_ion.DFN(_options(cell))
    _patch_flux(equations, "negative particle", SPHERE / cell.negative.S)
    if inventory is Inventory.AREA_ONLY:
        _patch_flux(equations, "positive particle", SPHERE / pybamm.InputParameter("S"))
    values = equations.default_parameter_values
    values.update(cell_parameters(cell, cutoff_voltage=cell.cutoff_voltage))
    meshes = equations.default_submesh_types

    def graded(side: str, by: float):
        return pybamm.MeshGenerator(pybamm.Exponential1DSubMesh, {"side": side, "stretch": by})

    meshes["negative electrode"] = graded("right", stretch)
    meshes["positive electrode"] = graded("left", stretch)
    for side in ("negative", "positive"):
        meshes[f"{side} particle"] = graded("right", 4.0)
    simulation = pybamm.Simulation(
        equations,
        parameter_values=values,
        submesh_types=meshes,
        var_pts={
            "x_n": volumes,
            "x_s": volumes // 4,
            "x_p": volumes,
            "r_n": volumes // 2,
            "r_p": volumes // 2,
        },
    )
    simulation.build()
    solver = pybamm.IDAKLUSolver(
        rtol=tolerance[0],
        atol=tolerance[1],
        on_extrapolation="ignore",
        options={"silence_sundials_errors": True, "max_num_steps": 1_000_000},
    )
    return Equations(cell=cell, built=simulation.built_model, solver=solver)


def solved(cell, inventory, point, volumes) -> tuple[Discharge | None, str]:
    """The curve on a mesh, and how it was got; None where no setting solves it."""
    import pybamm

    for tolerance in TOLERANCES:
        for stretch in STRETCHES:
            equations = equations_on(cell, inventory, volumes, stretch, tolerance)
            try:
                curve = discharge_from_solution(cell, point, equations.solve(*point))
            except pybamm.SolverError:
                continue
            if curve.outcome.is_whole:
                return curve, f"{volumes}, stretch {stretch:g}, rtol {tolerance[0]:g}"
    return None, f"{volumes}: not solved"


def row(cell, inventory, point) -> str:
    """What is printed of a point."""
    other = load_engine("pybamm")
    other.check(other.request(cell=cell, inventory=inventory), np.array([point]))
    native = ENGINE.run(ENGINE.request(cell=cell, inventory=inventory), [point])[0]
    curves, ways = zip(
        *(solved(cell, inventory, point, volumes) for volumes in MESHES), strict=True
    )
    where = f"| {cell.name} | {inventory} | {point[0]:.2f}, {point[1]:.2f}, {point[2]:.4g} |"
    found = [curve for curve in curves if curve is not None]
    if not found or not native.outcome.is_whole:
        return f"{where} native {native.outcome.name}; PyBaMM: {'; '.join(ways)} |"
    own = difference(native, found[-1])
    apart = difference(found[-2], found[-1]) if len(found) > 1 else None
    mesh = "–" if apart is None else f"{1e3 * apart.at_capacity:.2f}, {share(apart):.3f}"
    finest = [way for curve, way in zip(curves, ways, strict=True) if curve is not None][-1]
    return (
        f"{where} {found[-1].discharge_capacity:.4g} | {1e3 * own.at_capacity:.2f}, "
        f"{share(own):.3f} | {mesh} | {finest} |"
    )


def share(one) -> float:
    """Difference of end capacities [% of what is allowed times 0.2]."""
    return 0.2 * one.capacity / one.allowed


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="*", default=CELLS)
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--seed", type=int, default=33)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    cells = [load_cell(name) for name in arguments.cells]
    samples = [random_points(one.name, arguments.count, arguments.seed) for one in cells]
    for k in range(arguments.count):
        inventory = list(Inventory)[k % 2]
        for cell, points in zip(cells, samples, strict=True):
            print(row(cell, inventory, tuple(map(float, points[k]))), flush=True)


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
