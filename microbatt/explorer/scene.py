"""What is chosen in a cube, and the map, the curves and the words that follow."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import panel as pn

from microbatt.explorer.cells import map_cells
from microbatt.explorer.controls import AxisSlider, VariableChoice
from microbatt.explorer.curve_view import CurveView
from microbatt.explorer.layout import arranged, curve_card, map_card
from microbatt.explorer.map_view import MapView
from microbatt.explorer.pointer import follow_pointer
from microbatt.explorer.points import point_curves, point_prediction
from microbatt.explorer.saving import saving_row
from microbatt.explorer.words import Words

if TYPE_CHECKING:
    from microbatt.explorer.selection import Selection
    from microbatt.explorer.source import CubeSource


class Scene:
    """What is chosen in a cube, and the figures and words that follow.

    Parameters
    ----------
    source
        The cube; it may fill while it is shown, but its axes stay.
    selection
        What to begin with.

    Attributes
    ----------
    selection
        The point that is shown and the one that is pinned.
    view
        All of it, laid out.
    """

    def __init__(self, source: CubeSource, selection: Selection) -> None:
        self._source = source
        self.selection = selection
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

    def refresh(self) -> None:
        """Show what the cube holds now."""
        self._choice.offer(self._source)
        self._curves.fit(self._source)
        self._show_map()
        self._show_point()

    def show_progress(self) -> None:
        """Tell how far the cube is now."""
        self._words.show_progress()

    def stop(self) -> None:
        """End what plays."""
        for slider in self._sliders.values():
            slider.stop()

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

    def _tap(self, alpha: float, S: float) -> None:
        self.stop()
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
        variable, current = self._choice.chosen, self._choice.current.value
        cells = map_cells(self._source, variable, current)
        with pn.io.hold():  # so that the browser gets it all at once
            self._choice.current.disabled = not variable.per_current
            self._map.show_cells(
                variable, cells, self._choice.at(), hatched=self._choice.hatched.value
            )
        pn.io.push_notebook(*self._drawn)

    def _show_point(self) -> None:
        source, selection = self._source, self.selection
        curves = point_curves(source, selection.number)
        pinned = None if selection.pinned is None else point_curves(source, selection.pinned)
        prediction = point_prediction(source, selection.number)
        near = None if prediction is None else prediction.nearest
        with pn.io.hold():
            self._curves.show("selected", curves)
            self._curves.show("pinned", pinned or [])
            self._curves.show("predicted", [] if near is None else point_curves(source, near))
            self._map.show_selection(selection, prediction)
            self._words.show(selection, curves, pinned, prediction)
            for dim, step in source.plane.place(selection.number).items():
                self._sliders[dim].tell(step)
        pn.io.push_notebook(*self._drawn)
