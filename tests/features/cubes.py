"""Cubes of made-up curves with every kind of trouble; nothing is simulated."""

import numpy as np
import xarray as xr

from microbatt.cube.contents import depth_axis
from microbatt.outcomes import Outcome

CURRENTS = (5.0, 17.5, 35.0)


def made_voltage(alpha, S, current, depth):
    """A smooth falling curve, a different one for each point and current."""
    start = 4.2 - 0.004 * current - 0.01 * alpha
    return start - (0.6 + 0.05 * alpha) * depth - 0.5 * depth ** (8 + S) - 0.05 * np.sqrt(depth)


def made_capacity(alpha, S, current):
    return 15.0 + 0.1 * S - 0.2 * alpha - 0.05 * current


def made_cube(alpha=(0.0, 1.0, 2.0, 3.0, 4.0), S=(1.0, 3.0, 9.0, 27.0), current=CURRENTS):
    """A grid of whole curves."""
    depth = depth_axis(80)
    axes = {"alpha": list(alpha), "S": list(S), "current": list(current)}
    a, s, i = (
        xr.DataArray(np.asarray(values), dims=name, coords={name: values})
        for name, values in axes.items()
    )
    q = xr.DataArray(depth, dims="depth", coords={"depth": depth})
    capacity = made_capacity(a, s, i).transpose("alpha", "S", "current")
    voltage = made_voltage(a, s, i, q).transpose("alpha", "S", "current", "depth")
    status = xr.full_like(capacity, Outcome.CUTOFF_REACHED, dtype=np.int8)
    energy = 3.5 * capacity / 0.75
    return xr.Dataset(
        {
            "voltage": voltage.astype(np.float32),
            "discharge_capacity": capacity,
            "energy": energy,
            "power": energy * i / capacity,
            "status": status,
        },
        attrs={"microbatt_schema": 1},
    )


def scattered_cube():
    """The same curves, point after point, in one dimension."""
    points = made_cube().stack(point=("alpha", "S"), create_index=False)
    return points.transpose("point", "current", "depth")


def troubled_cube():
    """A grid in which curves are missing for five reasons; 18 of 20 points have a curve left."""
    cube = made_cube()
    end(cube, Outcome.NOT_RUN, alpha=0, S=0)
    end(cube, Outcome.NO_CONVERGENCE, alpha=1, S=1)
    end(cube, Outcome.CUTOFF_AT_START, alpha=4, S=3, current=2)
    end(cube, Outcome.CRASHED, alpha=2, S=2, current=0)
    cube["discharge_capacity"][{"alpha": 3, "S": 3, "current": 1}] = np.nan
    return cube


def end(cube, outcome, **place):
    """Let curves of a cube end without a curve."""
    cube["status"][place] = outcome
    for name in ("voltage", "discharge_capacity", "energy", "power"):
        cube[name][place] = np.nan
