"""A small BPX document: values of no real cell, in the form of version 1.x."""

import copy

OCP_NEGATIVE = "0.1 + 0.8*exp(-30*x) + 0.1*tanh((0.2 - x)/0.1)"
OCP_POSITIVE = "4.3 - 0.9*x - 0.2*tanh((x - 0.9)/0.05)"


def electrode(**changes):
    return {
        "Particle radius [m]": 5e-6,
        "Thickness [m]": 6e-5,
        "Diffusivity [m2.s-1]": 3e-14,
        "OCP [V]": OCP_NEGATIVE,
        "Conductivity [S.m-1]": 0.3,
        "Surface area per unit volume [m-1]": 390000,
        "Porosity": 0.3,
        "Transport efficiency": 0.3**1.5,
        "Reaction rate constant [mol.m-2.s-1]": 5e-6,
        "Minimum stoichiometry": 0.01,
        "Maximum stoichiometry": 0.8,
        "Maximum concentration [mol.m-3]": 30000,
        "Diffusivity activation energy [J.mol-1]": 30000,
        "Reaction rate constant activation energy [J.mol-1]": 50000,
    } | changes


DOCUMENT = {
    "Header": {"BPX": "1.1.0", "Title": "a cell of no maker", "Model": "DFN"},
    "Parameterisation": {
        "Cell": {
            "Reference temperature [K]": 298.15,
            "Lower voltage cut-off [V]": 2.504,
            "Upper voltage cut-off [V]": 4.07,
            "Nominal cell capacity [A.h]": 5.0,
            "Electrode area [m2]": 0.016,
            "Number of electrode pairs connected in parallel to make a cell": 10,
        },
        "Electrolyte": {
            "Cation transference number": 0.26,
            "Conductivity [S.m-1]": "0.1297*(x/1000)**3 - 2.51*(x/1000)**1.5 + 3.329*(x/1000)",
            "Diffusivity [m2.s-1]": {"x": [0, 1000, 3000], "y": [5e-10, 3e-10, 1e-10]},
            "Conductivity activation energy [J.mol-1]": 17100,
        },
        "Negative electrode": electrode(),
        "Positive electrode": electrode(
            **{
                "OCP [V]": OCP_POSITIVE,
                "Minimum stoichiometry": 0.476,
                "Maximum stoichiometry": 0.95,
                "Maximum concentration [mol.m-3]": 50000,
            }
        ),
        "Separator": {"Thickness [m]": 2e-5, "Porosity": 0.47, "Transport efficiency": 0.47**1.5},
    },
    "State": {
        "Initial conditions": {
            "Initial state-of-charge": 1.0,
            "Initial temperature [K]": 298.15,
            "Initial electrolyte concentration [mol.m-3]": 1000,
        },
        "Thermal environment": {"Ambient temperature [K]": 298.15},
    },
}


def document(*changes):
    """A copy with some entries changed: (section, …, key, value), None taking a key out."""
    changed = copy.deepcopy(DOCUMENT)
    for *path, key, value in changes:
        place = changed
        for one in path:
            place = place.setdefault(one, {})
        if value is None:
            place.pop(key)
        else:
            place[key] = value
    return changed
