"""The explorer as the last line of a notebook's cell, or served with Panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr
    from panel.viewable import Viewable


def app(dataset: xr.Dataset) -> Viewable:
    """Return the explorer of a cube, to show in a notebook or to serve with Panel.

    Parameters
    ----------
    dataset
        A cube, or a part of one that keeps ``status``, ``voltage`` and ``discharge_capacity``.
        Opened with Dask chunks, as by default, it is read again while a campaign fills it.

    Returns
    -------
    panel.viewable.Viewable
        Shows itself as the last line of a notebook's cell; `.servable()` for ``panel serve``.

    Raises
    ------
    ParameterError
        If the dataset is no cube.
    MissingExtraError
        If Panel is not installed.

    Examples
    --------
    ``microbatt.explorer.app(microbatt.open_dataset("demo"))``
    """
    from microbatt.checks import check_extra

    check_extra("panel", extra="explore")
    from microbatt.explorer.application import explorer_of

    return explorer_of(dataset)
