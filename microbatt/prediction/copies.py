"""Predictions by the copies of a network, along ``network``, ``fold`` and the points of a cube."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import xarray as xr

from microbatt.cube.predicted import (
    FOLD,
    HELD_OUT,
    NETWORK,
    ORIGIN,
    PREDICTION_STATUS,
    PredictionStatus,
    correlation_of,
    prediction_quantity,
    strings,
    variables_of,
)
from microbatt.errors import ParameterError
from microbatt.features import (
    curve_images,
    curve_tensors,
    energy_vectors,
    point_dims,
    read_curves,
    targets_of,
    true_values,
)
from microbatt.networks import (
    NOISE_FREE,
    MeasurementNoise,
    PublishedNetwork,
    origin_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cube.predicted import Facts
    from microbatt.features import StoredCurves
    from microbatt.networks import CurveEstimate, CurveNetwork, JointNetwork, TrainedNetwork

Columns: TypeAlias = "dict[str, NDArray[Any]]"
"""Name of a variable → its value at each point."""


def curve_answers(
    networks: Mapping[int, CurveNetwork | JointNetwork],
    curves: StoredCurves,
    asked: Mapping[int, NDArray[np.int64]],
    noise: MeasurementNoise,
    targets: tuple[str, ...],
) -> dict[int, list[Columns]]:
    """Return what networks of curve tensors say of points.

    Parameters
    ----------
    networks : mapping of int to CurveNetwork or JointNetwork
        By fold.
    curves : StoredCurves
        Curves of all points, at the networks' currents.
    asked : mapping of int to numpy.ndarray of int
        Numbers of the points that each is asked for.
    noise : MeasurementNoise
        On the curves.
    targets : tuple of str
        What they answer.

    Returns
    -------
    dict
        Fold → a list of one.
    """
    answers = {}
    for fold, network in networks.items():
        tensors = curve_tensors(curves, samples=network.config.samples)
        there = _with_curves(asked[fold], tensors.mask.any(axis=1))
        columns = _empty_columns(len(tensors), asked[fold], targets)
        if there.size:
            _fill(columns, there, network.estimate(tensors.take(there), noise), targets)
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
    networks : mapping of int to PublishedNetwork
        By fold.
    curves, asked : object
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
        both = network.combined(weighted, relative)
        answers[fold] = []
        for answer in (both, weighted, relative):
            columns = _empty_columns(len(curves), asked[fold], _ALPHA_AND_S)
            columns["alpha_predicted"][there], columns["S_predicted"][there] = answer.T
            columns[PREDICTION_STATUS][there] = PredictionStatus.PREDICTED
            answers[fold].append(columns)
    return answers


def _with_curves(points: NDArray[np.int64], whole: ArrayLike) -> NDArray[np.int64]:
    there: NDArray[np.int64] = points[np.asarray(whole, dtype=bool)[points]]
    return there


def _fill(
    columns: Columns,
    points: NDArray[np.int64],
    estimate: CurveEstimate,
    targets: tuple[str, ...],
) -> None:
    """Put the estimates of some points into columns."""
    spread = np.sqrt(np.diagonal(estimate.covariance, axis1=1, axis2=2))
    for name, mean, std in zip(targets, estimate.mean.T, spread.T, strict=True):
        columns[f"{name}_predicted"][points] = mean
        columns[f"{name}_predicted_std"][points] = std
    for i, j in combinations(range(len(targets)), 2):
        covariance = estimate.covariance[:, i, j]
        name = correlation_of(targets[i], targets[j])
        columns[name][points] = covariance / (spread[:, i] * spread[:, j])
    columns[PREDICTION_STATUS][points] = np.where(
        estimate.in_range, PredictionStatus.PREDICTED, PredictionStatus.OUT_OF_RANGE
    )


def _empty_columns(count: int, asked: NDArray[np.int64], targets: tuple[str, ...]) -> Columns:
    """Return the variables of points of which those asked for have no curves."""
    columns: Columns = {name: np.full(count, np.nan) for name in variables_of(targets)[:-2]}
    columns[PREDICTION_STATUS] = np.full(count, PredictionStatus.NOT_PREDICTED, dtype=np.int8)
    columns[PREDICTION_STATUS][asked] = PredictionStatus.NO_CURVES
    return columns


Copies: TypeAlias = "Mapping[int, TrainedNetwork]"
"""Number of a fold → the copy that did not see its points; 0 → a network that saw all."""

_ALPHA_AND_S: Final = ("alpha", "S")
_ENDS: Final = ("", "_L_w", "_L_M")
"""What follows the name of a published network: its two copies combined, and each alone."""


def predict_copies(
    cube: xr.Dataset,
    copies: Copies,
    *,
    name: str | None = None,
    noise: MeasurementNoise = NOISE_FREE,
    held_out_only: bool = False,
) -> xr.Dataset:
    """Predict every point of a cube with each copy of a network.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    copies : mapping of int to TrainedNetwork
        From `microbatt.networks.load_copies` or `microbatt.training.cross_validate`.
    name : str, optional
        Name of the network; None is its kind. Of a published network, ``NAME_L_w`` and ``NAME_L_M``
        are its two copies alone, ``NAME`` both combined.
    noise : MeasurementNoise, default none
        What a measurement added to the cube's curves; simulated ones have none.
    held_out_only : bool, default False
        Whether to leave out the points that a copy was trained on.

    Returns
    -------
    xarray.Dataset
        The variables of `predict` along ``network``, ``fold`` and the points, with the attributes
        of the cube; `microbatt.cube.predicted.predicted_by` takes one of them out.

    Raises
    ------
    ParameterError
        As for `predict`, or if the copies are of several kinds.
    """
    currents = _one_kind(copies)
    origin = origin_of(cube)
    for copy in copies.values():
        copy.check_curves(origin)
    targets = _same_targets(cube, copies)
    truth = true_values(cube, targets)
    unseen = {fold: copy.never_saw(truth) for fold, copy in copies.items()}
    asked = {
        fold: np.flatnonzero(new) if held_out_only else np.arange(len(truth))
        for fold, new in unseen.items()
    }
    curves = read_curves(cube).at_currents(currents)
    answers = _answers(copies, curves, asked, noise, targets)
    for fold, columns in answers.items():
        for answer in columns:
            answer[HELD_OUT] = unseen[fold]
    return _laid_out(cube, copies, answers, network_names(copies, name), noise)


def network_names(copies: Copies, name: str | None = None) -> list[str]:
    """Return under which names the predictions of copies are found.

    Parameters
    ----------
    copies, name : mapping of int to TrainedNetwork or str
        As for `predict_copies`.

    Returns
    -------
    list of str
        One, or three of a published network.

    Raises
    ------
    ParameterError
        If the name is empty.
    """
    first = next(iter(copies.values()))
    own = first.kind if name is None else name
    if not own or own != own.strip():
        raise ParameterError(f"`name` is {own!r}; give the network a name, such as 'curve'.")
    ends = _ENDS if isinstance(first.network, PublishedNetwork) else _ENDS[:1]
    return [f"{own}{end}" for end in ends]


def _one_kind(copies: Copies) -> tuple[float, ...]:
    """Return the currents of copies, which are all of one kind."""
    kinds = {(copy.kind, copy.currents) for copy in copies.values()}
    if len(kinds) != 1:
        given = sorted(copy.kind for copy in copies.values())
        raise ParameterError(
            f"`copies` are {given}; give at least one network, and all of one kind and for the "
            "same currents."
        )
    return kinds.pop()[1]


def _answers(
    copies: Copies,
    curves: StoredCurves,
    asked: Mapping[int, NDArray[np.int64]],
    noise: MeasurementNoise,
    targets: tuple[str, ...],
) -> dict[int, list[Columns]]:
    networks = {fold: copy.network for fold, copy in copies.items()}
    published = {k: n for k, n in networks.items() if isinstance(n, PublishedNetwork)}
    if published:
        return published_answers(published, curves, asked)
    of_curves = {k: n for k, n in networks.items() if not isinstance(n, PublishedNetwork)}
    return curve_answers(of_curves, curves, asked, noise, targets)


def _same_targets(cube: xr.Dataset, copies: Copies) -> tuple[str, ...]:
    """Return what copies answer, after refusing a cube in which something else varies."""
    answered = {copy.targets for copy in copies.values()}
    varying = targets_of(cube)
    targets = answered.pop()
    if answered or {*targets} != {*varying}:
        raise ParameterError(
            f"the network answers {', '.join(targets)}, and in the cube {', '.join(varying)} vary: "
            "curves that differ in anything else mean something else. Train a joint network on "
            "such a cube: `microbatt train CUBE --network joint`."
        )
    return targets


def _laid_out(
    cube: xr.Dataset,
    copies: Copies,
    answers: Mapping[int, Sequence[Columns]],
    names: Sequence[str],
    noise: MeasurementNoise,
) -> xr.Dataset:
    """Lay columns out along network, fold and the points of a cube, with its coordinates."""
    status = cube["status"]
    like = status.isel(current=0, drop=True) if "current" in status.dims else status
    dims = point_dims(cube)
    kept = {key: coord for key, coord in like.coords.items() if set(coord.dims) <= set(dims)}
    shape = (len(names), len(copies), *(cube.sizes[dim] for dim in dims))
    variables: dict[str, Any] = {}
    for key in variables_of(next(iter(copies.values())).targets):
        values = [[answers[fold][i][key] for fold in copies] for i in range(len(names))]
        attributes = prediction_quantity(key).attrs | (
            {} if key == PREDICTION_STATUS else {"ancillary_variables": PREDICTION_STATUS}
        )
        variables[key] = ((NETWORK, FOLD, *dims), np.reshape(values, shape), attributes)
    predicted = xr.Dataset(
        variables, coords=kept | {NETWORK: strings(names), FOLD: list(copies)}, attrs=cube.attrs
    )
    facts = {str(fold): _facts(copy, noise) for fold, copy in copies.items()}
    predicted[PREDICTION_STATUS].attrs.update(
        {ORIGIN: dict.fromkeys(names, facts)},
        flag_values=np.array([int(code) for code in PredictionStatus], dtype=np.int8),
        flag_meanings=" ".join(code.name.lower() for code in PredictionStatus),
    )
    return predicted


def _facts(copy: TrainedNetwork, noise: MeasurementNoise) -> Facts:
    """Return where predictions come from."""
    told_noise = not isinstance(copy.network, PublishedNetwork)
    noise_told = {"noise_voltage": noise.voltage} if told_noise else {}
    return {
        "network_kind": copy.kind,
        "weights_hash": copy.weights_hash,
        "training_cube": copy.record.origin.cube,
        "training_campaign_hash": copy.record.origin.campaign_hash,
    } | noise_told
