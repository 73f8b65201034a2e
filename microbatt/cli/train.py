"""``microbatt train``: from a cube to weights."""

from __future__ import annotations

import shlex
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.outputs import overwrite_option
from microbatt.cli.own_network import own_network_options, refuse_without_cell, train_for_cell
from microbatt.cli.stores import find_store, storage_options, words_without_secrets
from microbatt.errors import OccupiedError, ParameterError
from microbatt.places import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from microbatt.networks import (
        CurveNetworkConfig,
        JointNetworkConfig,
        Network,
        PublishedNetworkConfig,
        TrainedNetwork,
    )
    from microbatt.training import Listener, Precision, TrainingSettings

    NetworkConfig = CurveNetworkConfig | PublishedNetworkConfig | JointNetworkConfig

_FILES = ("network.json", "weights.npz")


@click.command(
    "train",
    epilog="Example: microbatt train published-sweep --network curve --folds 10 --out here; "
    "or microbatt train --cell my-cell.toml --free contact_resistance --current 1C,2C --out mine",
)
@click.argument("cube", required=False, shell_complete=cube_names)
@click.option(
    "--network",
    type=click.Choice(["curve", "published", "joint"]),
    help="Kind of network: curve and published answer alpha and S, joint whatever varies in CUBE."
    "  [default: curve; joint with --cell]",
)
@click.option("--folds", type=int, help="Number of folds to cross-validate with first.")
@click.option("--blocked", is_flag=True, help="Hold out whole regions instead of random points.")
@click.option(
    "--only", type=int, multiple=True, help="Number of a fold to run alone; may be repeated."
)
@click.option("--epochs", type=int, help="Passes over the points.  [default: the network's]")
@click.option("--batch", type=int, help="Points per step.  [default: the network's]")
@click.option(
    "--size",
    "sizes",
    multiple=True,
    metavar="NAME=NUMBER",
    help="Size of the network, such as members=2 or width=64; may be repeated.  [default: the "
    "network's]",
)
@click.option("--seed", type=int, default=0, help="Seed of weights, order and disturbances.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "mixed_bfloat16", "mixed_float16"]),
    default="float32",
    help="Precision of the hidden layers.",
)
@click.option("--xla", is_flag=True, help="Compile the steps with XLA.")
@click.option(
    "--noise",
    default="1 mV",
    help="Noise of the voltages for which a joint network is trained, such as 5mV.",
)
@own_network_options
@click.option("--test", metavar="CUBE", help="Score the weights on this cube too.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="Running Dask scheduler that trains the folds."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("trained"),
    help="Folder for the weights, checkpoints and TensorBoard's logs.",
)
@overwrite_option
@storage_options
def command(  # noqa: PLR0913 - one argument an option
    cube: str | None,
    *,
    network: str | None,
    folds: int | None,
    blocked: bool,
    only: tuple[int, ...],
    epochs: int | None,
    batch: int | None,
    sizes: tuple[str, ...],
    seed: int,
    precision: Precision,
    xla: bool,
    noise: str,
    test: str | None,
    scheduler: str | None,
    out: Path,
    overwrite: bool,
    options: tuple[str, ...],
    **of_cell: Any,  # noqa: ANN401 - the options of `own_network_options`
) -> None:
    """Train a network on CUBE, a path, a URL or a name of the catalog, or for a --cell.

    Run it again to go on where it was stopped, or to add folds and scores. Weights of another
    training are replaced only with --overwrite. The folder then holds `network.json` (sizes, where
    the weights come from, scores) and `weights.npz`, for `microbatt predict --weights`; with
    --folds also the folder `random-folds` (or `blocked-folds`), with the same for the network of
    each fold. With --only, no weights are trained on all points.

    With --cell in place of CUBE, curves are simulated from what is known of the cell, as
    `microbatt infer` knows it, and a joint network learns what is --unknown and --free. It is saved
    only if it is calibrated on cells that it never saw, for `microbatt infer --weights`.
    """
    from microbatt.checks import check_extra
    from microbatt.cli.values import read_measured
    from microbatt.training import NETWORKS

    check_extra("tensorflow", extra="learn")
    volts = read_measured("--noise", noise, "V")
    check_folder(out, overwrite=overwrite)
    if (cube is None) == (of_cell["cell"] is None):
        raise ParameterError("give either a CUBE to train on, or a `--cell` to simulate.")
    if cube is None:
        _refuse_with_cell(network, folds, test, scheduler)
        network_config("joint", read_sizes(sizes), noise=volts)
        training = {"epochs": epochs, "batch": batch, "seed": seed, "precision": precision}
        train_for_cell(out, volts, read_sizes(sizes), training, overwrite=overwrite, **of_cell)
        return
    refuse_without_cell(of_cell)
    network = network or "curve"
    config = network_config(network, read_sizes(sizes), noise=volts)
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
    scores = earlier_scores(out, network, settings, opened, overwrite=overwrite, config=config)
    copies: dict[int, TrainedNetwork] = {}
    if folds is not None:
        place = out / f"{'blocked' if blocked else 'random'}-folds"
        copies = _cross_validated(
            opened, network, folds, settings, place, listeners,
            blocked=blocked, only=only, scheduler=scheduler, overwrite=overwrite, config=config,
        )  # fmt: skip
        kind = f"{'blocked' if blocked else 'random'} folds, {folds}, of {opened.attrs['name']}"
        held_out = _held_out_scores(opened, copies, kind)
        scores |= held_out
        for words in _words(held_out):
            click.echo(words)
        click.echo(f"the networks of the folds: microbatt predict CUBE --weights {place}")
    if not only:
        trained = _trained(opened, settings, out, listeners, copies, config)
        recorded = _save(trained, opened, settings, scores, out)
        if test is not None:
            _save_scores(recorded, _opened(test, options), Path(test).stem, out)
        click.echo(f"weights in {out}; use them with: microbatt predict CUBE --weights {out}")


def network_config(kind: str, sizes: Mapping[str, Any], *, noise: float) -> NetworkConfig:
    """Return the sizes of a network of some kind, those given in place of its own.

    Raises
    ------
    ParameterError
        If a size is none of this kind.

    Examples
    --------
    >>> network_config("curve", {"members": 2}, noise=1e-3).members
    2
    """
    from microbatt.networks import CurveNetworkConfig, JointNetworkConfig, PublishedNetworkConfig

    known = {
        CurveNetworkConfig.kind: _sizes_of(CurveNetworkConfig()),
        JointNetworkConfig.kind: _sizes_of(JointNetworkConfig()),
        PublishedNetworkConfig.kind: (),
    }[kind]
    for name in sizes:
        if name not in known:
            raise ParameterError(
                f"`--size` names {name!r}; the {kind} network has "
                f"{', '.join(known) or 'none that can be given'}."
            )
    if kind == CurveNetworkConfig.kind:
        return CurveNetworkConfig(**sizes)
    if kind == JointNetworkConfig.kind:
        return JointNetworkConfig(**sizes, noise=noise)
    return PublishedNetworkConfig()


def read_sizes(texts: Sequence[str]) -> dict[str, int]:
    """Read sizes of a network: ``members=2``.

    Raises
    ------
    ParameterError
        If one is no name and number.

    Examples
    --------
    >>> read_sizes(["members=2", "width=64"])
    {'members': 2, 'width': 64}
    """
    found = {}
    for text in texts:
        name, _, number = text.partition("=")
        if not number.strip().isdecimal():
            raise ParameterError(f"`--size` is {text!r}; write NAME=NUMBER, such as members=2.")
        found[name.strip()] = int(number)
    return found


def _sizes_of(config: CurveNetworkConfig | JointNetworkConfig) -> tuple[str, ...]:
    return tuple(name for name, value in asdict(config).items() if type(value) is int)


def _refuse_with_cell(
    network: str | None, folds: int | None, test: str | None, scheduler: str | None
) -> None:
    """Refuse options that belong to a CUBE."""
    if network not in {None, "joint"}:
        raise ParameterError(f"`--network` is {network!r}; with --cell it is joint, leave it out.")
    for name, given in {"--folds": folds, "--test": test, "--scheduler": scheduler}.items():
        if given is not None:
            raise ParameterError(f"`{name}` belongs to a CUBE; leave it out with --cell.")


def check_folder(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder of another kind; clear it of an earlier training if that may be replaced.

    Raises
    ------
    OccupiedError
        If it is a store or a file, or one of its files is taken.
    """
    there = kind_of(out)
    if there not in {None, Kind.FOLDER, Kind.WEIGHTS}:
        raise OccupiedError(f"{out} is {there}; give a folder of their own to the weights.")
    taken = [name for name in _FILES if there is Kind.FOLDER and (out / name).exists()]
    if taken:
        raise OccupiedError(f"{out} holds a {taken[0]} that is not of a network; give another.")
    if overwrite:
        from microbatt.training import discard_checkpoints

        discard_checkpoints(out)


def earlier_scores(
    out: Path,
    network: str,
    settings: TrainingSettings,
    cube: xr.Dataset,
    *,
    overwrite: bool,
    config: NetworkConfig | None = None,
) -> dict[str, Any]:
    """Return the scores of the same training, if it was finished before.

    Raises
    ------
    OccupiedError
        If the folder holds the weights of another training, which are not to be replaced.
    """
    from microbatt.networks import load_network, origin_of

    if kind_of(out) is not Kind.WEIGHTS:
        return {}
    there = load_network(out)
    asked = asdict(settings)
    known = {name: there.record.settings.get(name) for name in asked}
    same_sizes = config is None or there.network.config == config
    same = (there.kind, known, there.record.origin) == (network, asked, origin_of(cube))
    if same and same_sizes:
        return dict(there.record.scores)
    if not overwrite:
        raise OccupiedError(
            f"{out} holds the weights of another training: another network, cube or settings. Give "
            "another `--out`, or pass `--overwrite` to replace them."
        )
    return {}


def _opened(cube: str, options: tuple[str, ...]) -> xr.Dataset:
    from microbatt.catalog import available_datasets, open_dataset
    from microbatt.cube import open_cube

    if cube in available_datasets():
        return open_dataset(cube)
    return open_cube(find_store(cube, options))


def _listeners(out: Path) -> list[Listener]:
    from microbatt.training import ProgressListener, TensorBoardListener

    return [ProgressListener(), TensorBoardListener(out / "logs")]


def _cross_validated(  # noqa: PLR0913 - what to train, how, where, and the split
    cube: xr.Dataset,
    network: str,
    folds: int,
    settings: TrainingSettings,
    place: Path,
    listeners: Sequence[Listener],
    *,
    blocked: bool,
    only: tuple[int, ...],
    scheduler: str | None,
    overwrite: bool,
    config: NetworkConfig,
) -> dict[int, TrainedNetwork]:
    from contextlib import nullcontext

    from microbatt.campaign import remote_client
    from microbatt.training import cross_validate

    with nullcontext() if scheduler is None else remote_client(scheduler) as client:
        return cross_validate(
            cube, network=network, folds=folds, blocked=blocked, only=only or None,
            config=config, settings=settings, folder=place, client=client, listeners=listeners,
            overwrite=overwrite,
        )  # fmt: skip


def _held_out_scores(
    cube: xr.Dataset, copies: Mapping[int, TrainedNetwork], words: str
) -> dict[str, Any]:
    """Return the scores of points that their network never saw, by name of the network."""
    from microbatt.cube.predicted import HELD_OUT, copies_in, predicted_by
    from microbatt.prediction import predict_copies
    from microbatt.training import plain_scores

    predicted = predict_copies(cube, copies, held_out_only=True)
    return {
        f"{words}, {name}": plain_scores(predicted_by(predicted, name, HELD_OUT))
        for name in copies_in(predicted)
    }


def _words(scores: dict[str, Any]) -> list[str]:
    return [
        f"  {name}: "
        + "; ".join(
            f"{parameter} L_s {found['mean_relative_error']:.4g} %, R² {found['r_squared']:.5g}"
            for parameter, found in by_parameter.items()
        )
        for name, by_parameter in scores.items()
    ]


def _trained(
    cube: xr.Dataset,
    settings: TrainingSettings,
    out: Path,
    listeners: Sequence[Listener],
    copies: Mapping[int, TrainedNetwork],
    config: NetworkConfig,
) -> Network:
    from microbatt.networks import CurveNetworkConfig, JointNetworkConfig, PublishedNetwork
    from microbatt.training import (
        fit_curve_network,
        fit_joint_network,
        fit_published_network,
    )

    if isinstance(config, CurveNetworkConfig):
        return fit_curve_network(
            cube, config=config, settings=settings, folder=out, listeners=listeners
        )
    if isinstance(config, JointNetworkConfig):
        return fit_joint_network(
            cube, config=config, settings=settings, folder=out, listeners=listeners
        )
    # The copies of all folds combine by the scores of all points that the folds hold out.
    networks = (copy.network for copy in copies.values())
    scores = (one.bin_scores for one in networks if isinstance(one, PublishedNetwork))
    return fit_published_network(
        cube,
        config=config,
        settings=settings,
        folder=out,
        listeners=listeners,
        scores=next(scores, None),
    )


def _save(
    trained: Network,
    cube: xr.Dataset,
    settings: TrainingSettings,
    scores: dict[str, Any],
    out: Path,
) -> TrainedNetwork:
    """Write the weights; `earlier_scores` has refused to replace those of another training."""
    import sys

    from microbatt.networks import JointNetwork, save_network
    from microbatt.training import training_points, with_record

    told = words_without_secrets(sys.argv[1:])
    recorded = with_record(
        trained,
        cube,
        points=training_points(cube, complete=not isinstance(trained, JointNetwork)),
        settings=asdict(settings) | {"command": shlex.join(["microbatt", *told])},
        scores=scores,
    )
    save_network(out, recorded, overwrite=True)
    return recorded


def _save_scores(recorded: TrainedNetwork, cube: xr.Dataset, name: str, out: Path) -> None:
    """Score the weights that were saved on another cube, and write the scores beside them."""
    from microbatt.networks import load_network, save_network
    from microbatt.prediction import predict
    from microbatt.training import plain_scores

    tested = load_network(out)
    predicted = predict(cube, tested)
    points = f"noise-free, {predicted.prediction_status.size} points"
    tested_scores = {f"{name}, {points}": plain_scores(predicted)}
    for words in _words(tested_scores):
        click.echo(words)
    record = replace(recorded.record, scores=dict(recorded.record.scores) | tested_scores)
    save_network(out, replace(tested, record=record))
