"""Where a command's work is done: on this machine, or on a Dask cluster that runs already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from distributed import Client


def client_for(
    scheduler: str | None,
    workers: int | None,
    *,
    threads: bool,
    dashboard: bool = False,
    profiled: bool = False,
) -> AbstractContextManager[Client]:
    """Return the client of the cluster that ``--scheduler`` or ``--workers`` ask for.

    Parameters
    ----------
    scheduler, workers
        As the options give them.
    threads
        Whether a cluster of this machine is threads of this process.
    dashboard, profiled
        Of a cluster of this machine.

    Raises
    ------
    ParameterError
        If both are given.
    CampaignError
        If nobody answers at the address.
    """
    from microbatt.campaign import local_client, remote_client, silence_dask

    silence_dask()
    if scheduler is None:
        return local_client(workers, processes=not threads, dashboard=dashboard, profiled=profiled)
    if workers is not None:
        raise ParameterError(
            "`--workers` starts workers on this machine and `--scheduler` uses those of a "
            "cluster; give one of the two."
        )
    return remote_client(scheduler)
