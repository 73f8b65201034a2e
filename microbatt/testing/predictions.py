"""Predictions of a made-up network, along network, fold and the points of a cube."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from microbatt.cube.predicted import ORIGIN, PREDICTION_VARIABLES, PredictionStatus, strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def made_predictions(
    cube: xr.Dataset,
    names: Sequence[str] = ("curve",),
    folds: Sequence[int] = (0,),
    *,
    off: float = 0.01,
    weights: str = "w",
) -> xr.Dataset:
    """Make up predictions of every point of a cube, as if networks had given them.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    names : sequence of str, default ("curve",)
        Of the networks.
    folds : sequence of int, default (0,)
        Numbers of the folds; each but 0 holds points out, in turn.
    off : float, default 0.01
        By which share of itself alpha and S are too high for the first copy; twice that for the
        next, and so on.
    weights : str, default "w"
        What the hashes of the weights begin with.

    Returns
    -------
    xarray.Dataset
        The variables of predictions, all of status 1 and with a standard deviation of 0.1.
    """
    dims = _point_dims(cube)
    like = cube["status"].isel(current=0, drop=True).transpose(*dims)
    shape = (len(names), len(folds), *like.shape)
    count = 1 + np.arange(len(names) * len(folds)).reshape(shape[:2] + (1,) * like.ndim)
    columns: dict[str, NDArray[Any]] = {
        name: np.full(shape, 0.1) for name in PREDICTION_VARIABLES[:-2]
    }
    for name in ("alpha", "S"):
        truth = cube[name].broadcast_like(like).transpose(*dims).to_numpy()
        columns[f"{name}_predicted"] = truth * (1 + off * count)
    columns["held_out"] = np.broadcast_to(_held_out_by(cube, folds), shape).copy()
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
                "network_kind": "curve",
                "weights_hash": f"{weights}-{name}-{fold}",
                "training_cube": "made-up",
                "training_campaign_hash": "0",
                "noise_voltage": 0.0,
            }
            for fold in folds
        }
        for name in names
    }
    return predicted


def _held_out_by(cube: xr.Dataset, folds: Sequence[int]) -> NDArray[np.bool_]:
    """Return which points each fold holds out, (fold, …): in turn; fold 0 none."""
    shape = tuple(cube.sizes[dim] for dim in _point_dims(cube))
    turn = np.arange(int(np.prod(shape))).reshape(shape) % max(len([f for f in folds if f]), 1) + 1
    return np.stack([turn == fold for fold in folds])


def _point_dims(cube: xr.Dataset) -> tuple[str, ...]:
    return ("point",) if "point" in cube.dims else ("alpha", "S")
