"""Who made a cube, with what, where and when: a record for each run, a digest of them all."""

from __future__ import annotations

import json
import platform
import socket
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from microbatt.cube.contents.schema import RUNS, update_attributes
from microbatt.cube.store.fence import alone
from microbatt.cube.store.location import list_objects, open_store, read_object, write_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zarr.abc.store import Store

    from microbatt.cube.store.location import Location

_PACKAGES: Final = (
    "microbatt", "numpy", "numba", "llvmlite", "scipy", "xarray", "zarr", "numcodecs",
    "dask", "distributed",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One runner's work on a store.

    Attributes
    ----------
    started, ended : str
        ISO 8601, UTC; `ended` is empty as long as the run goes on, or if it was killed.
    hosts : tuple of str
        Names of the machines that simulated for it.
    curves : int, default 0
        How many curves it simulated.
    packages : dict
        Name → version on the runner.
    run_id : str
        Tells runs of the same store apart.
    """

    started: str
    ended: str = ""
    hosts: tuple[str, ...] = ()
    curves: int = 0
    packages: dict[str, str] = field(default_factory=dict)
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def finished(self, *, hosts: Iterable[str], curves: int) -> RunRecord:
        """Return the record with its end and what it did.

        Parameters
        ----------
        hosts : iterable of str
            Names of the machines that simulated for it.
        curves : int
            How many curves it simulated.

        Returns
        -------
        RunRecord
            With its end now.
        """
        return replace(self, ended=now(), hosts=tuple(sorted(hosts)), curves=curves)

    def to_dict(self) -> dict[str, Any]:
        """Describe the record in JSON's terms.

        Returns
        -------
        dict
            The fields by name.
        """
        return {
            "started": self.started,
            "ended": self.ended,
            "hosts": list(self.hosts),
            "curves": self.curves,
            "packages": self.packages,
            "run_id": self.run_id,
        }


def new_run() -> RunRecord:
    """Return the record of a run that starts now."""
    return RunRecord(started=now(), packages=package_versions(), hosts=(socket.gethostname(),))


def write_run(store: Store, record: RunRecord) -> None:
    """Store one record; runs never write each other's."""
    write_object(store, f"{RUNS}/zarr.json", _group({}))
    write_object(store, f"{RUNS}/{record.run_id}/zarr.json", _group(record.to_dict()))


def open_run(location: Location) -> RunRecord:
    """Record in a cube that a run begins now.

    Parameters
    ----------
    location : Location
        Of the cube.

    Returns
    -------
    RunRecord
        Without an end; `close_run` gives it one.
    """
    record = new_run()
    write_run(open_store(location, read_only=False), record)
    return record


def close_run(location: Location, record: RunRecord, *, hosts: Iterable[str], curves: int) -> None:
    """Record the end of a run, and what all runs together did in the attributes of the cube.

    Parameters
    ----------
    location : Location
        Of the cube.
    record : RunRecord
        From `open_run`.
    hosts : iterable of str
        Names of the machines that simulated for it.
    curves : int
        How many curves it simulated.
    """
    store = open_store(location, read_only=False)
    with alone(location):
        write_run(store, record.finished(hosts=hosts, curves=curves))
        update_attributes(store, digest_of_runs(_read_runs(store)))


def read_runs(location: Location) -> list[RunRecord]:
    """Return the records of every run on a cube.

    Parameters
    ----------
    location : Location
        Of the cube.

    Returns
    -------
    list of RunRecord
        Oldest first; unreadable ones are left out.
    """
    return _read_runs(open_store(location, read_only=True))


def _read_runs(store: Store) -> list[RunRecord]:
    keys = [key for key in list_objects(store, f"{RUNS}/") if key != f"{RUNS}/zarr.json"]
    records = [_read_run(store, key) for key in keys]
    return sorted((r for r in records if r is not None), key=lambda record: record.started)


def _read_run(store: Store, key: str) -> RunRecord | None:
    content = read_object(store, key)
    try:
        described = json.loads(content or b"")["attributes"]
        return RunRecord(**described | {"hosts": tuple(described["hosts"])})
    except (ValueError, TypeError, KeyError):
        return None


def digest_of_runs(records: list[RunRecord]) -> dict[str, Any]:
    """Return what the attributes of a cube say of the runs that filled it."""
    if not records:
        return {}
    hosts = sorted({host for record in records for host in record.hosts})
    ends = [record.ended for record in records if record.ended]
    return {
        "started": records[0].started,
        "ended": max(ends, default=""),
        "host_count": len(hosts),
        "hosts": hosts,
        "run_count": len(records),
        "packages": records[-1].packages,
    }


@cache
def package_versions() -> dict[str, str]:
    """Return Python's version and those of the packages on which the numbers may depend.

    Examples
    --------
    >>> sorted(package_versions())[:3]
    ['dask', 'distributed', 'llvmlite']
    """
    return {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES}


def now() -> str:
    """Return the time as an ISO 8601 string in UTC, to the second.

    Returns
    -------
    str
        Such as ``2026-01-31T12:00:00+00:00``.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def _group(attributes: dict[str, Any]) -> bytes:
    metadata = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    return json.dumps(metadata, indent=1).encode()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
