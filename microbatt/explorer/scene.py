"""What is chosen in a cube; the map, the curves and the captions that follow, and their layout."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import holoviews as hv
import panel as pn

from microbatt.explorer.captions import Captions, text
from microbatt.explorer.controls import (
    AxisSlider,
    VariableChoice,
    axis_choices,
    network_choice,
    saving_row,
)
from microbatt.explorer.curve_figure import KINDS, CurveFigure
from microbatt.explorer.map_figure import MapFigure
from microbatt.explorer.measured_files import MeasuredFiles
from microbatt.explorer.predictions import has_predictions, point_prediction
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from microbatt.cube.predicted import Fold
    from microbatt.explorer.plane import Plane
    from microbatt.explorer.selection import Selection
    from microbatt.explorer.source import CubeSource

_CARD: Final = {
    "background": "#ffffff",
    "border": "1px solid #e4e7eb",
    "border-radius": "10px",
    "padding": "10px 14px",
    "flex": "1 1 340px",
    "min-width": "0",
}
"""Beside each other where there is room for both, else below each other."""
_HEIGHTS: Final = """
:host { min-height: 660px; }
@container (max-width: 739px) { :host { min-height: 0; height: auto !important; } }
"""
"""Lower where the cards lie below each other, so that the curves begin on the first screen."""
_WRAPS: Final = {"flex_direction": "row", "flex_wrap": "wrap", "align_items": "center"}
"""A row whose parts go on below where it is too narrow."""
_HINT: Final = "Tap for curves, tap two to compare, or drag."
_BOTH: Final = {"sizing_mode": "stretch_both"}
_WIDTH: Final = {"sizing_mode": "stretch_width"}


def arranged(
    map_card: pn.Column, curve_card: pn.Column, captions: Captions, network: pn.widgets.Select
) -> pn.Column:
    """Return the whole explorer: a header over the two cards."""
    header = pn.FlexBox(
        captions.description,
        network,
        captions.progress,
        captions.dashboard,
        justify_content="space-between",
        margin=(2, 6),
        **_WRAPS,
        **_WIDTH,
    )
    cards = pn.FlexBox(
        map_card,
        curve_card,
        flex_direction="row",
        flex_wrap="wrap",
        align_items="stretch",
        align_content="stretch",
        **_BOTH,
    )
    return pn.Column(
        header,
        cards,
        min_height=660,
        styles={
            "background": "#f5f7fa",
            "padding": "6px",
            "overflow": "auto",
            "container-type": "inline-size",  # its own width counts, in a notebook too
        },
        **_BOTH,
    )


def map_card(
    drawn: pn.pane.HoloViews,
    choice: VariableChoice,
    axes: pn.FlexBox,
    sliders: Iterable[AxisSlider],
) -> pn.Column:
    """Return the map with what it is steered with."""
    label = text(f'<p class="mb-label">{quantity("current").label}</p>', above=7)
    return pn.Column(
        pn.FlexBox(choice.variable, pn.Column(label, choice.current), **_WRAPS, **_WIDTH),
        axes,
        drawn,
        pn.FlexBox(
            text(f'<p class="mb-label">{_HINT}</p>'),
            choice.hatched,
            justify_content="space-between",
            **_WRAPS,
            **_WIDTH,
        ),
        pn.FlexBox(*(slider.row for slider in sliders), **_WRAPS, **_WIDTH),
        styles=_CARD,
        stylesheets=[_HEIGHTS],
        margin=6,
        **_BOTH,
    )


def curve_card(
    drawn: pn.pane.HoloViews, captions: Captions, measured: pn.FlexBox, saving: pn.FlexBox
) -> pn.Column:
    """Return the curves with the captions above and below them."""
    return pn.Column(
        pn.Row(captions.chips, captions.release, min_height=captions.height, **_WIDTH),
        drawn,
        captions.table,
        measured,
        saving,
        styles=_CARD,
        stylesheets=[_HEIGHTS],
        margin=6,
        **_BOTH,
    )


class Scene:
    """What is chosen in a cube, and the figures and captions that follow.

    Parameters
    ----------
    source : CubeSource
        The cube; it may fill while it is shown, but its axes stay.
    selection : Selection
        What to begin with.
    listen : callable
        Called with network and fold when others' predictions are asked for.
    turn : callable
        Called with two axes, and where on the others, when other axes are asked for.

    Attributes
    ----------
    selection : Selection
        The point that is shown and the one that is pinned.
    points
        ``"pinned"``, ``"selected"``, ``"predicted"`` → HoloViews stream of that parameter: the
        number of the point whose curves are shown as that, or None. Other figures may follow.
    measured
        Measured files that are laid over the curves.
    view
        All of it, laid out.
    """

    def __init__(
        self,
        source: CubeSource,
        selection: Selection,
        listen: Callable[[str, Fold], None],
        turn: Callable[[Sequence[str], Mapping[str, float]], None],
    ) -> None:
        self._source = source
        self.selection = selection
        kinds = [kind for kind in KINDS if kind != "predicted" or has_predictions(source)]
        self.points: dict[str, hv.streams.Stream] = {
            kind: hv.streams.Stream.define("Point", **{kind: None})() for kind in kinds
        }
        self._choice = VariableChoice(source, self._show_map)
        self._network = network_choice(source, listen)
        self._axes = axis_choices(source, turn)
        self._map = MapFigure(source, self.points, self._tap, self._drag)
        self._curves = CurveFigure(source, self.points)
        self._captions = Captions(source)
        self.measured = MeasuredFiles(source.opened.attrs.get("cell"), self._show_measured)
        self._sliders = self._make_sliders()
        self._captions.release.on_click(lambda _: self._select(self.selection.released()))
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
        self.measured.follow(other.measured)

    def selection_on(self, plane: Plane) -> Selection | None:
        """Return what is selected and pinned as the nearest points of another plane.

        None if it has other axes.
        """
        if plane.names != self._source.plane.names:
            return None
        then, number, pinned = self._source.plane, self.selection.number, self.selection.pinned
        moved = replace(self.selection, number=plane.nearest(then.x[number], then.y[number]))
        if pinned is None:
            return moved
        return replace(moved, pinned=plane.nearest(then.x[pinned], then.y[pinned]))

    def show_progress(self) -> None:
        """Tell how far the cube is now."""
        self._captions.show_progress()

    def stop(self) -> None:
        """End what plays."""
        for slider in self._sliders.values():
            slider.stop()

    def _arranged(self) -> pn.Column:
        saving = saving_row(
            self._captions.expression, self._captions.caption, self._source, lambda: self.selection
        )
        return arranged(
            map_card(self._map.pane, self._choice, self._axes, self._sliders.values()),
            curve_card(self._curves.pane, self._captions, self.measured.row, saving),
            self._captions,
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
            numbers = [str(number) for number in range(plane.x.size)]
            return {"point": AxisSlider("Point", numbers, partial(self._slide, "point"))}
        axes = zip(plane.written, (plane.x_axis, plane.y_axis), strict=True)
        return {
            axis.name: AxisSlider(
                f"{axis.short} [{axis.unit}]" if axis.unit else axis.short,
                [axis.number(value) for value in values],
                partial(self._slide, axis.name),
            )
            for axis, values in axes
        }

    def _show_map(self) -> None:
        choice = self._choice
        with pn.io.hold(freeze=True):  # so that the browser gets it all at once
            choice.current.disabled = not choice.chosen.per_current
            self._map.show(
                choice.chosen, choice.current.value, choice.at(), hatched=choice.hatched.value
            )

    def _show_measured(self) -> None:
        """Lay over the curves what was measured."""
        with pn.io.hold(freeze=True):
            self._curves.lay_over(self.measured.curves)

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
            self._captions.show(selection, curves, pinned, prediction)
            for dim, step in source.plane.place(selection.number).items():
                self._sliders[dim].tell(step)

    def _point_to(self, **numbers: int | None) -> None:
        """Tell the streams of points, and whatever follows one that has changed, once."""
        moved = [k for k, point in self.points.items() if getattr(point, k) != numbers[k]]
        for kind in moved:
            self.points[kind].update(**{kind: numbers[kind]})
        hv.streams.Stream.trigger([self.points[kind] for kind in moved])
