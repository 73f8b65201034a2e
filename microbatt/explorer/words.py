"""Everything that is text around the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import panel as pn

from microbatt.explorer.assets import HIDDEN, STYLED
from microbatt.explorer.point_words import caption, heading, table
from microbatt.explorer.points import has_predictions
from microbatt.explorer.progress import dashboard, description, progress
from microbatt.explorer.saving import button, expression_field
from microbatt.explorer.selection import expression

if TYPE_CHECKING:
    from microbatt.explorer.points import Curve, Prediction
    from microbatt.explorer.selection import Selection
    from microbatt.explorer.source import CubeSource

_ONE_LINE: Final = 40
_TWO_LINES: Final = 58


class Words:
    """The header, the selected point, its table and its expression.

    Parameters
    ----------
    source
        The cube.

    Attributes
    ----------
    height
        Of the lines that name the points [px], so that the figure below stands still.
    """

    def __init__(self, source: CubeSource) -> None:
        self._source = source
        self.description = text(description(source))
        self.progress = text(progress(source))
        self.dashboard = text(dashboard())
        self.chips = text("", sizing_mode="stretch_width")
        self.table = text("", sizing_mode="stretch_width")
        self.expression = expression_field()
        self.caption = pn.widgets.TextInput(**HIDDEN)
        self.release = button("Release pinned")
        self.release.visible = False
        self.height = _TWO_LINES if has_predictions(source) else _ONE_LINE

    def show(
        self,
        selection: Selection,
        curves: list[Curve],
        pinned: list[Curve] | None,
        prediction: Prediction | None,
    ) -> None:
        """Tell of the selected point."""
        plane = self._source.plane
        self.chips.object = heading(plane, selection, prediction)
        self.table.object = table(curves, pinned)
        self.expression.value = expression(self._source.opened, plane, selection.number)
        cube = str(self._source.opened.attrs.get("name", "cube"))
        self.caption.value = caption(cube, plane, selection, prediction)
        self.release.visible = pinned is not None

    def show_progress(self) -> None:
        """Tell how far the cube is now."""
        self.progress.object = progress(self._source)
        self.dashboard.object = dashboard()


def text(words: str, *, above: int = 4, sizing_mode: str | None = None) -> pn.pane.HTML:
    """Return a pane of HTML in the explorer's style, so many pixels below what is above it."""
    return pn.pane.HTML(words, margin=(above, 10, 4, 10), sizing_mode=sizing_mode, **STYLED)
