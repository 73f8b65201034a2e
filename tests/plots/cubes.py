"""A small cube in memory with curves, endings of every kind and predictions."""

import numpy as np
import xarray as xr

from microbatt.cube.predicted import predicted_by
from microbatt.outcomes import Outcome
from microbatt.testing import made_predictions

ALPHAS, SHAPES, CURRENTS = [0.0, 2.0, 6.0, 10.0], [1.0, 5.0, 40.0], [17.5, 35.0]
DEPTH = np.linspace(0.0, 1.0, 9)


def plotted_cube():
    """Curves that tell where they come from: V = 4 − depth, Q = 100 alpha + 10 S + current."""
    alpha, S, current = np.meshgrid(ALPHAS, SHAPES, CURRENTS, indexing="ij")
    dims = ("alpha", "S", "current")
    status = np.full(alpha.shape, Outcome.CUTOFF_REACHED, dtype=np.int8)
    return xr.Dataset(
        {
            "voltage": ((*dims, "depth"), np.broadcast_to(4.0 - DEPTH, (*alpha.shape, 9)).copy()),
            "discharge_capacity": (dims, 100 * alpha + 10 * S + current),
            "energy": (dims, 80.0 - alpha + S / 40 - current),
            "power": (dims, 4.0 * current),
            "status": (dims, status),
        },
        coords={"alpha": ALPHAS, "S": SHAPES, "current": CURRENTS, "depth": DEPTH},
    )


def with_predictions(cube, *, networks=()):
    """Add predictions 1 % too high in alpha and S; 2 % for the second network, and so on.

    Without names of networks they lie over the points alone.
    """
    predicted = made_predictions(cube, networks or ("curve",))
    return cube.merge(predicted if networks else predicted_by(predicted))


def scattered(cube):
    """Return the same curves at scattered points."""
    return cube.stack(point=["alpha", "S"], create_index=False).transpose("point", ...)


def with_bounds(cube):
    """Add bounds that grow with alpha and S, and a correlation that changes its sign."""
    alpha, S = xr.broadcast(cube["alpha"], cube["S"])
    return cube.assign(
        alpha_bound=0.001 * (1 + alpha),
        S_bound=0.001 * S * (1 + alpha),
        bound_correlation=(S / 40) * (alpha / 5 - 1),
    )
