"""``microbatt doctor``: what this installation has and can reach, for a bug report."""

from __future__ import annotations

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.engines import dualfoil_option
from microbatt.cli.stores import find_store, storage_options

_WIDTH = 14


@click.command("doctor", epilog="Example: microbatt doctor demo.zarr --simulate")
@click.argument("stores", shell_complete=cube_names, metavar="[STORE]...", nargs=-1)
@click.option(
    "--simulate",
    is_flag=True,
    help="Run one discharge too, which may compile the engine for a minute.",
)
@dualfoil_option
@storage_options
def command(stores: tuple[str, ...], *, simulate: bool, options: tuple[str, ...]) -> None:
    """Show versions, cores, GPU, cached kernels, engines and folders, to paste into a bug report.

    Each STORE is opened and read. A dash marks something that is not there and need not be; an
    exclamation mark marks trouble, and then the exit code is 1. Your home folder is shown as ~.
    """
    from microbatt.diagnosis import State, diagnose
    from microbatt.errors import MicrobattError

    signs = {State.FINE: " ", State.ABSENT: "-", State.TROUBLE: "!"}
    troubles = 0
    for found in diagnose([find_store(one, options) for one in stores], simulate=simulate):
        click.echo(f"{signs[found.state]} {found.topic:<{_WIDTH}} {found.text}")
        troubles += found.state is State.TROUBLE
    if troubles:
        raise MicrobattError(f"trouble in lines marked with an exclamation mark: {troubles}.")
