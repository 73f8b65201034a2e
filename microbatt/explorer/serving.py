"""The ways into the explorer: open a cube that may still fill, in a notebook or as a page."""

from __future__ import annotations

import gc
import socket
from typing import TYPE_CHECKING, Any, Final

from microbatt.campaign import available_recipes, cached_store, load_campaign
from microbatt.catalog import available_datasets, open_dataset
from microbatt.checks import check_integer
from microbatt.cube import has_cube, locate, open_cube
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xarray as xr
    from panel.viewable import Viewable

    from microbatt.explorer.source import CubeSource


def opener(
    name_or_path: str, storage_options: Mapping[str, Any] | None = None
) -> Callable[[], xr.Dataset]:
    """Return what opens a cube as it is at the moment.

    A cube of the catalog whose computation was begun is opened as far as it is; one that was
    not is computed, or downloaded, first.

    Parameters
    ----------
    name_or_path : str
        As for `microbatt.open_dataset`.
    storage_options : mapping of str to object, optional
        Options of the URL's protocol.

    Returns
    -------
    callable
        Takes nothing, returns the cube as it is when called.

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


def app(dataset: xr.Dataset) -> Viewable:
    """Return the explorer of a cube, to show in a notebook or to serve with Panel.

    Parameters
    ----------
    dataset : xarray.Dataset
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


PORT: Final = 5006
_ANYWHERE: Final = "127.0.0.1"
_LARGEST_MESSAGE: Final = 64 * 2**20
"""That a page may send [B]: a measured file of 40 MB and more, as text."""
_PAGE: Final = """
html, body { margin: 0; height: 100%; background: #f5f7fa; }
"""


def serve(
    reopen: Callable[[], xr.Dataset],
    *,
    title: str,
    port: int = PORT,
    show: bool = True,
    started: Callable[[str], None],
) -> None:
    """Serve the explorer of a cube until the process is interrupted.

    Parameters
    ----------
    reopen : callable
        Opens the cube as it is now; called again while it fills.
    title : str
        Title of the page.
    port : int, default 5006
        Port of this machine; 0 takes any that is free.
    show : bool, default True
        Whether to open a browser.
    started : callable
        Called with the address once it is served.

    Raises
    ------
    ParameterError
        If the port is not free, or the cube is none.
    """
    port = free_port(port)
    import panel as pn

    from microbatt.explorer.application import Explorer
    from microbatt.explorer.source import CubeSource

    source = CubeSource(reopen)
    warm_up(source)
    pn.config.raw_css.append(_PAGE)
    server = pn.serve(
        {"/": lambda: Explorer(source).view},
        title=title,
        port=port,
        address=_ANYWHERE,
        websocket_origin=[f"localhost:{port}", f"{_ANYWHERE}:{port}"],
        show=show,
        start=False,
        verbose=False,
        websocket_max_message_size=_LARGEST_MESSAGE,
    )
    server.start()
    started(f"http://localhost:{port}")
    server.io_loop.start()


def warm_up(source: CubeSource) -> None:
    """Do once what would make the first viewer wait, and what would make a tap wait now and then.

    What is loaded late is loaded now; and since it stays, the collector of garbage, which would
    need a third of a second for it, need not look through it again.
    """
    from microbatt.explorer.application import Explorer

    Explorer(source).view.get_root()
    gc.collect()
    gc.freeze()


def free_port(port: int) -> int:
    """Return the port, or any that is free for 0.

    Parameters
    ----------
    port : int
        Port of this machine, 0 to 65535.

    Returns
    -------
    int
        The number of a port at which nothing listens.

    Raises
    ------
    ParameterError
        If something listens there already, or it is not for users.
    """
    check_integer("port", port, low=0, high=65535)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_ANYWHERE, port))
        except OSError as error:
            raise ParameterError(
                f"`port` is {port}, which cannot be used ({error.strerror}): another explorer may "
                "run there. Give another, or 0 for any that is free."
            ) from error
        taken: Any = probe.getsockname()[1]
    return int(taken)
