"""Where the data shipped with the package lies: `catalogs/` of a clone, `_catalogs/` of a wheel."""

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
