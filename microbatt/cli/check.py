"""``microbatt check``: read every chunk of a store, and repair what is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from microbatt.cli.clusters import client_for
from microbatt.cli.completion import cube_names
from microbatt.cli.stores import find_store, storage_options
from microbatt.errors import StoreError

if TYPE_CHECKING:
    from microbatt.cube import CheckReport, Damage, Location


@click.command("check", epilog="Example: microbatt check demo.zarr --repair")
@click.argument("store", shell_complete=cube_names)
@click.option(
    "--repair", is_flag=True, help="Simulate damaged blocks again, and drop damaged predictions."
)
@click.option("--workers", type=int, help="Number of processes for the repair.  [default: threads]")
@click.option(
    "--engine",
    metavar="MODULE:ATTRIBUTE",
    help="The cube's engine, to vouch for one that is not microbatt's.",
)
@storage_options
def command(
    store: str,
    *,
    repair: bool,
    workers: int | None,
    engine: str | None,
    options: tuple[str, ...],
) -> None:
    """Read every chunk of STORE, verify its checksum, and tell which are damaged.

    The exit status is 1 if something is damaged and stays so.
    """
    from microbatt.cube import check_store

    location = find_store(store, options)
    report = check_store(location)
    _show(location, report)
    if not report.damages and not (repair and report.leftovers):
        return
    if not repair:
        raise StoreError(
            f"{len(report.damages)} damages in {location}. Run `microbatt check {store} --repair`, "
            "which simulates damaged blocks again and drops damaged predictions."
        )
    found = _repair(location, report, workers, engine)
    left = check_store(location)
    if left.damages:
        _show(location, left)
        raise StoreError(
            f"{len(left.damages)} damages in {location} cannot be repaired: what was edited is "
            "kept nowhere else. Restore it from a copy, or run its campaign into a store of its "
            "own."
        )
    if any(damage.joined for damage in found):
        click.echo(
            "what was damaged of predictions and bounds was dropped: run `microbatt predict` or "
            "`microbatt map` again"
        )
    click.echo("repaired")


def _repair(
    location: Location, report: CheckReport, workers: int | None, engine: str | None
) -> tuple[Damage, ...]:
    from microbatt.campaign import ProgressListener, campaign_of, fill_store, plan_campaign
    from microbatt.cube import repair_store
    from microbatt.engines.contract import load_engine

    found = repair_store(location, report)
    if any(damage.block is not None for damage in found):
        plan = plan_campaign(campaign_of(location, engine=engine), location)
        threads = workers is None and load_engine(plan.engine).in_threads
        with client_for(None, workers, threads=threads, dashboard=True) as client:
            fill_store(plan, client, ProgressListener())
    return found


def _show(location: Location, report: CheckReport) -> None:
    if report.blocks:
        click.echo(f"{location}: {report.finished} of {report.blocks} blocks finished, all read")
    for damage in report.damages:
        click.echo(f"  {damage.key}: {damage.what}")
    for key in report.leftovers:
        click.echo(f"  {key}: left by a process that was killed; harmless")
