"""``microbatt compare``: the same random points on several engines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.balances import inventory_option
from microbatt.cli.completion import cell_names
from microbatt.cli.engines import dualfoil_option, read_settings
from microbatt.cli.outputs import check_outputs, overwrite_option, save_picture
from microbatt.errors import ParameterError, SimulationError
from microbatt.places import Kind

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_PICTURE = "comparison.png"


@click.command(
    "compare",
    epilog="Example: microbatt compare --engines native,pybamm --points 30 --out comparison",
)
@click.option(
    "--engines",
    default="native,pybamm",
    help="Engines to compare, separated by commas; the first is the reference for time.",
)
@click.option("--points", type=int, default=30, help="Number of random points.")
@click.option("--seed", type=int, default=1, help="Seed of the random points.")
@click.option(
    "--cell",
    shell_complete=cell_names,
    default="doyle-1996-cell-1",
    help="Cell to simulate: a name that `microbatt cells` lists, or a cell file.",
)
@inventory_option
@click.option(
    "--cutoff", type=float, help="Cut-off voltage [V].  [default: the cell's own, else 2]"
)
@click.option(
    "--setting",
    "settings",
    multiple=True,
    metavar="ENGINE.KEY=VALUE",
    help="Setting of an engine, with VALUE as in TOML: 'pybamm.volumes=[60, 30, 60]'.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the numbers, tables and picture.",
)
@overwrite_option
@dualfoil_option
def command(  # noqa: PLR0913 - one parameter an option
    *,
    engines: str,
    points: int,
    seed: int,
    cell: str,
    inventory: str,
    cutoff: float | None,
    settings: tuple[str, ...],
    out: Path | None,
    overwrite: bool,
) -> None:
    """Discharge a cell at random points on each engine; show time, outcomes and differences.

    The points are random: alpha from 0 to 10, S from 0.3 to 40, and one of six currents from C/10
    to 4 C. The cell's own alpha and S are added at each current, for an engine that has them built
    in. Differences are taken from a refined solution of the native engine. The folder of --out gets
    every number (netCDF), the tables (CSV), versions and settings (JSON) and a picture. The
    exit code is 1 if an engine gives no whole curve.
    """
    from microbatt.cells import load_cell
    from microbatt.comparison import (
        FILES,
        compare_engines,
        random_points,
        save_comparison,
        tables_of,
    )

    if out is not None:
        check_outputs(out, {**FILES, _PICTURE: Kind.PICTURE}, overwrite=overwrite)

    loaded = load_cell(cell)
    words = settings_by_engine([name.strip() for name in engines.split(",")], settings)
    comparison = compare_engines(
        loaded,
        {name: read_settings(name, words[name]) for name in words},
        random_points(loaded, points, seed),
        inventory=inventory,
        cutoff_voltage=cutoff,
        tell=_tell,
    ).assign_attrs(seed=seed)
    for table in tables_of(comparison).values():
        _show(table)
    if out is not None:
        files = save_comparison(comparison, out, overwrite=overwrite)
        files += _draw(out, comparison, overwrite=overwrite)
        click.echo(f"saved: {', '.join(map(str, files))}")
    check_useful(comparison)


def check_useful(comparison: xr.Dataset) -> None:
    """Say which engines gave no whole curve at all.

    Raises
    ------
    SimulationError
        If there is one.
    """
    from microbatt.outcomes import Outcome

    whole = comparison["outcome"].isin([outcome for outcome in Outcome if outcome.is_whole])
    curves = whole.any([dim for dim in whole.dims if dim != "engine"])
    useless = [str(name) for name in curves["engine"].to_numpy() if not curves.sel(engine=name)]
    if useless:
        raise SimulationError(
            f"no whole curve came of {', '.join(useless)}; the table of outcomes says what did. "
            "Try one point with `microbatt discharge --engine ENGINE`."
        )


def settings_by_engine(names: list[str], settings: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Sort ``ENGINE.KEY=VALUE`` words by engine, without its name.

    Raises
    ------
    ParameterError
        If one names an engine that is not compared.

    Examples
    --------
    >>> settings_by_engine(["native", "pybamm"], ("pybamm.rtol=1e-6",))
    {'native': (), 'pybamm': ('rtol=1e-6',)}
    """
    sorted_words: dict[str, tuple[str, ...]] = dict.fromkeys(names, ())
    for word in settings:
        name, _, rest = word.partition(".")
        if name not in sorted_words:
            raise ParameterError(
                f"`--setting` is {word!r}; begin it with one of the engines compared and a dot: "
                f"{', '.join(names)}."
            )
        sorted_words[name] += (rest,)
    return sorted_words


def _tell(engine: str, done: int, total: int) -> None:
    click.echo(f"\r{engine}: {done} of {total} points", err=True, nl=done == total)


def _show(table: pd.DataFrame) -> None:
    from rich.markup import escape
    from rich.table import Table

    from microbatt.cli.terminal import console

    shown = Table(box=None, pad_edge=False)
    for name in table.columns:
        shown.add_column(
            escape(str(name)), justify="left" if name in {"engine", "alpha"} else "right"
        )
    for row in table.itertuples(index=False):
        shown.add_row(*(_text(value) for value in row))
    console().print(shown, "")


def _text(value: object) -> str:
    if isinstance(value, float):
        return "–" if value != value else f"{value:.3g}"  # noqa: PLR0124 - NaN
    return str(value)


def _draw(folder: Path, comparison: xr.Dataset, *, overwrite: bool) -> list[Path]:
    """Save a picture if there is something to draw with."""
    from microbatt.shadowing import is_installed

    if not is_installed("matplotlib"):
        click.echo("no picture: pip install 'microbatt[plot]'", err=True)
        return []
    from matplotlib.figure import Figure

    from microbatt.plots import draw_comparison

    figure = Figure(figsize=(10.0, 3.4), layout="constrained")
    draw_comparison(figure.subplots(1, 3), comparison)
    path = folder / _PICTURE
    save_picture(figure, path, overwrite=overwrite, dpi=150)
    return [path]
