"""What is chosen in a cube, and the map, the curves and the words that follow."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import holoviews as hv
import panel as pn

from microbatt.explorer.controls import AxisSlider, VariableChoice, network_choice
from microbatt.explorer.curve_elements import KINDS
from microbatt.explorer.curve_figure import CurveFigure
from microbatt.explorer.layout import arranged, curve_card, map_card
from microbatt.explorer.map_figure import MapFigure
from microbatt.explorer.points import has_predictions, point_prediction
from microbatt.explorer.saving import saving_row
from microbatt.explorer.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from microbatt.cube import Fold
    from microbatt.explorer.plane import Plane
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
    listen
        Called with network and fold when others' predictions are asked for.

    Attributes
    ----------
    selection
        The point that is shown and the one that is pinned.
    points
        ``"pinned"``, ``"selected"``, ``"predicted"`` → HoloViews stream of that parameter: the
        number of the point whose curves are shown as that, or None. Other figures may follow.
    view
        All of it, laid out.
    """

    def __init__(
        self,
        source: CubeSource,
        selection: Selection,
        listen: Callable[[str, Fold], None],
    ) -> None:
        self._source = source
        self.selection = selection
        kinds = [kind for kind in KINDS if kind != "predicted" or has_predictions(source)]
        self.points: dict[str, hv.streams.Stream] = {
            kind: hv.streams.Stream.define("Point", **{kind: None})() for kind in kinds
        }
        self._choice = VariableChoice(source, self._show_map)
        self._network = network_choice(source, listen)
        self._map = MapFigure(source, self.points, self._tap, self._drag)
        self._curves = CurveFigure(source, self.points)
        self._words = Words(source)
        self._sliders = self._make_sliders()
        self._words.release.on_click(lambda _: self._select(self.selection.released()))
        self._show_map()
        self._show_point()
        self.view = self._arranged()

    def refresh(self) -> None:
        """Show what the cube holds now."""
        with pn.io.hold(freeze=True):
            self._choice.offer(self._source)
            self._show_map()
            self._point_to(selected=None, pinned=None, predicted=None)  # so that all is drawn anew
            self._show_point()
            self._curves.fit()

    def show_like(self, other: Scene) -> None:
        """Show the map that another scene shows, as far as the cube has it."""
        self._choice.follow(other._choice)

    def selection_on(self, plane: Plane) -> Selection:
        """Return what is selected and pinned as the nearest points of another plane."""
        then, number, pinned = self._source.plane, self.selection.number, self.selection.pinned
        moved = replace(self.selection, number=plane.nearest(then.alpha[number], then.S[number]))
        if pinned is None:
            return moved
        return replace(moved, pinned=plane.nearest(then.alpha[pinned], then.S[pinned]))

    def show_progress(self) -> None:
        """Tell how far the cube is now."""
        self._words.show_progress()

    def stop(self) -> None:
        """End what plays."""
        for slider in self._sliders.values():
            slider.stop()

    def _arranged(self) -> pn.Column:
        saving = saving_row(
            self._words.expression, self._words.caption, self._source, lambda: self.selection
        )
        return arranged(
            map_card(self._map.pane, self._choice, self._sliders.values()),
            curve_card(self._curves.pane, self._words, saving),
            self._words,
            self._network,
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
        choice = self._choice
        with pn.io.hold(freeze=True):  # so that the browser gets it all at once
            choice.current.disabled = not choice.chosen.per_current
            self._map.show(
                choice.chosen, choice.current.value, choice.at(), hatched=choice.hatched.value
            )

    def _show_point(self) -> None:
        source, selection = self._source, self.selection
        curves = source.curves(selection.number)
        pinned = None if selection.pinned is None else source.curves(selection.pinned)
        prediction = point_prediction(source, selection.number)
        with pn.io.hold(freeze=True):
            self._point_to(
                selected=selection.number,
                pinned=selection.pinned,
                predicted=None if prediction is None else prediction.nearest,
            )
            self._words.show(selection, curves, pinned, prediction)
            for dim, step in source.plane.place(selection.number).items():
                self._sliders[dim].tell(step)

    def _point_to(self, **numbers: int | None) -> None:
        """Tell the streams of points, and whatever follows one that has changed, once."""
        moved = [k for k, point in self.points.items() if getattr(point, k) != numbers[k]]
        for kind in moved:
            self.points[kind].update(**{kind: numbers[kind]})
        hv.streams.Stream.trigger([self.points[kind] for kind in moved])
