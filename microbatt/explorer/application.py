"""The explorer itself: a scene for each viewer, which follows the cube."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import panel as pn

from microbatt.explorer.predictions import has_predictions
from microbatt.explorer.scene import Scene
from microbatt.explorer.selection import Selection
from microbatt.explorer.source import CubeSource
from microbatt.parameters import parameter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from microbatt.cube.predicted import Fold

_POLL: Final = 2000
"""Between two questions whether the cube has grown [ms]; `CubeSource.look` asks less often."""

_HEIGHT: Final = 760
"""Of the explorer in a notebook [px]."""


def explorer_of(dataset: xr.Dataset) -> pn.viewable.Viewable:
    """Return the explorer of an open cube; see `microbatt.explorer.app`."""
    view = Explorer(CubeSource(lambda: dataset)).view
    view.param.update(sizing_mode="stretch_width", height=_HEIGHT)
    return view


class Explorer:
    """One viewer's explorer.

    Parameters
    ----------
    source : CubeSource
        The cube, which viewers may share.

    Attributes
    ----------
    scene
        What is shown; another one once the cube has got longer axes.
    view
        To serve, or to show in a notebook.
    """

    def __init__(self, source: CubeSource) -> None:
        self._source = source
        self._seen = _axes(source)
        self._version = source.version
        beginning = Selection(number=first_point(source))
        self.scene = Scene(source, beginning, self._listen_to, self._turn_to)
        self.view = pn.Column(self.scene.view, sizing_mode="stretch_both", margin=0)
        self._watch()

    def look(self) -> None:
        """Show what has been added to the cube, if anything."""
        self._source.look()
        with pn.io.hold(freeze=True):  # so that the browser gets it all at once
            self.scene.show_progress()
            if self._source.version == self._version:
                return
            self._version = self._source.version
            if _axes(self._source) != self._seen:
                self._begin_again()
            else:
                self.scene.refresh()

    def _listen_to(self, network: str, fold: Fold) -> None:
        """Show the predictions of another network."""
        self._source = self._source.seen_by(network, fold)
        self._version = self._source.version
        self._begin_again()

    def _turn_to(self, across: Sequence[str], at: Mapping[str, float]) -> None:
        """Show two other axes, or the same elsewhere on the others."""
        self._source = self._source.seen_along(across, at)
        self._version = self._source.version
        self._begin_again()

    def _begin_again(self) -> None:
        """Show a cube with other axes or other predictions, at the point that was selected."""
        old, plane = self.scene, self._source.plane
        self._seen = _axes(self._source)
        there = old.selection_on(plane) or Selection(number=first_point(self._source))
        self.scene = Scene(self._source, there, self._listen_to, self._turn_to)
        self.scene.show_like(old)
        old.stop()
        self.view[:] = [self.scene.view]

    def _watch(self) -> None:
        """Follow the cube, unless nothing would call back, as in a plain script."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        pn.state.add_periodic_callback(self.look, period=_POLL)


def first_point(source: CubeSource) -> int:
    """Return the point to begin with: the nearest to the cell's own, else one in the middle."""
    plane = source.plane
    cell: Any = source.opened.attrs.get("cell")
    described = cell if isinstance(cell, dict) else {}
    found = [parameter(name) for name in plane.names]
    x, y = (described.get(one.part, {}).get(one.key) for one in found)
    if isinstance(x, int | float) and isinstance(y, int | float):
        return plane.nearest(x, y)
    return plane.nearest(float(np.median(plane.x)), float(np.median(plane.y)))


def _axes(source: CubeSource) -> tuple[object, ...]:
    """Return what a scene is made for."""
    plane = source.plane
    numbers = (plane.x, plane.y, source.currents)
    told = (*source.networks, has_predictions(source), *plane.names, *plane.fixed.items())
    return (*(array.tobytes() for array in numbers), *told)
