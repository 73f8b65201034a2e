"""Where a store lies (a folder, a zip file, any URL that fsspec knows), and its single objects."""

from __future__ import annotations

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import is_zipfile

from zarr.core.buffer import default_buffer_prototype
from zarr.core.sync import sync

from microbatt.cube.store.voltage_codec import known_codec
from microbatt.errors import MissingExtraError, StoreError
from microbatt.places import put_on_disk
from microbatt.shadowing import check_unshadowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zarr.abc.store import Store

ROOT: Final = "zarr.json"
"""Key of the root's metadata; a store that has it is a complete, though perhaps empty, cube."""
_REMEDIES = {
    errno.ENOSPC: "The disk is full. Free some space and run again; finished blocks are kept.",
    errno.EDQUOT: "The quota is used up. Free some space and run again; finished blocks are kept.",
    errno.EROFS: "It is read-only: work on a copy of it, or make it writable.",
    errno.EACCES: "Permission is denied: check the owner and the mode, or give another place.",
    errno.EPERM: "Permission is denied: check the owner and the mode, or give another place.",
    errno.ENOENT: "Check the path or URL.",
}


_NETWORK_LIBRARIES = frozenset({"aiobotocore", "aiohttp", "botocore", "gcsfs", "requests"})
"""Their exceptions are no `OSError`, nor of a class that this package could name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place for a store, hashable and small enough to travel with every task.

    Attributes
    ----------
    url : str
        Absolute path of a folder or a ``.zip`` file, or a URL such as ``s3://bucket/key``.
    options : str, default '{}'
        Storage options of fsspec as a JSON string; `locate` makes it from a mapping.
    """

    url: str
    options: str = "{}"

    def __str__(self) -> str:
        return self.url

    @property
    def is_local(self) -> bool:
        """Whether it is a path on this machine's file system."""
        return "://" not in self.url

    @property
    def path(self) -> Path:
        """The path of a local store."""
        return Path(self.url)

    def beside(self, suffix: str) -> Location:
        """Return the place of the same name with a suffix.

        Parameters
        ----------
        suffix : str
            Such as ``.extending``.

        Returns
        -------
        Location
            With the same storage options.
        """
        return Location(url=self.url + suffix, options=self.options)


def locate(place: str | Path, storage_options: Mapping[str, Any] | None = None) -> Location:
    """Make a `Location` of a path or URL.

    Parameters
    ----------
    place : str or pathlib.Path
        Path, ``file://`` URL, or URL of any protocol that fsspec knows.
    storage_options : dict, optional
        Options of that protocol, for example ``{"anon": True}``; they must be JSON-able.

    Returns
    -------
    Location
        With an absolute path, or the URL without a trailing slash.

    Examples
    --------
    >>> locate("s3://bucket/cubes/demo.zarr/").url
    's3://bucket/cubes/demo.zarr'
    """
    options = json.dumps(dict(storage_options or {}), sort_keys=True)
    text = str(place).removeprefix("file://")
    if "://" in text:
        return Location(url=text.rstrip("/"), options=options)
    return Location(url=str(Path(text).expanduser().absolute()), options=options)


def open_store(location: Location, *, read_only: bool) -> Store:
    """Open the Zarr store at a location; a local folder need not exist yet.

    Raises
    ------
    MissingExtraError
        If the protocol needs a package that is not installed.
    StoreError
        If a store is asked for reading and there is none, or the place cannot be reached.
    """
    from zarr.storage import LocalStore, ZipStore

    known_codec()
    if not location.is_local:
        return _open_remote(location, read_only=read_only)
    if read_only and not location.path.exists():
        raise StoreError(f"there is no store at {location}. {_REMEDIES[errno.ENOENT]}")
    if location.path.is_file():
        if not is_zipfile(location.path):
            raise StoreError(f"{location} is a file but no zipped store; give a cube's folder.")
        if not read_only:
            raise StoreError(f"{location} is a file; unpack it to a folder to write to it.")
        return ZipStore(location.path, mode="r")
    return LocalStore(location.path, read_only=read_only)


def _open_remote(location: Location, *, read_only: bool) -> Store:
    from zarr.storage import FsspecStore

    check_unshadowed("fsspec", "s3fs")
    try:
        return FsspecStore.from_url(
            location.url, storage_options=json.loads(location.options), read_only=read_only
        )
    except ImportError as error:
        raise MissingExtraError(
            f"opening {location} needs a package that is not installed ({error}). "
            'For S3: pip install "microbatt[s3]".'
        ) from error
    except ValueError as error:
        raise StoreError(f"{location} cannot be opened: {error}") from error


@contextmanager
def explained(location: Location, doing: str) -> Iterator[None]:
    """Turn a bare `OSError` into a `StoreError` that says where, what, and what to do.

    Parameters
    ----------
    location : Location
        Of the store.
    doing : str
        What is being done, for the message.

    Yields
    ------
    None
        While it is being done.
    """
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(store_trouble(location, doing, error)) from error
    except Exception as error:
        if not is_remote_trouble(error):
            raise
        raise StoreError(
            f"{doing} at {location} failed: {error}. Check the address, the network and the "
            "credentials, then run again; finished blocks are kept."
        ) from error


def is_remote_trouble(error: BaseException) -> bool:
    """Whether an exception is about a network or a service, and may pass.

    Parameters
    ----------
    error : BaseException
        What was raised.

    Returns
    -------
    bool
        Whether trying again may help.

    Examples
    --------
    >>> is_remote_trouble(ConnectionResetError()), is_remote_trouble(ValueError())
    (True, False)
    """
    library = type(error).__module__.split(".")[0]
    return isinstance(error, ConnectionError | TimeoutError) or library in _NETWORK_LIBRARIES


def store_trouble(location: Location, doing: str, error: OSError) -> str:
    """Return the sentences for an operating-system error on a store."""
    remedy = _REMEDIES.get(error.errno or 0, "Mend that, then run again; finished blocks are kept.")
    return f"{doing} at {location} failed: {error.strerror or error}. {remedy}"


def read_object(store: Store, key: str) -> bytes | None:
    """Return the bytes under a key, or None if there is nothing."""
    found = sync(store.get(key, prototype=default_buffer_prototype()))
    return None if found is None else found.to_bytes()


def write_object(store: Store, key: str, content: bytes) -> None:
    """Put bytes under a key, in one piece: readers see the old object or the new one."""
    sync(store.set(key, default_buffer_prototype().buffer.from_bytes(content)))


_SYNCING: Final = 16
"""So many objects at once: a file system writes them down together."""


def sync_objects(store: Store, keys: Iterable[str]) -> None:
    """Return when objects of a folder are on its disk, where a loss of power leaves them.

    An object store answers only when it is sure of an object. A file system that cannot tell is
    left alone.
    """
    from zarr.storage import LocalStore

    if not isinstance(store, LocalStore):
        return
    files = [store.root / key for key in keys]
    folders = {store.root, *(one for file in files for one in file.parents)}
    folders -= {*store.root.parents}
    with ThreadPoolExecutor(_SYNCING, "syncing") as pool:
        list(pool.map(put_on_disk, files))
        list(pool.map(put_on_disk, folders))


def delete_object(store: Store, key: str) -> None:
    """Remove the object under a key, if there is one."""
    sync(store.delete(key))


def list_objects(store: Store, prefix: str = "") -> list[str]:
    """Return every key that starts with a prefix, sorted."""

    async def listed() -> list[str]:
        return [key async for key in store.list_prefix(prefix)]

    return sorted(sync(listed()))


def object_exists(store: Store, key: str) -> bool:
    """Whether there is an object under a key."""
    return bool(sync(store.exists(key)))


def list_folder(store: Store, prefix: str = "") -> list[str]:
    """Return the names directly under a prefix, without descending."""

    async def listed() -> list[str]:
        return [name async for name in store.list_dir(prefix)]

    return sorted(sync(listed()))
