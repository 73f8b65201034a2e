"""A cube with predictions whose errors are known."""

import numpy as np

from microbatt.cube.predicted import strings
from tests.features.cubes import made_cube

STD = 0.1


def predicted_cube(*, seed=0, scattered=False, **axes):
    """A made-up cube with alpha and S predicted, off by normal errors of a known size."""
    cube = made_cube(**axes)
    shape = (cube.sizes["alpha"], cube.sizes["S"])
    rng = np.random.default_rng(seed)
    columns = {}
    for name, true in (
        ("alpha", cube["alpha"].to_numpy()[:, None]),
        ("S", cube["S"].to_numpy()[None, :]),
    ):
        columns[f"{name}_predicted"] = true + STD * rng.standard_normal(shape)
        columns[f"{name}_predicted_std"] = np.full(shape, STD)
    columns["prediction_status"] = np.ones(shape, dtype=np.int8)
    joined = cube.assign({name: (("alpha", "S"), values) for name, values in columns.items()})
    joined = joined.assign_coords(network=strings("made-up"), fold=0, weights_hash=strings("1234"))
    if not scattered:
        return joined
    return joined.stack(point=("alpha", "S"), create_index=False)
