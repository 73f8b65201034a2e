"""``microbatt status``: how far a campaign is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from microbatt.cli.completion import cube_names
from microbatt.cli.stores import find_store, storage_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microbatt.campaign import Pending
    from microbatt.cube import Location, RunRecord


@click.command("status", epilog="Example: microbatt status demo.zarr")
@click.argument("store", shell_complete=cube_names)
@storage_options
def command(store: str, options: tuple[str, ...]) -> None:
    """Show how far the campaign of STORE is.

    STORE is a path, a URL, or a name of the catalog.
    """
    from microbatt.campaign import growing_beside
    from microbatt.cube import has_cube

    location = find_store(store, options)
    _show(location)
    if location.is_local and has_cube(growing_beside(location)):
        click.echo("\nA larger cube grows beside it:")
        _show(growing_beside(location))


def _show(location: Location) -> None:
    from microbatt.campaign import read_pending
    from microbatt.cube import cube_attributes, read_runs
    from microbatt.outcomes import Outcome

    attributes = cube_attributes(location)
    found = read_pending(location)
    click.echo(f"{attributes.get('name', '')} in {location}")
    click.echo("\n".join(_lines(found)))
    runs = read_runs(location)
    for run in runs:
        end = _end(run, runs, waiting=found.outcomes.get(Outcome.NOT_RUN, 0))
        done = f"; {run.curves} curves on {', '.join(run.hosts)}" if run.hosts else ""
        click.echo(f"  run {run.run_id} from {run.started} {end}{done}")


def _end(run: RunRecord, runs: Sequence[RunRecord], *, waiting: int) -> str:
    """Say when a run ended; of one that did not say so, what can have become of it."""
    if run.ended:
        return f"to {run.ended}"
    followed = any(other.ended and other.started > run.started for other in runs)
    if not waiting and followed:
        return "was killed, its curves not counted; a later run went on where it stopped"
    return "has not ended: it goes on, or was killed; its curves are counted at its end"


def _lines(found: Pending) -> list[str]:
    from microbatt.outcomes import Outcome

    total = found.status.size
    done = total - found.outcomes.get(Outcome.NOT_RUN, 0)
    blocks = list(found.blocks())
    full = sum(bool(found.status[block.region].all()) for block in blocks)
    share = f"{done} of {total} curves run, {100 * done / total:.1f} %"
    return [
        f"  {share}; {full} of {len(blocks)} blocks finished",
        *(
            f"  {outcome.name.lower():<20} {count:>10}  {100 * count / total:6.2f} %"
            for outcome, count in found.outcomes.items()
        ),
    ]
