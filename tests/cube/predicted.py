"""Predictions of a made-up network, along network, fold and the points of a cube."""

import numpy as np
import xarray as xr

from microbatt.cube import ORIGIN, PREDICTION_VARIABLES, PredictionStatus, strings


def held_out_by(cube, folds):
    """Return which points each fold holds out, (fold, …): in turn; fold 0 none."""
    shape = tuple(cube.sizes[dim] for dim in point_dims(cube))
    turn = np.arange(int(np.prod(shape))).reshape(shape) % max(len([f for f in folds if f]), 1) + 1
    return np.stack([turn == fold for fold in folds])


def point_dims(cube):
    """Return the dimensions of the points."""
    return ("point",) if "point" in cube.dims else ("alpha", "S")


def predicted_along(cube, names=("curve",), folds=(0,), *, off=0.01, weights="w"):
    """Return alpha and S, each too high by `off` of itself for the first copy, twice for the next.

    The status is 1 everywhere, the standard deviation 0.1.
    """
    dims = point_dims(cube)
    like = cube["status"].isel(current=0, drop=True).transpose(*dims)
    shape = (len(names), len(folds), *like.shape)
    count = 1 + np.arange(len(names) * len(folds)).reshape(shape[:2] + (1,) * like.ndim)
    columns = {name: np.full(shape, 0.1) for name in PREDICTION_VARIABLES[:-2]}
    for name in ("alpha", "S"):
        truth = cube[name].broadcast_like(like).transpose(*dims).to_numpy()
        columns[f"{name}_predicted"] = truth * (1 + off * count)
    columns["held_out"] = np.broadcast_to(held_out_by(cube, folds), shape).copy()
    columns["prediction_status"] = np.full(shape, PredictionStatus.PREDICTED, dtype=np.int8)
    kept = {name: c for name, c in like.coords.items() if set(c.dims) <= set(dims)}
    predicted = xr.Dataset(
        {
            name: (("network", "fold", *dims), columns[name], {"units": "1"})
            for name in PREDICTION_VARIABLES
        },
        coords=kept | {"network": strings(list(names)), "fold": list(folds)},
        attrs=cube.attrs,
    )
    predicted["prediction_status"].attrs[ORIGIN] = {
        name: {
            str(fold): {
                "network_kind": "curve", "weights_hash": f"{weights}-{name}-{fold}",
                "training_cube": "made-up", "training_campaign_hash": "0", "noise_voltage": 0.0,
            }
            for fold in folds
        }
        for name in names
    }  # fmt: skip
    return predicted
