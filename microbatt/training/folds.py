"""Cross-validation: every point predicted by a network that never saw it."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.bridge import Split, blocked_folds, random_folds
from microbatt.checks import check_choice, check_integer
from microbatt.features import TARGETS, tensors_of_cube, true_values
from microbatt.networks import (
    CurveNetwork,
    CurveNetworkConfig,
    JointNetwork,
    JointNetworkConfig,
    Network,
    PublishedNetwork,
    PublishedNetworkConfig,
    fold_folder,
    save_network,
)
from microbatt.scoring import mean_relative_error
from microbatt.training.curve import CURVE_SETTINGS, fit_curve_network
from microbatt.training.events import FoldFinished
from microbatt.training.fit import training_points
from microbatt.training.joint import JOINT_SETTINGS, fit_joint_network
from microbatt.training.published import (
    NO_SCORES,
    PUBLISHED_SETTINGS,
    copy_answers,
    copy_scores,
    fit_published_network,
)
from microbatt.training.records import with_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import xarray as xr
    from distributed import Client
    from numpy.typing import NDArray

    from microbatt.networks import TrainedNetwork
    from microbatt.training.events import Event, Listener
    from microbatt.training.settings import TrainingSettings

NETWORKS: Final = {
    "curve": CURVE_SETTINGS,
    "published": PUBLISHED_SETTINGS,
    "joint": JOINT_SETTINGS,
}
"""Kind of network → how it is trained unless somebody says otherwise."""


def cross_validate(  # noqa: PLR0913 - what to train, on which folds, how and where
    cube: xr.Dataset,
    *,
    network: str = "curve",
    folds: int = 10,
    blocked: bool = False,
    only: Sequence[int] | None = None,
    config: CurveNetworkConfig | PublishedNetworkConfig | JointNetworkConfig | None = None,
    settings: TrainingSettings | None = None,
    folder: Path | None = None,
    client: Client | None = None,
    listeners: Sequence[Listener] = (),
    overwrite: bool = False,
) -> dict[int, TrainedNetwork]:
    """Train a copy of a network for each fold, on the points of all other folds.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    network : str, default "curve"
        ``"curve"``, ``"published"`` or ``"joint"``.
    folds : int, default 10
        How many.
    blocked : bool, default False
        Whether whole regions are held out, boxes of the first two targets, instead of random
        points.
    only : sequence of int, optional
        Numbers of the folds to run, counted from 1; None runs all.
    config : CurveNetworkConfig, PublishedNetworkConfig or JointNetworkConfig, optional
        Sizes of the network.
    settings : TrainingSettings, optional
        How to train.
    folder : pathlib.Path, optional
        For checkpoints, and a folder of weights for each fold; run again to go on after a kill.
    client : distributed.Client, optional
        Dask client whose workers train the folds, each as one task; None trains them here.
    listeners : sequence of callable, default ()
        Hear of the events; of those of a fold only when it is trained here.
    overwrite : bool, default False
        Whether weights of other trainings in the folders of the folds may be replaced.

    Returns
    -------
    dict
        Number of the fold → the copy that did not see its points; `microbatt.prediction` predicts
        with them. All copies of the published network combine their answers by the same scores,
        those of the points that the folds hold out.

    Raises
    ------
    ParameterError
        If there are fewer points than folds, or too little to train on.
    StoreError
        If a folder holds the weights or the checkpoint of another training.
    """
    check_choice("network", network, NETWORKS)
    chosen = settings or NETWORKS[network]
    points = training_points(cube, complete=network != JointNetworkConfig.kind)
    splits = _splits(cube, points, folds, blocked=blocked, seed=chosen.seed)
    numbers = range(1, folds + 1) if only is None else sorted(only)
    wanted = {n: splits[check_integer("only", n, low=1, high=folds) - 1] for n in numbers}
    loaded = cube.load()
    jobs = {
        n: partial(_trained, loaded, split, network, config, chosen, _place(folder, n))
        for n, split in wanted.items()
    }
    networks = dict(zip(wanted, _run(jobs, client, listeners), strict=True))
    if network == PublishedNetworkConfig.kind:
        networks = _combined_alike(loaded, networks, wanted)
    told = {"folds": folds, "split": "blocked" if blocked else "random"}
    copies = {}
    for n, trained in networks.items():
        scores = _scores(trained, loaded, wanted[n].test)
        copies[n] = with_record(
            trained,
            loaded,
            points=wanted[n].train,
            settings=asdict(chosen) | told | {"fold": n},
            scores={"points held out": scores},
        )
        if folder is not None:
            save_network(fold_folder(folder, n), copies[n], overwrite=overwrite)
        for listener in listeners:
            listener(FoldFinished(fold=n, folds=folds, scores=scores))
    return copies


def _place(folder: Path | None, number: int) -> Path | None:
    return None if folder is None else fold_folder(folder, number)


def _splits(
    cube: xr.Dataset, points: NDArray[np.int64], folds: int, *, blocked: bool, seed: int
) -> tuple[Split, ...]:
    if not blocked:
        return random_folds(points, folds, seed=seed)
    return blocked_folds(true_values(cube), folds, points=points, seed=seed)


def _run(
    jobs: Mapping[int, Callable[..., Network]],
    client: Client | None,
    listeners: Sequence[Listener],
) -> list[Network]:
    if client is None:
        return [job([_in_fold(heard, fold) for heard in listeners]) for fold, job in jobs.items()]
    futures = [client.submit(job, pure=False) for job in jobs.values()]
    networks: list[Network] = client.gather(futures)
    return networks


def _in_fold(listener: Listener, fold: int) -> Listener:
    """Return a listener that hears which fold a part belongs to."""

    def tell(event: Event) -> None:
        if not isinstance(event, FoldFinished):
            event = replace(event, name=f"fold-{fold:02d}-{event.name}")
        listener(event)

    return tell


def _trained(
    cube: xr.Dataset,
    split: Split,
    network: str,
    config: CurveNetworkConfig | PublishedNetworkConfig | JointNetworkConfig | None,
    settings: TrainingSettings,
    folder: Path | None,
    listeners: Sequence[Listener] = (),
) -> Network:
    """Train on one fold's training points."""
    if network == PublishedNetworkConfig.kind:
        return fit_published_network(
            cube, points=split.train, scores=NO_SCORES,
            config=config if isinstance(config, PublishedNetworkConfig) else None,
            settings=settings, folder=folder, listeners=listeners,
        )  # fmt: skip
    if network == JointNetworkConfig.kind:
        return fit_joint_network(
            cube, points=split.train,
            config=config if isinstance(config, JointNetworkConfig) else None,
            settings=settings, folder=folder, listeners=listeners,
        )  # fmt: skip
    return fit_curve_network(
        cube, points=split.train, config=config if isinstance(config, CurveNetworkConfig) else None,
        settings=settings, folder=folder, listeners=listeners,
    )  # fmt: skip


def _combined_alike(
    cube: xr.Dataset, networks: Mapping[int, Network], splits: Mapping[int, Split]
) -> dict[int, Network]:
    """Return published networks that combine by their scores on all points held out."""
    published = {k: copy for k, copy in networks.items() if isinstance(copy, PublishedNetwork)}
    answers = [copy_answers(copy, cube, splits[k].test) for k, copy in published.items()]
    points = np.concatenate([splits[k].test for k in published])
    scores = copy_scores(cube, points, np.concatenate(answers, axis=1))
    return {number: replace(copy, bin_scores=scores) for number, copy in published.items()}


def _scores(network: Network, cube: xr.Dataset, points: NDArray[np.int64]) -> dict[str, float]:
    """Return L_s of each target on points held out, where the truth is positive [%]."""
    names = network.targets if isinstance(network, JointNetwork) else TARGETS
    truths, estimates = true_values(cube, names)[points], _estimates(network, cube, points)
    scores = {}
    for name, truth, estimated in zip(names, truths.T, estimates.T, strict=True):
        there = truth > 0
        scores[name] = float(mean_relative_error(truth[there], estimated[there]))
    return scores


def _estimates(
    network: Network, cube: xr.Dataset, points: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the targets of some points, shape (n, k)."""
    if isinstance(network, CurveNetwork | JointNetwork):
        tensors = tensors_of_cube(cube, samples=network.config.samples)
        return network.estimate(tensors.take(points)).mean
    return network.combined(*copy_answers(network, cube, points))
