"""What lies at a path before something is written there, and whether it may be replaced.

Nothing is replaced that is not of the kind that is about to be written, whatever the caller says:
a typing error in a path must not cost a cube, a notebook or a folder of notes.  What is of the same
kind is replaced only where the caller asks for it.  The kind is read from what lies there, never
from its name alone: stores, netCDF files, JSON and pages say it themselves (`mark`), pictures and
archives begin with bytes of their own.
"""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import shutil
import tomllib
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile, ZipFile

from microbatt.errors import OccupiedError, ParameterError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MARK: Final = "microbatt_kind"
"""Attribute of a Zarr or netCDF root, and key of a JSON object, that holds the `Kind`."""
SCHEMA: Final = "microbatt_schema"
"""Attribute that every cube has."""
_HEAD: Final = 65536
"""So many bytes of a file are looked at [B]."""
_ROWS: Final = 20
"""So many rows of a table are looked at; the last line of the head may be cut."""
_WEIGHTS: Final = "weights_hash"
"""Key that every description of weights has."""
_PARTIAL: Final = ".partial"
_REPLACED: Final = ".replaced"


class Kind(StrEnum):
    """What can lie at a path; the value says it in words.

    Examples
    --------
    >>> Kind.CUBE.value
    'a cube'
    """

    CUBE = "a cube"
    ESTIMATES = "estimates"
    COMPARISON = "a comparison of engines"
    BOUNDS = "a map of bounds"
    NUMBERS = "the numbers of a report or design"
    PAGE = "a page that microbatt wrote"
    DASK_REPORT = "a performance report of Dask"
    PICTURE = "a picture"
    TABLE = "a table"
    DECK = "a deck of dualfoil"
    ACTIVATION = "a list of activation energies of dualfoil"
    CELL_FILE = "a cell file"
    BPX = "a BPX file"
    CAMPAIGN_FILE = "a campaign file"
    WEIGHTS = "the weights of a network"
    CHECKPOINT = "a checkpoint of a training"
    ARCHIVE = "a zipped store"
    PUBLICATION = "a published cube"
    ZARR = "a Zarr store of another program"
    NETCDF = "a netCDF file of another program"
    FOLDER = "a folder with other things"
    FILE = "a file of another kind"


def mark(kind: Kind) -> dict[str, str]:
    """Return the attribute by which a store, a netCDF file or a JSON object says its kind.

    Parameters
    ----------
    kind : Kind
        What is about to be written.

    Returns
    -------
    dict of str to str
        To be joined to the attributes of the root.

    Examples
    --------
    >>> mark(Kind.ESTIMATES)
    {'microbatt_kind': 'ESTIMATES'}
    """
    return {MARK: kind.name}


def read_text(path: str | Path, most: int) -> str:
    """Read a text file that a person wrote, and nothing else.

    Parameters
    ----------
    path : str or pathlib.Path
        Of the file.
    most : int
        Bytes that it may have.

    Returns
    -------
    str
        Its text, in UTF-8.

    Raises
    ------
    ParameterError
        If it is no file (a pipe, a device), larger, or not in UTF-8.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> read_text("/dev/zero", 1000)
    Traceback (most recent call last):
    microbatt.errors.ParameterError: /dev/zero is no file but a device or a pipe; give a file.
    """
    place = Path(path).expanduser()
    if place.exists() and not place.is_file() and not place.is_dir():
        raise ParameterError(f"{place} is no file but a device or a pipe; give a file.")
    with place.open("rb") as opened:
        size = os.fstat(opened.fileno()).st_size
        content = opened.read(min(size, most)) if size <= most else b""
    if size > most:
        raise ParameterError(
            f"{place} has {size} bytes; a file of this kind has at most {most}. "
            "Is it the right one?"
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParameterError(f"{place} is not in UTF-8 ({error}). Save it so.") from error


def kind_of(path: str | Path) -> Kind | None:
    """Tell what lies at a path.

    Parameters
    ----------
    path : str or pathlib.Path
        Of a file or a folder, which need not exist.

    Returns
    -------
    Kind or None
        None where there is nothing, or an empty folder.

    Raises
    ------
    StoreError
        If it cannot be looked at.
    """
    place = Path(path).expanduser()
    try:
        if place.is_dir():
            return _kind_of_folder(place)
        if place.is_file():
            return _kind_of_file(place)
        return Kind.FILE if os.path.lexists(place) else None
    except OSError as error:
        raise StoreError(
            f"{place} cannot be looked at ({error.strerror or error}), so that nothing is written "
            "there. Check its owner and mode, or give another place."
        ) from error


def check_replaceable(
    path: str | Path, kind: Kind, *, overwrite: bool = False, option: str = "`--overwrite`"
) -> None:
    """Refuse a path at which something lies that is not to be lost.

    Parameters
    ----------
    path : str or pathlib.Path
        Where something is about to be written.
    kind : Kind
        Of what is about to be written.
    overwrite : bool, default False
        Whether something of the same kind may be replaced.
    option : str, default "`--overwrite`"
        How the caller is asked for that, for the message.

    Raises
    ------
    OccupiedError
        If there is something of another kind; or of this one, without `overwrite`.
    StoreError
        If what is there cannot be looked at.
    """
    there = kind_of(path)
    if there is None or (there is kind and overwrite):
        return
    if there is not kind:
        raise OccupiedError(
            f"{path} is {_shown(Path(path), there)}, and {kind} is about to be written; nothing of "
            "another kind is ever replaced. Give another place, or move away what is there."
        )
    raise OccupiedError(
        f"{path} is {there} already. Give another place, or pass {option} to replace it."
    )


@contextmanager
def replacing(
    path: str | Path, kind: Kind, *, overwrite: bool = False, option: str = "`--overwrite`"
) -> Iterator[Path]:
    """Write a file or a folder beside its place, and put it there when it is whole.

    What lay there stays as it is until then, and if writing fails.

    Parameters
    ----------
    path : str or pathlib.Path
        Where something is about to be written.
    kind : Kind
        Of what is about to be written.
    overwrite : bool, default False
        Whether something of the same kind may be replaced.
    option : str, default "`--overwrite`"
        How the caller is asked for that, for the message.

    Yields
    ------
    pathlib.Path
        Where to write; its name ends like that of `path`.

    Raises
    ------
    StoreError
        As for `check_replaceable`.
    """
    check_replaceable(path, kind, overwrite=overwrite, option=option)
    target = Path(path).expanduser().resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    written = target.with_name(f".{target.stem}{_PARTIAL}-{os.getpid()}{target.suffix}")
    try:
        yield written
        check_replaceable(path, kind, overwrite=overwrite, option=option)
        _put(written, target)
    finally:
        _remove(written)


def put_on_disk(path: Path) -> None:
    """Return when a file, or what a folder lists, is on the disk, where a loss of power leaves it.

    A file system that cannot tell is left alone, and so is a path where there is nothing any more.

    Parameters
    ----------
    path : pathlib.Path
        Of a file or a folder.
    """
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _CANNOT_SYNC:
                raise
        finally:
            os.close(descriptor)


_CANNOT_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EROFS, errno.EBADF})


def _put(written: Path, target: Path) -> None:
    for path in (written, *written.rglob("*")):
        put_on_disk(path)
    _exchange(written, target)
    put_on_disk(target.parent)


def _exchange(written: Path, target: Path) -> None:
    if not target.is_dir():
        written.replace(target)
        return
    replaced = target.with_name(f".{target.name}{_REPLACED}-{os.getpid()}")
    target.rename(replaced)
    try:
        written.rename(target)
    except OSError:
        replaced.rename(target)
        raise
    shutil.rmtree(replaced)


def _remove(written: Path) -> None:
    if written.is_dir():
        shutil.rmtree(written, ignore_errors=True)
    else:
        with suppress(FileNotFoundError):
            written.unlink()


def _shown(path: Path, there: Kind) -> str:
    """Say what is there, a folder with the first of its names."""
    if there is not Kind.FOLDER:
        return str(there)
    names = sorted(entry.name for entry in path.expanduser().iterdir())
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"a folder that holds {', '.join(names[:3])}{more}"


def _kind_of_folder(folder: Path) -> Kind | None:
    names = {entry.name for entry in folder.iterdir()}
    if not names:
        return None
    if "zarr.json" in names:
        return _of_attributes(_zarr_attributes(folder / "zarr.json"), Kind.ZARR)
    if {".zgroup", ".zarray", ".zattrs"} & names:
        return Kind.ZARR
    if _MANIFEST in names:
        return _of_attributes(_json((folder / _MANIFEST).read_bytes()), Kind.FOLDER)
    if "network.json" in names and _WEIGHTS in _json((folder / "network.json").read_bytes()):
        return Kind.WEIGHTS
    return Kind.FOLDER


_MANIFEST: Final = "manifest.json"
"""What a published cube holds beside its archive."""


def _zarr_attributes(root: Path) -> Mapping[str, Any]:
    read = _json(root.read_bytes())
    attributes = read.get("attributes")
    return attributes if isinstance(attributes, dict) else {}


def _of_attributes(attributes: Mapping[str, Any], foreign: Kind) -> Kind:
    """Return the kind that attributes tell, or that of what another program wrote."""
    if SCHEMA in attributes:
        return Kind.CUBE
    return Kind.__members__.get(str(attributes.get(MARK)), foreign)


def _json(content: bytes) -> dict[str, Any]:
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _kind_of_file(file: Path) -> Kind:
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    if head.startswith(_PICTURES) or b"<svg" in head[:4096] or head[8:12] == b"WEBP":
        return Kind.PICTURE
    if head.startswith((b"\x89HDF", b"CDF")):
        return _of_attributes(_netcdf_attributes(file), Kind.NETCDF)
    if head.startswith(b"PK"):
        return _kind_of_zip(file)
    return _kind_of_text(file, head)


_PICTURES: Final = (
    *(b"\x89PNG", b"%PDF", b"%!PS", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"),
    b"%% Creator: Matplotlib, PGF backend",
)
"""How the pictures that Matplotlib writes begin, but for SVG and WebP."""


def _netcdf_attributes(file: Path) -> Mapping[str, Any]:
    import netCDF4

    try:
        with netCDF4.Dataset(file) as dataset:
            return {name: dataset.getncattr(name) for name in dataset.ncattrs()}
    except OSError:
        return {}


def _kind_of_zip(file: Path) -> Kind:
    try:
        with ZipFile(file) as archive:
            names = set(archive.namelist())
    except BadZipFile:
        return Kind.FILE
    if "zarr.json" in names or any(name.endswith("/zarr.json") for name in names):
        return Kind.ARCHIVE
    return Kind.CHECKPOINT if _CHECKPOINT in names else Kind.FILE


_CHECKPOINT: Final = "about.npy"
"""What a checkpoint of a training holds beside its arrays."""


def _is_bpx(read: Mapping[str, Any]) -> bool:
    header = read.get("Header")
    return isinstance(header, dict) and "BPX" in header


def _kind_of_text(file: Path, head: bytes) -> Kind:
    try:
        text = head.decode("utf-8", errors="strict" if len(head) < _HEAD else "ignore")
    except UnicodeDecodeError:
        return Kind.FILE
    if re.match(r"\s*<(!doctype html|html)", text, re.IGNORECASE):
        return _kind_of_page(text)
    match file.suffix.lower():
        case ".json":
            read = _json(file.read_bytes())
            foreign = Kind.BPX if _is_bpx(read) else Kind.FILE
            return Kind.WEIGHTS if _WEIGHTS in read else _of_attributes(read, foreign)
        case ".toml":
            return _kind_of_toml(file)
        case ".csv":
            return Kind.TABLE if _is_table(text) else Kind.FILE
        case _:
            return _kind_of_dualfoil(text)


def _is_table(text: str) -> bool:
    """Tell whether the first lines have as many fields as the heading, and more than one."""
    widths = [len(row) for row in csv.reader(text.splitlines()[:_ROWS])]
    return bool(widths) and widths[0] > 1 and len(set(widths)) == 1


def _kind_of_dualfoil(text: str) -> Kind:
    if re.search(r"!\s*lim\b", text):
        return Kind.DECK
    first = text.partition("\n")[0]
    return Kind.ACTIVATION if re.search(r"!.*\bdiffusivity\s*\[K\]", first) else Kind.FILE


def _kind_of_page(text: str) -> Kind:
    if '<meta name="generator" content="microbatt' in text:
        return Kind.PAGE
    return Kind.DASK_REPORT if "Dask Performance Report" in text else Kind.FILE


def _kind_of_toml(file: Path) -> Kind:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Kind.FILE
    if "format" not in document:
        return Kind.FILE
    if {"negative", "positive"} <= document.keys():
        return Kind.CELL_FILE
    return Kind.CAMPAIGN_FILE if isinstance(document.get("cell"), str) else Kind.FILE
