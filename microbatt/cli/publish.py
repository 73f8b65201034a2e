"""``microbatt publish``: a finished cube as one verified file with a datasheet."""

from __future__ import annotations

from pathlib import Path

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.stores import find_store


@click.command(
    "publish", epilog="Example: microbatt publish demo.zarr --out demo-1.0 --creator 'A. Author'"
)
@click.argument("store", shell_complete=cube_names)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder to write.", metavar="DIR"
)
@click.option(
    "--license", default="CC BY 4.0", show_default=True, help="Under which the data may be used."
)
@click.option(
    "--creator", "creators", multiple=True, metavar="NAME", help="To be cited; may be repeated."
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier publication at DIR.")
def command(
    *,
    store: str,
    out: Path,
    license: str,  # noqa: A002 - what archives call it
    creators: tuple[str, ...],
    overwrite: bool,
) -> None:
    """Write STORE as people archive it: zipped, with checksum, datasheet and README.

    The cube must be complete; every chunk of it is read and verified first.
    """
    from microbatt.catalog import publish_cube

    location = find_store(store)
    written = publish_cube(
        location.url, out, license=license, creators=creators, overwrite=overwrite
    )
    click.echo(f"{written.archive}\n{written.checksum}")
