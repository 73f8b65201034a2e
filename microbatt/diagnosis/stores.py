"""Stores: the folders that microbatt writes to, and cubes that somebody asks about."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from microbatt.campaign import cache_folder
from microbatt.cube import open_cube
from microbatt.diagnosis.result import Finding, State, without_home
from microbatt.errors import MicrobattError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from microbatt.cube import Location


def stores(asked: Sequence[Location] = ()) -> Iterator[Finding]:
    """Yield whether the usual folders can be written, and what is found at the places asked.

    Parameters
    ----------
    asked
        Where there should be cubes; one chunk of each is read.
    """
    cache = cache_folder()
    cubes = sorted(path.name for path in cache.glob("*.zarr"))
    held = f"; holds {', '.join(cubes)}" if cubes else ""
    yield _folder("cubes", cache, held)
    yield _folder("this folder", Path.cwd(), "")
    for location in asked:
        yield _store(location)


def _folder(topic: str, folder: Path, held: str) -> Finding:
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    if not os.access(there, os.W_OK):
        text = f"{without_home(folder)} cannot be written: check its owner and mode{held}"
        return Finding(topic=topic, text=text, state=State.TROUBLE)
    free = shutil.disk_usage(there).free / 2**30
    return Finding(topic=topic, text=f"{without_home(folder)}, writable, {free:.0f} GiB free{held}")


def _store(location: Location) -> Finding:
    shown = without_home(location.path) if location.is_local else location.url
    try:
        cube = open_cube(location, chunks=None)
        status = cube["status"].to_numpy()
    except (MicrobattError, OSError) as error:
        return Finding(topic="store", text=str(error), state=State.TROUBLE)
    done = int((status != Outcome.NOT_RUN).sum())
    sizes = ", ".join(f"{count} {name}" for name, count in cube["status"].sizes.items())
    written = ""
    if location.is_local:
        written = "; writable" if os.access(location.path, os.W_OK) else "; not writable"
    text = f"{shown}, {done} of {status.size} curves ({sizes}){written}"
    return Finding(topic="store", text=text)
