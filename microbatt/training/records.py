"""What is kept beside weights: where they come from, how they were trained, what they reached."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from microbatt.features import TARGETS, true_values
from microbatt.networks import JointNetwork, TrainingRecord, origin_of, trained_network

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.networks import Network, TrainedNetwork


LEAST_ALPHA: Final = 0.3
"""Relative errors of alpha are counted from here: at 0 they have no meaning."""
_MEASURES: Final = (
    "mean_relative_error", "worst_relative_error", "r_squared", "rms_error", "count",
)  # fmt: skip


def with_record(
    network: Network,
    cube: xr.Dataset,
    *,
    points: NDArray[np.int64],
    settings: Mapping[str, Any],
    scores: Mapping[str, Any],
) -> TrainedNetwork:
    """Return a network with the record of its training.

    Parameters
    ----------
    network : CurveNetwork, PublishedNetwork or JointNetwork
        Trained.
    cube : xarray.Dataset
        What it was trained on.
    points : numpy.ndarray of int
        Numbers of the points that it was trained on.
    settings : mapping of str to object
        How, JSON-able.
    scores : mapping of str to object
        What it reached, JSON-able; each entry says on what.

    Returns
    -------
    TrainedNetwork
        To predict with, or to save.
    """
    record = TrainingRecord(
        origin=origin_of(cube), settings=settings, scores=scores, version=version("microbatt")
    )
    names = network.targets if isinstance(network, JointNetwork) else TARGETS
    return trained_network(network, record, true_values(cube, names)[points])


def plain_scores(predicted: xr.Dataset) -> dict[str, Any]:
    """Return mean and worst relative error [%], R², rms error and count, by parameter.

    Parameters
    ----------
    predicted : xarray.Dataset
        With the predictions of one network over its points.

    Returns
    -------
    dict
        Name of each target → name of the measure → value; ``"alpha from 0.3"`` beside alpha and S.
    """
    from microbatt.scoring import score

    whole = score(predicted)
    names = [str(name) for name in whole["parameter"].to_numpy()]
    if set(names) != {*TARGETS}:
        return {
            name: {one: _rounded(whole[one].sel(parameter=name)) for one in _MEASURES}
            for name in names
        }
    there = predicted.where(predicted["alpha"] >= LEAST_ALPHA)
    away = score(there)
    chosen = {"alpha": (whole, "alpha"), f"alpha from {LEAST_ALPHA}": (away, "alpha")}
    return {
        name: {measure: _rounded(scores[measure].sel(parameter=which)) for measure in _MEASURES}
        for name, (scores, which) in (chosen | {"S": (whole, "S")}).items()
    }


def _rounded(value: xr.DataArray) -> float:
    return float(f"{float(value):.4g}")
