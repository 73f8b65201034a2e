"""Published measurements by name: fetched once, verified, with the cell that they belong to."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from microbatt.cells import Cell, load_cell
from microbatt.checks import check_choice
from microbatt.data_files import catalog_folder, fetch

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MeasuredData:
    """Measurements that somebody published, on this machine.

    Attributes
    ----------
    name : str
        In the catalog.
    title : str
        One line.
    cell : Cell
        That was measured, from the file that was published with the curves.
    files : mapping of str to pathlib.Path
        The tester's files by the name of the test, such as ``"1C"``; `microbatt.infer` takes them.
    license : str
        Under which the data may be used.
    citation : str
        Whom to name where results are shown.
    notes : str
        What a reader of the files should know.
    """

    name: str
    title: str
    cell: Cell
    files: Mapping[str, Path]
    license: str
    citation: str
    notes: str

    def __repr__(self) -> str:
        return f"<MeasuredData {self.name}: {self.title}; {self.license}, {self.citation}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td><code>{escape(str(path))}</code></td></tr>"
            for name, path in self.files.items()
        )
        return (
            f"<table><caption><b>{escape(self.title)}</b><br>{escape(self.citation)}, "
            f"{escape(self.license)}</caption>{rows}</table>"
        )


@overload
def open_measured(name: None = None) -> pd.DataFrame: ...


@overload
def open_measured(name: str, *, cache_dir: str | Path | None = ...) -> MeasuredData: ...


def open_measured(
    name: str | None = None, *, cache_dir: str | Path | None = None
) -> MeasuredData | pd.DataFrame:
    """Fetch published measurements, or list those that are known.

    Each file is downloaded once and kept; its SHA-256 is compared with the catalog's each time.

    Parameters
    ----------
    name : str, optional
        Of the catalog; None lists it.
    cache_dir : str or pathlib.Path, optional
        Where to keep the files; None is the user's cache.

    Returns
    -------
    MeasuredData or pandas.DataFrame
        The cell and the paths of its curves; for None a table of title, licence and citation.

    Raises
    ------
    ParameterError
        If the catalog has no such name; the nearest are offered.
    StoreError
        If a file cannot be downloaded, or is not the file that was published.

    Examples
    --------
    >>> list(open_measured().index)
    ['about-energy-nmc-pouch']
    """
    known = tuple(sorted(path.stem for path in catalog_folder("measured").glob("*.toml")))
    if name is None:
        import pandas as pd

        columns = ["title", "license", "citation"]
        entries = [_entry(known_name) for known_name in known]
        return pd.DataFrame(entries, index=pd.Index(known, name="name"), columns=columns)
    check_choice("name", name, known)
    entry = _entry(name)
    folder = _folder(cache_dir) / name
    files = {
        test: _fetched(entry["address"], file, folder) for test, file in entry["files"].items()
    }
    return MeasuredData(
        name=name,
        title=entry["title"],
        cell=load_cell(_fetched(entry["address"], entry["cell"], folder)),
        files=files,
        license=entry["license"],
        citation=entry["citation"],
        notes=entry["notes"],
    )


def _entry(name: str) -> dict[str, Any]:
    path = catalog_folder("measured") / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _folder(cache_dir: str | Path | None) -> Path:
    import pooch

    if cache_dir is not None:
        return Path(cache_dir).expanduser().absolute()
    return Path(pooch.os_cache("microbatt")) / "measured"


def _fetched(address: str, file: dict[str, str], folder: Path) -> Path:
    """Return the path of a file that is what was published, downloaded where it is not there."""
    target = folder / Path(file["path"]).name
    return fetch(address + file["path"], f"sha256:{file['sha256']}", target)
