"""Data that comes with the package, and published files that are fetched and verified.

The catalogs lie in `catalogs/` of a clone and in `_catalogs/` of a wheel.
"""

from pathlib import Path

from microbatt.errors import StoreError

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE / "_catalogs", _PACKAGE.parent / "catalogs")


def catalog_folder(kind: str) -> Path:
    """Folder of one kind of catalog entry.

    Parameters
    ----------
    kind
        Name of the folder: ``"cells"``, ``"datasets"`` or ``"measured"``.

    Returns
    -------
    pathlib.Path
        An existing folder with one TOML file an entry.

    Raises
    ------
    StoreError
        If neither the installed package nor the clone around it holds the folder.

    Examples
    --------
    >>> catalog_folder("cells").name
    'cells'
    """
    for place in _PLACES:
        if (place / kind).is_dir():
            return place / kind
    raise StoreError(
        f"the catalog folder `{kind}` is neither at {_PLACES[0]} nor at {_PLACES[1]}; "
        "the installation is incomplete. Install microbatt again."
    )


def fetch(url: str, checksum: str, target: Path) -> Path:
    """Download a published file unless it is there already, and verify its checksum.

    Parameters
    ----------
    url : str
        Of the file.
    checksum : str
        ``sha256:...`` of it.
    target : pathlib.Path
        Where to keep it.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    StoreError
        If it cannot be downloaded, or is not the file that was published.
    """
    import pooch

    try:
        pooch.retrieve(url, known_hash=checksum, fname=target.name, path=target.parent)
    except ValueError as error:
        raise StoreError(
            f"the download from {url} is not the file that was published: {error}. Try again; if "
            "it happens twice, tell the publisher."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{url} cannot be downloaded: {error}. Check the network, or put the file at {target}."
        ) from error
    return target
