"""``microbatt compare``: the same random points on several engines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.balances import INVENTORY
from microbatt.cli.completion import cell_names
from microbatt.cli.engines import dualfoil_option, read_settings
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@click.command(
    "compare",
    epilog="Example: microbatt compare --engines native,pybamm --points 30 --out comparison",
)
@click.option("--engines", default="native,pybamm", help="Names, with commas between them.")
@click.option("--points", type=int, default=30, help="How many random curves.")
@click.option("--seed", type=int, default=1, help="Of the random numbers.")
@click.option(
    "--cell",
    shell_complete=cell_names,
    default="doyle-1996-cell-1",
    help="Name, or path of a cell file.",
)
@click.option(
    "--inventory",
    type=click.Choice(INVENTORY),
    default=INVENTORY[0],
    help="Lithium balance of the particles.",
)
@click.option(
    "--cutoff", type=float, help="Cut-off voltage [V].  [default: the cell's own, else 2]"
)
@click.option(
    "--setting",
    "settings",
    multiple=True,
    metavar="ENGINE.KEY=VALUE",
    help="Of an engine, VALUE as in TOML: 'pybamm.volumes=[60, 30, 60]'.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for what is saved."
)
@dualfoil_option
def command(
    *,
    engines: str,
    points: int,
    seed: int,
    cell: str,
    inventory: str,
    cutoff: float | None,
    settings: tuple[str, ...],
    out: Path | None,
) -> None:
    """Discharge a cell at random points on each engine, and show time, endings and differences.

    Random are alpha from 0 to 10, S from 0.3 to 40 and one of six currents from C/10 to 4 C; the
    cell's own alpha and S at each current come in addition, for an engine that has them built in.
    Differences are from a refined solution by the native engine. Saved in --out are every number
    (netCDF), the tables (CSV), versions and settings (JSON) and a picture.
    """
    from microbatt.cells import load_cell
    from microbatt.comparison import compare_engines, random_points, save_comparison, tables_of

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
        files = save_comparison(comparison, out)
        click.echo(f"saved: {', '.join(map(str, [*files, *_draw(out, comparison)]))}")


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


def _draw(folder: Path, comparison: xr.Dataset) -> list[Path]:
    """Save a picture if there is something to draw with."""
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        click.echo("no picture: pip install 'microbatt[plot]'", err=True)
        return []
    from matplotlib.figure import Figure

    from microbatt.plots import draw_comparison

    figure = Figure(figsize=(10.0, 3.4), layout="constrained")
    draw_comparison(figure.subplots(1, 3), comparison)
    path = folder / "comparison.png"
    figure.savefig(path, dpi=150)
    return [path]
