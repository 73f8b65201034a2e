"""Curves that PyBaMM computes of a cell that nobody made, to compare ours with.

    python -m tests.porous_electrode.pybamm_curves

prints `CURVES` anew.  Its own reader takes the BPX document of `document`; the mesh is graded in
the particles and refined until the figures do not change by more than 0.1 mV; PyBaMM 26.10.
"""

import copy
import json
import sys

import numpy as np

from tests.cells.bpx_files import DOCUMENT

RATES = (0.5, 1.0, 2.0)
AREA = 0.16
"""Of the ten pairs of electrodes [m²]."""
CUTOFF = 2.7
TEMPERATURE = 308.15
SHARES = np.linspace(0.0, 0.95, 11)
"""Of the time to the end of each curve, at which voltages are given."""
CURVES = {
    # 0.5C: 0.016 mV from half the mesh
    0.5: (
        5745.875,
        [
            4.13692,
            4.09396,
            4.0555,
            4.01513,
            3.9722,
            3.92444,
            3.86722,
            3.79195,
            3.68433,
            3.56023,
            3.28156,
        ],
    ),
    # 1.0C: 0.033 mV from half the mesh
    1.0: (
        2858.500,
        [
            4.07491,
            4.02642,
            3.98807,
            3.94684,
            3.90147,
            3.84852,
            3.785,
            3.7081,
            3.60321,
            3.48336,
            3.22118,
        ],
    ),
    # 2.0C: 0.066 mV from half the mesh
    2.0: (
        1416.691,
        [
            3.99532,
            3.93194,
            3.89217,
            3.84814,
            3.79705,
            3.7335,
            3.66316,
            3.5862,
            3.48673,
            3.37398,
            3.13867,
        ],
    ),
}
"""C-rate → time to the end [s], and voltages at `SHARES` of it."""


def document():
    """The document of the tests of BPX, with functions of the stoichiometry, ten kelvin warm."""
    made = copy.deepcopy(DOCUMENT)
    made["State"]["Initial conditions"]["Initial temperature [K]"] = TEMPERATURE
    made["State"]["Thermal environment"]["Ambient temperature [K]"] = TEMPERATURE
    sections = made["Parameterisation"]
    sections["Positive electrode"]["Minimum stoichiometry"] = 0.3
    sections["Cell"] |= {
        "Lower voltage cut-off [V]": 2.7,
        "Upper voltage cut-off [V]": 4.2,
        "External surface area [m2]": 0.03,
        "Volume [m3]": 1e-4,
        "Density [kg.m-3]": 2000.0,
        "Specific heat capacity [J.K-1.kg-1]": 1000.0,
    }
    sections["Negative electrode"]["Diffusivity [m2.s-1]"] = "8e-15 + 2e-13*exp(-9*x)"
    sections["Positive electrode"]["Diffusivity [m2.s-1]"] = "3e-14 - 2.6e-14*exp(-20*(x-0.6)**2)"
    sections["Negative electrode"]["Entropic change coefficient [V.K-1]"] = "6e-4*x - 2e-4"
    sections["Positive electrode"]["Entropic change coefficient [V.K-1]"] = -3e-4
    return made


def curve(values, rate, points):
    """One discharge on a mesh of `points` volumes an electrode and a particle."""
    import pybamm

    equations = pybamm.lithium_ion.DFN()
    meshes = equations.default_submesh_types
    for side in ("negative", "positive"):
        meshes[f"{side} particle"] = pybamm.MeshGenerator(
            pybamm.Exponential1DSubMesh, {"side": "right", "stretch": 3.0}
        )
    simulation = pybamm.Simulation(
        equations,
        parameter_values=values,
        var_pts={"x_n": points, "x_s": points // 2, "x_p": points, "r_n": points, "r_p": points},
        submesh_types=meshes,
        solver=pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-7),
    )
    end = 4500.0 / rate
    solution = simulation.solve([0.0, end], t_interp=np.linspace(0.0, end, 4001))
    return solution.t, solution["Voltage [V]"].entries


def main():
    """Print the curves, and how far those on a mesh half as fine are away."""
    import pybamm

    for rate in RATES:
        values = pybamm.ParameterValues.create_from_bpx_obj(document())
        values["Current function [A]"] = rate * 5.0
        # Its reader starts where the potentials at rest are at the upper cut-off
        values["Initial concentration in negative electrode [mol.m-3]"] = 0.8 * 30000.0
        values["Initial concentration in positive electrode [mol.m-3]"] = 0.3 * 50000.0
        (t, V), (t_rough, V_rough) = (curve(values, rate, points) for points in (80, 40))
        at = SHARES * t[-1]
        voltages = np.interp(at, t, V)
        rough = np.interp(SHARES * t_rough[-1], t_rough, V_rough)
        sys.stdout.write(
            f"# {rate}C: {1e3 * np.abs(rough - voltages).max():.3f} mV from half the mesh\n"
            f"    {rate}: ({t[-1]:.3f}, {json.dumps([round(float(v), 5) for v in voltages])}),\n"
        )


if __name__ == "__main__":
    main()
