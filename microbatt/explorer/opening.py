"""Opening a cube so that it can be opened again while a campaign fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microbatt.campaign import available_recipes, cached_store, load_campaign
from microbatt.catalog import available_datasets, open_dataset
from microbatt.cube import has_cube, locate, open_cube

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xarray as xr


def opener(
    name_or_path: str, storage_options: Mapping[str, Any] | None = None
) -> Callable[[], xr.Dataset]:
    """Return what opens a cube as it is at the moment.

    A cube of the catalog whose computation was begun is opened as far as it is; one that was
    not is computed, or downloaded, first.

    Parameters
    ----------
    name_or_path
        As for `microbatt.open_dataset`.
    storage_options
        Of the URL's protocol.

    Raises
    ------
    ParameterError
        If a name is in no catalog and no path; the nearest names are offered.
    StoreError
        If there is no cube, or a newer schema made it.
    """
    if name_or_path not in available_datasets():
        open_dataset(name_or_path, chunks=None, storage_options=storage_options)
        location = locate(name_or_path, storage_options)
    elif name_or_path in available_recipes():
        location = locate(cached_store(load_campaign(name_or_path)))
        if not has_cube(location):
            open_dataset(name_or_path, chunks=None)
    else:
        finished = open_dataset(name_or_path, chunks=None)
        return lambda: finished
    return lambda: open_cube(location, chunks=None)
