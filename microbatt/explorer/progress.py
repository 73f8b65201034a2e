"""How far a cube is, and where to watch its cluster, as HTML."""

from __future__ import annotations

import sys
from html import escape
from typing import TYPE_CHECKING

from microbatt.quantities import quantity

if TYPE_CHECKING:
    from microbatt.explorer.source import CubeSource


def description(source: CubeSource) -> str:
    """Return the name of the cube, its size and the terms it was made on."""
    attrs = source.opened.attrs
    terms = ("cell_name", "engine", "inventory", "thermal_mode")
    words = [str(attrs[name]) for name in terms if attrs.get(name)]
    name, title = (escape(str(attrs.get(key, ""))) for key in ("name", "title"))
    return (
        f'<div class="mb-title" title="{title}"><b>{name or "cube"}</b>'
        f"<span>{_size(source)}</span><span>{escape(', '.join(words))}</span></div>"
    )


def progress(source: CubeSource) -> str:
    """Return how many curves there are, with a bar while some are waiting to be run."""
    total = source.status.size
    done = total - source.waiting
    if done == total:
        return f'<div class="mb-progress"><span>{_thousands(total)} curves</span></div>'
    share = done / total
    return (
        f'<div class="mb-progress"><span>{_thousands(done)} of {_thousands(total)} curves run, '
        f'{100 * share:.0f} %</span><u><s style="width:{100 * share:.1f}%"></s></u></div>'
    )


def dashboard() -> str:
    """Return a link to the dashboard of this process's Dask client, or nothing.

    A client is looked for only if Dask's cluster part has been loaded by somebody.
    """
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return ""
    try:
        link = distributed.default_client().dashboard_link
    except ValueError:
        return ""
    if not link:
        return ""
    return (
        f'<a class="mb-link" href="{escape(link, quote=True)}" target="_blank">Dask dashboard</a>'
    )


def _size(source: CubeSource) -> str:
    plane = source.plane
    unit = quantity("current").pretty_units
    currents = [f"{current:g}" for current in source.currents]
    if plane.is_grid:
        points = f"{plane.shape[0]} α × {plane.shape[1]} S"
    else:
        points = f"{_thousands(plane.shape[0])} scattered points"
    ends = currents[0] if len(currents) == 1 else f"{currents[0]} to {currents[-1]}"
    return f"{points} × {len(currents)} currents, {ends} {unit}"


def _thousands(count: int) -> str:
    return f"{count:,}".replace(",", " ")
