"""The explorer itself: a map on the left, the curves of what is tapped on the right."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import panel as pn

from microbatt.explorer.cells import map_cells
from microbatt.explorer.controls import AxisSlider, VariableChoice
from microbatt.explorer.curve_view import CurveView
from microbatt.explorer.layout import arranged, curve_card, map_card
from microbatt.explorer.map_view import MapView
from microbatt.explorer.pointer import follow_pointer
from microbatt.explorer.points import point_curves, point_prediction
from microbatt.explorer.saving import saving_row
from microbatt.explorer.selection import Selection
from microbatt.explorer.source import CubeSource
from microbatt.explorer.words import Words

if TYPE_CHECKING:
    import xarray as xr

_POLL = 2000
"""Between two questions whether the cube has grown [ms]; `CubeSource.look` asks less often."""


def explorer_of(dataset: xr.Dataset) -> pn.viewable.Viewable:
    """Return the explorer of an open cube; see `microbatt.explorer.app`."""
    return Explorer(CubeSource(lambda: dataset)).view


class Explorer:
    """One viewer's explorer: what is chosen, and the views that follow.

    Parameters
    ----------
    source
        The cube, which viewers may share.
    """

    def __init__(self, source: CubeSource) -> None:
        self._source = source
        self._version = source.version
        self.selection = Selection(number=first_point(source))
        self._choice = VariableChoice(source, self._show_map)
        self._map = MapView(source.plane)
        self._curves = CurveView(source)
        self._words = Words(source)
        self._sliders = self._make_sliders()
        self._drawn = [
            pn.pane.Bokeh(shown.figure, sizing_mode="stretch_both")
            for shown in (self._map, self._curves)
        ]
        self._words.release.on_click(lambda _: self._select(self.selection.released()))
        self._show_map()
        self._show_point()
        self.view = self._arranged()
        self._watch()

    def _arranged(self) -> Any:  # noqa: ANN401 - a Panel column
        on_map, with_curves = self._drawn
        pointer = follow_pointer(on_map, self._tap, self._drag)
        saving = saving_row(
            self._words.expression,
            self._words.caption,
            self._drawn,
            self._source,
            lambda: self.selection,
        )
        return arranged(
            map_card(on_map, self._choice, self._sliders.values(), pointer),
            curve_card(with_curves, self._words, saving),
            self._words,
        )

    def _watch(self) -> None:
        """Follow the cube, unless nothing would call back, as in a plain script."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        pn.state.add_periodic_callback(self._look, period=_POLL)

    def _tap(self, alpha: float, S: float) -> None:
        self._stop_players()
        self._select(self.selection.after_tap(self._source.plane.nearest(alpha, S)))

    def _drag(self, alpha: float, S: float) -> None:
        self._select(self.selection.moved(self._source.plane.nearest(alpha, S)))

    def _slide(self, dim: str, step: int) -> None:
        place = self._source.plane.place(self.selection.number) | {dim: step}
        self._select(self.selection.moved(self._source.plane.number(**place)))

    def _select(self, selection: Selection) -> None:
        if selection != self.selection:
            self.selection = selection
            self._show_point()

    def _stop_players(self) -> None:
        for slider in self._sliders.values():
            slider.stop()

    def _make_sliders(self) -> dict[str, AxisSlider]:
        plane = self._source.plane
        if not plane.is_grid:
            numbers = [str(number) for number in range(plane.alpha.size)]
            return {"point": AxisSlider("Point", numbers, partial(self._slide, "point"))}
        axes = {"alpha": ("α", plane.alpha_axis), "S": ("S", plane.S_axis)}
        return {
            dim: AxisSlider(words, [f"{v:.6g}" for v in axis], partial(self._slide, dim))
            for dim, (words, axis) in axes.items()
        }

    def _show_map(self) -> None:
        variable = self._choice.chosen
        current = self._choice.current.value
        self._choice.current.disabled = not variable.per_current
        cells = map_cells(self._source, variable, current)
        self._map.show_cells(variable, cells, self._choice.at(), hatched=self._choice.hatched.value)
        pn.io.push_notebook(*self._drawn)

    def _show_point(self) -> None:
        source, selection = self._source, self.selection
        curves = point_curves(source, selection.number)
        pinned = None if selection.pinned is None else point_curves(source, selection.pinned)
        prediction = point_prediction(source, selection.number)
        near = None if prediction is None else prediction.nearest
        self._curves.show("selected", curves)
        self._curves.show("pinned", pinned or [])
        self._curves.show("predicted", [] if near is None else point_curves(source, near))
        self._map.show_selection(selection, prediction)
        self._words.show(selection, curves, pinned, prediction)
        for dim, step in source.plane.place(selection.number).items():
            self._sliders[dim].tell(step)
        pn.io.push_notebook(*self._drawn)

    def _look(self) -> None:
        """Show what has been added to the cube, if anything."""
        self._source.look()
        self._words.show_progress()
        if self._source.version == self._version:
            return
        self._version = self._source.version
        self._choice.offer(self._source)
        self._curves.fit(self._source)
        self._show_map()
        self._show_point()


def first_point(source: CubeSource) -> int:
    """Return the point to begin with: the nearest to the cell's own, else one in the middle."""
    plane = source.plane
    cell: Any = source.opened.attrs.get("cell")
    positive = cell.get("positive", {}) if isinstance(cell, dict) else {}
    alpha, S = (positive.get(name) for name in ("alpha", "S"))
    if isinstance(alpha, int | float) and isinstance(S, int | float):
        return plane.nearest(alpha, S)
    return plane.nearest(float(np.median(plane.alpha)), float(np.median(plane.S)))
