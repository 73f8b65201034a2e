"""``microbatt map``: what can be known of alpha and S at every point of a cube."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.outputs import check_output, overwrite_option, save_picture
from microbatt.cli.stores import find_store, storage_options
from microbatt.cli.values import free_option, read_free, read_list, read_measured
from microbatt.errors import OccupiedError, ParameterError
from microbatt.places import Kind

if TYPE_CHECKING:
    import xarray as xr


@click.command("map", epilog="Example: microbatt map demo.zarr --noise 1mV --currents 17.5,35,70")
@click.argument("store", shell_complete=cube_names)
@click.option("--noise", default="1mV", help="Standard deviation of a measured voltage.")
@click.option("--samples", default=100, help="Number of voltages that are read from a curve.")
@click.option(
    "--charge-error", default=1e-4, help="Relative standard deviation of a curve's charge."
)
@click.option(
    "--currents", help="Currents of the measured curves [A m⁻²].  [default: those of the cube]"
)
@free_option
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), help="Picture of the map to draw."
)
@overwrite_option
@storage_options
def command(  # noqa: PLR0913 - one parameter an option
    store: str,
    *,
    noise: str,
    samples: int,
    charge_error: float,
    currents: str | None,
    free: tuple[str, ...],
    picture: Path | None,
    overwrite: bool,
    options: tuple[str, ...],
) -> None:
    """Join the smallest possible standard deviations of alpha and S to the cube in STORE.

    They are Cramér-Rao bounds for discharge curves of the cube's cell, on its terms. Some minutes
    for thousands of points. A cube that holds bounds keeps them unless --overwrite is given.
    """
    from dask.diagnostics.progress import ProgressBar

    from microbatt.checks import check_extra
    from microbatt.cube import join_variables, open_cube
    from microbatt.inference.identifiability import Readings, cube_bounds

    if picture is not None:
        check_extra("matplotlib", extra="plot")
    check_output(picture, Kind.PICTURE, overwrite=overwrite)
    location = find_store(store, options)
    cube = open_cube(location, chunks=None)
    if picture is not None and "point" in cube.dims:
        raise ParameterError("`--plot` needs a grid of alpha and S; this cube has points.")
    if "alpha_bound" in cube and not overwrite:
        raise OccupiedError(f"{store} holds bounds already. Pass `--overwrite` to replace them.")
    lazy = cube_bounds(
        cube,
        None if currents is None else read_list("--currents", currents),
        Readings(
            noise=read_measured("--noise", noise, "V"), samples=samples, charge_error=charge_error
        ),
        free=read_free(free),
    )
    with ProgressBar(dt=1.0, out=sys.stderr) if sys.stderr.isatty() else nullcontext():
        bounds = lazy.compute()
    join_variables(location, bounds)
    click.echo(_said(bounds, store))
    if picture is not None:
        _draw(picture, bounds, overwrite=overwrite)


def _said(bounds: xr.Dataset, store: str) -> str:
    known = bounds.where(bounds["bound_curves"] > 0)
    relative = known["S_bound"] / known["S"]
    missing = int((bounds["bound_curves"] == 0).sum())
    lines = [
        f"{store} holds the bounds of {bounds['S_bound'].size} points:",
        f"  alpha ±  median {float(known['alpha_bound'].median()):.2g}",
        f"  S ±      median {100.0 * float(relative.median()):.2g} %",
    ]
    if missing:
        lines.append(f"  {missing} points have no curve at these currents")
    return "\n".join(lines)


def _draw(path: Path, bounds: xr.Dataset, *, overwrite: bool) -> None:
    from matplotlib.figure import Figure

    from microbatt.plots import draw_bounds

    figure = Figure(figsize=(13.0, 4.0), layout="constrained")
    draw_bounds(figure.subplots(1, 3, sharey=True), bounds)
    save_picture(figure, path, overwrite=overwrite)
