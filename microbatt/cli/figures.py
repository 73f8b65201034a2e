"""``microbatt figures``: every figure of the published work from one cube."""

from pathlib import Path

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.outputs import check_outputs, overwrite_option, save_picture
from microbatt.places import Kind


@click.command("figures", epilog="Example: microbatt figures published-sweep --out figures")
@click.argument("cube", shell_complete=cube_names)
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the figures; it is made if need be.",
)
@click.option(
    "--format",
    "ending",
    type=click.Choice(["png", "pdf", "svg"]),
    default="png",
    help="Format of the figures.",
)
@click.option(
    "--network",
    "networks",
    multiple=True,
    metavar="NAME",
    help="Show this network's predictions; may be repeated.  [default: all]",
)
@overwrite_option
def command(
    cube: str, *, folder: Path, ending: str, networks: tuple[str, ...], overwrite: bool
) -> None:
    """Draw every figure of the published work from CUBE into a folder.

    CUBE is the path or URL of a cube, or a name of the catalog. Figures for which it holds too
    little, such as predictions, are left out and named.
    """
    from microbatt.checks import check_choice, check_extra

    check_extra("matplotlib", extra="plot")
    from microbatt.catalog import open_dataset
    from microbatt.cube.predicted import copies_in
    from microbatt.plots import FIGURES, drawable

    dataset = open_dataset(cube, chunks=None)
    if networks:
        known = copies_in(dataset)
        chosen = [check_choice("--network", name, known) for name in networks]
        dataset = dataset.sel(network=chosen)
    lacking = drawable(dataset)
    drawn = [f"{figure.name}.{ending}" for figure in FIGURES if not lacking[figure.name]]
    check_outputs(folder, dict.fromkeys(drawn, Kind.PICTURE), overwrite=overwrite)
    for figure in FIGURES:
        if lacking[figure.name]:
            click.echo(f"left out {figure.name}, {figure.title}: {lacking[figure.name]}.")
            continue
        path = folder / f"{figure.name}.{ending}"
        save_picture(figure.draw(dataset), path, overwrite=overwrite)
        click.echo(f"{path}: {figure.title}")
