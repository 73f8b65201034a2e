"""Running a campaign into a store, from the first curve or from where it was left."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from distributed import performance_report

from microbatt.campaign.cluster import dashboard_link, local_client
from microbatt.campaign.events import (
    BlockFinished,
    CampaignFinished,
    CampaignStarted,
    broadcast,
    log_listener,
)
from microbatt.campaign.extension import (
    growing_beside,
    has_to_grow,
    known_curves,
    recover_replacement,
    replace_by_larger,
)
from microbatt.campaign.pending import read_pending
from microbatt.campaign.plan import plan_campaign, prepare_store
from microbatt.campaign.preload import preload_for
from microbatt.campaign.reading import default_store, load_campaign
from microbatt.campaign.runner import run_tasks
from microbatt.campaign.tasks import Job, numbers_of
from microbatt.checks import POSITIVE, check_number
from microbatt.cube import has_cube, locate, open_cube
from microbatt.cube.store import check_fence, explained, fence_of
from microbatt.cube.writing import close_run, open_run
from microbatt.errors import MissingExtraError, StoreChangedError
from microbatt.outcomes import Outcome
from microbatt.places import Kind, check_replaceable
from microbatt.shadowing import is_installed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    import xarray as xr
    from distributed import Client

    from microbatt.campaign.campaign import Campaign
    from microbatt.campaign.events import Ending, Event, Listener
    from microbatt.campaign.extension import KnownCurves
    from microbatt.campaign.pending import Pending
    from microbatt.campaign.plan import Plan
    from microbatt.cube import Chunks, Location

FAILURES = tuple(outcome for outcome in Outcome if outcome.is_failure)


def run_campaign(  # noqa: PLR0913 - every one but the first is an option
    campaign: Campaign | str | Path,
    store: str | Path | None = None,
    *,
    client: Client | None = None,
    listeners: Iterable[Listener] = (),
    retry_failed: bool = False,
    extend: bool = False,
    reuse: str | Path | None = None,
    report: str | Path | None = None,
    storage_options: Mapping[str, Any] | None = None,
    chunks: Chunks = "auto",
    timeout: float | None = None,
) -> xr.Dataset:
    """Run a campaign into a store; what is in the store already is kept.

    Parameters
    ----------
    campaign : Campaign, str or pathlib.Path
        A campaign, a name of the catalog, or the path of a campaign file.
    store : str or pathlib.Path, optional
        Path or URL of the cube; None is the cache for a name of the catalog, and
        ``NAME.zarr`` in this folder for the rest.
    client : distributed.Client, optional
        Of any Dask cluster whose workers import microbatt and reach the store; None runs threads
        of this process, one for each core.
    listeners : iterable of Listener
        Hear of every event; see `microbatt.campaign.events`.
    retry_failed : bool, default False
        Simulate the failed curves again too.
    extend : bool, default False
        The store holds the same campaign with shorter axes; add the rest.
    reuse : str or pathlib.Path, optional
        Path or URL of another store of the same campaign with shorter axes, to copy from.
    report : str or pathlib.Path, optional
        File for Dask's performance report.
    storage_options : dict, optional
        Of the store's protocol; see `microbatt.cube.store.location.locate`.
    chunks : Chunks, default 'auto'
        Of the cube that is returned; as in `xarray.open_zarr`.
    timeout : float, optional
        Give up after so long without any worker that works [s]: none registered, none that
        answers, a scheduler that does not. None waits, and says what is missing.

    Returns
    -------
    xarray.Dataset
        The cube, opened lazily.

    Raises
    ------
    CampaignError
        If the store belongs to another campaign, or the cluster is lost.
    StoreError
        If the store cannot be read or written.
    KeyboardInterrupt
        On Ctrl-C; finished blocks are kept, and running again goes on.
    """
    planned = load_campaign(campaign)
    location = locate(store or default_store(planned), storage_options)
    recover_replacement(location)
    plan = plan_campaign(planned, location)
    source = locate(reuse, storage_options) if reuse else None
    if extend and has_to_grow(plan):
        source, plan = location, replace(plan, location=growing_beside(location))
    if client is None:
        preload_for(plan)
    if report is not None:
        check_replaceable(report, Kind.DASK_REPORT, overwrite=True)
    if timeout is not None:
        check_number("timeout", timeout, POSITIVE, unit="s")
    tell = broadcast([log_listener, *listeners])
    rerun = (Outcome.NOT_RUN, *(FAILURES if retry_failed else ()))
    with (
        nullcontext(client) if client is not None else local_client() as connected,
        _reported(connected, report),
    ):
        how = _How(client=connected, tell=tell, rerun=rerun, timeout=timeout)
        _run(plan, source, location, how)
    return open_cube(location, chunks=chunks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """On which cluster a plan is run, who hears of it, and what is simulated."""

    client: Client
    tell: Listener
    rerun: tuple[Outcome, ...]
    timeout: float | None

    def fill(self, plan: Plan, known: KnownCurves | None = None) -> None:
        """Fill the cube of a plan."""
        fill_store(
            plan, self.client, self.tell, rerun=self.rerun, known=known, timeout=self.timeout
        )


def _run(plan: Plan, source: Location | None, location: Location, how: _How) -> None:
    """Fill the cube of a plan, and put it in its place."""
    known = None if source is None else known_curves(plan, source)
    if plan.location == location:
        how.fill(plan, known)
        return
    try:
        how.fill(plan, known)
        replace_by_larger(location, fence=None if known is None else known.fence)
    except StoreChangedError:
        there = replace(plan, location=location)
        if not has_cube(location) or has_to_grow(there):
            raise
        how.fill(there)  # another runner was the first to finish it


def fill_store(
    plan: Plan,
    client: Client,
    tell: Listener,
    *,
    rerun: tuple[Outcome, ...] = (Outcome.NOT_RUN,),
    known: KnownCurves | None = None,
    timeout: float | None = None,
) -> None:
    """Simulate what is left of a campaign, and record who did it.

    Parameters
    ----------
    plan : Plan
        What, and where to.
    client : distributed.Client
        Of the cluster that simulates.
    tell : callable
        Hears of every event.
    rerun : tuple of Outcome, default those that are not run
        Outcomes that are to be simulated.
    known : KnownCurves, optional
        Where curves of it can be copied from.
    timeout : float, optional
        Give up after so long without any worker that works [s]; None waits.

    Raises
    ------
    CampaignError
        If the store belongs to another campaign, or the cluster is lost.
    StoreError
        If the store cannot be read or written, or another takes its place.
    """
    fence = fence_of(prepare_store(plan))
    pending = read_pending(plan.location, fence=fence)
    tally = _Tally.of(pending, rerun)
    tell(_started(plan, tally, client))
    if not tally.left:
        tell(tally.finished())
        return
    with (
        explained(plan.location, "filling the cube"),
        _recorded(plan.location, fence, tally, tell) as run_id,
    ):
        job = Job(
            engine=plan.engine,
            numbers=numbers_of(plan.engine, plan.request),
            request=plan.request,
            store=plan.location,
            fence=fence,
            layout=plan.layout,
            run_id=run_id,
            rerun=rerun,
            known=known,
            voltage_rounding=plan.voltage_rounding,
        )
        tasks = pending.tasks(plan.design, plan.request, rerun, first=int(run_id, 16))
        run_tasks(client, job, tasks, broadcast([tally, tell]), timeout=timeout)


@dataclass(slots=True, kw_only=True)
class _Tally:
    """A listener that adds up what the blocks report."""

    outcomes: Counter[Ending]
    curves: int
    left: int
    simulated: int = 0
    engine_time: float = 0.0
    store_time: float = 0.0
    hosts: set[str] = field(default_factory=set)
    start: float = field(default_factory=time.perf_counter)

    @classmethod
    def of(cls, pending: Pending, rerun: tuple[Outcome, ...]) -> _Tally:
        """Begin with what a store holds, less what is to be simulated again."""
        kept = {outcome: n for outcome, n in pending.outcomes.items() if outcome not in rerun}
        curves = pending.status.size
        return cls(outcomes=Counter(kept), curves=curves, left=curves - sum(kept.values()))

    def __call__(self, event: Event) -> None:
        if isinstance(event, BlockFinished):
            self.left -= event.curves
            self.simulated += event.simulated
            self.engine_time += event.engine_time
            self.store_time += event.store_time
            self.hosts.add(event.host)
            self.outcomes.update(event.outcomes)

    def finished(self) -> CampaignFinished:
        return CampaignFinished(
            simulated=self.simulated,
            remaining=self.left,
            elapsed=time.perf_counter() - self.start,
            engine_time=self.engine_time,
            store_time=self.store_time,
            outcomes=dict(self.outcomes),
        )


@contextmanager
def _recorded(location: Location, fence: str, tally: _Tally, tell: Listener) -> Iterator[str]:
    """Keep the record of a run in its store and tell of its end, whether it ends well or not."""
    record = open_run(location)

    def close() -> None:
        check_fence(location, fence)
        close_run(location, record, hosts=tally.hosts, curves=tally.simulated)

    try:
        yield record.run_id
    except BaseException:
        with suppress(OSError):  # what went wrong first is what is told
            close()
        tell(tally.finished())
        raise
    close()
    tell(tally.finished())


def _started(plan: Plan, tally: _Tally, client: Client) -> CampaignStarted:
    return CampaignStarted(
        name=plan.name,
        store=str(plan.location),
        curves=tally.curves,
        done=tally.curves - tally.left,
        outcomes=dict(tally.outcomes),
        dashboard=dashboard_link(client),
    )


@contextmanager
def _reported(client: Client, report: str | Path | None) -> Iterator[None]:
    """Save Dask's performance report, if it is asked for."""
    if report is None:
        yield
        return
    if not is_installed("bokeh"):
        raise MissingExtraError(
            'the performance report needs bokeh: pip install "microbatt[report]".'
        )
    with client.as_current(), performance_report(filename=str(report)):
        yield
