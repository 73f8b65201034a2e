"""A grid of made-up curves that says which cell it is of; nothing is simulated."""

from dataclasses import replace

import numpy as np

from microbatt.cells import load_cell
from microbatt.features import tensors_of_cube, true_values
from microbatt.networks import CurveNetworkConfig
from microbatt.networks.decoder import decoder_inputs, fit_decoder
from microbatt.networks.targets import to_targets
from tests.features.cubes import made_cube

SMALL = CurveNetworkConfig(
    samples=40, members=2, bins=8, width=16, depth=2, components=12, breaks_u=10, breaks_v=10
)


def learnable_cube(alphas=13, shapes=12):
    """Whole curves, dense enough to learn from."""
    cube = made_cube(alpha=np.linspace(0.0, 6.0, alphas), S=np.geomspace(1.0, 20.0, shapes))
    cell = load_cell("doyle-1996-cell-1").to_dict()
    attrs = {
        "cell": cell, "cell_name": cell["name"], "inventory": "area-only", "cutoff_voltage": 2.0,
        "thermal_mode": "isothermal", "name": "made-up", "campaign_hash": "0" * 64,
    }  # fmt: skip
    return cube.assign_attrs(cube.attrs | attrs)


def learnable_tensors(cube=None):
    """The curve tensors of that cube, and the targets of its points."""
    cube = learnable_cube() if cube is None else cube
    return tensors_of_cube(cube, samples=SMALL.samples), to_targets(true_values(cube))


def made_decoder(cube=None):
    """A decoder that knows that cube."""
    tensors, targets = learnable_tensors(cube)
    return fit_decoder(targets, decoder_inputs(tensors), components=12, breaks=(10, 10))


def without_curve(tensors, number):
    """The same points with one current missing."""
    mask = tensors.mask.copy()
    mask[:, number] = False
    return replace(
        tensors,
        mask=mask,
        voltage=np.where(mask[..., None], tensors.voltage, 0.0),
        capacity=np.where(mask, tensors.capacity, 0.0),
    )
