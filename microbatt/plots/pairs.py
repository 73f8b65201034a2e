"""Predictions out of a cube: truth beside prediction, for each network that the cube knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from microbatt.cube.predicted import PREDICTION_STATUS, PredictionStatus, copies_in, predicted_by
from microbatt.errors import ParameterError
from microbatt.plots.rows import as_rows

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.cube.predicted import Fold

Parameter = Literal["alpha", "S"]
PARAMETERS: Final[tuple[Parameter, ...]] = ("alpha", "S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Truth beside prediction of one parameter, for the points that have both.

    Parameters
    ----------
    parameter : {"alpha", "S"}
        ``"alpha"`` or ``"S"``.
    truth, predicted : numpy.ndarray of float
        Shape (n,).
    """

    parameter: Parameter
    truth: NDArray[np.float64]
    predicted: NDArray[np.float64]

    @property
    def residual(self) -> NDArray[np.float64]:
        """Prediction less truth."""
        return self.predicted - self.truth


def predictions_in(cube: xr.Dataset) -> dict[str, xr.Dataset]:
    """Return the predictions of a cube, those of each network by its name.

    Parameters
    ----------
    cube : xarray.Dataset
        With ``alpha_predicted`` and ``S_predicted``.

    Returns
    -------
    dict
        Name → predictions along the dimension ``point``: of a network that was trained on all
        points, else of each point by the copy that never saw it.

    Raises
    ------
    ParameterError
        If the cube has no predictions.
    """
    names: list[str | None] = [*copies_in(cube)] or [None]
    return {"prediction" if name is None else name: predictions_of(cube, name) for name in names}


def predictions_of(
    cube: xr.Dataset, network: str | None = None, fold: Fold | None = None
) -> xr.Dataset:
    """Return the predictions of one network along the dimension ``point``.

    Parameters
    ----------
    cube : xarray.Dataset
        With ``alpha_predicted`` and ``S_predicted``.
    network, fold : str or int or {"held_out"}
        Whose predictions; see `microbatt.cube.predicted.predicted_by`.

    Raises
    ------
    ParameterError
        If the cube has no such predictions.
    """
    predicted = predicted_by(cube, network, fold)
    names = [f"{parameter}_predicted" for parameter in PARAMETERS]
    missing = [name for name in names if name not in predicted]
    if missing:
        raise ParameterError(
            f"the cube has no variable `{missing[0]}`; this picture shows predictions. "
            "Join them to the cube first: microbatt predict CUBE."
        )
    return as_rows(predicted[[*names, *({PREDICTION_STATUS} & set(predicted.data_vars))]].load())


def pairs_of(predictions: xr.Dataset, parameter: Parameter) -> Pairs:
    """Return truth beside prediction of one parameter.

    Points without a prediction, or out of the range that the network learned, are left out, as
    they are of the scores.
    """
    rows = as_rows(predictions)
    truth = rows[parameter].to_numpy().astype(float)
    predicted = rows[f"{parameter}_predicted"].to_numpy().astype(float)
    known = np.isfinite(predicted)
    if PREDICTION_STATUS in rows:
        known &= rows[PREDICTION_STATUS].to_numpy() == PredictionStatus.PREDICTED
    return Pairs(parameter=parameter, truth=truth[known], predicted=predicted[known])
