"""``microbatt run``: run a campaign, or go on with one."""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.clusters import client_for
from microbatt.cli.completion import cube_names
from microbatt.cli.engines import dualfoil_option
from microbatt.cli.outputs import check_output
from microbatt.cli.stores import read_options, storage_options
from microbatt.places import Kind

if TYPE_CHECKING:
    from microbatt.campaign import Event


@click.command("run", epilog="Example: microbatt run demo --store demo.zarr --workers 2")
@click.argument("campaign", shell_complete=cube_names)
@click.option("--store", help="Path or URL of the cube.  [default: cache, or NAME.zarr]")
@click.option("--scheduler", metavar="ADDRESS", help="Running Dask scheduler.")
@click.option(
    "--workers", type=int, help="Number of processes on this machine.  [default: threads]"
)
@click.option(
    "--dashboard/--no-dashboard",
    default=None,
    help="Serve Dask's dashboard.  [default: in a terminal]",
)
@click.option(
    "--report", type=click.Path(path_type=Path), help="File for Dask's performance report (.html)."
)
@click.option("--overwrite", is_flag=True, help="Replace the report of an earlier run.")
@click.option("--retry-failed", is_flag=True, help="Simulate the failed curves again.")
@click.option("--extend", is_flag=True, help="Add longer axes to the cube in the store.")
@click.option("--reuse", metavar="STORE", help="Copy curves from this smaller cube.")
@click.option(
    "--engine", help="Engine to use instead of the campaign's, with its default settings."
)
@click.option("--time-limit", type=float, help="Wall-clock limit for a curve [s].")
@click.option(
    "--timeout",
    type=float,
    help="Give up after so long without any worker that works [s].  [default: wait, and say what "
    "is missing]",
)
@dualfoil_option
@storage_options
def command(  # noqa: PLR0913 - one argument an option
    campaign: str,
    *,
    store: str | None,
    scheduler: str | None,
    workers: int | None,
    dashboard: bool | None,
    report: Path | None,
    overwrite: bool,
    retry_failed: bool,
    extend: bool,
    reuse: str | None,
    engine: str | None,
    time_limit: float | None,
    timeout: float | None,
    options: tuple[str, ...],
) -> None:
    """Run CAMPAIGN, a name of the catalog or a TOML file, into a cube.

    Run it again to go on where it was stopped, by whatever. Without --scheduler, all cores of
    this machine are used: by threads of this process for the native engine, by processes with
    --workers or another engine.
    """
    check_output(report, Kind.DASK_REPORT, overwrite=overwrite)
    last = _LastEvent()
    target = store
    try:
        from microbatt.campaign import (
            ProgressListener,
            default_store,
            load_campaign,
            preload_for,
            run_campaign,
        )
        from microbatt.engines.contract import load_engine

        planned = load_campaign(campaign)
        if engine is not None:
            planned = replace(planned, engine=engine, settings=None)
        if time_limit is not None:
            planned = replace(planned, time_limit=time_limit)
        threads = scheduler is None and workers is None and load_engine(planned.engine).in_threads
        if threads:
            preload_for(planned)  # first of all: Dask is imported meanwhile
        target = store or str(default_store(planned))
        with client_for(
            scheduler,
            workers,
            threads=threads,
            dashboard=sys.stderr.isatty() if dashboard is None else dashboard,
            profiled=report is not None,
        ) as client:
            cube = run_campaign(
                planned,
                target,
                client=client,
                listeners=[ProgressListener(), last],
                retry_failed=retry_failed,
                extend=extend,
                reuse=reuse,
                report=report,
                storage_options=read_options(options),
                chunks=None,
                timeout=timeout,
            )
    except KeyboardInterrupt as error:
        from microbatt.cli.commands import Interrupted

        # The store itself tells where every curve that has not run is to be run, and no other.
        left = last.left(None if retry_failed or extend else target)
        raise Interrupted(f"stopped; {left}; go on with: {_again(report)}") from error
    click.echo(f"{cube.microbatt.summary()}\n  {'store':<12} {target}")


class _LastEvent:
    """Remembers how a campaign ended, for the words after Ctrl-C."""

    def __init__(self) -> None:
        self._remaining: int | None = None

    def __call__(self, event: Event) -> None:
        self._remaining = getattr(event, "remaining", self._remaining)

    def left(self, target: str | None) -> str:
        """Say how many curves are left: by a store of this machine, or by what was heard.

        Blocks that were in flight have come to their end since, and others may still.
        """
        if self._remaining is None:
            return "nothing was simulated yet"
        from microbatt.campaign import read_pending
        from microbatt.cube import has_cube, locate
        from microbatt.errors import StoreError
        from microbatt.outcomes import Outcome

        remaining = self._remaining
        location = None if target is None else locate(target)
        if location is not None and location.is_local and has_cube(location):
            with suppress(StoreError, OSError):
                waiting = read_pending(location).outcomes.get(Outcome.NOT_RUN, 0)
                remaining = min(remaining, waiting)
        return f"at most {remaining} curves are left"


def _again(report: Path | None) -> str:
    """Return the command that goes on; the report of this run may be there already."""
    words = ["microbatt", *sys.argv[1:]]
    if report is not None and "--overwrite" not in words:
        words.append("--overwrite")
    return shlex.join(words)
