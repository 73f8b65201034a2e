"""``microbatt plot``: a cube at a glance, as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.outputs import check_output, overwrite_option, save_picture
from microbatt.cli.values import read_value
from microbatt.errors import ParameterError
from microbatt.places import Kind

if TYPE_CHECKING:
    import xarray as xr

ROWS, COLUMNS = 3, 4


@click.command("plot", epilog="Example: microbatt plot demo.zarr demo.png")
@click.argument("cube", shell_complete=cube_names)
@click.argument("picture", type=click.Path(path_type=Path))
@click.option(
    "--across",
    nargs=2,
    metavar="NAME NAME",
    help="The two axes that the panels lie along, such as positive_thickness alpha.  "
    "[default: alpha and S, or the first two axes]",
)
@click.option(
    "--at",
    "at",
    multiple=True,
    metavar="NAME=VALUE",
    help="Where on another axis, with its unit, such as positive_thickness=70µm; may be repeated."
    "  [default: the middle]",
)
@overwrite_option
def command(
    cube: str,
    picture: Path,
    across: tuple[str, str] | None,
    at: tuple[str, ...],
    *,
    overwrite: bool,
) -> None:
    """Draw the curves of CUBE across two of its axes into PICTURE.

    CUBE is the path or URL of a cube, or a name of the catalog; the format of the picture follows
    the ending of PICTURE. Of listed points a dozen are shown.
    """
    from microbatt.checks import check_extra

    check_extra("matplotlib", extra="plot")
    check_output(picture, Kind.PICTURE, overwrite=overwrite)
    from matplotlib.figure import Figure

    from microbatt.catalog import open_dataset
    from microbatt.plots import draw_sweep, sweep_shape

    dataset = open_dataset(cube, chunks=None)
    places = dict(read_value("--at", text) for text in at)
    _check_places(dataset, across or (), at, places)
    rows, columns = sweep_shape(dataset, (ROWS, COLUMNS), across or ())
    figure = Figure(figsize=(2.8 * columns + 1.0, 2.2 * rows + 0.6), layout="constrained")
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    draw_sweep(panels, dataset, across=across or (), at=places)
    save_picture(figure, picture, overwrite=overwrite, dpi=150)
    click.echo(f"{picture} shows curves across {_told(dataset, across or ())}.")


def _check_places(
    dataset: "xr.Dataset", across: tuple[str, ...], at: tuple[str, ...], places: dict[str, float]
) -> None:
    """Refuse a place that the picture would not show."""
    from microbatt.plots import sweep_axes

    if len(places) < len(at):
        raise ParameterError(f"`--at` names an axis twice ({', '.join(at)}); name each once.")
    for name in sweep_axes(dataset, across):
        if name in places:
            raise ParameterError(
                f"`--at` names `{name}`, along which the panels lie; leave it out, or let the "
                "panels lie along other axes with `--across`."
            )


def _told(dataset: "xr.Dataset", across: tuple[str, ...]) -> str:
    from microbatt.plots import sweep_axes

    return " and ".join(sweep_axes(dataset, across)) or "listed points"
