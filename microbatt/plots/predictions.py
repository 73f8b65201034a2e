"""Predictions out of a cube: truth beside prediction, for each network that the cube knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from microbatt.errors import ParameterError
from microbatt.plots.rows import as_rows
from microbatt.scoring.scores import PREDICTED

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

Parameter = Literal["alpha", "S"]
PARAMETERS: Final[tuple[Parameter, ...]] = ("alpha", "S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Truth beside prediction of one parameter, for the points that have both.

    Attributes
    ----------
    parameter
        ``"alpha"`` or ``"S"``.
    truth, predicted
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
    cube
        With ``alpha_predicted`` and ``S_predicted``; a dimension that the points do not have,
        such as ``network`` or ``loss``, tells several predictions of one point apart.

    Returns
    -------
    dict
        Name → predictions along the dimension ``point``.

    Raises
    ------
    ParameterError
        If the cube has no predictions.
    """
    names = [f"{parameter}_predicted" for parameter in PARAMETERS]
    names += ["prediction_status"] if "prediction_status" in cube else []
    missing = [name for name in names if name not in cube]
    if missing:
        raise ParameterError(
            f"the cube has no variable `{missing[0]}`; this picture shows predictions. "
            "Join them to the cube first: microbatt predict CUBE."
        )
    found = cube[names].load()
    several = [str(dim) for dim in found.dims if dim not in {"alpha", "S", "point"}]
    if not several:
        return {str(cube[names[0]].attrs.get("network", "prediction")): as_rows(found)}
    (dim,) = several
    return {str(one.item()): as_rows(found.sel({dim: one})) for one in found[dim]}


def with_predictions(cube: xr.Dataset, predictions: xr.Dataset) -> xr.Dataset:
    """Return a cube with other predictions in place of its own.

    Parameters
    ----------
    cube
        A grid or scattered points.
    predictions
        Of the same points, such as those of cross-validation.

    Raises
    ------
    ParameterError
        If the points are not the same.
    """
    import xarray as xr

    own = [name for name in cube.data_vars if "predict" in str(name)]
    names = [name for name in predictions.data_vars if "predict" in str(name)]
    try:
        return xr.merge(
            [cube.drop_vars(own), predictions[names]], join="exact", combine_attrs="override"
        )
    except (ValueError, xr.MergeError) as error:
        raise ParameterError(
            f"the predictions are of other points than the cube: {error}. "
            "Give the cube from which they were made."
        ) from error


def only_prediction(cube: xr.Dataset) -> xr.Dataset:
    """Return the predictions of a cube that has those of one network.

    Raises
    ------
    ParameterError
        If there are several, or none.
    """
    found = predictions_in(cube)
    if len(found) > 1:
        raise ParameterError(
            f"the cube has predictions of {', '.join(found)}; this picture shows one. "
            "Select it first, with ds.sel(...)."
        )
    (one,) = found.values()
    return one


def pairs_of(predictions: xr.Dataset, parameter: Parameter) -> Pairs:
    """Return truth beside prediction of one parameter.

    Points without a prediction, or out of the range that the network learned, are left out, as
    they are of the scores.
    """
    rows = as_rows(predictions)
    truth = rows[parameter].to_numpy().astype(float)
    predicted = rows[f"{parameter}_predicted"].to_numpy().astype(float)
    known = np.isfinite(predicted)
    if "prediction_status" in rows:
        known &= rows["prediction_status"].to_numpy() == PREDICTED
    return Pairs(parameter=parameter, truth=truth[known], predicted=predicted[known])
