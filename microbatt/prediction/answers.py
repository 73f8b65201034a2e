"""What the copies of a network answer, as columns: a value for each point of a cube."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from microbatt.cube import PREDICTION_STATUS, PREDICTION_VARIABLES, PredictionStatus
from microbatt.features import curve_images, curve_tensors, energy_vectors
from microbatt.networks import combined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from microbatt.features import StoredCurves
    from microbatt.networks import CurveEstimate, CurveNetwork, MeasurementNoise, PublishedNetwork

Columns: TypeAlias = "dict[str, NDArray[Any]]"
"""Name of a variable → its value at each point."""


def curve_answers(
    networks: Mapping[int, CurveNetwork],
    curves: StoredCurves,
    asked: Mapping[int, NDArray[np.int64]],
    noise: MeasurementNoise,
) -> dict[int, list[Columns]]:
    """Return what curve networks say of points.

    Parameters
    ----------
    networks
        By fold.
    curves
        Of all points, at the networks' currents.
    asked
        Numbers of the points that each is asked for.
    noise
        On the curves.

    Returns
    -------
    dict
        Fold → a list of one.
    """
    answers = {}
    for fold, network in networks.items():
        tensors = curve_tensors(curves, samples=network.config.samples)
        there = _with_curves(asked[fold], tensors.mask.any(axis=1))
        columns = _empty_columns(len(tensors), asked[fold])
        if there.size:
            _fill(columns, there, network.estimate(tensors.take(there), noise))
        answers[fold] = [columns]
    return answers


def published_answers(
    networks: Mapping[int, PublishedNetwork],
    curves: StoredCurves,
    asked: Mapping[int, NDArray[np.int64]],
) -> dict[int, list[Columns]]:
    """Return what published networks say of points.

    Parameters
    ----------
    networks, curves, asked
        As for `curve_answers`.

    Returns
    -------
    dict
        Fold → both copies combined, that of L_w, that of L_M.
    """
    images, energies = curve_images(curves), energy_vectors(curves)
    answers: dict[int, list[Columns]] = {}
    for fold, network in networks.items():
        there = _with_curves(asked[fold], curves.whole.all(axis=1))
        weighted, relative = network.answers(images[there], energies[there])
        both = combined(weighted, relative, network.bin_scores)
        answers[fold] = []
        for found in (both, weighted, relative):
            columns = _empty_columns(len(curves), asked[fold])
            columns["alpha_predicted"][there], columns["S_predicted"][there] = found.T
            columns[PREDICTION_STATUS][there] = PredictionStatus.PREDICTED
            answers[fold].append(columns)
    return answers


def _with_curves(points: NDArray[np.int64], whole: ArrayLike) -> NDArray[np.int64]:
    there: NDArray[np.int64] = points[np.asarray(whole, dtype=bool)[points]]
    return there


def _fill(columns: Columns, points: NDArray[np.int64], estimate: CurveEstimate) -> None:
    """Put the estimates of some points into columns."""
    spread = np.sqrt(np.diagonal(estimate.covariance, axis1=1, axis2=2))
    for i, name in enumerate(("alpha", "S")):
        columns[f"{name}_predicted"][points] = estimate.mean[:, i]
        columns[f"{name}_predicted_std"][points] = spread[:, i]
    columns["predicted_correlation"][points] = estimate.covariance[:, 0, 1] / spread.prod(axis=1)
    columns[PREDICTION_STATUS][points] = np.where(
        estimate.in_range, PredictionStatus.PREDICTED, PredictionStatus.OUT_OF_RANGE
    )


def _empty_columns(count: int, asked: NDArray[np.int64]) -> Columns:
    """Return the variables of points of which those asked for have no curves."""
    columns: Columns = {name: np.full(count, np.nan) for name in PREDICTION_VARIABLES[:-2]}
    columns[PREDICTION_STATUS] = np.full(count, PredictionStatus.NOT_PREDICTED, dtype=np.int8)
    columns[PREDICTION_STATUS][asked] = PredictionStatus.NO_CURVES
    return columns
