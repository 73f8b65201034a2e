"""Scores of the predictions joined to a cube: whole, and by range of alpha and of S."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

from microbatt.cube.contents import varied_in
from microbatt.cube.predicted import (
    FACTS,
    FOLD,
    HELD_OUT,
    NETWORK,
    PredictionStatus,
    predicted_by,
    targets_in,
)
from microbatt.errors import ParameterError
from microbatt.parameters import quantity_of
from microbatt.quantities import QUANTITIES, quantity
from microbatt.scoring.coverage import LEVELS, interval_coverage, score_spread
from microbatt.scoring.errors import (
    bias,
    mean_relative_error,
    pair_count,
    r_squared,
    relative_error,
    rms_error,
    worst_relative_error,
)
from microbatt.scoring.ranges import (
    RANGES,
    edges_of,
    edges_that_hold,
    range_names,
    range_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cube.predicted import Fold

MEASURES: Final = {
    "mean_relative_error": mean_relative_error,
    "mean_relative_error_above_zero": lambda y, guess: mean_relative_error(_above_zero(y), guess),
    "worst_relative_error": lambda y, guess: worst_relative_error(_above_zero(y), guess),
    "r_squared": r_squared,
    "rms_error": rms_error,
    "bias": bias,
    "count": pair_count,
}
"""Name of a score → function of truth and prediction."""
_SAMPLE: Final = "sample"


def score(
    cube: xr.Dataset,
    network: str | None = None,
    fold: Fold | None = None,
    *,
    ranges: Mapping[str, Sequence[float]] = RANGES,
    levels: Sequence[float] = LEVELS,
) -> xr.Dataset:
    """Score predictions that were joined to a cube.

    Parameters
    ----------
    cube : xarray.Dataset
        With ``alpha_predicted`` and ``S_predicted`` over its points, and their ``…_std`` where the
        network gives them. Further dimensions, such as a level of noise, stay apart.
    network, fold : str or int or {"held_out"}
        Whose predictions; see `microbatt.cube.predicted.predicted_by`.
    ranges : mapping of str to sequence of float, default `RANGES`
        ``"alpha"`` and ``"S"`` → edges; one more is added where truth lies beyond.
    levels : sequence of float, default `LEVELS`
        Probabilities of the intervals of which the coverage is counted.

    Returns
    -------
    xarray.Dataset
        Along ``parameter`` (alpha, S): ``mean_relative_error`` [%], the published L_s, and
        ``mean_relative_error_above_zero`` and ``worst_relative_error`` of the points whose true
        value is above 0, since at 0 the relative error has no meaning; ``r_squared``,
        ``rms_error``, ``bias``, ``count``, ``coverage`` along ``level``, and ``score_spread``.
        The same, named ``…_by_alpha`` and ``…_by_S``, along ``alpha_range`` and ``S_range`` of the
        true values. Points without a prediction, or out of the range that the network learned, do
        not count; the attribute ``left_out`` says how many. Other attributes name the network.

    Raises
    ------
    ParameterError
        If the cube has no such predictions, or an edge or a level is not allowed.

    Examples
    --------
    ``score(cube, "curve").mean_relative_error.sel(parameter="alpha")``
    """
    cube = predicted_by(cube, network, fold)
    points = _points(cube)
    parts = [_measured(points, levels)]
    for name in points["parameter"].to_numpy().tolist():
        truth = points["truth"].sel(parameter=name)
        edges = edges_that_hold(ranges.get(name, edges_of(name, truth.to_numpy())), truth)
        parts.append(_by_range(points, name, edges, levels))
    scores = xr.merge(parts, join="outer", compat="no_conflicts")
    return scores.assign_attrs(left_out=int(points.attrs["left_out"]), **_made_by(cube))


def with_errors(
    cube: xr.Dataset, network: str | None = None, fold: Fold | None = None
) -> xr.Dataset:
    """Return a cube with ``alpha_error`` and ``S_error`` [%] beside its predictions.

    Parameters
    ----------
    cube : xarray.Dataset
        With ``alpha_predicted`` and ``S_predicted``.
    network, fold : str or int or {"held_out"}
        Whose predictions; see `microbatt.cube.predicted.predicted_by`.

    Returns
    -------
    xarray.Dataset
        A new dataset; the errors are those of `microbatt.scoring.relative_error`, lazy
        where the predictions are.

    Raises
    ------
    ParameterError
        If the cube has no such predictions.
    """
    cube = predicted_by(cube, network, fold)
    _check_predictions(cube)
    targets = targets_in(cube.data_vars)
    errors = {
        f"{name}_error": xr.apply_ufunc(
            relative_error,
            cube[name],
            cube[f"{name}_predicted"],
            dask="parallelized",
            output_dtypes=[float],
        )
        .transpose(*cube[f"{name}_predicted"].dims)
        .assign_attrs(_error_attrs(name))
        for name in targets
    }
    return cube.assign(errors)


def _error_attrs(name: str) -> dict[str, str]:
    """Return the attributes of a relative error."""
    if f"{name}_error" in QUANTITIES:
        return quantity(f"{name}_error").attrs
    words = f"relative error of the predicted {quantity_of(name).long_name}"
    return quantity("S_error").attrs | {"long_name": words, "symbol": f"L_s,{name}"}


def _points(cube: xr.Dataset) -> xr.Dataset:
    """Return truth, prediction and standard deviation, (parameter, …, sample), NaN where none."""
    _check_predictions(cube)
    targets = targets_in(cube.data_vars)
    names = [f"{name}_predicted{end}" for name in targets for end in ("", "_std")]
    kept = [name for name in (*names, "prediction_status") if name in cube]
    values = cube[kept].reset_coords(drop=True)
    if "prediction_status" in values:
        counts = values["prediction_status"] == PredictionStatus.PREDICTED
        values = values.drop_vars("prediction_status").where(counts)
    like = values[f"{targets[0]}_predicted"]
    dims = [d for d in like.dims if d in (*targets, "point")]
    truth = {name: cube[name] for name in targets}
    columns = {
        "truth": [truth[name].broadcast_like(like) for name in targets],
        "predicted": [values[f"{name}_predicted"] for name in targets],
        "std": [
            values.get(f"{name}_predicted_std", xr.full_like(like, np.nan, dtype=float))
            for name in targets
        ],
    }
    return _stacked(columns, dims, targets)


def _stacked(
    columns: Mapping[str, Sequence[xr.DataArray]], dims: Sequence[Any], targets: Sequence[str]
) -> xr.Dataset:
    joined = {}
    for name, parts in columns.items():
        plain = [part.drop_vars([c for c in part.coords if c in targets]) for part in parts]
        both = xr.concat(plain, dim="parameter", coords="minimal", compat="override", join="exact")
        flat = (
            both.stack({_SAMPLE: dims}, create_index=False) if dims else both.expand_dims(_SAMPLE)
        )
        joined[name] = flat.transpose("parameter", ..., _SAMPLE)
    points = xr.Dataset(joined).assign_coords(parameter=list(targets)).load()
    lacking = points["predicted"].isnull().any("parameter")
    return points.assign_attrs(left_out=int(lacking.sum()))


def _by_range(
    points: xr.Dataset, name: str, edges: Sequence[float], levels: Sequence[float]
) -> xr.Dataset:
    dim = f"{name}_range"
    truth = points["truth"].sel(parameter=name)
    samples = truth.isel({d: 0 for d in truth.dims if d != _SAMPLE}).to_numpy()
    numbers = xr.DataArray(range_numbers(samples, edges), dims=_SAMPLE, name=dim)
    grouped = points.groupby(numbers).map(lambda part: _measured(part, levels))
    names = range_names(edges)
    full = grouped.reindex({dim: np.arange(len(names))}, fill_value={"count": 0})
    labelled = full.assign_coords({dim: names})
    return labelled.rename({v: f"{v}_by_{name}" for v in labelled.data_vars})


def _measured(points: xr.Dataset, levels: Sequence[float]) -> xr.Dataset:
    truth, predicted, std = (points[name].to_numpy() for name in ("truth", "predicted", "std"))
    dims = points["predicted"].dims[:-1]
    measured = {
        name: (dims, measure(truth, predicted), quantity(name).attrs)
        for name, measure in MEASURES.items()
    }
    spread = score_spread(truth, predicted, std)
    measured["score_spread"] = (dims, spread, quantity("score_spread").attrs)
    covered = [interval_coverage(truth, predicted, std, level) for level in levels]
    coverage = {"coverage": (("level", *dims), np.stack(covered), quantity("coverage").attrs)}
    coords = {name: points[name] for name in dims if name in points.coords}
    return xr.Dataset({**measured, **coverage}, coords={**coords, "level": list(levels)})


def _above_zero(truth: ArrayLike) -> NDArray[np.float64]:
    """Return truths, NaN where a relative error has no meaning, so that they do not count."""
    y = np.asarray(truth, dtype=float)
    return np.where(y > 0.0, y, np.nan)


def _check_predictions(cube: xr.Dataset) -> None:
    varied = [name for name in varied_in(cube) if name not in ("current", "c_rate")]
    for name in (*targets_in(cube.data_vars), *varied):
        if f"{name}_predicted" not in cube:
            raise ParameterError(
                f"the cube has no variable `{name}_predicted`, so there is nothing to score. "
                "Join predictions to it first: microbatt predict CUBE."
            )


def _made_by(cube: xr.Dataset) -> dict[str, Any]:
    """Return what is known of the network, in plain words and numbers."""
    known = {name: cube[name] for name in (NETWORK, FOLD, *FACTS) if name in cube.coords}
    return {name: told.item() if told.ndim == 0 else HELD_OUT for name, told in known.items()}
