"""``microbatt predict``: alpha and S of every point of a cube, joined to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.outputs import overwrite_option
from microbatt.cli.stores import find_store, storage_options
from microbatt.errors import OccupiedError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from microbatt.cube import Location
    from microbatt.cube.predicted import Fold
    from microbatt.networks import MeasurementNoise, TrainedNetwork


@click.command("predict", epilog="Example: microbatt predict demo.zarr")
@click.argument("cube", shell_complete=cube_names)
@click.option(
    "--network",
    type=click.Choice(["curve", "published", "joint"]),
    help="Kind of network; weights of another kind are refused.  [default: whatever kind they are]",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder that `microbatt train --out` wrote, or a folder of folds in it; then the network "
    "of each fold predicts every point.  [default: the shipped curve network]",
)
@click.option("--name", help="Name of the predictions.  [default: the kind of the network]")
@click.option("--noise", default="0 V", help="Noise of the voltages in the cube, such as 1mV.")
@click.option(
    "--into",
    metavar="STORE",
    help="Another cube, which gets the predictions of CUBE's points as a group of their own.",
)
@overwrite_option
@storage_options
def command(
    cube: str,
    *,
    network: str | None,
    weights: Path | None,
    name: str | None,
    noise: str,
    into: str | None,
    overwrite: bool,
    options: tuple[str, ...],
) -> None:
    """Predict alpha and S of every point of CUBE and join the predictions to it.

    Predicting again does no harm: the same weights give the same predictions. Predictions of other
    weights under the same name are replaced only with --overwrite.
    """
    from microbatt.cli.values import read_measured
    from microbatt.cube import open_cube
    from microbatt.networks import MeasurementNoise, origin_of
    from microbatt.prediction import network_names, predict_into, shipped_for

    level = MeasurementNoise(voltage=read_measured("--noise", noise, "V"))
    place = find_store(cube, options)
    opened = open_cube(place)
    copies = _chosen(weights, network) or {0: shipped_for(origin_of(opened))}
    other = None if into is None else find_store(into, options)
    joined = opened if other is None else _group_of(opened, other)
    if joined is not None and not overwrite:
        check_joined(joined, opened, copies, network_names(copies, name), level)
    predicted = predict_into(place, copies, name=name, noise=level, into=other)
    for one in network_names(copies, name):
        click.echo(_summary(predicted, one, 0 if 0 in copies else "held_out"))
    copy = next(iter(copies.values()))
    folds = "" if 0 in copies else f" of {len(copies)} folds"
    click.echo(f"  {'weights':<12} {copy.weights_hash[:12]}{folds} from {copy.record.origin.cube}")
    group = "" if other is None else f", in the group {predicted.attrs['name']}"
    click.echo(f"  {'store':<12} {other or place}{group}")


def _group_of(cube: xr.Dataset, store: Location) -> xr.Dataset | None:
    """Return the predictions of a cube's points that another store holds; None without any."""
    from microbatt.cube import has_prediction_group, open_prediction_group

    name = str(cube.attrs["name"])
    return open_prediction_group(store, name) if has_prediction_group(store, name) else None


def check_joined(
    joined: xr.Dataset,
    cube: xr.Dataset,
    copies: Mapping[int, TrainedNetwork],
    names: list[str],
    noise: MeasurementNoise,
) -> None:
    """Refuse to replace predictions by others.

    Raises
    ------
    OccupiedError
        If there are predictions of other weights or another noise under the same name, or of
        other points in the same group.
    """
    from microbatt.cube.predicted import ORIGIN, PREDICTION_STATUS

    if joined.attrs.get("campaign_hash") != cube.attrs.get("campaign_hash"):
        raise OccupiedError(
            f"the group {cube.attrs['name']} holds predictions of another cube of that name. Pass "
            "`--overwrite` to replace them."
        )
    held = joined[PREDICTION_STATUS].attrs.get(ORIGIN, {}) if PREDICTION_STATUS in joined else {}
    for name in names:
        for fold, facts in held.get(name, {}).items():
            copy = copies.get(int(fold))
            if copy is None:
                continue
            told = {"weights_hash": copy.weights_hash, "noise_voltage": noise.voltage}
            if any(facts.get(key, value) != value for key, value in told.items()):
                raise OccupiedError(
                    f"there are predictions of other weights or another noise under the name "
                    f"{name!r}. Give another `--name`, or pass `--overwrite` to replace them."
                )


def _chosen(weights: Path | None, kind: str | None) -> Mapping[int, TrainedNetwork] | None:
    """Return the network to use, by fold; None is the shipped one for the cube's cell."""
    from microbatt.networks import load_copies

    if weights is None:
        if kind == "published":
            raise ParameterError(
                "no weights of the published network are shipped: it is here to be compared with. "
                "Train it with `microbatt train CUBE --network published --out DIR` and give "
                "`--weights DIR`."
            )
        return None
    copies = load_copies(weights)
    found = next(iter(copies.values())).kind
    if kind not in {None, found}:
        raise ParameterError(
            f"`--network` is {kind!r} and {weights} holds weights of a {found!r} network; "
            "give one of the two options, or others."
        )
    return copies


def _summary(predicted: xr.Dataset, network: str, fold: Fold) -> str:
    """Return how many points were predicted, and how far they lie from the cube's own values."""
    from microbatt.cube.predicted import HELD_OUT, PREDICTION_STATUS, PredictionStatus, predicted_by
    from microbatt.scoring import mean_relative_error

    one = predicted_by(predicted, network, fold)
    status = one[PREDICTION_STATUS].load()
    counts = [
        f"{int((status == code).sum())} {code.name.lower().replace('_', ' ')}"
        for code in PredictionStatus
        if bool((status == code).any())
    ]
    unseen = ", each by a copy that never saw it" if fold == HELD_OUT else ""
    lines = [f"{', '.join(counts)} of {status.size} points by the network {network}{unseen}"]
    good = (status == PredictionStatus.PREDICTED).to_numpy()
    for name in ("alpha", "S"):
        truth = one[name].broadcast_like(status).transpose(*status.dims).to_numpy()
        found = one[f"{name}_predicted"].to_numpy()
        counted = good & (truth > 0)
        if counted.any():
            error = float(mean_relative_error(truth[counted], found[counted]))
            lines.append(f"  {name:<12} mean relative error L_s {error:.3g} % where {name} > 0")
    return "\n".join(lines)
