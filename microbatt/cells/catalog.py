"""The cells that come with the package."""

from pathlib import Path

from microbatt.data_files import catalog_folder


def available_cells() -> tuple[str, ...]:
    """Return the names of the catalog's cells, sorted.

    Examples
    --------
    >>> "doyle-1996-cell-1" in available_cells()
    True
    """
    return tuple(sorted(path.stem for path in catalog_folder("cells").glob("*.toml")))


def cell_path(name: str) -> Path:
    """Return the file of a catalog cell; it exists if the name is one of `available_cells`."""
    return catalog_folder("cells") / f"{name}.toml"
