"""How far a curve rebuilt from a cube is from the engine's, over the box."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.cube import SobolPoints
from microbatt.cube.contents import depth_axis
from microbatt.cube.writing import region_points
from microbatt.engines import resample_curves, simulate_discharges

CURRENTS = (1.75, 8.75, 17.5, 35.0, 70.0, 122.5)
DENSE = np.unique(
    np.concatenate(
        [np.linspace(0, 1, 2001), np.geomspace(1e-7, 1e-2, 200), 1 - np.geomspace(1e-7, 1e-2, 200)]
    )
)
"""Depths at which curves are compared: far more than a cube stores."""


def box(points, seed=1):
    """Scattered points over alpha 0-10 and S 0.3-40 at six currents, shape (n, 3)."""
    design = SobolPoints(count=points, seed=seed, alpha=(0, 10), S=(0.3, 40), current=CURRENTS)
    region = tuple(slice(0, n) for n in design.shape)
    return region_points(design.dims, design.coordinates(), region)


def rebuilding_errors(points, settings, axis=None):
    """Return the rms and the largest error of each rebuilt curve [V].

    The curve goes through the cube's float32 and is compared both between and at the engine's
    own steps.
    """
    axis = depth_axis() if axis is None else axis
    batch = simulate_discharges("doyle-1996-cell-1", points, settings=settings)
    stored = resample_curves(batch, axis).astype(np.float32).astype(float)
    whole = np.flatnonzero(np.isfinite(stored).all(axis=1))
    error = (
        PchipInterpolator(axis, stored[whole], axis=1)(DENSE) - resample_curves(batch, DENSE)[whole]
    )
    rms = np.sqrt(np.trapezoid(error**2, DENSE, axis=1))
    largest = np.abs(error).max(axis=1)
    for row, i in enumerate(whole):
        curve = batch[int(i)]
        at_steps = PchipInterpolator(axis, stored[i])(curve.time / curve.time[-1]) - curve.voltage
        largest[row] = max(largest[row], np.abs(at_steps).max())
    return rms, largest
