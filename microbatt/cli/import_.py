"""``microbatt import``: curves that somebody else's program made, as a cube."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microbatt.cli.completion import cell_names
from microbatt.cli.outputs import overwrite_option
from microbatt.cli.stores import read_options, storage_options
from microbatt.errors import ParameterError
from microbatt.places import Kind, check_replaceable, replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from microbatt.campaign import Origin
    from microbatt.cube import Location
    from microbatt.engines import Discharge
    from microbatt.engines.dualfoil.archives import ArchivedRun, LeftOut

_SHOWN = 5
"""So many folders that were left out are told one by one."""


@click.group("import", epilog="Example: microbatt import dualfoil runs --store runs.zarr")
def command() -> None:
    """Make a cube of curves that exist already."""


def _common(function: Callable[..., None]) -> Callable[..., None]:
    options: tuple[Any, ...] = (
        click.option("--store", required=True, help="Path or URL of the new cube."),
        click.option("--name", help="Name of the cube.  [default: that of the store]"),
        click.option("--alpha", type=float, help="Alpha of runs that do not say it."),
        click.option("--S", "S", type=float, help="S of runs that do not say it."),
        overwrite_option,
        storage_options,
    )
    for option in reversed(options):
        function = option(function)
    return function


@command.command(
    "dualfoil",
    epilog="Example: microbatt import dualfoil runs --pattern 'a{alpha}_S{S}' --store runs.zarr",
)
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@_common
@click.option(
    "--extra-file",
    nargs=2,
    metavar="NAME TEMPLATE",
    help="File beside the deck that holds alpha and S, and its form.",
)
@click.option(
    "--pattern", metavar="TEMPLATE", help="Form of the folder's path that holds alpha and S."
)
@click.option("--deck-name", default="dualfoil5.in", help="Name of the deck in each folder.")
@click.option("--output-name", default="dualfoil5.out", help="Name of the output in each folder.")
def dualfoil(  # noqa: PLR0913 - one parameter an option
    *,
    folders: tuple[Path, ...],
    store: str,
    name: str | None,
    alpha: float | None,
    S: float | None,
    overwrite: bool,
    options: tuple[str, ...],
    extra_file: tuple[str, str] | None,
    pattern: str | None,
    deck_name: str,
    output_name: str,
) -> None:
    """Import runs of dualfoil: FOLDERS that hold, at any depth, decks beside their outputs.

    Where alpha and S of a run come from: the file that told them (--extra-file), a point.json
    beside the deck, the folder's path (--pattern), --alpha and --S; otherwise they are those
    that public copies have built in. All runs must be of one cell, cut-off and heat balance.
    """
    from microbatt.engines.dualfoil.archives import Conventions, LeftOut, find_runs, read_runs
    from microbatt.engines.dualfoil.files import ExtraFile

    extra = None if extra_file is None else ExtraFile(name=extra_file[0], template=extra_file[1])
    conventions = Conventions(
        deck=deck_name,
        output=output_name,
        extra_file=extra,
        folder_name=pattern,
        alpha=alpha,
        S=S,
    )
    location = _place(store, options, overwrite=overwrite)
    found = list(read_runs(find_runs(folders, conventions), conventions))
    runs = [one for one in found if not isinstance(one, LeftOut)]
    left_out = [one for one in found if isinstance(one, LeftOut)]
    _tell_left_out(left_out)
    if not runs:
        raise ParameterError(f"none of {len(found)} folders holds a run that can be imported.")
    origin = _origin(runs, name or _name(store))
    _write([one.discharge for one in runs], origin, location, overwrite=overwrite)
    for sentence in runs[0].read.unmapped:
        if all(sentence in one.read.unmapped for one in runs):
            click.echo(f"  - {sentence}", err=True)


@command.command(
    "published",
    epilog="Example: microbatt import published curves --alpha 2.3 --S 1 --store curves.zarr",
)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@_common
@click.option(
    "--cell",
    shell_complete=cell_names,
    default="doyle-1996-cell-1",
    help="Cell that was discharged.",
)
@click.option("--cutoff", type=float, default=2.0, help="Cut-off voltage [V].")
@click.option(
    "--thermal", default="adiabatic", help="Heat balance: isothermal, adiabatic or lumped."
)
@click.option(
    "--pattern", metavar="TEMPLATE", help="Form of the file's path that holds alpha and S."
)
def published(  # noqa: PLR0913 - one parameter an option
    *,
    folder: Path,
    store: str,
    name: str | None,
    alpha: float | None,
    S: float | None,
    overwrite: bool,
    options: tuple[str, ...],
    cell: str,
    cutoff: float,
    thermal: str,
    pattern: str | None,
) -> None:
    """Import CSV files of the published form from FOLDER.

    Their columns are Time (min), Cell pot(V), Curr den (A/m^2) and more; a file is a discharge,
    and says neither its cell nor alpha and S.
    """
    from microbatt.campaign import Origin
    from microbatt.cells import load_cell
    from microbatt.checks import check_choice
    from microbatt.cli.balances import THERMAL, thermal_mode
    from microbatt.engines import Inventory
    from microbatt.engines.dualfoil import with_dualfoils_heat
    from microbatt.engines.dualfoil.archives import find_published, read_published

    check_choice("thermal", thermal, THERMAL)
    location = _place(store, options, overwrite=overwrite)
    discharged = load_cell(cell)
    discharges = []
    for path in find_published(folder):
        point = _point_of(path, alpha, S, pattern)
        there = discharged.with_microstructure(alpha=point[0], S=point[1])
        discharges.append(read_published(path, there, cutoff_voltage=cutoff))
    origin = Origin(
        name=name or _name(store),
        engine="dualfoil",
        source=f"imported from {len(discharges)} files of the published form",
        cell=discharged,
        cutoff_voltage=cutoff,
        thermal=with_dualfoils_heat(thermal_mode(thermal)),
        inventory=Inventory.AREA_ONLY,  # the only one that dualfoil has
    )
    _write(discharges, origin, location, overwrite=overwrite)


def _point_of(
    path: Path, alpha: float | None, S: float | None, pattern: str | None
) -> tuple[float, float]:
    from microbatt.engines.dualfoil.archives import match_name
    from microbatt.engines.dualfoil.files import check_template, point_values

    point = {"alpha": alpha, "S": S}
    if pattern is not None:
        check_template("--pattern", pattern)
        point |= point_values(match_name(pattern, path.as_posix()))
    for name, value in point.items():
        if value is None:
            raise ParameterError(
                f"{path.name} does not say its `{name}`; give `--{name}`, or `--pattern` if the "
                "path of the file holds it."
            )
    return float(point["alpha"] or 0.0), float(point["S"] or 0.0)


def _origin(runs: Sequence[ArchivedRun], name: str) -> Origin:
    """Return what runs have in common, and refuse those that have not enough."""
    from microbatt.campaign import Origin, differences, shortened
    from microbatt.engines import Inventory, thermal_to_dict
    from microbatt.engines.dualfoil import with_dualfoils_heat

    first = runs[0]
    terms = [
        {
            "cell": one.read.cell.with_microstructure(alpha=0.0, S=3.0).to_dict(),
            "cutoff_voltage": one.planned.cutoff_voltage,
            "thermal": thermal_to_dict(one.thermal),
        }
        for one in runs
    ]
    for run, described in zip(runs, terms, strict=True):
        if described != terms[0]:
            raise ParameterError(
                f"{run.folder} is not of the same cell and terms as {first.folder}. What "
                f"differs:\n{shortened(differences(terms[0], described))}\n"
                "Import folders of one cell at a time, each into its own cube."
            )
    return Origin(
        name=name,
        engine="dualfoil",
        source=f"imported from {len(runs)} runs of dualfoil",
        cell=first.read.cell,
        cutoff_voltage=first.planned.cutoff_voltage,
        thermal=with_dualfoils_heat(first.thermal),
        inventory=Inventory.AREA_ONLY,
    )


def _place(store: str, options: tuple[str, ...], *, overwrite: bool) -> Location:
    """Return where the cube is to be, if nothing is there that is not to be lost."""
    from microbatt.cube import locate

    location = locate(store, read_options(options))
    if location.is_local:
        check_replaceable(location.path, Kind.CUBE, overwrite=overwrite)
    elif overwrite:
        raise ParameterError(
            f"`--overwrite` is for cubes on this machine, and `--store` is {store!r}. Remove that "
            "cube with the tools of its store, or give another place."
        )
    return location


def _write(
    discharges: Sequence[Discharge], origin: Origin, location: Location, *, overwrite: bool
) -> None:
    from microbatt.campaign import write_imported
    from microbatt.cube import locate, open_cube

    if location.is_local:
        with replacing(location.path, Kind.CUBE, overwrite=overwrite) as written:
            write_imported(discharges, origin, locate(written))
    else:
        write_imported(discharges, origin, location)
    cube = open_cube(location)
    click.echo(f"{cube.microbatt.summary()}\n  {'store':<12} {location}")


def _tell_left_out(left_out: Sequence[LeftOut]) -> None:
    for one in left_out[:_SHOWN]:
        click.echo(f"left out: {one.folder}: {one.reason}", err=True)
    if len(left_out) > _SHOWN:
        click.echo(f"left out: {len(left_out) - _SHOWN} more", err=True)


def _name(store: str) -> str:
    return Path(store.rstrip("/")).stem or "imported"
