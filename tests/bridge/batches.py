"""Batches as arrays, for the tests of the bridge."""

import numpy as np

from microbatt.bridge import to_tf_dataset
from microbatt.features import Curves

STREAMED = {"memory": 0}
IN_MEMORY = {}
FEW = Curves(samples=5)


def batches(cube, **terms):
    """Every batch as arrays: a dictionary of features, and targets."""
    dataset = to_tf_dataset(cube, **({"features": FEW, "batch": 4} | terms))
    return [({k: v.numpy() for k, v in x.items()}, y.numpy()) for x, y in dataset]


def targets(cube, **terms):
    return np.concatenate([y for _, y in batches(cube, **terms)])


def by_point(found):
    """All samples in the order of their points."""
    y = np.concatenate([y for _, y in found])
    order = np.lexsort((y[:, 1], y[:, 0]))
    names = found[0][0]
    x = {name: np.concatenate([x[name] for x, _ in found])[order] for name in names}
    return x, y[order]
