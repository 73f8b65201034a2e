"""``microbatt explore``: look at a cube in the browser."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.stores import read_options, storage_options

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


@click.command("explore", epilog="Example: microbatt explore published-sweep --port 5010")
@click.argument("cube", shell_complete=cube_names, default="demo")
@click.option(
    "--port", type=int, default=5006, help="Port of this machine; 0 takes any that is free."
)
@click.option("--show/--no-show", "--open/--no-open", default=True, help="Open a browser.")
@click.option("--scheduler", metavar="ADDRESS", help="Dask cluster whose dashboard to link.")
@storage_options
def command(
    cube: str, *, port: int, show: bool, scheduler: str | None, options: tuple[str, ...]
) -> None:
    """Look at CUBE in the browser: a map of alpha and S, and the curves of what is tapped.

    CUBE is the path or URL of a cube, or a name of the catalog [default: demo]. A cube that a
    campaign is still filling is shown as far as it is, and followed.
    """
    from microbatt.checks import check_extra
    from microbatt.explorer import free_port, opener, serve

    check_extra("panel", extra="explore")
    port = free_port(port)
    reopen = opener(cube, read_options(options))
    with _client(scheduler):
        serve(
            reopen,
            title=f"{cube} · microbatt explorer",
            port=port,
            show=show,
            started=lambda address: click.echo(f"{cube} at {address}; Ctrl-C ends it."),
        )


def _client(scheduler: str | None) -> AbstractContextManager[Any]:
    if scheduler is None:
        return nullcontext()
    from microbatt.campaign import remote_client

    return remote_client(scheduler)
