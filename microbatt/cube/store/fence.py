"""Who may write to a store, and whether it still is the store that was opened.

A process can be suspended for any time between two of its steps, and find another cube at the same
place when it goes on: one with longer axes, whose chunks have the same names and other curves.  So
whoever writes holds a lock, and proves under it that the cube is still that of its campaign and
design.  Writers of single blocks share the lock; whoever changes the store as a whole (its
attributes, its axes, what is joined to it) holds it alone.

On a local file system the lock is one of the operating system on the store's folder, which ends
with the process that holds it.  Elsewhere it is a lease, an object beside the store that its holder
renews; one that is not renewed for a while belongs to a dead process and is taken over.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import socket
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from microbatt.cube.store.location import (
    ROOT,
    delete_object,
    open_store,
    read_object,
    write_object,
)
from microbatt.errors import StoreChangedError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from microbatt.cube.store.location import Location

PATIENCE: Final = 60.0
"""How long to wait for others that write [s]; they hold the lock for a moment each."""
RENEWAL: Final = 3.0
"""How often the holder of a lease says that it is alive [s]."""
DEAD: Final = 15.0
"""A lease that nobody has renewed for so long belongs to a dead process [s]."""
_POLL: Final = 0.02
_SETTLE: Final = 0.2
"""How long after writing a lease it is read again: who wrote last has it [s]."""
_LEASE: Final = ".lease"
_OWNER: Final = "owner.json"
_FENCE: Final = ("microbatt_schema", "campaign_hash", "design", "chunks", "depth_points")
"""Attributes that tell which curve stands in which place of which chunk."""
_NO_LOCKS: Final = frozenset(
    {errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EBADF, errno.EINVAL}
)
"""What a file system says that has no such locks."""
_LOCKS: Final = find_spec("fcntl") is not None
"""Whether the operating system has such locks; Windows has none."""
_held = threading.local()


def fence_of(attributes: Mapping[str, Any]) -> str:
    """Return a digest of all that says which curve stands where in a cube.

    Parameters
    ----------
    attributes : dict
        Of a cube.

    Returns
    -------
    str
        Equal for cubes whose chunks hold the same curves.

    Examples
    --------
    >>> fence_of({"campaign_hash": "a"}) == fence_of({"campaign_hash": "a", "title": "words"})
    True
    """
    told = {name: attributes.get(name) for name in _FENCE}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def read_fence(location: Location) -> str | None:
    """Return the fence of the store that lies at a location now; None where there is none."""
    attributes = read_attributes(location)
    return None if attributes is None else fence_of(attributes)


def read_attributes(location: Location) -> dict[str, Any] | None:
    """Return what the root of the store that lies at a location says; None where there is none."""
    if location.is_local and not location.path.exists():
        return None
    content = read_object(open_store(location, read_only=True), ROOT)
    try:
        attributes: dict[str, Any] = json.loads(content or b"")["attributes"]
    except (ValueError, KeyError, TypeError):
        return None
    return attributes


def check_fence(location: Location, fence: str) -> None:
    """Refuse a store that is no longer the one that was opened.

    Parameters
    ----------
    location : Location
        Of the store.
    fence : str
        From `fence_of`, when it was opened.

    Raises
    ------
    StoreChangedError
        Saying what lies there now.
    """
    now = read_fence(location)
    if now != fence:
        there = "it is gone" if now is None else "another cube lies there now"
        raise StoreChangedError(
            f"{location} is not the cube that this run has opened: {there}. Somebody has extended, "
            "replaced or removed it meanwhile. What this run had in hand was not written; finished "
            "blocks are kept. Run again with today's campaign."
        )


@contextmanager
def fenced(location: Location, fence: str) -> Iterator[None]:
    """Do something to a store, or read from it, while it is surely the one that was opened.

    Parameters
    ----------
    location : Location
        Of the store.
    fence : str
        From `read_fence`, when it was opened.

    Raises
    ------
    StoreChangedError
        If it is not; where a file system has no locks, perhaps only afterwards.
    """
    with _locked(location, alone=False) as sure:
        check_fence(location, fence)
        yield
        if not sure:
            check_fence(location, fence)


@contextmanager
def alone(location: Location) -> Iterator[None]:
    """Change a store as a whole, while nobody else writes to it.

    Parameters
    ----------
    location : Location
        Of the store.

    Yields
    ------
    None
        While nobody else writes.

    Raises
    ------
    StoreError
        If others do not let go of it, or this process was taken for dead.
    """
    with _locked(location, alone=True) as sure:
        if sure:
            yield
            return
        with _leased(location):
            yield


@contextmanager
def _locked(location: Location, *, alone: bool) -> Iterator[bool]:
    """Hold the lock of a store's folder; yield False where there are no locks."""
    if not location.is_local or not _LOCKS:
        yield False
        return
    held: set[str] = _held.__dict__.setdefault("places", set())
    if location.url in held:  # by this thread, alone: a lock within a lock
        yield True
        return
    descriptor = _descriptor_of(location, alone=alone)
    if descriptor is None:
        yield False
        return
    if alone:
        held.add(location.url)
    try:
        yield True
    finally:
        if alone:
            held.discard(location.url)
        os.close(descriptor)


def _descriptor_of(location: Location, *, alone: bool) -> int | None:
    """Return a locked descriptor of the folder that has the store's name; None without locks."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            descriptor = os.open(location.path, os.O_RDONLY)
        except FileNotFoundError as error:
            raise StoreChangedError(
                f"{location} is gone: somebody has replaced or removed it. Check the path."
            ) from error
        try:
            if _lock(descriptor, alone=alone) and _has_the_name(descriptor, location):
                return descriptor
        except OSError as error:
            os.close(descriptor)
            if error.errno in _NO_LOCKS:
                return None
            raise
        os.close(descriptor)
        if time.monotonic() > until:
            raise StoreError(
                f"somebody has been writing to {location} for {PATIENCE:.0f} s. Wait until they "
                "are done, or end them if they are suspended (`fuser` tells who), and run again."
            )
        time.sleep(_POLL)


def _lock(descriptor: int, *, alone: bool) -> bool:
    """Try to lock; whether it succeeded."""
    import fcntl

    kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _has_the_name(descriptor: int, location: Location) -> bool:
    """Whether the folder that is locked still has the name of the store."""
    try:
        return os.path.samestat(os.fstat(descriptor), location.path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def _leased(location: Location) -> Iterator[None]:
    """Hold the lease of a store, and renew it."""
    held: set[str] = _held.__dict__.setdefault("places", set())
    if location.url in held:
        yield
        return
    lease = _Lease(location)
    lease.take()
    held.add(location.url)
    try:
        yield
        lease.check()
    finally:
        held.discard(location.url)
        lease.end()


class _Lease:
    """An object beside a store that says who changes it."""

    def __init__(self, location: Location) -> None:
        self._location = location
        self._store = open_store(location.beside(_LEASE), read_only=False)
        self._owner = f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex}"
        self._over = threading.Event()
        self._renewing = threading.Thread(target=self._renew, name="lease", daemon=True)

    def take(self) -> None:
        """Wait until nobody holds it, or its holder is dead, and take it."""
        until = time.monotonic() + PATIENCE
        seen, since = self._read(), time.monotonic()
        while True:
            if seen is None or time.monotonic() - since > DEAD:
                self._write()
                time.sleep(_SETTLE)
                if self._is_ours():
                    self._renewing.start()
                    return
            if time.monotonic() > until:
                raise StoreError(
                    f"{self._location} is being changed by another process ({_shown(seen)}) for "
                    f"{PATIENCE:.0f} s. Wait until it is done and run again."
                )
            time.sleep(_SETTLE)
            now = self._read()
            if now != seen:
                seen, since = now, time.monotonic()

    def check(self) -> None:
        """Refuse to go on after another process has taken this one for dead.

        Raises
        ------
        StoreError
            If the lease is somebody else's.
        """
        if not self._is_ours():
            raise StoreError(
                f"another process changed {self._location} at the same time, because this one had "
                f"not answered for {DEAD:.0f} s. Run again."
            )

    def end(self) -> None:
        """Let go."""
        self._over.set()
        if self._renewing.is_alive():
            self._renewing.join()
        if self._is_ours():
            delete_object(self._store, _OWNER)
        if self._location.is_local:
            with suppress(OSError):  # somebody else's lease is in it already
                self._location.beside(_LEASE).path.rmdir()

    def _read(self) -> bytes | None:
        return read_object(self._store, _OWNER)

    def _write(self) -> None:
        content = {"owner": self._owner, "renewed": time.time()}
        write_object(self._store, _OWNER, json.dumps(content).encode())

    def _is_ours(self) -> bool:
        content = self._read()
        return content is not None and json.loads(content)["owner"] == self._owner

    def _renew(self) -> None:
        while not self._over.wait(RENEWAL):
            if not self._is_ours():
                return
            self._write()


def _shown(lease: bytes | None) -> str:
    if lease is None:
        return "it has just let go"
    host, process, _ = str(json.loads(lease)["owner"]).split()
    return f"process {process} on {host}"
