"""``microbatt score``: how good the predictions in a cube are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.outputs import check_output, overwrite_option, plain_cells, save_text
from microbatt.cli.stores import find_store, storage_options
from microbatt.places import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import xarray as xr
    from rich.console import Console
    from rich.table import Table

    from microbatt.cube.predicted import Fold

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
_WIDEST = 1000
_IN_PERCENT = "coverage"
_FORMATS = {"count": ".0f", "r_squared": ".5f"}


@click.command("score", epilog="Example: microbatt score demo.zarr --csv scores.csv")
@click.argument("cube", shell_complete=cube_names)
@click.option("--network", metavar="NAME", help="Score this network alone.  [default: all]")
@click.option(
    "--group",
    metavar="NAME",
    help="Score the predictions of another cube's points, which `microbatt predict --into` wrote.",
)
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for all scores (.csv).",
)
@overwrite_option
@storage_options
def command(
    cube: str,
    *,
    network: str | None,
    group: str | None,
    csv_file: Path | None,
    overwrite: bool,
    options: tuple[str, ...],
) -> None:
    """Score the predictions that were joined to CUBE, whole and by range.

    CUBE is a path, a URL, or a name of the catalog. Each network is scored by itself: as it was
    trained on all points, and, where it was cross-validated, on the points that the network of a
    fold never saw. L_s is the error over the mean of truth and prediction, as published.
    """
    from microbatt.cli.terminal import console
    from microbatt.cube import open_cube, open_prediction_group
    from microbatt.scoring import score

    check_output(csv_file, Kind.TABLE, overwrite=overwrite)
    location = find_store(cube, options)
    opened = (
        open_cube(location, chunks=None)
        if group is None
        else open_prediction_group(location, group, chunks=None)
    )
    out = console()
    found = []
    for name, fold in _sets(opened, network):
        scores = score(opened, name, fold)
        found.append(scores)
        out.print(f"[bold]{_title(scores)}[/bold]", soft_wrap=True)
        for parameter in scores["parameter"].to_numpy():
            out.print()
            _show(out, _table(str(parameter), scores.sel(parameter=parameter)))
            _tell_zeros(str(parameter), scores.sel(parameter=parameter))
        _tell_left_out(scores)
        out.print()
    if csv_file is not None:
        save_text(
            plain_cells(_tidy(found)).to_csv(index=False), csv_file, Kind.TABLE, overwrite=overwrite
        )
        click.echo(f"{csv_file} holds all scores.")


def _sets(cube: xr.Dataset, network: str | None) -> list[tuple[str | None, Fold | None]]:
    """Return the sets of predictions that are scored by themselves: network and fold."""
    from microbatt.checks import check_choice
    from microbatt.cube.predicted import HELD_OUT, copies_in

    copies = copies_in(cube)
    if not copies:
        return [(network, None)]
    names = copies if network is None else [check_choice("--network", network, copies)]
    sets: list[tuple[str | None, Fold | None]] = []
    for name in names:
        sets += [(name, 0)] if 0 in copies[name] else []
        sets += [(name, HELD_OUT)] if any(fold > 0 for fold in copies[name]) else []
    return sets


def _title(scores: xr.Dataset) -> str:
    """Return whose predictions are scored, and where the network comes from."""
    known = scores.attrs
    name = str(known.get("network", "predictions"))
    trained = f", trained on {known['training_cube']}" if known.get("training_cube") else ""
    if known.get("fold") == "held_out":
        return f"{name}{trained}: points held out, each by the copy that never saw it"
    return f"{name}{trained}"


def _show(out: Console, table: Table) -> None:
    """Print a table with whole numbers, however narrow the terminal."""
    from rich.measure import Measurement

    widest = Measurement.get(out, out.options.update(max_width=_WIDEST), table).maximum
    out.width = max(widest, out.width)
    out.print(table, soft_wrap=True)


def _table(parameter: str, scores: xr.Dataset) -> Table:
    """Return the scores of one parameter: a row for all, and a row for each range."""
    from rich.table import Table

    shown = [name for name in _COLUMNS if int(scores[name].count())]
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
    return f"{value:{_FORMATS.get(name, '.4g')}}"


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


def _tidy(found: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Return all scores as a table: a row for each score, network, parameter and range."""
    import pandas as pd

    parts = [
        values.rename("value")
        .to_dataframe()
        .reset_index()
        .assign(score=str(name), **{key: scores.attrs.get(key, "") for key in ("network", "fold")})
        for scores in found
        for name, values in scores.data_vars.items()
    ]
    return pd.concat(parts, ignore_index=True)
