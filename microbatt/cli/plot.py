"""``microbatt plot``: a cube at a glance, as a picture."""

from pathlib import Path

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.outputs import check_output, overwrite_option, save_picture
from microbatt.places import Kind

ROWS, COLUMNS = 3, 4


@click.command("plot", epilog="Example: microbatt plot demo.zarr demo.png")
@click.argument("cube", shell_complete=cube_names)
@click.argument("picture", type=click.Path(path_type=Path))
@overwrite_option
def command(cube: str, picture: Path, *, overwrite: bool) -> None:
    """Draw the curves of CUBE across alpha and S into PICTURE.

    CUBE is the path or URL of a cube, or a name of the catalog; the format of the picture follows
    the ending of PICTURE.
    """
    from microbatt.checks import check_extra

    check_extra("matplotlib", extra="plot")
    check_output(picture, Kind.PICTURE, overwrite=overwrite)
    from matplotlib.figure import Figure

    from microbatt.catalog import open_dataset
    from microbatt.plots import draw_sweep

    dataset = open_dataset(cube, chunks=None)
    sizes = dataset["voltage"].sizes
    rows, columns = min(ROWS, sizes.get("S", 1)), min(COLUMNS, sizes.get("alpha", 1))
    figure = Figure(figsize=(2.8 * columns + 1.0, 2.2 * rows + 0.6), layout="constrained")
    draw_sweep(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False), dataset)
    save_picture(figure, picture, overwrite=overwrite, dpi=150)
    click.echo(f"{picture} shows curves across alpha and S.")
