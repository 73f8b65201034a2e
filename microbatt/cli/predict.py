"""``microbatt predict``: alpha and S of every point of a cube, joined to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.stores import find_store, storage_options

if TYPE_CHECKING:
    import xarray as xr

    from microbatt.prediction.loading import TrainedNetwork


@click.command("predict", epilog="Example: microbatt predict demo.zarr")
@click.argument("cube")
@click.option(
    "--network",
    type=click.Choice(["curve", "published"]),
    help="Refuse weights of another kind.  [default: whatever kind they are]",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder that `microbatt train --out` wrote.  [default: the shipped curve network]",
)
@click.option("--noise", default="0 V", help="Noise of the cube's voltages, such as 1mV.")
@storage_options
def command(
    cube: str, *, network: str | None, weights: Path | None, noise: str, options: tuple[str, ...]
) -> None:
    """Predict alpha and S of every point of CUBE and join the predictions to it.

    Predicting again replaces the predictions and nothing else.
    """
    from microbatt.cli.values import read_measured
    from microbatt.networks.measurement import MeasurementNoise
    from microbatt.prediction.predicting import predict_into

    level = MeasurementNoise(voltage=read_measured("--noise", noise, "V"))
    trained = _chosen(weights, network)
    place = find_store(cube, options)
    predicted = predict_into(place, trained, noise=level)
    click.echo(_summary(predicted))
    click.echo(f"  {'store':<12} {place}")


def _chosen(weights: Path | None, kind: str | None) -> TrainedNetwork | None:
    """Return the network to use; None is the shipped one for the cube's cell."""
    from microbatt.errors import ParameterError
    from microbatt.prediction.loading import load_network

    if weights is None:
        if kind == "published":
            raise ParameterError(
                "no weights of the published network are shipped: it is here to be compared with. "
                "Train it with `microbatt train CUBE --network published --out DIR` and give "
                "`--weights DIR`."
            )
        return None
    trained = load_network(weights)
    if kind not in {None, trained.kind}:
        raise ParameterError(
            f"`--network` is {kind!r} and {weights} holds weights of a {trained.kind!r} network; "
            "give one of the two options, or others."
        )
    return trained


def _summary(predicted: xr.Dataset) -> str:
    """Return how many points were predicted, and how far they lie from the cube's own values."""
    from microbatt.prediction.predicting import PredictionStatus
    from microbatt.scoring.errors import mean_relative_error

    status = predicted["prediction_status"].load()
    made_by = status.attrs
    counts = [
        f"{int((status == code).sum())} {code.name.lower().replace('_', ' ')}"
        for code in PredictionStatus
        if bool((status == code).any())
    ]
    lines = [f"{', '.join(counts)} of {status.size} points by the {made_by['network']} network"]
    good = (status == PredictionStatus.PREDICTED).to_numpy()
    for name in ("alpha", "S"):
        truth = predicted[name].broadcast_like(status).transpose(*status.dims).to_numpy()
        found = predicted[f"{name}_predicted"].to_numpy()
        counted = good & (truth > 0)
        if counted.any():
            error = float(mean_relative_error(truth[counted], found[counted]))
            lines.append(f"  {name:<12} mean relative error L_s {error:.3g} % where {name} > 0")
    lines.append(
        f"  {'weights':<12} {made_by['weights_hash'][:12]} from {made_by['training_cube']}"
    )
    return "\n".join(lines)
