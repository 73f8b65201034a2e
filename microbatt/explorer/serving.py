"""The explorer as a page: `panel serve` on a port of this machine."""

from __future__ import annotations

import gc
import socket
from typing import TYPE_CHECKING, Any, Final

from microbatt.checks import check_integer
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr

    from microbatt.explorer.source import CubeSource

PORT: Final = 5006
_ANYWHERE: Final = "127.0.0.1"
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
    reopen
        Opens the cube as it is now; called again while it fills.
    title
        Of the page.
    port
        Of this machine; 0 takes any that is free.
    show
        Whether to open a browser.
    started
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
        found: Any = probe.getsockname()[1]
    return int(found)
