"""Cross-validation: every point predicted by a network that never saw it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

from microbatt.bridge.splits import Split, blocked_folds, random_folds
from microbatt.checks import check_choice, check_integer
from microbatt.features.points import arranged, point_dims, true_values
from microbatt.features.tensors import tensors_of_cube
from microbatt.networks.combination import combined
from microbatt.networks.origin import origin_of
from microbatt.quantities import quantity
from microbatt.training.curve import CURVE_SETTINGS, fit_curve_network
from microbatt.training.events import FoldFinished
from microbatt.training.points import training_points
from microbatt.training.published import LOSSES, PUBLISHED_SETTINGS, copy_scores, fit_copies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from distributed import Client
    from numpy.typing import NDArray

    from microbatt.networks.curve import CurveNetworkConfig
    from microbatt.networks.published import PublishedNetworkConfig
    from microbatt.training.events import Event, Listener
    from microbatt.training.settings import TrainingSettings

NETWORKS: Final = {"curve": CURVE_SETTINGS, "published": PUBLISHED_SETTINGS}
"""Kind of network → how it is trained unless somebody says otherwise."""
_NAMES: Final = ("alpha", "S")
_PREDICTED: Final = 1


def cross_validate(  # noqa: PLR0913 - what to train, on which folds, how and where
    cube: xr.Dataset,
    *,
    network: str = "curve",
    folds: int = 10,
    blocked: bool = False,
    only: Sequence[int] | None = None,
    config: CurveNetworkConfig | PublishedNetworkConfig | None = None,
    settings: TrainingSettings | None = None,
    folder: Path | None = None,
    client: Client | None = None,
    listeners: Sequence[Listener] = (),
) -> xr.Dataset:
    """Predict every point of a cube by a network that was trained on the other folds.

    Parameters
    ----------
    cube
        A grid or scattered points.
    network
        ``"curve"`` or ``"published"``.
    folds
        How many.
    blocked
        Whether whole regions of the (alpha, S) plane are held out, instead of random points.
    only
        Numbers of the folds to run, counted from 1; None runs all. Points of the others get the
        status 0, not predicted.
    config
        Sizes of the network.
    settings
        How to train.
    folder
        For checkpoints and the answers of finished folds; run again to go on after a kill.
    client
        Dask client whose workers train the folds, each as one task; None trains them here.
    listeners
        Hear of the events; of those of a fold only when it is trained here.

    Returns
    -------
    xarray.Dataset
        ``alpha_predicted``, ``S_predicted`` and so on over the points of the cube, as
        `microbatt.prediction.predict` gives them, and ``fold``. For the published network along
        ``network`` too: ``combined``, ``L_w``, ``L_M``.

    Raises
    ------
    ParameterError
        If there are fewer points than folds, or too little to train on.
    """
    check_choice("network", network, NETWORKS)
    points = training_points(cube)
    splits = _splits(cube, points, folds, blocked=blocked, seed=_settings(network, settings).seed)
    wanted = range(1, folds + 1) if only is None else sorted(only)
    for number in wanted:
        check_integer("only", number, low=1, high=folds)
    loaded = cube.load()
    jobs = [
        partial(
            _answered, loaded, splits[number - 1], network, config,
            _settings(network, settings), _fold_folder(folder, number),
        )
        for number in wanted
    ]  # fmt: skip
    answers = _run(dict(zip(wanted, jobs, strict=True)), client, listeners)
    truth = true_values(arranged(cube))
    held_out = {}
    for number, answer in zip(wanted, answers, strict=True):
        test = splits[number - 1].test
        held_out[number] = (test, answer)
        event = FoldFinished(fold=number, folds=folds, scores=_fold_scores(truth[test], answer))
        for listener in listeners:
            listener(event)
    return _joined(cube, held_out, network).assign_attrs(
        folds=folds,
        split="blocked" if blocked else "random",
        seed=_settings(network, settings).seed,
    )


def _settings(network: str, given: TrainingSettings | None) -> TrainingSettings:
    return NETWORKS[network] if given is None else given


def _splits(
    cube: xr.Dataset, points: NDArray[np.int64], folds: int, *, blocked: bool, seed: int
) -> tuple[Split, ...]:
    if not blocked:
        return random_folds(points, folds, seed=seed)
    return blocked_folds(true_values(arranged(cube)), folds, points=points, seed=seed)


def _fold_folder(folder: Path | None, number: int) -> Path | None:
    return None if folder is None else Path(folder) / f"fold-{number:02d}"


def _run(
    jobs: Mapping[int, Callable[..., NDArray[np.float64]]],
    client: Client | None,
    listeners: Sequence[Listener],
) -> list[NDArray[np.float64]]:
    if client is None:
        return [job([_in_fold(one, fold) for one in listeners]) for fold, job in jobs.items()]
    futures = [client.submit(job, pure=False) for job in jobs.values()]
    found: list[NDArray[np.float64]] = client.gather(futures)
    return found


def _in_fold(listener: Listener, fold: int) -> Listener:
    """Return a listener that hears which fold a part belongs to."""

    def tell(event: Event) -> None:
        if not isinstance(event, FoldFinished):
            event = replace(event, name=f"fold-{fold:02d}-{event.name}")
        listener(event)

    return tell


def _answered(
    cube: xr.Dataset,
    split: Split,
    network: str,
    config: Any,  # noqa: ANN401 - of either network
    settings: TrainingSettings,
    folder: Path | None,
    listeners: Sequence[Listener] = (),
) -> NDArray[np.float64]:
    """Train on one fold's training points; return what the network says of its test points.

    Returns
    -------
    numpy.ndarray
        Shape (answers, n, 6): alpha, S, their variances, their covariance, whether in range.
        One answer of the curve network, two of the published.
    """
    path = None if folder is None else folder / "answers.npy"
    if path is not None and path.exists():
        return np.asarray(np.load(path, allow_pickle=False))
    train = _curve_answers if network == "curve" else _published_answers
    found = train(cube, split, config, settings, folder, listeners)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(".answers.part.npy")
        np.save(beside, found)
        beside.replace(path)
    return found


def _curve_answers(
    cube: xr.Dataset,
    split: Split,
    config: CurveNetworkConfig | None,
    settings: TrainingSettings,
    folder: Path | None,
    listeners: Sequence[Listener],
) -> NDArray[np.float64]:
    trained = fit_curve_network(
        cube, points=split.train, config=config, settings=settings, folder=folder,
        listeners=listeners,
    )  # fmt: skip
    tensors = tensors_of_cube(cube, samples=trained.config.samples).take(split.test)
    estimate = trained.estimate(tensors)
    variances = np.diagonal(estimate.covariance, axis1=1, axis2=2)
    columns = [estimate.mean, variances, estimate.covariance[:, :1, 1], estimate.in_range[:, None]]
    return np.concatenate(columns, axis=1)[np.newaxis].astype(float)


def _published_answers(
    cube: xr.Dataset,
    split: Split,
    config: PublishedNetworkConfig | None,
    settings: TrainingSettings,
    folder: Path | None,
    listeners: Sequence[Listener],
) -> NDArray[np.float64]:
    copies = fit_copies(
        cube, points=split.train, config=config, settings=settings, folder=folder,
        listeners=listeners,
    )  # fmt: skip
    answers = copies.answers(cube, split.test)
    found = np.full((*answers.shape[:2], 6), np.nan)
    found[..., :2], found[..., 5] = answers, 1.0
    return found


def _fold_scores(truth: NDArray[np.float64], answers: NDArray[np.float64]) -> dict[str, float]:
    """Return L_s of alpha and S of the first answer, where the truth is positive [%]."""
    scores = {}
    for i, name in enumerate(_NAMES):
        there = truth[:, i] > 0
        y, found = truth[there, i], answers[0, there, i]
        scores[name] = float(np.mean(200.0 * np.abs(y - found) / np.maximum(y + found, 1e-12)))
    return scores


def _joined(
    cube: xr.Dataset,
    held_out: dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]],
    network: str,
) -> xr.Dataset:
    """Lay the folds' answers over the points of the cube."""
    points = np.concatenate([test for test, _ in held_out.values()])
    answers = np.concatenate([answer for _, answer in held_out.values()], axis=1)
    names = [network]
    if network == "published":
        scores = copy_scores(cube, points, answers[:, :, :2])
        both = answers[0].copy()
        both[:, :2] = combined(answers[0, :, :2], answers[1, :, :2], scores)
        answers, names = np.concatenate([both[np.newaxis], answers]), ["combined", *LOSSES]
    count = len(true_values(arranged(cube)))
    fold = np.zeros(count, dtype=np.int8)
    for number, (test, _) in held_out.items():
        fold[test] = number
    joined = xr.concat([_labelled(cube, points, answer) for answer in answers], "network")
    found = joined.assign_coords(network=("network", names)).assign_attrs(cube=origin_of(cube).cube)
    like = found["prediction_status"].isel(network=0, drop=True)
    found["fold"] = (like.dims, fold.reshape(like.shape), {
        "units": "1", "long_name": "fold that held the point out; 0 where none was run",
    })  # fmt: skip
    return found.isel(network=0, drop=True) if network == "curve" else found


def _labelled(
    cube: xr.Dataset, points: NDArray[np.int64], answer: NDArray[np.float64]
) -> xr.Dataset:
    full = arranged(cube)
    dims = point_dims(full)
    shape = tuple(full.sizes[dim] for dim in dims)
    spread = np.sqrt(answer[:, 2:4])
    columns = {
        "alpha_predicted": answer[:, 0],
        "S_predicted": answer[:, 1],
        "alpha_predicted_std": spread[:, 0],
        "S_predicted_std": spread[:, 1],
        "predicted_correlation": answer[:, 4] / spread.prod(axis=1),
    }
    variables = {}
    for name, values in columns.items():
        spread_out = np.full(int(np.prod(shape)), np.nan)
        spread_out[points] = values
        variables[name] = (dims, spread_out.reshape(shape), quantity(name).attrs)
    status = np.zeros(int(np.prod(shape)), dtype=np.int8)
    status[points] = np.where(answer[:, 5] > 0, _PREDICTED, _OUT_OF_RANGE)
    variables["prediction_status"] = (
        dims, status.reshape(shape), quantity("prediction_status").attrs,
    )  # fmt: skip
    like = full["status"].isel(current=0, drop=True)
    kept = {name: c for name, c in like.coords.items() if set(c.dims) <= set(dims)}
    return xr.Dataset(variables, coords=kept)


_OUT_OF_RANGE: Final = 3
