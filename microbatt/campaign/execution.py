"""Running a campaign into a store, from the first curve or from where it was left."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

from distributed import performance_report

from microbatt.campaign.campaign import identity_hash, identity_in
from microbatt.campaign.cluster import dashboard_link, local_client
from microbatt.campaign.events import BlockFinished, CampaignFinished, CampaignStarted
from microbatt.campaign.extension import (
    growing_beside,
    known_curves,
    recover_replacement,
    replace_by_larger,
)
from microbatt.campaign.listeners import broadcast, log_listener
from microbatt.campaign.reading import default_store, load_campaign
from microbatt.campaign.runner import run_tasks
from microbatt.campaign.stores import has_cube, prepare_store
from microbatt.campaign.survey import survey_group
from microbatt.campaign.tasks import Job
from microbatt.campaign.warming import warm_up_beside
from microbatt.cube import (
    digest_of_runs,
    explained,
    locate,
    new_run,
    open_cube,
    open_group,
    open_store,
    read_runs,
    update_attributes,
    write_run,
)
from microbatt.errors import MissingExtraError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    import xarray as xr
    from distributed import Client
    from zarr.abc.store import Store

    from microbatt.campaign.campaign import Campaign
    from microbatt.campaign.events import Event, Listener
    from microbatt.campaign.known_curves import KnownCurves
    from microbatt.campaign.survey import Survey
    from microbatt.cube import Chunks, Location, RunRecord

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
) -> xr.Dataset:
    """Run a campaign into a store; what is in the store already is kept.

    Parameters
    ----------
    campaign
        A campaign, a name of the catalog, or the path of a campaign file.
    store
        Path or URL of the cube; None is the cache for a name of the catalog, and
        ``NAME.zarr`` in this folder for the rest.
    client
        Of any Dask cluster whose workers import microbatt and reach the store; None runs threads
        of this process, one for each core.
    listeners
        Hear of every event; see `microbatt.campaign.listeners`.
    retry_failed
        Simulate the failed curves again too.
    extend
        The store holds the same campaign with shorter axes; add the rest.
    reuse
        Path or URL of another store of the same campaign with shorter axes, to copy from.
    report
        File for Dask's performance report.
    storage_options
        Of the store's protocol; see `microbatt.cube.location.locate`.
    chunks
        Of the cube that is returned; as in `xarray.open_zarr`.

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
    growing = _place_to_grow(planned, location, extend=extend)
    source = location if growing else locate(reuse, storage_options) if reuse else None
    with (
        _connected(client, planned) as connected,
        _reported(connected, report),
    ):
        fill_store(
            planned,
            growing or location,
            connected,
            broadcast([log_listener, *listeners]),
            rerun=(Outcome.NOT_RUN, *(FAILURES if retry_failed else ())),
            known=known_curves(planned, source) if source else None,
        )
    if growing:
        replace_by_larger(location)
    return open_cube(location, chunks=chunks)


def _connected(client: Client | None, campaign: Campaign) -> AbstractContextManager[Client]:
    if client is not None:
        return nullcontext(client)
    warm_up_beside(campaign)
    return local_client()


def fill_store(
    campaign: Campaign,
    location: Location,
    client: Client,
    tell: Listener,
    *,
    rerun: tuple[Outcome, ...] = (Outcome.NOT_RUN,),
    known: KnownCurves | None = None,
) -> None:
    """Simulate what is left of a campaign, and record who did it.

    Parameters
    ----------
    campaign, location, client, tell
        What, where to, by whom, and who hears of it.
    rerun
        Endings that are to be simulated.
    known
        Where curves of it can be copied from.
    """
    found = survey_group(prepare_store(campaign, location), location)
    record = new_run()
    tally = _Tally.of(found, rerun)
    tell(_started(campaign, location, found, tally, client))
    if tally.left:
        job = Job(
            campaign=campaign,
            store=location,
            depth=found.depth,
            run_id=record.run_id,
            rerun=rerun,
            known=known,
        )
        tasks = found.tasks(rerun, first=int(record.run_id, 16))
        with explained(location, "filling the cube"), _recorded(location, record, tally, tell):
            run_tasks(client, job, tasks, broadcast([tally, tell]))
    else:
        tell(tally.finished())


@dataclass(slots=True, kw_only=True)
class _Tally:
    """A listener that adds up what the blocks report."""

    endings: Counter[Outcome]
    left: int
    simulated: int = 0
    engine_time: float = 0.0
    store_time: float = 0.0
    hosts: set[str] = field(default_factory=set)
    start: float = field(default_factory=time.perf_counter)

    @classmethod
    def of(cls, found: Survey, rerun: tuple[Outcome, ...]) -> _Tally:
        """Begin with what a store holds, less what is to be simulated again."""
        kept = {outcome: n for outcome, n in found.endings.items() if outcome not in rerun}
        return cls(endings=Counter(kept), left=found.status.size - sum(kept.values()))

    def __call__(self, event: Event) -> None:
        if isinstance(event, BlockFinished):
            self.left -= event.curves
            self.simulated += event.simulated
            self.engine_time += event.engine_time
            self.store_time += event.store_time
            self.hosts.add(event.host)
            self.endings.update(event.endings)

    def finished(self) -> CampaignFinished:
        return CampaignFinished(
            simulated=self.simulated,
            remaining=self.left,
            elapsed=time.perf_counter() - self.start,
            engine_time=self.engine_time,
            store_time=self.store_time,
            endings=dict(self.endings),
        )


@contextmanager
def _recorded(
    location: Location, record: RunRecord, tally: _Tally, tell: Listener
) -> Iterator[None]:
    """Keep the record of a run in its store and tell of its end, whether it ends well or not."""
    store = open_store(location, read_only=False)
    write_run(store, record)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # what went wrong first is what is told
            _close_record(store, record, tally)
        tell(tally.finished())
        raise
    _close_record(store, record, tally)
    tell(tally.finished())


def _close_record(store: Store, record: RunRecord, tally: _Tally) -> None:
    write_run(store, record.finished(hosts=tally.hosts, curves=tally.simulated))
    update_attributes(store, digest_of_runs(read_runs(store)))


def _started(
    campaign: Campaign, location: Location, found: Survey, tally: _Tally, client: Client
) -> CampaignStarted:
    return CampaignStarted(
        name=campaign.name,
        store=str(location),
        curves=found.status.size,
        done=found.status.size - tally.left,
        endings=dict(tally.endings),
        dashboard=dashboard_link(client),
    )


def _place_to_grow(campaign: Campaign, location: Location, *, extend: bool) -> Location | None:
    """Return where a larger cube grows; None if the store has the right axes already."""
    if not extend or not has_cube(location):
        return None
    attributes = dict(open_group(location).attrs)
    if identity_hash(identity_in(attributes, campaign)) == campaign.hash:
        return None
    return growing_beside(location)


@contextmanager
def _reported(client: Client, report: str | Path | None) -> Iterator[None]:
    """Save Dask's performance report, if it is asked for."""
    if report is None:
        yield
        return
    if find_spec("bokeh") is None:
        raise MissingExtraError(
            'the performance report needs bokeh: pip install "microbatt[report]".'
        )
    with client.as_current(), performance_report(filename=str(report)):
        yield
