"""``microbatt train``: from a cube to weights."""

from __future__ import annotations

import shlex
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microbatt.cli.stores import find_store, storage_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from microbatt.prediction.loading import Network
    from microbatt.training.events import Listener
    from microbatt.training.settings import Precision, TrainingSettings


@click.command(
    "train", epilog="Example: microbatt train published-sweep --network curve --folds 10 --out here"
)
@click.argument("cube")
@click.option("--network", type=click.Choice(["curve", "published"]), default="curve")
@click.option("--folds", type=int, help="Cross-validate with so many folds first.")
@click.option("--blocked", is_flag=True, help="Hold out whole regions instead of random points.")
@click.option("--only", type=int, multiple=True, help="Run this fold alone; may be repeated.")
@click.option("--epochs", type=int, help="Passes over the points.  [default: the network's]")
@click.option("--batch", type=int, help="Points per step.  [default: the network's]")
@click.option("--seed", type=int, default=0, help="Of weights, order and disturbances.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "mixed_bfloat16", "mixed_float16"]),
    default="float32",
    help="Of the hidden layers.",
)
@click.option("--xla", is_flag=True, help="Compile the steps with XLA.")
@click.option("--test", metavar="CUBE", help="Score the weights on this cube too.")
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask scheduler, to share out the folds.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("trained"),
    help="Folder for the weights, checkpoints and TensorBoard's logs.",
)
@storage_options
def command(  # noqa: PLR0913 - one argument an option
    cube: str,
    *,
    network: str,
    folds: int | None,
    blocked: bool,
    only: tuple[int, ...],
    epochs: int | None,
    batch: int | None,
    seed: int,
    precision: Precision,
    xla: bool,
    test: str | None,
    scheduler: str | None,
    out: Path,
    options: tuple[str, ...],
) -> None:
    """Train a network on CUBE, a path, a URL or a name of the catalog.

    Run it again to go on where it was stopped. The folder then holds `network.json` (sizes, where
    the weights come from, scores) and `weights.npz`, for `microbatt predict --weights`; with
    --folds also `folds.nc`, each point predicted by a network that never saw it. With --only, no
    weights are trained on all points.
    """
    from microbatt.checks import check_extra
    from microbatt.training.folds import NETWORKS

    check_extra("tensorflow", extra="learn")
    opened = _opened(cube, options)
    usual = NETWORKS[network]
    settings = replace(
        usual,
        epochs=epochs or usual.epochs,
        batch=batch or usual.batch,
        seed=seed,
        precision=precision,
        xla=xla,
    )
    listeners = _listeners(out)
    scores: dict[str, Any] = {}
    held_out = None
    if folds is not None:
        held_out = _cross_validated(
            opened, network, folds, settings, out, listeners,
            blocked=blocked, only=only, scheduler=scheduler,
        )  # fmt: skip
        scores |= _fold_scores(held_out)
    if not only:
        trained = _trained(opened, network, settings, out, listeners, held_out)
        _save(trained, opened, settings, scores, out, test, options)
        click.echo(f"weights in {out}; use them with: microbatt predict CUBE --weights {out}")


def _opened(cube: str, options: tuple[str, ...]) -> xr.Dataset:
    from microbatt.catalog import available_datasets, open_dataset
    from microbatt.cube.opening import open_cube

    if cube in available_datasets():
        return open_dataset(cube)
    return open_cube(find_store(cube, options))


def _listeners(out: Path) -> list[Listener]:
    from microbatt.training.listeners import TensorBoardListener
    from microbatt.training.progress import ProgressListener

    return [ProgressListener(), TensorBoardListener(out / "logs")]


def _cross_validated(  # noqa: PLR0913 - what to train, how, where, and the split
    cube: xr.Dataset,
    network: str,
    folds: int,
    settings: TrainingSettings,
    out: Path,
    listeners: Sequence[Listener],
    *,
    blocked: bool,
    only: tuple[int, ...],
    scheduler: str | None,
) -> xr.Dataset:
    from contextlib import nullcontext

    from microbatt.campaign.cluster import remote_client
    from microbatt.training.folds import cross_validate

    kind = "blocked" if blocked else "random"
    with nullcontext() if scheduler is None else remote_client(scheduler) as client:
        found = cross_validate(
            cube, network=network, folds=folds, blocked=blocked, only=only or None,
            settings=settings, folder=out / f"{kind}-folds", client=client, listeners=listeners,
        )  # fmt: skip
    place = out / f"{kind}-folds.nc"
    found.to_netcdf(place)
    click.echo(f"{kind} folds {', '.join(map(str, only)) or f'1 to {folds}'} of {folds}: {place}")
    for name, scores in _fold_scores(found).items():
        click.echo(_words(name, scores))
    return found


def _fold_scores(held_out: xr.Dataset) -> dict[str, Any]:
    """Return the scores of each network of a cross-validation."""
    from microbatt.training.scores import plain_scores

    kind = (
        f"{held_out.attrs['split']} folds, {held_out.attrs['folds']}, of {held_out.attrs['cube']}"
    )
    if "network" not in held_out.dims:
        return {kind: plain_scores(held_out)}
    return {
        f"{kind}, {name}": plain_scores(held_out.sel(network=name))
        for name in held_out["network"].to_numpy()
    }


def _words(name: str, scores: dict[str, Any]) -> str:
    parts = [
        f"{parameter} L_s {found['mean_relative_error']:.4g} %, R² {found['r_squared']:.5g}"
        for parameter, found in scores.items()
    ]
    return f"  {name}: {'; '.join(parts)}"


def _trained(
    cube: xr.Dataset,
    network: str,
    settings: TrainingSettings,
    out: Path,
    listeners: Sequence[Listener],
    held_out: xr.Dataset | None,
) -> Network:
    from microbatt.training.curve import fit_curve_network
    from microbatt.training.published import fit_published_network

    if network == "curve":
        return fit_curve_network(cube, settings=settings, folder=out, listeners=listeners)
    return fit_published_network(
        cube, settings=settings, folder=out, listeners=listeners, held_out=held_out
    )


def _save(
    trained: Network,
    cube: xr.Dataset,
    settings: TrainingSettings,
    scores: dict[str, Any],
    out: Path,
    test: str | None,
    options: tuple[str, ...],
) -> None:
    import sys
    from importlib.metadata import version

    from microbatt.networks.origin import Record, origin_of
    from microbatt.prediction.loading import TrainedNetwork, load_network, save_network
    from microbatt.prediction.predicting import predict
    from microbatt.training.scores import plain_scores

    command = shlex.join(["microbatt", *sys.argv[1:]])
    record = Record(
        origin=origin_of(cube),
        settings=asdict(settings) | {"command": command},
        scores=scores,
        version=version("microbatt"),
    )
    save_network(out, trained, record)
    if test is None:
        return
    tested: TrainedNetwork = load_network(out)
    predicted = predict(_opened(test, options), tested)
    name = f"noise-free, {predicted.sizes.get('point', predicted.prediction_status.size)} points"
    found = {f"{Path(test).stem}, {name}": plain_scores(predicted)}
    for what, numbers in found.items():
        click.echo(_words(what, numbers))
    save_network(out, trained, replace(record, scores=scores | found))
