"""Cubes by name, path or URL: `open_dataset`."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, overload
from urllib.parse import urlsplit

from microbatt.campaign import cache_folder, cached_store, load_campaign
from microbatt.checks import suggestion
from microbatt.cube import has_cube, locate, open_cube
from microbatt.data_files import catalog_folder, fetch
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.places import Kind, check_replaceable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    import xarray as xr

    from microbatt.campaign import Listener
    from microbatt.cube import Chunks, Location

_HASH: Final = "sha256:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A finished cube to download.

    Attributes
    ----------
    url : str
        Of a zipped Zarr store.
    checksum : str
        ``sha256:...`` of the file.
    """

    url: str
    checksum: str

    def __post_init__(self) -> None:
        if not self.checksum.startswith(_HASH):
            raise ParameterError(
                f"`checksum` is {self.checksum!r}; it must begin with `{_HASH}`, "
                "because a download without one cannot be trusted."
            )


@overload
def open_dataset(name_or_path: None = None) -> pd.DataFrame: ...


@overload
def open_dataset(
    name_or_path: str | Path,
    *,
    checksum: str | None = ...,
    chunks: Chunks = ...,
    cache_dir: str | Path | None = ...,
    storage_options: Mapping[str, Any] | None = ...,
    listeners: Iterable[Listener] = ...,
) -> xr.Dataset: ...


def open_dataset(
    name_or_path: str | Path | None = None,
    *,
    checksum: str | None = None,
    chunks: Chunks = "auto",
    cache_dir: str | Path | None = None,
    storage_options: Mapping[str, Any] | None = None,
    listeners: Iterable[Listener] | None = None,
) -> xr.Dataset | pd.DataFrame:
    """Open a cube.

    Parameters
    ----------
    name_or_path : str or pathlib.Path, optional
        A name of the catalog: its cube is computed, or downloaded, the first time. Or a path, or
        any URL that fsspec knows. None lists the catalog.
    checksum : str, optional
        ``sha256:...`` of a zipped store at an ``http`` or ``https`` address, which is then
        downloaded once, verified and kept.
    chunks : Chunks, default 'auto'
        As in `xarray.open_zarr`; None reads with NumPy instead of Dask.
    cache_dir : str or pathlib.Path, optional
        Where cubes of the catalog are kept; None is the user's cache.
    storage_options : dict, optional
        Of the URL's protocol.
    listeners : iterable of Listener, optional
        Hear of a computation's events; None shows a bar on a terminal.

    Returns
    -------
    xarray.Dataset
        The cube, lazily; ``.microbatt`` answers the usual questions. For None a table of the
        catalog instead.

    Raises
    ------
    ParameterError
        If a name is in no catalog and no path; the nearest names are offered.
    StoreError
        If there is no cube, a newer schema made it, or a download has another checksum.

    Examples
    --------
    >>> [name for name in open_dataset().index if "sweep" in name]
    ['conserving-sweep', 'published-sweep', 'released-sweep']
    """
    if name_or_path is None:
        return catalog_table(cache_dir)
    known = available_datasets()
    name = str(name_or_path)
    if checksum is not None:
        archive = Archive(url=name, checksum=checksum)
        return open_cube(locate(fetch_archive(_stem(name), archive, cache_dir)), chunks=chunks)
    if name not in known:
        _refuse_unknown_name(name_or_path, known)
        return open_cube(locate(name_or_path, storage_options), chunks=chunks)
    location = _obtained(name, cache_dir, listeners)
    return open_cube(location, chunks=chunks)


def _stem(address: str) -> str:
    """Return the name of the file at an address that is published with a checksum."""
    if not re.match(r"https?://", address):
        raise ParameterError(
            f"`checksum` is given and the place is {address!r}; a checksum is for a zipped store "
            "at an address that begins with http:// or https://. Leave it out for a path."
        )
    return Path(urlsplit(address).path).name.removesuffix(".zip").removesuffix(".zarr") or "cube"


def available_datasets() -> tuple[str, ...]:
    """Return the names of the catalog, sorted.

    Returns
    -------
    tuple of str
        Each a name that `open_dataset` takes.
    """
    return tuple(sorted(path.stem for path in catalog_folder("datasets").glob("*.toml")))


def catalog_table(cache_dir: str | Path | None = None) -> pd.DataFrame:
    """Return the catalog as a table: name, title, curves, and where the cube is or will be.

    Parameters
    ----------
    cache_dir : str or pathlib.Path, optional
        Where cubes are cached; None is the user's cache.

    Returns
    -------
    pandas.DataFrame
        A row for each entry, by name.
    """
    import pandas as pd

    rows = [_row(name, cache_dir) for name in available_datasets()]
    return pd.DataFrame(rows, index=pd.Index(available_datasets(), name="name"))


def _row(name: str, cache_dir: str | Path | None) -> dict[str, Any]:
    archive = _archive(name)
    if archive is not None:
        store = _downloaded(name, archive, cache_dir)
        return {"title": archive.url, "curves": None, "ready": store.exists(), "store": str(store)}
    campaign = load_campaign(name)
    store = cached_store(campaign, cache_dir)
    return {
        "title": campaign.title,
        "curves": math.prod(campaign.design.shape),
        "ready": has_cube(locate(store)),
        "store": str(store),
    }


def _obtained(
    name: str, cache_dir: str | Path | None, listeners: Iterable[Listener] | None
) -> Location:
    archive = _archive(name)
    if archive is not None:
        return locate(fetch_archive(name, archive, cache_dir))
    campaign = load_campaign(name)
    location = locate(cached_store(campaign, cache_dir))
    if not is_complete(location):
        from microbatt.campaign import run_campaign

        run_campaign(campaign, location.path, listeners=_shown(listeners))
    return location


def is_complete(location: Location) -> bool:
    """Whether there is a cube at a location and every curve of it has been run.

    Parameters
    ----------
    location : Location
        Of the cube.

    Returns
    -------
    bool
        False also where there is no cube.
    """
    if not has_cube(location):
        return False
    return bool((open_cube(location, chunks=None)["status"] != Outcome.NOT_RUN).all())


def fetch_archive(name: str, archive: Archive, cache_dir: str | Path | None = None) -> Path:
    """Download a finished cube unless it is in the cache, and verify its checksum.

    Parameters
    ----------
    name : str
        Of the entry.
    archive : Archive
        Where it lies and what its checksum is.
    cache_dir : str or pathlib.Path, optional
        Where cubes are cached; None is the user's cache.

    Returns
    -------
    pathlib.Path
        The zipped store.

    Raises
    ------
    StoreError
        If it cannot be downloaded, or is not the file that was published.
    """
    target = _downloaded(name, archive, cache_dir)
    check_replaceable(target, Kind.ARCHIVE, overwrite=True)
    return fetch(archive.url, archive.checksum, target)


def _archive(name: str) -> Archive | None:
    path = catalog_folder("datasets") / f"{name}.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return Archive(**document["archive"]) if "archive" in document else None


def _downloaded(name: str, archive: Archive, cache_dir: str | Path | None) -> Path:
    checksum = archive.checksum.removeprefix(_HASH)
    return cache_folder(cache_dir) / f"{name}-{checksum[:12]}.zarr.zip"


def _shown(listeners: Iterable[Listener] | None) -> Iterable[Listener]:
    if listeners is not None:
        return listeners
    from microbatt.campaign import ProgressListener

    return [ProgressListener()]


def _refuse_unknown_name(name_or_path: str | Path, known: Iterable[str]) -> None:
    """Raise for what is neither a name nor a path that exists, nor a URL."""
    text = str(name_or_path)
    is_name = isinstance(name_or_path, str) and "/" not in text and not Path(text).exists()
    if is_name and not text.endswith((".zarr", ".zip")):
        raise ParameterError(
            f"{text!r} is neither a data set of the catalog nor a path. {suggestion(text, known)}"
        )
