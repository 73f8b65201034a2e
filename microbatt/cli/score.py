"""``microbatt score``: how good the predictions in a cube are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.stores import find_store, storage_options

if TYPE_CHECKING:
    import xarray as xr
    from rich.table import Table

_COLUMNS = {
    "mean_relative_error_above_zero": "L_s\n[dim]mean, %[/dim]",
    "worst_relative_error": "L_s\n[dim]worst, %[/dim]",
    "r_squared": "R²\n",
    "rms_error": "rms\n[dim]error[/dim]",
    "bias": "bias\n",
    "score_spread": "rms error\n[dim]over std[/dim]",
    "coverage": "in the 90 %\n[dim]interval, %[/dim]",
    "count": "points\n",
}
_LEVEL = 0.9
_IN_PERCENT = "coverage"


@click.command("score", epilog="Example: microbatt score demo.zarr --csv scores.csv")
@click.argument("cube")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all scores to this file too.",
)
@storage_options
def command(cube: str, csv_file: Path | None, options: tuple[str, ...]) -> None:
    """Score the predictions that were joined to CUBE, whole and by range.

    CUBE is a path, a URL, or a name of the catalog. L_s is the error over the mean of truth and
    prediction, as published.
    """
    from microbatt.cli.terminal import console
    from microbatt.cube.opening import open_cube
    from microbatt.scoring.scores import score

    location = find_store(cube, options)
    scores = score(open_cube(location, chunks=None))
    out = console()
    for title, one in _predictions(scores):
        out.print(f"[bold]{title}[/bold] in {location}", soft_wrap=True)
        for parameter in one["parameter"].to_numpy():
            out.print()
            out.print(_table(str(parameter), one.sel(parameter=parameter)))
            _tell_zeros(str(parameter), one.sel(parameter=parameter))
    _tell_left_out(scores)
    if csv_file is not None:
        _tidy(scores).to_csv(csv_file, index=False)
        click.echo(f"{csv_file} holds all scores.")


def _predictions(scores: xr.Dataset) -> list[tuple[str, xr.Dataset]]:
    """Return each set of predictions with its title."""
    named = str(scores.attrs.get("network", "prediction"))
    several = [str(d) for d in scores["count"].dims if d != "parameter"]
    if not several:
        return [(named, scores)]
    flat = scores.stack({"prediction": several}, create_index=False)
    return [
        (" ".join(f"{d} {one[d].item()}" for d in several), one)
        for k in range(flat.sizes["prediction"])
        for one in [flat.isel(prediction=k)]
    ]


def _table(parameter: str, scores: xr.Dataset) -> Table:
    """Return the scores of one parameter: a row for all, and a row for each range."""
    from rich.table import Table

    shown = [name for name in _COLUMNS if bool(scores[name].notnull().any())]
    table = Table(box=None, pad_edge=False)
    table.add_column(f"{parameter}\n")
    for name in shown:
        table.add_column(_COLUMNS[name], justify="right")
    table.add_row("all", *_cells(scores, shown))
    for by in ("alpha", "S"):
        table.add_section()
        for place, name in enumerate(scores[f"{by}_range"].to_numpy()):
            one = scores.isel({f"{by}_range": place})
            table.add_row(f"[dim]{by}[/dim] {name}", *_cells(one, shown, f"_by_{by}"))
    return table


def _cells(scores: xr.Dataset, names: list[str], end: str = "") -> list[str]:
    return [_cell(scores, name, end) for name in names]


def _cell(scores: xr.Dataset, name: str, end: str) -> str:
    values = scores[f"{name}{end}"]
    if name == _IN_PERCENT:
        values = 100.0 * values.sel(level=_LEVEL)
    value = float(values)
    if value != value:  # noqa: PLR0124 - NaN
        return "–"
    return f"{value:.0f}" if name == "count" else f"{value:.4g}"


def _tell_zeros(parameter: str, scores: xr.Dataset) -> None:
    """Say what L_s is with the points whose true value is 0, if there are any."""
    whole = float(scores["mean_relative_error"])
    if whole != float(scores["mean_relative_error_above_zero"]):
        click.echo(
            f"L_s counts where {parameter} is above 0: at 0 it is 0 or 200 % however near a "
            f"prediction is. With those points the mean is {whole:.4g} %."
        )


def _tell_left_out(scores: xr.Dataset) -> None:
    count = scores.attrs["left_out"]
    if count:
        click.echo(f"\n{count} predictions do not count: not predicted, or out of range.")


def _tidy(scores: xr.Dataset):  # type: ignore[no-untyped-def]  # noqa: ANN202 - pandas, imported late
    """Return all scores as a table: a row for each score, parameter and range."""
    import pandas as pd

    parts = [
        values.rename("value").to_dataframe().reset_index().assign(score=str(name))
        for name, values in scores.data_vars.items()
    ]
    return pd.concat(parts, ignore_index=True)
